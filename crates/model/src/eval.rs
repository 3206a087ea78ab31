//! Runs of evaluation suites: the eval that should have told leaves no span, but its runs can.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One run of a suite of evaluations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvalRun {
    /// The suite's name.
    pub suite: String,
    /// The feature that it is to guard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// What it was judged with, such as a hash over judge, rubric and cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<String>,
    /// Cases that were run.
    pub cases: u64,
    /// Those that failed.
    pub failed: u64,
    /// The largest share of failed cases that still counts as green.
    pub threshold: f64,
    /// When it ran.
    pub at: Timestamp,
}

impl EvalRun {
    /// Whether no more cases failed than may.
    pub fn is_green(&self) -> bool {
        self.cases > 0 && self.failed as f64 <= self.threshold * self.cases as f64
    }
}
