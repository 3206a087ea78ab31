//! Action items: they tighten a distribution, and say which, from where and to where.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::inference::words;
use crate::id::ItemId;

/// Something to be done, with what will show that it helped.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ActionItem {
    /// The item, once the document it is in was filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<ItemId>,
    /// What is to be done.
    pub what: String,
    /// What kind of item it is.
    pub kind: ItemKind,
    /// The one who has to do it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// By when, as a date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// The layer it works on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
    /// How it will be shown that it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<String>,
    /// What it promises to move.
    pub contract: Contract,
    /// The inferences whose gap it closes, by their numbers from 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub closes: Vec<u32>,
    /// How it stands.
    pub state: ItemState,
}

/// What kind of item it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A case for a suite of evals.
    EvalCoverage,
    /// A check that does not ask a model.
    Guardrail,
    /// Another threshold for handing over.
    EscalationThreshold,
    /// Something else.
    #[default]
    Other,
}

/// What an item promises to move: a rate on a named eval, from a baseline to a target.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Contract {
    /// The eval, with its version; for a threshold, the class of actions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eval: Option<String>,
    /// The case in it, and cases that must stay as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<String>,
    /// Cases that a guardrail must let pass.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pass: Vec<String>,
    /// Failures now, as a share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<f64>,
    /// Failures at most, as a share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// For a threshold: after how many incidents it is looked at again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again_after: Option<u64>,
    /// The green run that closes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub green_run: Option<String>,
}

/// How an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// It is to be done.
    #[default]
    Open,
    /// It is done, and shown.
    Closed,
    /// It was done, and what it promised does not hold.
    Reopened,
}

words! {
    ItemKind {
        EvalCoverage = "eval_coverage",
        Guardrail = "guardrail",
        EscalationThreshold = "escalation_threshold",
        Other = "other",
    }
    ItemState { Open = "open", Closed = "closed", Reopened = "reopened" }
}
