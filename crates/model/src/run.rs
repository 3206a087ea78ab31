//! A run: one task for somebody; a root span and everything under it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::factor::Seen;
use crate::id::{RunId, TraceId};
use crate::outcome::Outcome;

/// A settled run: the narrow row that every comparison reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Which run.
    pub id: RunId,
    /// The AI feature it belongs to.
    pub feature: String,
    /// Start of its root, or of its earliest step.
    pub started: Timestamp,
    /// End of its latest step.
    pub ended: Timestamp,
    /// How it ended, as far as is known.
    pub outcome: Outcome,
    /// When its outcome was stated; none where the run states it itself, or nobody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labelled: Option<Timestamp>,
    /// A number that it shares with the runs of the same conversation; none if it names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<u32>,
    /// How many steps it has.
    pub steps: u32,
    /// What it ran under. A factor may stand here at several levels.
    pub levels: Vec<Seen>,
}

/// The runs of a trace as they stand at one moment. A later settlement replaces an earlier one.
#[derive(Debug, Clone, PartialEq)]
pub struct Settlement {
    /// The trace.
    pub trace: TraceId,
    /// Its runs.
    pub runs: Vec<Run>,
    /// Whether its payload stays.
    pub payload: Payload,
    /// How far the record had come, so that what came later shows as unsettled.
    pub through: Through,
}

/// What was decided of a trace's payload: for the whole of it or none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Payload {
    /// Whether it stays.
    pub keep: Keep,
    /// The share of such traces whose payload stays; 1 where there is a reason to keep all.
    pub rate: f64,
}

/// Why a payload stays or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// It does something to the world outside, or may.
    SideEffect,
    /// Something failed, or the outcome is bad.
    Error,
    /// It used far more than its like.
    Outlier,
    /// A guardrail stepped in.
    Guardrail,
    /// The settings keep all of this tenant's or feature's.
    Always,
    /// Its turn, at the rate.
    Sampled,
    /// Not its turn: the payload goes.
    Dropped,
}

impl Default for Payload {
    fn default() -> Self {
        Self { keep: Keep::Always, rate: 1.0 }
    }
}

/// How far into one day's record a settlement has looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Through {
    /// The newest day that holds something of the trace, counted from 1970.
    pub day: i32,
    /// The last step of the trace, as the store numbers it.
    pub step: i64,
    /// The last label about the trace.
    pub label: i64,
}
