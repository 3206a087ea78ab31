//! What a recurrence says of a remedy: only as much as its eval measured.

use jiff::Timestamp;
use model::ItemId;
use serde::{Deserialize, Serialize};

use crate::closing::eval_of;
use crate::lessons::{KnownItem, Lesson};
use crate::measures::Measurement;
use crate::review::compare::{Change, Count, compare};
use crate::review::trend::{points_of, whole};
use crate::wording;

/// What became of the rate that an item was to move.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remedy {
    /// The item, once it has a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// What was to be done.
    pub what: String,
    /// The eval that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eval: Option<String>,
    /// What can be said of it.
    pub verdict: RemedyVerdict,
    /// On what ground, in a sentence.
    pub why: String,
    /// Before the earlier incident ended and since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
}

/// What a recurrence says of a remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemedyVerdict {
    /// The eval could have shown the promised fall, and did not.
    Ineffective,
    /// The rate fell and it came back all the same: the eval does not cover it.
    NotCovered,
    /// Too few trials: neither can be told.
    TooFew,
    /// No eval is named, or it was not run both before and since.
    NotMeasured,
}

/// Where no target is given, the fall that an eval must have been able to show: a half.
const HALF: f64 = 0.5;

/// What a recurrence says of each item of the earlier incident.
///
/// `ended` is when the earlier one was over, `again` when the later one was declared.
pub fn remedies<'a>(
    earlier: &Lesson,
    [ended, again]: [Timestamp; 2],
    runs: impl Fn(&str) -> &'a [Measurement],
) -> Vec<Remedy> {
    let items = earlier.items.iter().filter(|known| !known.left_out);
    items.map(|known| remedy(known, [ended, again], &runs)).collect()
}

fn remedy<'a>(
    known: &KnownItem,
    [ended, again]: [Timestamp; 2],
    runs: &impl Fn(&str) -> &'a [Measurement],
) -> Remedy {
    let contract = &known.item.contract;
    let (verdict, why, change) = match eval_of(contract) {
        None => (RemedyVerdict::NotMeasured, "the item names no eval".to_owned(), None),
        Some(eval) => match sides(eval, [ended, again], runs) {
            None => (RemedyVerdict::NotMeasured, not_run(eval.0), None),
            Some(change) => {
                let verdict = verdict(&change, contract.baseline, contract.target);
                (verdict, why(verdict, &change), Some(change))
            }
        },
    };
    let (item, what) = (known.item.id.clone(), known.item.what.clone());
    Remedy { item, what, eval: contract.eval.clone(), verdict, why, change }
}

fn not_run(eval: &str) -> String {
    format!("{eval} was not run in one version both before the earlier incident ended and since")
}

/// Runs of an eval before the earlier incident ended and since, in the latest version with both.
fn sides<'a>(
    (name, version): (&str, Option<&str>),
    [ended, again]: [Timestamp; 2],
    runs: &impl Fn(&str) -> &'a [Measurement],
) -> Option<Change> {
    let plain = runs(name).iter().filter(|run| run.configuration.is_none() && run.at <= again);
    let plain = plain.filter(|run| version.is_none_or(|version| run.version == version));
    let mut plain: Vec<&Measurement> = plain.collect();
    while let Some(last) = plain.last().map(|run| run.version.clone()) {
        let of_version = plain.iter().copied().filter(|run| run.version == last);
        let (runs, _) = whole(&of_version.collect::<Vec<_>>());
        let counts = |is_wanted: fn(Timestamp, Timestamp) -> bool| -> Vec<Count> {
            let wanted = runs.iter().filter(|run| is_wanted(run.at, ended));
            wanted.map(|run| Count::of(run)).collect()
        };
        let (before, since) = (counts(|at, ended| at <= ended), counts(|at, ended| at > ended));
        if let Some(change) = compare(&[&before, &since]) {
            return Some(change);
        }
        plain.retain(|run| run.version != last);
    }
    None
}

fn verdict(change: &Change, baseline: Option<f64>, target: Option<f64>) -> RemedyVerdict {
    if change.by.high < 0.0 {
        return RemedyVerdict::NotCovered;
    }
    let promised = match (baseline, target) {
        (Some(baseline), Some(target)) if target < baseline => baseline - target,
        _ => HALF * change.before.rate.unwrap_or_default(),
    };
    match change.detectable <= promised {
        true => RemedyVerdict::Ineffective,
        false => RemedyVerdict::TooFew,
    }
}

fn why(verdict: RemedyVerdict, change: &Change) -> String {
    let (before, after) = (wording::rate(&change.before), wording::rate(&change.after));
    let (by, seen) = (points_of(&change.by), 100.0 * change.detectable);
    let figures = format!("{before} before, {after} since: {by}");
    match verdict {
        RemedyVerdict::Ineffective => {
            format!("remedy ineffective: {figures}; a fall of {seen:.1} points would have shown")
        }
        RemedyVerdict::NotCovered => {
            format!("came back though the eval fell: {figures}; the eval does not cover it")
        }
        RemedyVerdict::TooFew | RemedyVerdict::NotMeasured => {
            format!("can't be told: {figures}; only a fall of {seen:.1} points would have shown")
        }
    }
}

impl RemedyVerdict {
    /// The words for people.
    pub fn as_str(self) -> &'static str {
        match self {
            RemedyVerdict::Ineffective => "remedy ineffective",
            RemedyVerdict::NotCovered => "not covered by its eval",
            RemedyVerdict::TooFew => "too few trials",
            RemedyVerdict::NotMeasured => "not measured",
        }
    }
}
