//! Suspects: changes and notices before the onset, by what speaks for and against each.
//!
//! A rank is an order in which to look, and never a cause. Every point has its reason in words;
//! the points are ours, and so is the order they give. What `moved` found weighs most: a change
//! that made a thing what the bad runs have. Then where it holds, and how long before the onset it
//! began to matter, looking back over a long weekend and more: an edit of Thursday, that nobody
//! was there to see, ranks before a deployment of Sunday that touches nothing that moved.

mod evidence;
mod notices;

use jiff::{SignedDuration, Timestamp};
use model::change::ChangeScope;
use model::report::ChosenBy;
use model::{Catalogue, ChangeSurface, Report};
use serde::{Deserialize, Serialize};

use crate::changes::{KnownChange, covers};
use crate::wording;

pub use notices::NoticeSeen;

/// Something that was changed or announced before the onset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suspect {
    /// What: `chg_…` or `ntc_…`.
    pub what: String,
    /// How it is known.
    pub kind: SuspectKind,
    /// What it alters, if it is known.
    pub surface: Option<ChangeSurface>,
    /// One line.
    pub summary: String,
    /// Who made it, as far as anybody said.
    pub by: Option<String>,
    /// When it was made or announced.
    pub introduced: Timestamp,
    /// When it took effect, as was said or as flights show.
    pub activated: Option<Timestamp>,
    /// The sum of the points.
    pub score: f64,
    /// What speaks for it and against it.
    pub parts: Vec<ScorePart>,
    /// What that rests on: levels, changes that flights show.
    pub evidence: Vec<String>,
}

/// How a suspect is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspectKind {
    /// Somebody recorded it.
    Recorded,
    /// Nobody did; flights show it.
    Unlogged,
    /// A provider announced it.
    Notice,
}

/// A reason, and what it counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScorePart {
    /// Points for it, or against it.
    pub points: f64,
    /// The reason.
    pub why: String,
}

/// What suspects are wanted for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The feature.
    pub feature: Option<&'a str>,
    /// What moved.
    pub report: &'a Report,
    /// When it was declared: the end, where no onset is known.
    pub declared: Timestamp,
    /// Which factor belongs to which surface.
    pub catalogue: &'a Catalogue,
}

/// How far back is looked.
pub const LOOK_BACK: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How far the first sighting of a change may come after the onset's latest moment.
const SLACK: SignedDuration = SignedDuration::from_mins(5);

/// From when on a change counts as latent before it took effect.
const LATENT_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// Suspects that are listed.
const MOST_LISTED: usize = 20;

/// Points by how long before the onset something began to matter: to this many hours, so many.
const BY_HOURS: [(i64, f64); 4] = [(24, 2.0), (96, 1.25), (7 * 24, 0.75), (14 * 24, 0.25)];

/// Environments in which nobody is harmed.
const HARMLESS: [&str; 6] = ["staging", "stage", "dev", "development", "test", "preview"];

/// Ranks what was changed or announced before the onset, the likeliest place to look first.
pub fn rank(asked: Asked, changes: &[KnownChange], notices: &[NoticeSeen]) -> Vec<Suspect> {
    let recorded = changes.iter().filter(|known| known.explained_by.is_none());
    let suspects = recorded.filter_map(|known| of_change(asked, known, changes));
    let announced = notices.iter().filter_map(|seen| notices::suspect(asked, seen));
    let mut suspects: Vec<Suspect> = suspects.chain(announced).collect();
    suspects.sort_by(|a, b| {
        let began = |it: &Suspect| it.activated.unwrap_or(it.introduced);
        b.score.total_cmp(&a.score).then(began(b).cmp(&began(a))).then(a.what.cmp(&b.what))
    });
    suspects.truncate(MOST_LISTED);
    suspects
}

