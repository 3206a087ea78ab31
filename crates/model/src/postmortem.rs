//! The postmortem: a document of facts, with rows for what an agent inferred.
//!
//! The schema of the document is the schema of what an organisation can learn. A [`Postmortem`] has
//! the classic rows, the six fields, and any number of [`Inference`]s, each with the four fields of
//! the inference; an [`Attribution`] over four categories; a verdict for each layer; and
//! [`ActionItem`]s, which name an eval, a baseline and a target. What nobody has said yet is
//! absent, never blank. `docs/postmortem.md` writes the shape down, and how it reads as Markdown.

mod cause;
mod inference;
mod item;
mod schema;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use cause::{
    Attribution, Degree, FailureKind, HandoffCause, LayerRow, LayerState, Outside, Part,
};
pub use inference::{
    Correct, Inference, Inferred, InputChange, InputKind, KeptQuote, Missed, Quote, Reach,
};
pub use item::{ActionItem, Contract, ItemKind, ItemState};
pub use schema::schema;

use crate::course::{ClaimState, Severity};
use crate::fields::FieldState;
use crate::id::IncidentId;
use crate::incident::IncidentKind;
use crate::rate::BehaviourRate;

/// The version of the schema that is written.
pub const SCHEMA: u32 = 1;

/// A postmortem, as a machine drafted it and people completed it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Postmortem {
    /// The version of the schema; 0 for a document that was not written in it.
    pub schema: u32,
    /// The incident, if it is one of Mayday's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// One line.
    pub title: String,
    /// The feature concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// What kind of harm it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<IncidentKind>,
    /// Which surfaces moved; none if nobody said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<WhatMoved>,
    /// How bad it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// What happened, in a few sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub summary: Vec<Statement>,
    /// What it did, and to whom.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub impact: Vec<Statement>,
    /// What happened when.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<TimelineRow>,
    /// Who or what noticed, and how.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub detection: Vec<Statement>,
    /// The clocks of each cause.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<ClockRow>,
    /// Behaviour rates before, during and after.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<RateRow>,
    /// What made it possible; several may stand side by side.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Statement>,
    /// What is claimed and by whom, where people disagree.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<ClaimRow>,
    /// What stopped it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resolution: Vec<Statement>,
    /// Controls that worked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub worked: Vec<Statement>,
    /// Which variable moved: the six fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldLine>,
    /// What agents inferred: the failing one and responding ones, rightly or wrongly.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inferences: Vec<Inference>,
    /// Who has to mend it, over four categories.
    pub attribution: Attribution,
    /// Where it began, layer by layer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<LayerRow>,
    /// Kinds of failure, several at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<FailureKind>,
    /// What follows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ActionItem>,
    /// The runs it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceRow>,
    /// Findings that somebody takes as they are, for a while.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<Suppression>,
}

/// Which surfaces moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhatMoved {
    /// None: a stable system inferred or acted wrongly.
    Nothing,
    /// It can't be told.
    Unknown,
    /// These.
    Surfaces(Vec<String>),
}

/// A sentence, and where what it says is on record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Statement {
    /// The sentence.
    pub text: String,
    /// Where it is on record: `ledger: inc_…`, `flights: run_…`. A machine's always has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cite: Option<String>,
    /// Whether a program proposed it and no person took it over yet.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub proposed: bool,
}

/// A row of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimelineRow {
    /// When, as written: an instant, or a range where only that is known.
    pub at: String,
    /// What happened.
    pub what: String,
    /// Where it is on record.
    pub source: String,
}

/// A clock of a cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockRow {
    /// Of which cause; `incident` for the whole.
    pub cause: String,
    /// Which moment: `introduced`, `onset`, `contained`.
    pub moment: String,
    /// When, as written; none if it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Where it is on record, or why it is not known.
    pub source: String,
}

/// A behaviour rate before, during and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateRow {
    /// The rate of what.
    pub what: String,
    /// Before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<BehaviourRate>,
    /// During.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub during: Option<BehaviourRate>,
    /// After it was mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<BehaviourRate>,
}

/// A claim and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimRow {
    /// What is claimed.
    pub says: String,
    /// By whom.
    pub source: String,
    /// How it stands.
    pub state: ClaimState,
}

/// A line of the six fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldLine {
    /// The field's name for people: `Prompt revision`.
    pub field: String,
    /// The variable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// What it was before.
    pub before: String,
    /// What it was during.
    pub during: String,
    /// Whether that is a change; none if nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<FieldState>,
    /// On what ground; for an unknown, the reason.
    pub why: String,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// A run that it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRow {
    /// The run.
    pub run: String,
    /// How it ended.
    pub outcome: String,
    /// Why it is cited.
    pub role: String,
}

/// A finding that somebody takes as it is, for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suppression {
    /// The rule.
    pub rule: String,
    /// Why it does not hold here.
    pub because: String,
    /// Until when.
    pub until: Timestamp,
}

impl Statement {
    /// What a person wrote.
    pub fn told(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// What is on record.
    pub fn cited(text: impl Into<String>, cite: impl Into<String>) -> Self {
        Self { text: text.into(), cite: Some(cite.into()), proposed: false }
    }
}
