//! The nearest past incident, and what worked there.

use jiff::Timestamp;
use model::course::{AttemptResult, Stage};
use model::report::Mover;
use model::{Incident, IncidentId};
use serde::{Deserialize, Serialize};

/// An earlier incident that is like this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nearest {
    /// Which one.
    pub incident: IncidentId,
    /// Its title.
    pub title: String,
    /// When it was declared.
    pub at: Timestamp,
    /// What it has in common with this one.
    pub alike: Vec<String>,
    /// What worked there: attempts, else what mitigated it. Empty if nothing on record did.
    pub worked: Vec<String>,
}

/// From how many points on an incident is like another.
const LIKE: u32 = 3;

/// The one among earlier incidents that is most like this one; of equals the latest.
pub fn nearest<'a>(
    incident: &Incident,
    others: impl IntoIterator<Item = &'a Incident>,
) -> Option<Nearest> {
    let earlier = others
        .into_iter()
        .filter(|other| other.id != incident.id && other.declared_at <= incident.declared_at);
    let like = earlier.map(|other| (alike(incident, other), other));
    let like = like.filter(|((points, _), _)| *points >= LIKE);
    let ((_, alike), other) =
        like.max_by_key(|((points, _), other)| (*points, other.declared_at))?;
    Some(Nearest {
        incident: other.id.clone(),
        title: other.title.clone(),
        at: other.declared_at,
        alike,
        worked: worked(other),
    })
}

/// How much two incidents have in common, and what.
fn alike(one: &Incident, other: &Incident) -> (u32, Vec<String>) {
    let (mut points, mut alike) = (0, Vec::new());
    if one.feature.is_some() && one.feature == other.feature {
        points += 3;
        alike.push(format!("the feature {}", one.feature.as_deref().unwrap_or_default()));
    }
    let movers = |incident: &'_ Incident| incident.report.movers.clone();
    let (mine, theirs): (Vec<Mover>, Vec<Mover>) = (movers(one), movers(other));
    let factor = mine.iter().find(|m| theirs.iter().any(|t| t.factor == m.factor));
    let surface = mine.iter().find(|m| theirs.iter().any(|t| t.surface == m.surface));
    if let Some(mover) = factor {
        points += 4;
        alike.push(format!("{} moved", mover.factor));
    } else if let Some(mover) = surface {
        points += 2;
        alike.push(format!("the surface {} moved", mover.surface));
    }
    if one.kind == other.kind {
        points += 1;
    }
    (points, alike)
}

fn worked(incident: &Incident) -> Vec<String> {
    let course = &incident.course;
    let attempts = course.attempts.iter().map(|tried| &tried.told.what);
    let attempts = attempts.filter(|tried| tried.result == AttemptResult::Worked);
    let worked: Vec<String> =
        attempts.map(|tried| format!("{}: {}", tried.channel, tried.what)).collect();
    if !worked.is_empty() {
        return worked;
    }
    let mitigated = course.stages.iter().rfind(|one| one.what.stage == Stage::Mitigated);
    mitigated.map(|one| one.what.because.clone()).into_iter().collect()
}
