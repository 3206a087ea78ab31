//! The clocks of an incident: when what happened, each computed from facts and never typed.
//!
//! A [`Clock`] has a [`Mark`], a [`Reading`] with its source, and the dates that people claim
//! [`beside`](Clock::beside) it. An incident has marks of its own, and those of each [`Cause`]: a
//! change lies still for days and bites later, so *introduced* and *activated* are two times. What
//! can't be read says why. [`lags`](mod@lags) tells how long things took.
//!
//! After a regression, what was reached before did not hold, and its clocks are open again.

mod causes;
pub mod lags;
mod marks;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use model::course::{CauseRole, ClaimAbout, ClaimState};
use model::time::SaidTime;
use model::{Incident, RunId};
use serde::{Deserialize, Serialize};

use crate::wording;

pub use lags::{Lag, LagName, Length, Reference};

/// A moment that a clock reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The cause was made.
    Introduced,
    /// The cause took effect.
    Activated,
    /// Behaviour changed.
    Onset,
    /// The first alert, signal or notice about it was heard.
    MachineDetected,
    /// A person knew.
    HumanAware,
    /// Somebody tried something.
    Acted,
    /// The harm did not go on.
    Contained,
    /// The cause was taken back or mended.
    Mitigated,
    /// A measurement showed that it was over.
    Verified,
}

/// What a clock says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// When, and where that is on record.
    At {
        /// The likeliest instant.
        at: Timestamp,
        /// The earliest that can't be ruled out.
        earliest: Timestamp,
        /// The latest.
        latest: Timestamp,
        /// Where that is on record.
        source: String,
    },
    /// Not known, and why.
    Unknown {
        /// Why not.
        why: String,
    },
}

/// A date that somebody claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    /// When, as they say.
    pub when: SaidTime,
    /// Who or what says so.
    pub source: String,
    /// How the claim stands.
    pub state: ClaimState,
    /// What was claimed.
    pub says: String,
}

/// One clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// What it reads.
    pub mark: Mark,
    /// What it says.
    pub reading: Reading,
    /// Dates that people claim for it, in the order in which they were claimed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Claimed>,
}

/// A cause, with its own clocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// What it is.
    pub what: String,
    /// What part it had; none of what only moved with the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<CauseRole>,
    /// How the claim stands; none of what only moved with the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ClaimState>,
    /// Who or what says so.
    pub source: String,
    /// The change or notice on record that it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_on: Option<String>,
    /// When it was made, and when it took effect.
    pub clocks: Vec<Clock>,
}

/// The clocks of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// Its own, in the order of [`Mark`].
    pub marks: Vec<Clock>,
    /// Those of its causes.
    pub causes: Vec<Cause>,
    /// How long things took.
    pub lags: Vec<Lag>,
}

/// What is known beside an incident's facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beside {
    /// Now: what goes on is counted until then.
    pub now: Timestamp,
    /// Of one run's harm: the run, and when it began.
    pub run: Option<(RunId, Timestamp)>,
}

/// Reads the clocks of an incident.
pub fn clocks(incident: &Incident, beside: Beside) -> Clocks {
    let causes = causes::of(incident);
    let mut marks = vec![
        causes::earliest(&causes, Mark::Introduced),
        causes::earliest(&causes, Mark::Activated),
    ];
    marks.extend(marks::of(incident, beside));
    for clock in &mut marks {
        clock.beside.extend(claimed(incident, clock.mark));
    }
    let lags = lags::of(&marks, incident, beside.now);
    Clocks { marks, causes, lags }
}

/// The dates that people claim for a mark. What was taken back is not told.
fn claimed(incident: &Incident, mark: Mark) -> Vec<Claimed> {
    let about = |one: &&model::course::Claimed| {
        one.made.what.about == ClaimAbout::Date
            && one.made.what.moment.as_deref() == Some(mark.as_str())
            && one.state() != ClaimState::Retracted
    };
    let claims = incident.course.claims.iter().filter(about);
    let said = claims.filter_map(|one| {
        Some(Claimed {
            when: one.made.what.when.clone()?,
            source: one.source().to_owned(),
            state: one.state(),
            says: one.made.what.says.clone(),
        })
    });
    said.collect()
}

impl Clocks {
    /// One of the incident's own clocks.
    pub fn mark(&self, mark: Mark) -> Option<&Clock> {
        self.marks.iter().find(|clock| clock.mark == mark)
    }

    /// How long something took.
    pub fn lag(&self, name: LagName) -> Option<&Lag> {
        self.lags.iter().find(|lag| lag.name == name)
    }
}

impl Clocks {
    /// Every clock in a line: its own, then those of each cause.
    pub fn told(&self) -> Vec<String> {
        let own = self.marks.iter().map(Clock::told);
        let of_causes = self.causes.iter().flat_map(|cause| {
            let role = cause.role.map_or("moved with it", CauseRole::as_str);
            cause.clocks.iter().map(move |clock| {
                format!("{} ({role}, {}): {}", cause.what, cause.source, clock.told())
            })
        });
        own.chain(of_causes).collect()
    }
}

impl Clock {
    /// The clock in a line, with the dates that are claimed for it.
    pub fn told(&self) -> String {
        let mut text = format!("{}: {}", self.mark.words(), self.reading);
        for Claimed { when, source, state, .. } in &self.beside {
            let zone = when.zone.as_ref().map_or(String::new(), |zone| format!(", told in {zone}"));
            let (at, state) = (wording::moment(when.at), state.as_str());
            text += &format!("; {source} says {at}{zone} ({state})");
        }
        text
    }

    fn new(mark: Mark, reading: Reading) -> Self {
        Self { mark, reading, beside: Vec::new() }
    }
}

impl Reading {
    fn exactly(at: Timestamp, source: impl Into<String>) -> Self {
        Self::At { at, earliest: at, latest: at, source: source.into() }
    }

    fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown { why: why.into() }
    }

    /// The likeliest instant, if one is known.
    pub fn at(&self) -> Option<Timestamp> {
        match self {
            Reading::At { at, .. } => Some(*at),
            Reading::Unknown { .. } => None,
        }
    }

    /// The earliest and the latest instant, if they are known.
    pub fn range(&self) -> Option<(Timestamp, Timestamp)> {
        match self {
            Reading::At { earliest, latest, .. } => Some((*earliest, *latest)),
            Reading::Unknown { .. } => None,
        }
    }
}

impl std::fmt::Display for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reading::Unknown { why } => write!(f, "unknown: {why}"),
            Reading::At { at, earliest, latest, source } if earliest == latest => {
                write!(f, "{} ({source})", wording::moment(*at))
            }
            Reading::At { at, earliest, latest, source } => {
                let (from, to) = (wording::clock(*earliest), wording::clock(*latest));
                write!(f, "{}, between {from} and {to} ({source})", wording::moment(*at))
            }
        }
    }
}

impl Mark {
    /// The word, as in JSON and in claims.
    pub fn as_str(self) -> &'static str {
        match self {
            Mark::Introduced => "introduced",
            Mark::Activated => "activated",
            Mark::Onset => "onset",
            Mark::MachineDetected => "machine_detected",
            Mark::HumanAware => "human_aware",
            Mark::Acted => "acted",
            Mark::Contained => "contained",
            Mark::Mitigated => "mitigated",
            Mark::Verified => "verified",
        }
    }

    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Mark::MachineDetected => "machine detected",
            Mark::HumanAware => "human aware",
            other => other.as_str(),
        }
    }
}
