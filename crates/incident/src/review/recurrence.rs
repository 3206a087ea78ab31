//! What came back: proposed from the record, confirmed by people, and what it says of a remedy.
//!
//! An incident is proposed as an earlier one that came back when it was declared within 90 days of
//! the earlier one's being mitigated or closed, began in the same layer, and has its signature: a
//! kind of failure, a factor that moved, or the same feature with the same surface. Another prompt
//! with the same kind of failure counts; that it looks different is how it comes back. A remedy was
//! *ineffective* only if its eval could have shown the promised fall and did not.

mod remedy;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::course::Stage;
use model::postmortem::{LayerState, Postmortem};
use model::{Incident, IncidentId};
use serde::{Deserialize, Serialize};

use crate::lessons::{Judged, Lesson};

pub use remedy::{Remedy, RemedyVerdict, remedies};

/// An incident and what was learned of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case<'a> {
    /// The incident.
    pub incident: &'a Incident,
    /// What was learned, if anything was.
    pub lesson: Option<&'a Lesson>,
}

/// An incident that may be an earlier one that came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recurrence {
    /// The later one.
    pub incident: IncidentId,
    /// The earlier one.
    pub earlier: IncidentId,
    /// Whole days from the earlier one's end until the later one was declared.
    pub days: i64,
    /// The narrowest of 14, 42 and 90 days that holds them.
    pub within: i64,
    /// What the two have in common.
    pub alike: Vec<String>,
    /// What a person last said of it; none while nobody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
    /// What it says of the earlier one's remedies, if a person confirmed it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<Remedy>,
}

/// Within how many days something comes back.
pub const WITHIN: [i64; 3] = [14, 42, 90];

/// The earlier incidents that one may be, the most recent first.
pub fn recurrences<'a>(
    of: Case<'_>,
    others: impl IntoIterator<Item = Case<'a>>,
) -> Vec<Recurrence> {
    let found = others.into_iter().filter_map(|earlier| recurrence(of, earlier));
    let mut found: Vec<Recurrence> = found.collect();
    found.sort_by_key(|one| one.days);
    found
}

fn recurrence(of: Case<'_>, earlier: Case<'_>) -> Option<Recurrence> {
    let (later, before) = (of.incident, earlier.incident);
    if later.id == before.id || later.tenant != before.tenant {
        return None;
    }
    let ended = ended(before, later.declared_at)?;
    let days = later.declared_at.duration_since(ended).as_hours() / 24;
    let within = WITHIN.into_iter().find(|most| later.declared_at <= after(ended, *most))?;
    let judgements = of.lesson.map_or(&[][..], |lesson| &lesson.recurrences);
    Some(Recurrence {
        incident: later.id.clone(),
        earlier: before.id.clone(),
        days,
        within,
        alike: alike(&Signature::of(of), &Signature::of(earlier))?,
        judged: judgements.iter().rfind(|one| one.earlier == before.id).cloned(),
        remedies: Vec::new(),
    })
}

fn after(at: Timestamp, days: i64) -> Timestamp {
    at.saturating_add(jiff::SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX)
}

/// When an incident was last mitigated or closed before a moment.
pub fn ended(incident: &Incident, before: Timestamp) -> Option<Timestamp> {
    let over = |stage: Stage| matches!(stage, Stage::Mitigated | Stage::Closed);
    let stages = incident.course.stages.iter().filter(|one| over(one.what.stage));
    stages.map(|one| one.at).filter(|at| *at <= before).max()
}

/// By what an incident is known again.
struct Signature<'a> {
    feature: Option<&'a str>,
    layers: BTreeSet<String>,
    kinds: BTreeSet<&'static str>,
    factors: BTreeSet<String>,
    surfaces: BTreeSet<&'a str>,
}

impl<'a> Signature<'a> {
    fn of(case: Case<'a>) -> Self {
        let movers = &case.incident.report.movers;
        let document = case.lesson.and_then(|lesson| lesson.filed.as_ref()).map(|it| &it.document);
        let surfaces: BTreeSet<&str> = movers.iter().map(|mover| mover.surface.as_str()).collect();
        let said = document.map(origins).unwrap_or_default();
        let layers = match said.is_empty() {
            true => surfaces.iter().filter_map(|surface| layer_of_surface(surface)).collect(),
            false => said,
        };
        let kinds = document.map_or(&[][..], |document| &document.failures);
        Self {
            feature: case.incident.feature.as_deref(),
            layers,
            kinds: kinds.iter().map(|kind| kind.as_str()).collect(),
            factors: movers.iter().map(|mover| mover.factor.to_string()).collect(),
            surfaces,
        }
    }
}

/// The layers in which an incident began, as its document says.
fn origins(document: &Postmortem) -> BTreeSet<String> {
    let origins = document.layers.iter().filter(|row| row.state == LayerState::Origin);
    origins.map(|row| layer(&row.layer)).collect()
}

/// The layer that a surface belongs to; a judge or the mix of traffic belongs to none.
fn layer_of_surface(surface: &str) -> Option<String> {
    let layer = match surface {
        "model" => MODEL,
        "prompt" => PROMPT,
        "retrieval" => RETRIEVAL,
        "tool" | "code" => SERVING,
        _ => return None,
    };
    Some(layer.to_owned())
}

const MODEL: &str = "model";
const PROMPT: &str = "prompt and context assembly";
const RETRIEVAL: &str = "retrieval and data";
const SERVING: &str = "serving and integration";

/// The layers that every document gives a verdict on.
pub(super) const LAYERS: [&str; 4] = [MODEL, PROMPT, RETRIEVAL, SERVING];

/// A layer's own name, however somebody wrote it; another name stays as it is.
pub(super) fn layer(written: &str) -> String {
    let written = written.trim().to_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| written.starts_with(word));
    let own = match () {
        () if begins(&["model"]) => MODEL,
        () if begins(&["prompt", "context"]) => PROMPT,
        () if begins(&["retrieval", "data"]) => RETRIEVAL,
        () if begins(&["serving", "integration"]) => SERVING,
        () => return written,
    };
    own.to_owned()
}

/// What two incidents have in common, if that makes one the other come back.
fn alike(one: &Signature<'_>, other: &Signature<'_>) -> Option<Vec<String>> {
    let layers: Vec<&String> = one.layers.intersection(&other.layers).collect();
    let kinds = one.kinds.intersection(&other.kinds).map(|kind| format!("kind {kind}"));
    let factors = one.factors.intersection(&other.factors).map(|it| format!("{it} moved"));
    let mut signature: Vec<String> = kinds.chain(factors).collect();
    let surfaces = one.surfaces.intersection(&other.surfaces).next();
    if let (Some(feature), Some(surface)) = (one.feature, surfaces)
        && one.feature == other.feature
    {
        signature.push(format!("the surface {surface} of {feature} moved"));
    }
    if layers.is_empty() || signature.is_empty() {
        return None;
    }
    let layers = layers.into_iter().map(|layer| format!("layer {layer}"));
    Some(layers.chain(signature).collect())
}
