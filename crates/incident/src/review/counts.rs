//! What is counted over the incidents of a quarter.

use std::collections::BTreeMap;

use model::fields::FieldState;
use model::postmortem::{LayerState, Postmortem};
use serde::{Deserialize, Serialize};

use super::minutes::spent;
use super::recurrence::{LAYERS, layer};
use super::whole::Known;
use crate::clocks::{LagName, Length};
use crate::fields::form;
use crate::lessons::Filed;

/// How often one of the six fields moved.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FieldCount {
    /// The field's name for people.
    pub field: String,
    /// Incidents in which it changed.
    pub changed: u64,
    /// Those in which it is shown that it did not.
    pub unchanged: u64,
    /// Those in which neither can be shown, or nobody said.
    pub unknown: u64,
}

/// Verdicts on a layer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LayerCount {
    /// The layer.
    pub layer: String,
    /// Documents in which it began there.
    pub origin: u64,
    /// In which it went through.
    pub propagated: u64,
    /// In which it is shown that it was not this.
    pub exonerated: u64,
    /// In which nobody looked, or nobody said.
    pub untested: u64,
}

/// How long something took, over incidents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LagSpan {
    /// From what to what.
    pub name: LagName,
    /// Incidents in which it is known.
    pub known: u64,
    /// Those in which it goes on, or can't be told.
    pub unknown: u64,
    /// The middle one, of those known; of a range its middle counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_secs: Option<i64>,
    /// The shortest that can't be ruled out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_secs: Option<i64>,
    /// The longest that can't be ruled out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_secs: Option<i64>,
}

/// Minutes that people spent on a document, over documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MinuteSpan {
    /// Documents of which it can be told.
    pub known: u64,
    /// Those of which every act stands alone.
    pub unknown: u64,
    /// The middle one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median: Option<f64>,
    /// The least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<f64>,
    /// The most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<f64>,
}

fn filed<'a>(one: &Known<'a>) -> Option<&'a Filed> {
    one.case.lesson?.filed.as_ref()
}

fn documents<'a>(read: &[&Known<'a>]) -> impl Iterator<Item = &'a Postmortem> {
    read.iter().filter_map(|one| filed(one)).map(|filed| &filed.document)
}

/// The six fields: as the document has them, else as the record had them at the declaration.
pub(super) fn fields(read: &[&Known<'_>]) -> Vec<FieldCount> {
    let count = |title: &str| {
        let mut count = FieldCount { field: title.to_owned(), ..FieldCount::default() };
        for one in read {
            let place = match field(one, title) {
                Some(FieldState::Changed) => &mut count.changed,
                Some(FieldState::Unchanged) => &mut count.unchanged,
                Some(FieldState::Unknown) | None => &mut count.unknown,
            };
            *place += 1;
        }
        count
    };
    form().fields.iter().map(|wanted| count(&wanted.title)).collect()
}

/// A field of an incident: changed if any of its variables did, unchanged if all stood still.
fn field(one: &Known<'_>, title: &str) -> Option<FieldState> {
    let said = filed(one).map_or(&[][..], |filed| &filed.document.fields);
    let mut states = said.iter().filter(|line| line.field == title).map(|line| line.state);
    let first = states.next();
    let Some(first) = first else {
        let recorded = one.case.incident.fields.iter().find(|field| field.title == title);
        return recorded.map(|field| field.state);
    };
    states.fold(first, |whole, state| match (whole, state) {
        (Some(FieldState::Changed), _) | (_, Some(FieldState::Changed)) => {
            Some(FieldState::Changed)
        }
        (Some(FieldState::Unchanged), Some(FieldState::Unchanged)) => whole,
        _ => Some(FieldState::Unknown),
    })
}

/// Verdicts on each layer; a document that says nothing of one did not test it.
pub(super) fn layers(read: &[&Known<'_>]) -> Vec<LayerCount> {
    let all = documents(read).count() as u64;
    let of_name = |layer: &str| LayerCount { layer: layer.to_owned(), ..LayerCount::default() };
    let mut layers: Vec<LayerCount> = LAYERS.into_iter().map(of_name).collect();
    for row in documents(read).flat_map(|document| &document.layers) {
        let name = layer(&row.layer);
        if !layers.iter().any(|count| count.layer == name) {
            layers.push(of_name(&name));
        }
        let Some(count) = layers.iter_mut().find(|count| count.layer == name) else { continue };
        match row.state {
            LayerState::Origin => count.origin += 1,
            LayerState::Propagated => count.propagated += 1,
            LayerState::Exonerated => count.exonerated += 1,
            LayerState::Untested => {}
        }
    }
    for count in &mut layers {
        count.untested = all.saturating_sub(count.origin + count.propagated + count.exonerated);
    }
    layers
}

pub(super) fn kinds(read: &[&Known<'_>]) -> BTreeMap<String, u64> {
    let kinds = documents(read).flat_map(|document| &document.failures);
    tally(kinds.map(|kind| kind.as_str().to_owned()))
}

pub(super) fn rules(read: &[&Known<'_>], of: fn(&Filed) -> &Vec<String>) -> BTreeMap<String, u64> {
    tally(read.iter().filter_map(|one| filed(one)).flat_map(|filed| of(filed).iter().cloned()))
}

fn tally(names: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    names.fold(BTreeMap::new(), |mut tally, name| {
        *tally.entry(name).or_default() += 1;
        tally
    })
}

pub(super) fn lags(read: &[&Known<'_>]) -> Vec<LagSpan> {
    let span = |name: LagName| {
        let lengths = read.iter().filter_map(|one| match one.clocks.lag(name)?.length {
            Length::Took { least_secs, most_secs } => Some((least_secs, most_secs)),
            Length::GoesOn { .. } | Length::Unknown { .. } => None,
        });
        let lengths: Vec<(i64, i64)> = lengths.collect();
        let middles = lengths.iter().map(|(least, most)| (least + most) as f64 / 2.0);
        LagSpan {
            name,
            known: lengths.len() as u64,
            unknown: (read.len() - lengths.len()) as u64,
            median_secs: median(middles.collect()).map(|secs| secs.round() as i64),
            least_secs: lengths.iter().map(|(least, _)| *least).min(),
            most_secs: lengths.iter().map(|(_, most)| *most).max(),
        }
    };
    LagName::ALL.into_iter().map(span).collect()
}

pub(super) fn minutes(read: &[&Known<'_>], is_person: &dyn Fn(&str) -> bool) -> MinuteSpan {
    let with = read.iter().filter(|one| filed(one).is_some());
    let spent = with
        .filter_map(|one| one.case.lesson)
        .map(|lesson| spent(&lesson.acts, is_person).secs.map(|secs| secs as f64 / 60.0));
    let spent: Vec<Option<f64>> = spent.collect();
    let known: Vec<f64> = spent.iter().flatten().copied().collect();
    MinuteSpan {
        known: known.len() as u64,
        unknown: (spent.len() - known.len()) as u64,
        least: known.iter().copied().reduce(f64::min),
        most: known.iter().copied().reduce(f64::max),
        median: median(known),
    }
}

/// The middle one, or the mean of the two in the middle.
fn median(mut of: Vec<f64>) -> Option<f64> {
    of.sort_by(f64::total_cmp);
    let upper = *of.get(of.len() / 2)?;
    let lower = of[(of.len() - 1) / 2];
    Some((lower + upper) / 2.0)
}
