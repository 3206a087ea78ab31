//! Runs of evaluation suites: the eval that should have told leaves no span, but its runs can.
//!
//! An [`EvalRun`] is a suite's verdict as its runner gives it. [`Measured`] is the same case by
//! case: what action items close by, and trends are drawn from. An [`Ablation`] swaps one part of
//! what a model was given: what "the prompt was the cause" must rest on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::MeasureId;
use crate::rate::BehaviourRate;

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

/// One run of an eval, case by case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Its number.
    pub id: MeasureId,
    /// The eval's name.
    pub eval: String,
    /// Its version: rates are compared within one version alone.
    pub version: String,
    /// The feature that it is to guard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// The version of the model that was measured.
    pub model: String,
    /// What else it ran under: of an incident's own, the name that its export gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<String>,
    /// The cases, each once, by name.
    pub cases: Vec<CaseResult>,
    /// The largest share of failed trials that still counts as green.
    pub threshold: f64,
    /// Whether only some of the eval's cases were run: then none is missed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// When it ran.
    pub at: Timestamp,
    /// Where it came from: `api`, `junit`, `promptfoo`, `otel`.
    pub source: String,
}

/// How a case went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseResult {
    /// The case's name within its eval.
    pub case: String,
    /// How often it was tried.
    pub n: u32,
    /// How often it failed.
    pub k: u32,
}

/// Trials with one part of what a model was given swapped, arm by arm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ablation {
    /// What was swapped: a factor, such as `prompt` or `model_served`.
    pub part: String,
    /// The arms: the first is the incident's own.
    pub arms: Vec<Arm>,
    /// Whether the cases were other ones than those of the incident.
    #[serde(default)]
    pub held_out: bool,
    /// Where the trials are on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// One arm of an ablation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// What stood in the part's place.
    pub level: String,
    /// Trials.
    pub n: u64,
    /// Those that failed.
    pub k: u64,
}

impl Measured {
    /// How often trials failed, over all cases.
    pub fn rate(&self) -> BehaviourRate {
        self.rate_of(|_| true)
    }

    /// The same over cases of some names.
    pub fn rate_of(&self, is_wanted: impl Fn(&str) -> bool) -> BehaviourRate {
        let wanted = self.cases.iter().filter(|one| is_wanted(&one.case));
        let (k, n) = wanted.fold((0, 0), |(k, n), one| (k + one.k, n + one.n));
        BehaviourRate::of(k.into(), n.into(), 0)
    }

    /// Whether a case of that name was tried.
    pub fn has(&self, case: &str) -> bool {
        self.cases.iter().any(|one| one.case == case && one.n > 0)
    }

    /// Whether no larger share of trials failed than may.
    pub fn is_green(&self) -> bool {
        self.rate().rate.is_some_and(|rate| rate <= self.threshold)
    }
}

impl EvalRun {
    /// Whether no more cases failed than may.
    pub fn is_green(&self) -> bool {
        self.cases > 0 && self.failed as f64 <= self.threshold * self.cases as f64
    }
}
