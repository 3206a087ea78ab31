//! What the record can answer of the four questions.

use jiff::SignedDuration;
use model::course::Stage;
use model::{BehaviourRate, Incident};
use serde::{Deserialize, Serialize};

use super::{Answered, Graded, Rubric};
use crate::blast::Actions;
use crate::still::{Going, still};
use crate::wording;

/// How many runs there were in the minutes before now, and how they went.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// Over how many seconds.
    pub secs: i64,
    /// Their rate; runs whose outcome is not known stand beside.
    pub rate: BehaviourRate,
}

/// What the record says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known<'a> {
    /// The incident.
    pub incident: &'a Incident,
    /// The last minutes.
    pub last: Pace,
    /// As many minutes before those.
    pub before: Pace,
    /// What agents executed.
    pub actions: &'a Actions,
}

impl Pace {
    /// Runs, whatever came of them.
    pub fn runs(&self) -> u64 {
        self.rate.n + self.rate.unknown
    }

    /// How many in an hour, at this pace.
    pub fn per_hour(&self, runs: u64) -> f64 {
        runs as f64 * 3600.0 / self.secs.max(1) as f64
    }

    /// Over how long.
    pub fn length(&self) -> SignedDuration {
        SignedDuration::from_secs(self.secs)
    }
}

/// Answers from the record what it can answer.
pub fn grade(rubric: &Rubric, known: &Known) -> Graded {
    Graded {
        harm: Answered {
            grade: None,
            why: "no record tells what an answer does to whoever gets it: a person says".to_owned(),
        },
        spread: spread(rubric, known.incident),
        reversibility: reversibility(known.actions),
        ongoing: ongoing(known),
    }
}

fn spread(rubric: &Rubric, incident: &Incident) -> Answered {
    let outcome = &incident.report.outcome;
    if incident.run.is_some() {
        return Answered { grade: Some(1), why: "one run is on record".to_owned() };
    }
    let (Some(during), n) = (outcome.during.rate, outcome.during.n) else {
        let why = "no outcome of the time is known".to_owned();
        return Answered { grade: None, why };
    };
    let excess = (during - outcome.before.rate.unwrap_or(0.0)).max(0.0);
    let runs = (excess * n as f64).round() as u64;
    let reached = |place: usize| {
        runs >= 1 && (excess > rubric.spread.share[place] || runs >= rubric.spread.runs[place])
    };
    let grade = (0..3).rfind(|place| reached(*place)).map_or(0, |place| place as u8 + 1);
    let why =
        format!("{} of {n} labelled runs beyond the usual, {runs} runs", wording::percent(excess));
    Answered { grade: Some(grade), why }
}

fn reversibility(actions: &Actions) -> Answered {
    let (grade, why) = match actions {
        Actions { irreversible: 1.., open, .. } if *open > 0 => {
            (Some(3), format!("{} irreversible actions, {open} not seen to", actions.irreversible))
        }
        Actions { irreversible: 1.., .. } => {
            (Some(2), format!("{} irreversible actions, all seen to", actions.irreversible))
        }
        Actions { silent: 1.., .. } => {
            (None, format!("of {} tool calls nobody has said what they do outside", actions.silent))
        }
        Actions { reversible: 1.., .. } => {
            (Some(1), format!("{} actions that can be undone", actions.reversible))
        }
        Actions { unread: 1.., .. } => {
            (None, format!("{} runs were not read: there are too many", actions.unread))
        }
        Actions { .. } => (Some(0), "no bad run did anything outside".to_owned()),
    };
    Answered { grade, why }
}

fn ongoing(Known { incident, last, before, .. }: &Known) -> Answered {
    let stage = incident.course.stage();
    let minutes = wording::duration(last.length());
    let BehaviourRate { k: bad, n, unknown, .. } = last.rate;
    let these = format!("{bad} of {n} labelled runs of the last {minutes} are bad");
    let usual = wording::rate(&incident.report.outcome.before);
    let (grade, why) = match still(&incident.report, *last).state {
        _ if matches!(stage, Stage::Verified | Stage::Closed | Stage::Learned) => {
            (Some(0), format!("it is {stage}"))
        }
        Going::NoRuns => (None, format!("no run in the last {minutes}: nothing tells")),
        Going::Unlabelled => {
            (None, format!("none of {unknown} runs of the last {minutes} has a label"))
        }
        Going::Yes if bad >= 5 && bad >= 2 * before.rate.k => {
            (Some(3), format!("{these}, {} in those before", before.rate.k))
        }
        Going::Yes => (Some(2), these),
        Going::No => (Some(1), format!("{these}, as before it: {usual}")),
        Going::CantTell if bad == 0 => (Some(1), these),
        Going::CantTell => (None, format!("{these}: too few to tell from {usual} before it")),
    };
    Answered { grade, why }
}
