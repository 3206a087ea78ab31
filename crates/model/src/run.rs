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
    /// How far the record had come, so that what came later shows as unsettled.
    pub through: Through,
}

/// How far into one day's record a settlement has looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Through {
    /// The last step of the trace, as the store numbers it.
    pub step: i64,
    /// The last label about the trace.
    pub label: i64,
}
