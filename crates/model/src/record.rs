//! The record of a step: everything that fed one decision, in one form whatever library sent it.
//!
//! The cast: a [`Record`] says what was done and, in groups, under which conditions; [`Usage`]
//! counts its tokens; [`Missing`] lists what should be there and is not, each with the attribute
//! that would fill it. A model call has a [`ModelUsed`] and the groups of its input bundle; a tool
//! call has a [`ToolUsed`]; the others have what their kind has.
//!
//! Absent means not recorded. Nothing is filled in from a guess: a model that no answer names stays
//! unnamed, whatever was asked for.

mod control;
mod ending;
mod missing;
mod usage;

use serde::{Deserialize, Serialize};

pub use control::{Approval, Control, Evaluation, FeatureFlag, Guardrail, Intended, Memory};
pub use ending::{Ending, Stop};
pub use missing::{Missing, Why};
pub use usage::{Convention, Counted, Usage, UsageFlag};

use crate::step::{Effect, StepKind, ToolCall};

/// What one step did and under which conditions, as far as that is on record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What was being done.
    pub kind: StepKind,
    /// The vocabulary in which it was told.
    pub dialect: Dialect,
    /// The operation, by its name in the OpenTelemetry conventions where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The agent that acted.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub agent: Agent,
    /// The conversation it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// Where it ran.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub place: Place,
    /// Of a model call: which model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelUsed>,
    /// Of a model call: the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Prompt>,
    /// Of a model call: the tools it was offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Toolset>,
    /// How what the model reads was put together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
    /// Of a search: what was searched and found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieval: Option<Retrieval>,
    /// Of a model call: what it was asked with, and whether somebody chose it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// Tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Money, where the client says how much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// Why the model stopped, one for each choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endings: Vec<Ending>,
    /// Of an answer that came in pieces: when the first came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<Stream>,
    /// What the model wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Whether its status was an error.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
    /// What went wrong, by its type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Of a tool call: the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<ToolUsed>,
    /// What was announced before it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intended>,
    /// What was remembered or recalled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// What judges found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evaluations: Vec<Evaluation>,
    /// What a guardrail decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardrail: Option<Guardrail>,
    /// Whether somebody allowed an action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// Rules and switches in force.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub control: Control,
    /// How many fields a record of this kind should have.
    pub expected: usize,
    /// Which of them are not on record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
}

/// A vocabulary in which clients tell of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// Langfuse's SDK.
    Langfuse,
    /// OpenInference.
    Openinference,
    /// The Vercel AI SDK.
    Vercel,
    /// Pydantic AI and Logfire.
    Pydantic,
    /// OpenLLMetry, also called Traceloop.
    Openllmetry,
    /// Laminar.
    Laminar,
    /// The OpenTelemetry GenAI conventions as they are now.
    Genai,
    /// The same in version 1.41.
    #[serde(rename = "genai_1_41")]
    Genai141,
    /// The same up to version 1.36.
    #[serde(rename = "genai_1_36")]
    Genai136,
    /// The same before they had message events.
    GenaiEarly,
    /// Mayday's own attributes alone.
    Mayday,
    /// None that is known.
    Unknown,
}

/// The agent that acted.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Agent {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its id where it is hosted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// Where a step ran.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// The service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The version of its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Production, staging, a laptop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// Which model was asked, and which one answered.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelUsed {
    /// Whose model, by its name in the OpenTelemetry conventions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The model asked for, often an alias.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested: Option<String>,
    /// The model that answered, as the answer says. Never taken from the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub served: Option<String>,
    /// The provider's own fingerprint of what answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The answer's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// Where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The class of service it was answered in, else the one asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<String>,
    /// Which of the provider's interfaces was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
}

/// The prompt of a model call. Fingerprints are the first 128 bits of a SHA-256.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Prompt {
    /// Its own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its own version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The client's own hash of the template it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Fingerprint of the system text with dates, numbers and ids masked; `none` if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skeleton: Option<String>,
    /// Fingerprint with dates and times masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undated: Option<String>,
    /// Fingerprint of the exact system text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// How many messages the model read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<usize>,
}

/// The tools a model was offered.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Toolset {
    /// The hash over all of them, by name and whatever their order; else the client's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Each of them, in the order offered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offered: Vec<ToolOffered>,
}

/// A tool that a model could call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolOffered {
    /// Its name.
    pub name: String,
    /// Hash of its definition in canonical JSON (RFC 8785).
    pub schema: String,
}

/// How what the model reads was put together.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Context {
    /// The rule by which it is cut, and its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Tokens before it was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_before: Option<u64>,
    /// Tokens after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_after: Option<u64>,
    /// Ids of the segments that were dropped.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<String>,
    /// Whether the history was replaced by something shorter.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub compacted: bool,
}

/// What was searched, and what was found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Retrieval {
    /// The index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// The build of it that was searched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// The model that made its vectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedding_model: Option<String>,
    /// Fingerprint of what was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// How many documents were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u64>,
    /// What was found, in order of rank.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
}

/// A document that a search found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Document {
    /// Its place in what was found, from 1.
    pub rank: usize,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How well it fitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Fingerprint of what it said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// A parameter of a model call: the effective value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name: `temperature`, `top_p`.
    pub name: String,
    /// Its value, as text.
    pub value: String,
    /// Whether somebody chose it.
    pub source: Chosen,
}

/// Who chose a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chosen {
    /// The caller, in the request.
    Explicit,
    /// Nobody: it is the default of a framework or provider.
    Default,
}

/// Money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// How much.
    pub amount: f64,
    /// In which currency (ISO 4217); dollars where the dialect says no other.
    pub currency: String,
    /// Who reckoned it: the provider, or the client from a list of prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// What a model wrote.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Answer {
    /// How many messages, one for each choice.
    pub messages: usize,
    /// The tools it asks for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<ToolCall>,
}

/// An answer that came in pieces.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Stream {
    /// Seconds until the first piece.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_chunk_secs: Option<f64>,
}

/// A tool that was called.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ToolUsed {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The id that joins the call to what the model asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// Function, extension, data store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// What it does to the world outside.
    pub effect: Effect,
    /// The key under which the same action is done only once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// Ids of what it touched outside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub touched: Vec<String>,
    /// Shape of its arguments: key paths and types.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<String>,
    /// Shape of its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
}

impl Record {
    /// The share of the fields it should have that are there, from 0 to 1.
    pub fn completeness(&self) -> f64 {
        match self.expected {
            0 => 1.0,
            expected => 1.0 - self.missing.len() as f64 / expected as f64,
        }
    }
}

impl Dialect {
    /// Its name, for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Dialect::Langfuse => "Langfuse",
            Dialect::Openinference => "OpenInference",
            Dialect::Vercel => "Vercel AI SDK",
            Dialect::Pydantic => "Pydantic AI",
            Dialect::Openllmetry => "OpenLLMetry",
            Dialect::Laminar => "Laminar",
            Dialect::Genai => "OpenTelemetry GenAI",
            Dialect::Genai141 => "OpenTelemetry GenAI 1.41",
            Dialect::Genai136 => "OpenTelemetry GenAI up to 1.36",
            Dialect::GenaiEarly => "OpenTelemetry GenAI, early",
            Dialect::Mayday => "Mayday's own attributes",
            Dialect::Unknown => "unknown",
        }
    }
}

fn is_empty<T: Default + PartialEq>(group: &T) -> bool {
    *group == T::default()
}
