//! Drift: what many small changes amount to, and whether what is served is what was recorded.
//!
//! Ten small edits of a prompt are a large one that nobody reviewed. So edits are counted since a
//! person last looked, and so many of them, or such a part of the text, ask for another look.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{Catalogue, ChangeId, ChangeSurface, Factor};
use serde::{Deserialize, Serialize};

use crate::changes::{KnownChange, Likeness, covers, is_about, resembles};
use crate::wording;

/// What a surface of a feature has been through since a person last looked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftRow {
    /// The feature.
    pub feature: String,
    /// The surface.
    pub surface: ChangeSurface,
    /// When a person last looked; none if nobody has.
    pub reviewed: Option<Timestamp>,
    /// Edits since then, recorded or not.
    pub edits: u64,
    /// Those of them that nobody recorded.
    pub unlogged: u64,
    /// The part of the text that they changed together; none where the changes do not say.
    pub tokens_share: Option<f64>,
    /// Whether it is time for another look.
    pub due: bool,
    /// Why, in one line.
    pub why: String,
    /// The edits.
    pub changes: Vec<ChangeId>,
}

/// A variable and the level that most runs have now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serving {
    /// The feature.
    pub feature: String,
    /// The variable.
    pub factor: Factor,
    /// The level.
    pub level: String,
    /// Runs with it.
    pub runs: u64,
    /// Runs in which the variable is on record.
    pub of: u64,
}

/// A variable that is not served as the last change on record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mismatch {
    /// The feature.
    pub feature: String,
    /// The variable.
    pub factor: String,
    /// What most runs have.
    pub served: String,
    /// How many do.
    pub runs: u64,
    /// Of so many.
    pub of: u64,
    /// What the last change says that it is.
    pub recorded: String,
    /// That change.
    pub change: ChangeId,
    /// When it took effect, or was made.
    pub since: Timestamp,
}

/// Edits since the last look that ask for another.
const MOST_EDITS: u64 = 5;

/// The part of a text, changed since the last look, that asks for another.
const MOST_SHARE: f64 = 0.1;

/// Labels of a change that say how long the text was, and how much of it changed.
const TOKENS_BEFORE: &str = "tokens_before";
const TOKENS_CHANGED: &str = "tokens_changed";

/// Surfaces that are reviewed by what they have become; of the others each change stands alone.
const REVIEWED: [ChangeSurface; 9] = [
    ChangeSurface::Prompt,
    ChangeSurface::Model,
    ChangeSurface::Router,
    ChangeSurface::Tool,
    ChangeSurface::Retrieval,
    ChangeSurface::Judge,
    ChangeSurface::Parameters,
    ChangeSurface::Context,
    ChangeSurface::Guardrail,
];

/// What each surface of each feature has been through. A change that names no feature holds for
/// all of them.
pub fn rows(
    changes: &[KnownChange],
    features: &BTreeSet<String>,
    reviewed: impl Fn(&str, ChangeSurface) -> Option<Timestamp>,
) -> Vec<DriftRow> {
    let named = changes.iter().flat_map(|known| known.says.scope.features.iter());
    let features: BTreeSet<&String> = features.iter().chain(named).collect();
    let mut since: BTreeMap<(&str, ChangeSurface), Vec<&KnownChange>> = BTreeMap::new();
    for known in changes.iter().filter(|known| REVIEWED.contains(&known.says.surface)) {
        for feature in features.iter().filter(|feature| covers(&known.says.scope, feature)) {
            let is_new =
                reviewed(feature, known.says.surface).is_none_or(|at| known.recorded_at > at);
            if is_new && known.explained_by.is_none() {
                since.entry((feature.as_str(), known.says.surface)).or_default().push(known);
            }
        }
    }
    let row = |((feature, surface), edits): ((&str, ChangeSurface), Vec<&KnownChange>)| {
        row(feature, surface, reviewed(feature, surface), edits)
    };
    since.into_iter().map(row).collect()
}

fn row(
    feature: &str,
    surface: ChangeSurface,
    reviewed: Option<Timestamp>,
    mut edits: Vec<&KnownChange>,
) -> DriftRow {
    edits.sort_by_key(|known| (known.says.told_at(), known.id.clone()));
    let count = edits.len() as u64;
    let share = share(&edits);
    let since = match reviewed {
        Some(at) => format!("since the review at {}", wording::moment(at)),
        None => "and never a review".to_owned(),
    };
    let many = count >= MOST_EDITS;
    let much = share.is_some_and(|share| share >= MOST_SHARE);
    let text = share.map(|share| format!(", {} of the text", wording::percent(share)));
    let edits_word = if count == 1 { "edit" } else { "edits" };
    DriftRow {
        feature: feature.to_owned(),
        surface,
        reviewed,
        edits: count,
        unlogged: edits.iter().filter(|known| known.seen.is_some()).count() as u64,
        tokens_share: share,
        due: many || much,
        why: format!("{count} {edits_word}{} {since}", text.unwrap_or_default()),
        changes: edits.iter().map(|known| known.id.clone()).collect(),
    }
}

/// The part of a text that edits changed together, where they say so.
fn share(edits: &[&KnownChange]) -> Option<f64> {
    let number =
        |known: &KnownChange, label: &str| known.says.labels.get(label)?.parse::<u32>().ok();
    let before = edits.iter().find_map(|known| number(known, TOKENS_BEFORE))?;
    let changed: f64 =
        edits.iter().filter_map(|known| number(known, TOKENS_CHANGED)).map(f64::from).sum();
    (before > 0).then(|| changed / f64::from(before))
}

/// What is not served as the last change on record says. Changes whose `after` is no level (a
/// commit, a version of something else) can't be compared, and say nothing here.
pub fn mismatches(
    serving: &[Serving],
    changes: &[KnownChange],
    catalogue: &Catalogue,
) -> Vec<Mismatch> {
    let mut recorded: Vec<&KnownChange> =
        changes.iter().filter(|known| known.seen.is_none()).collect();
    recorded.sort_by_key(|known| std::cmp::Reverse(known.says.told_at()));
    serving.iter().filter_map(|served| mismatch(served, &recorded, catalogue)).collect()
}

fn mismatch(
    served: &Serving,
    latest_first: &[&KnownChange],
    catalogue: &Catalogue,
) -> Option<Mismatch> {
    let surface = catalogue.change_of(&served.factor)?;
    let about = latest_first.iter().filter(|known| {
        known.says.surface == surface
            && covers(&known.says.scope, &served.feature)
            && is_about(known.says.subject.as_deref(), &served.factor)
    });
    for known in about {
        let Some(after) = &known.says.after else { continue };
        match resembles(after, &served.level) {
            Likeness::Same => return None,
            Likeness::Incomparable => {}
            // Of a change that has not taken effect yet, nothing can be seen.
            Likeness::Other if known.says.activated.is_none() => {}
            Likeness::Other => {
                return Some(Mismatch {
                    feature: served.feature.clone(),
                    factor: served.factor.as_str().to_owned(),
                    served: served.level.clone(),
                    runs: served.runs,
                    of: served.of,
                    recorded: after.clone(),
                    change: known.id.clone(),
                    since: known.says.told_at(),
                });
            }
        }
    }
    None
}

#[cfg(test)]
mod tests;
