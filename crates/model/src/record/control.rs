//! What checks, judges and steers: memory, evaluations, guardrails, approvals, switches.

use serde::{Deserialize, Serialize};

/// What was announced before it was done, by fingerprints of what was said.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Intended {
    /// To what it was to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// By which authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// What was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_for: Option<String>,
}

/// What was remembered or recalled.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// The store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    /// The entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// How many entries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<u64>,
}

/// What a judge found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Evaluation {
    /// What was judged: `tone`, `faithfulness`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// The verdict in a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// A hash over judge, rubric and threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judge_config: Option<String>,
    /// The model that judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judge_model: Option<String>,
    /// Person, model or code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judge_kind: Option<String>,
}

/// What a guardrail decided, and what was done about it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Guardrail {
    /// The guardrail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it found: `allow`, `deny`, `modify`, `warn`, `escalate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// What was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The policy it enforces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// That policy's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_version: Option<String>,
}

/// Whether somebody allowed an action.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Approval {
    /// Requested, granted, denied or expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approver: Option<String>,
    /// The policy that asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// A hash of the very arguments that were allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params_hash: Option<String>,
}

/// Rules and switches in force.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Control {
    /// The version of the policies in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_version: Option<String>,
    /// The choice a router made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub router: Option<String>,
    /// Why it made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub router_reason: Option<String>,
    /// Feature flags and the variants they had.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<FeatureFlag>,
}

/// A feature flag and what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureFlag {
    /// Which flag.
    pub key: String,
    /// The variant, or the value where there is no variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}
