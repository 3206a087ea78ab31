//! Outcomes: good, bad or unknown; unknown never counts as good.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::content::Address;
use crate::id::{RunId, TraceId};
use crate::step::Pivot;

/// How a run ended for the person it was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It did what it was for.
    Good,
    /// It did not, or did harm.
    Bad,
    /// Nobody has said yet.
    #[default]
    Unknown,
}

/// What a label is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// This run.
    Run(RunId),
    /// All runs in this trace.
    Trace(TraceId),
    /// All runs in which something was named whose keyed hash this is.
    Pivot(Address),
}

/// An outcome as somebody states it, before the store has found out which runs it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What it is about.
    pub about: About,
    /// What was stated.
    pub outcome: Outcome,
    /// Who or what stated it: `thumbs`, `judge:tone`, `support`.
    pub source: String,
    /// When it was stated.
    pub at: Timestamp,
}

/// What a claim is about, in the words of whoever makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// This run.
    Run(RunId),
    /// All runs in this trace.
    Trace(TraceId),
    /// All runs in which this was named: an order, an account, a model's response.
    Pivot(Pivot),
}

/// An outcome that somebody or something stated after the fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// What it is about.
    pub subject: Subject,
    /// What was stated.
    pub outcome: Outcome,
    /// Who or what stated it: `thumbs`, `judge:tone`, `support`.
    pub source: String,
    /// When it was stated. Of several labels the latest counts.
    pub at: Timestamp,
}

impl Subject {
    /// The trace the subject lies in, if it names one.
    pub fn trace(&self) -> Option<TraceId> {
        match self {
            Subject::Run(run) => Some(run.trace),
            Subject::Trace(trace) => Some(*trace),
            Subject::Pivot(_) => None,
        }
    }

    /// Whether a run is meant, among labels that a store has found to concern the run's trace.
    pub fn covers(&self, run: &RunId) -> bool {
        match self {
            Subject::Run(subject) => subject == run,
            Subject::Trace(trace) => *trace == run.trace,
            Subject::Pivot(_) => true,
        }
    }
}

impl Outcome {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Good => "good",
            Outcome::Bad => "bad",
            Outcome::Unknown => "unknown",
        }
    }
}

impl FromStr for Outcome {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "good" => Ok(Outcome::Good),
            "bad" => Ok(Outcome::Bad),
            "unknown" => Ok(Outcome::Unknown),
            _ => Err(format!("`{text}` is no outcome: write good, bad or unknown")),
        }
    }
}
