//! The first card: what somebody woken at night has to know before any cause is known.
//!
//! Does it still happen? Is anything being done that can't be taken back? How old is what is seen,
//! and did the ruler move? Who has it, what was tried, what worked the last time, what follows if
//! nothing is done, and may whoever reads this act? Each line stands alone, and says what it can't
//! tell.

#[cfg(test)]
mod tests;
mod words;

use jiff::Timestamp;
use model::course::{AttemptResult, Duty};
use model::report::SurfaceState;
use model::{Incident, Interval, Report, Severity, Stage, Verdict};
use serde::{Deserialize, Serialize};

use crate::blast::Actions;
use crate::nearest::Nearest;
use crate::severity::Pace;
use crate::still::{Still, still};

pub use words::{Row, Tone};

/// What the card is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs<'a> {
    /// The incident.
    pub incident: &'a Incident,
    /// Now.
    pub now: Timestamp,
    /// Runs of the last minutes.
    pub last: Pace,
    /// How old what is seen is.
    pub fresh: Freshness,
    /// What agents executed.
    pub actions: Actions,
    /// The nearest past incident.
    pub nearest: Option<Nearest>,
    /// Who reads it.
    pub you: You,
}

/// How old what is seen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Freshness {
    /// When the newest run began that is on record.
    pub newest_run: Option<Timestamp>,
    /// When the newest run began whose outcome is known.
    pub newest_label: Option<Timestamp>,
    /// Traces that wait to become runs.
    pub waiting: u64,
    /// When traces became runs last.
    pub settled: Option<Timestamp>,
}

/// Who reads the card, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct You {
    /// Who.
    pub name: String,
    /// What they may do in an incident.
    pub may: Vec<String>,
    /// What they may not.
    pub may_not: Vec<String>,
}

/// The first card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// As of when.
    pub now: Timestamp,
    /// How far the incident has come.
    pub stage: Stage,
    /// How bad it is said to be.
    pub severity: Option<Severity>,
    /// Whether it still happens, weighed against the time before it was declared.
    pub still: Still,
    /// What is done that can't be taken back.
    pub actions: Actions,
    /// How old what is seen is.
    pub fresh: Freshness,
    /// Whether the way of judging moved.
    pub ruler: Ruler,
    /// Who has seen it, and when first.
    pub acknowledged: Option<(Timestamp, String)>,
    /// Who has which duty.
    pub duties: Vec<(Duty, Option<String>)>,
    /// What was tried, in order.
    pub tried: Vec<Attempted>,
    /// The nearest past incident.
    pub nearest: Option<Nearest>,
    /// What follows if nothing is done.
    pub otherwise: Otherwise,
    /// Who reads it.
    pub you: You,
}

/// Whether the way of judging moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruler {
    /// Whether it did; none if that can't be told.
    pub moved: Option<bool>,
    /// On what ground.
    pub why: String,
}

/// Something that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempted {
    /// When it was told.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Through what, and what.
    pub what: String,
    /// What came of it.
    pub result: AttemptResult,
}

/// What follows if nothing is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Otherwise {
    /// Bad runs an hour, with the 95 % interval of their rate; none if there is no run.
    pub bad_per_hour: Option<Interval>,
    /// What that rests on.
    pub basis: String,
}

/// Labelled runs of the last minutes from which on their own rate is carried forward.
const ENOUGH: u64 = 20;

/// Makes the card.
pub fn card(inputs: Inputs) -> Card {
    let Inputs { incident, now, last, fresh, actions, nearest, you } = inputs;
    let course = &incident.course;
    let report = incident.looks.last().map_or(&incident.report, |look| &look.report);
    let first = course.acknowledged.first();
    let declared = (incident.declared_at, &incident.declared_by);
    let declared = course.declared_by_person.then_some(declared);
    let duty = |duty| (duty, course.on(duty).map(str::to_owned));
    let tried = course.attempts.iter().map(|tried| Attempted {
        at: tried.told.at,
        by: tried.told.by.clone(),
        what: format!("{}: {}", tried.told.what.channel, tried.told.what.what),
        result: tried.told.what.result,
    });
    Card {
        now,
        stage: course.stage(),
        severity: course.severity(),
        still: still(&incident.report, last),
        actions,
        fresh,
        ruler: ruler(report),
        acknowledged: first
            .map(|one| (one.at, &one.by))
            .or(declared)
            .map(|(at, by)| (at, by.clone())),
        duties: [Duty::Lead, Duty::Investigator, Duty::Comms, Duty::Scribe].map(duty).to_vec(),
        tried: tried.collect(),
        nearest,
        otherwise: otherwise(last, report),
        you,
    }
}

fn ruler(report: &Report) -> Ruler {
    if report.verdict == Verdict::Measurement {
        return Ruler { moved: Some(true), why: report.why.clone() };
    }
    if report.labelling.is_some_and(|labelling| labelling.moved) {
        let why = "labelling changed so far that the rise is not proven".to_owned();
        return Ruler { moved: Some(true), why };
    }
    let Some(surface) = report.surfaces.iter().find(|surface| surface.surface == "eval") else {
        return Ruler { moved: None, why: "no judge is on record".to_owned() };
    };
    let moved = match surface.verdict {
        SurfaceState::Moved => Some(true),
        SurfaceState::Identical | SurfaceState::Bounded => Some(false),
        SurfaceState::Unknown => None,
    };
    Ruler { moved, why: surface.why.clone() }
}

/// Carries the pace of the last minutes forward: at their own rate where enough of them have a
/// label, else at the rate of the incident.
fn otherwise(last: Pace, report: &Report) -> Otherwise {
    let minutes = crate::wording::duration(last.length());
    let (rate, whose) = match last.rate.n >= ENOUGH {
        true => (last.rate, format!("the rate of the last {minutes}")),
        false => (report.outcome.during, "the rate of the incident".to_owned()),
    };
    let per_hour = last.per_hour(last.runs());
    match rate.rate {
        Some(share) if last.runs() > 0 => Otherwise {
            bad_per_hour: Some(Interval {
                est: per_hour * share,
                low: per_hour * rate.low,
                high: per_hour * rate.high,
            }),
            basis: format!("{per_hour:.0} runs an hour as in the last {minutes}, at {whose}"),
        },
        _ => Otherwise {
            bad_per_hour: None,
            basis: format!("no run in the last {minutes}, or no known outcome: nothing tells"),
        },
    }
}
