//! What a comparison of runs says for a change and against it.

use jiff::Timestamp;
use model::report::{SurfaceState, SurfaceVerdict};
use model::{Factor, Report};

use crate::changes::{KnownChange, Likeness, is_about, resembles};
use crate::suspects::{Asked, ScorePart};
use crate::wording;

/// What was found for a change.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The points, with reasons.
    pub(super) parts: Vec<ScorePart>,
    /// When a level that it made was first seen in the runs compared.
    pub(super) first_seen: Option<Timestamp>,
    /// The levels that the points rest on.
    pub(super) evidence: Vec<String>,
}

/// A level that moved, or got worse.
struct Moved<'a> {
    factor: &'a str,
    level: &'a str,
    first_seen: Option<Timestamp>,
    weight: f64,
    how: &'static str,
}

/// Points for a change that made a thing what the bad runs have.
const SAME_LEVEL: f64 = 5.0;

/// Points for a change of the thing that moved, of which it is not on record what it became.
const SAME_THING: f64 = 3.0;

/// Points for a change of the thing that moved which made it something else.
const OTHER_LEVEL: f64 = 1.0;

/// What a level that only may have got worse counts, to one that moved.
const MAY: f64 = 0.5;

/// What a new level counts that is not shown to go with the outcome.
const NEW: f64 = 0.3;

/// What a comparison says of a change.
pub(super) fn of(asked: Asked, known: &KnownChange) -> Found {
    let mut best: Option<(f64, Likeness, Moved)> = None;
    for moved in moved(asked.report) {
        let Some((points, likeness)) = points(asked, known, &moved) else { continue };
        if best.as_ref().is_none_or(|(most, ..)| points > *most) {
            best = Some((points, likeness, moved));
        }
    }
    match best {
        Some((points, likeness, moved)) => found(points, likeness, &moved, known),
        None => Found { parts: unmoved(asked, known), ..Found::default() },
    }
}

fn points(asked: Asked, known: &KnownChange, moved: &Moved) -> Option<(f64, Likeness)> {
    let says = &known.says;
    let factor = Factor::from(moved.factor);
    if asked.catalogue.change_of(&factor) != Some(says.surface) {
        return None;
    }
    if let Some(seen) = &known.seen {
        let also = seen.with.iter().any(|(name, _)| name == moved.factor);
        if seen.factor != moved.factor && !also {
            return None;
        }
    } else if !is_about(says.subject.as_deref(), &factor) {
        return None;
    }
    let likeness = likeness(known, moved);
    let points = match likeness {
        Likeness::Same => SAME_LEVEL,
        Likeness::Incomparable => SAME_THING,
        Likeness::Other => OTHER_LEVEL,
    };
    Some((points * moved.weight, likeness))
}

fn likeness(known: &KnownChange, moved: &Moved) -> Likeness {
    let also = known.seen.iter().flat_map(|seen| &seen.with);
    let also = also.filter(|(factor, _)| factor == moved.factor).map(|(_, level)| level);
    let made: Vec<&String> = known.says.after.iter().chain(also).collect();
    let mut levels = moved.level.split(" | ");
    // What flights show is what the runs have, in the same words.
    if known.seen.is_some() {
        return match levels.any(|level| made.iter().any(|made| *made == level)) {
            true => Likeness::Same,
            false => Likeness::Other,
        };
    }
    let all = levels.flat_map(|level| made.iter().map(move |made| resembles(made, level)));
    let all: Vec<Likeness> = all.collect();
    match () {
        () if all.contains(&Likeness::Same) => Likeness::Same,
        () if all.is_empty() || all.contains(&Likeness::Incomparable) => Likeness::Incomparable,
        () => Likeness::Other,
    }
}

fn found(points: f64, likeness: Likeness, moved: &Moved, known: &KnownChange) -> Found {
    let level = wording::level(moved.level);
    let thing = format!("{} = {level}", moved.factor);
    let why = match likeness {
        Likeness::Same => format!("it made {thing}, which {}", moved.how),
        Likeness::Incomparable => format!(
            "it is a change of {}, which {}; what it made of it can't be compared",
            moved.factor, moved.how
        ),
        Likeness::Other => format!(
            "it is a change of {}, but made it {}, and {thing} {}",
            moved.factor,
            wording::level(known.says.after.as_deref().unwrap_or("something else")),
            moved.how
        ),
    };
    let first_seen = moved.first_seen.filter(|_| likeness == Likeness::Same);
    let since = first_seen.map(|at| format!(", first seen {}", wording::moment(at)));
    let evidence = vec![format!("{thing}{}", since.unwrap_or_default())];
    Found { parts: vec![ScorePart { points, why }], first_seen, evidence }
}

/// Every level that speaks for a change, the strongest first.
fn moved(report: &Report) -> Vec<Moved<'_>> {
    let movers = report.movers.iter().flat_map(|mover| {
        mover.levels.iter().map(|(factor, level)| Moved {
            factor,
            level,
            first_seen: mover.first_seen,
            weight: 1.0,
            how: "moved with the outcome",
        })
    });
    let suspects = report.suspects.iter().flat_map(|suspect| {
        suspect.levels.iter().map(|(factor, level)| Moved {
            factor,
            level,
            first_seen: None,
            weight: MAY,
            how: "may have got worse",
        })
    });
    let new = report.factors.iter().filter(|shares| shares.since.is_some()).flat_map(|shares| {
        let is_new = |level: &str| shares.before.levels.iter().all(|count| count.level != level);
        let levels = shares.during.levels.iter().filter(move |count| is_new(&count.level));
        levels.map(|count| Moved {
            factor: &shares.factor,
            level: &count.level,
            first_seen: shares.since,
            weight: NEW,
            how: "is new in the incident's window",
        })
    });
    movers.chain(suspects).chain(new).collect()
}

/// What the verdict on its surface says of a change of which nothing moved.
fn unmoved(asked: Asked, known: &KnownChange) -> Vec<ScorePart> {
    let is_of = |verdict: &&SurfaceVerdict| {
        asked.catalogue.surfaces.iter().any(|surface| {
            surface.name == verdict.surface
                && (surface.change == known.says.surface
                    || surface.families.iter().any(|it| it.change == Some(known.says.surface)))
        })
    };
    let Some(verdict) = asked.report.surfaces.iter().find(is_of) else { return Vec::new() };
    let (points, says) = match verdict.verdict {
        SurfaceState::Identical => (-3.0, "is shown to be identical"),
        SurfaceState::Bounded => (-2.0, "can have contributed little"),
        SurfaceState::Moved => (0.0, "moved, but not by what this changed"),
        SurfaceState::Unknown => return Vec::new(),
    };
    let why = format!("its surface, {}, {says}: {}", verdict.surface, verdict.why);
    vec![ScorePart { points, why }]
}