fn of_change(asked: Asked, known: &KnownChange, all: &[KnownChange]) -> Option<Suspect> {
    let says = &known.says;
    if asked.feature.is_some_and(|feature| !covers(&says.scope, feature)) {
        return None;
    }
    let shown = shown(known, all);
    let found = evidence::of(asked, known);
    let seen = shown.iter().map(|known| known.says.introduced).chain(found.first_seen).min();
    let began = seen.or(says.activated).unwrap_or(says.introduced);
    let time = asked.time(began)?;
    let mut parts = found.parts;
    parts.push(time);
    parts.extend(asked.scope(&says.scope));
    parts.extend(latent(says.introduced, seen.or(says.activated)));
    if says.surface == ChangeSurface::Prompt {
        let why = "edits of prompts are what most regressions come from (essay 25)".to_owned();
        parts.push(ScorePart { points: 0.25, why });
    }
    let unlogged = known.seen.is_some();
    let shown = shown.iter().filter(|_| !unlogged).map(|shown| {
        format!("{} shows it in flights since {}", shown.id, wording::moment(shown.says.introduced))
    });
    Some(Suspect {
        what: known.id.to_string(),
        kind: if unlogged { SuspectKind::Unlogged } else { SuspectKind::Recorded },
        surface: Some(says.surface),
        summary: says.summary.clone(),
        by: if unlogged { None } else { says.author.clone().or(Some(known.recorded_by.clone())) },
        introduced: says.introduced,
        activated: seen.or(says.activated),
        score: score(&parts),
        evidence: found.evidence.into_iter().chain(shown).collect(),
        parts,
    })
}

/// What flights show of a change: itself if nobody recorded it, else what it explains.
fn shown<'a>(known: &KnownChange, all: &'a [KnownChange]) -> Vec<&'a KnownChange> {
    let is_shown = |other: &&KnownChange| {
        let explains = other.explained_by.as_ref() == Some(&known.id);
        explains || (known.seen.is_some() && other.id == known.id)
    };
    all.iter().filter(is_shown).collect()
}

fn score(parts: &[ScorePart]) -> f64 {
    parts.iter().map(|part| part.points).sum()
}

fn latent(introduced: Timestamp, effect: Option<Timestamp>) -> Option<ScorePart> {
    let Some(effect) = effect else {
        let why = "when it took effect is not on record".to_owned();
        return Some(ScorePart { points: 0.0, why });
    };
    let waited = effect.duration_since(introduced);
    let why = format!("a latent change: made {} before it took effect", wording::duration(waited));
    (waited >= LATENT_AFTER).then_some(ScorePart { points: 0.0, why })
}

impl Asked<'_> {
    /// The latest moment at which something that mattered can have begun, and what that moment is.
    fn until(&self) -> (Timestamp, &'static str) {
        let windows = &self.report.windows;
        match self.report.onset {
            Some(onset) => (onset.latest, "the onset"),
            None if windows.chosen_by == ChosenBy::Halves => (self.declared, "the declaration"),
            None => (windows.incident.start, "the incident's window"),
        }
    }

    /// Points for how long before the onset something began to matter; none if that is after it,
    /// or too long ago.
    fn time(&self, began: Timestamp) -> Option<ScorePart> {
        let (until, what) = self.until();
        let before = until.duration_since(began);
        if before < -SLACK || before > LOOK_BACK {
            return None;
        }
        let hours = before.as_hours();
        let (_, points) = BY_HOURS.into_iter().find(|(most, _)| hours < *most)?;
        let (apart, side) = match before.is_negative() {
            true => (wording::duration(-before), "after the latest moment of"),
            false => (wording::duration(before), "before"),
        };
        let why = format!("began to matter {apart} {side} {what}, at {}", wording::moment(began));
        Some(ScorePart { points, why })
    }

    fn scope(&self, scope: &ChangeScope) -> Vec<ScorePart> {
        let mut parts = vec![match (self.feature, scope.features.is_empty()) {
            (Some(feature), false) => {
                ScorePart { points: 1.0, why: format!("it is said to hold for {feature}") }
            }
            _ => ScorePart { points: 0.25, why: "it holds for every feature".to_owned() },
        }];
        let environment = scope.environment.as_deref().unwrap_or_default().to_ascii_lowercase();
        if HARMLESS.contains(&environment.as_str()) {
            let why = format!("it is said to hold in {environment} only");
            parts.push(ScorePart { points: -2.0, why });
        }
        parts
    }
}

#[cfg(test)]
mod tests;
