//! Steps: one span of a run each, in one canonical form whatever library sent it.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::content::Field;
use crate::factor::{Factor, Level, Seen};
use crate::id::{SpanId, TraceId};
use crate::outcome::{Claim, Outcome};
use crate::value::Attribute;

/// What an agent was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// An agent or a workflow was invoked.
    Agent,
    /// A model was called.
    Model,
    /// A tool was called.
    Tool,
    /// Something was looked up for the model to read.
    Retrieval,
    /// Text was turned into vectors.
    Embedding,
    /// A check allowed, changed or refused something.
    Guardrail,
    /// Something judged an answer.
    Evaluation,
    /// Something was remembered or recalled.
    Memory,
    /// What the model reads was cut or compacted.
    Context,
    /// Somebody was asked to allow an action.
    Approval,
    /// An action that can't be undone was announced before it happened.
    Intent,
    /// Anything else under a run: HTTP, a database, the user's own code.
    Other,
}

/// How a step came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// As a span.
    #[default]
    Span,
    /// As a log record: what it says is said about the step above it.
    Log,
}

/// What a step does to the world outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nobody has said.
    #[default]
    Unknown,
    /// It only reads.
    None,
    /// It can be undone.
    Reversible,
    /// It can't.
    Irreversible,
}

/// A name for something in the user's own world by which a run can be found: an order, an account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pivot {
    /// What kind of thing: `order`, `account`, `ticket`, `response`.
    pub kind: String,
    /// Which one. Stores keep only a keyed hash of it.
    pub value: String,
}

/// One span, as recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The trace it is in.
    pub trace: TraceId,
    /// The span it is; of a log record, an id made from what it says.
    pub span: SpanId,
    /// How it came.
    pub source: Source,
    /// The span above it, if any.
    pub parent: Option<SpanId>,
    /// What was being done.
    pub kind: StepKind,
    /// The span's name, as received.
    pub name: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; equal to `started` for a span still open.
    pub ended: Timestamp,
    /// Whether its status was an error.
    pub failed: bool,
    /// What it says about the run's conditions.
    pub traits: Traits,
    /// Metadata, as received.
    pub attributes: Vec<Attribute>,
    /// Attributes whose values are content.
    pub content: Vec<Field>,
    /// Who sent it: resource and scope attributes, shared by many steps.
    pub origin: Arc<[Attribute]>,
    /// Whom it is about. Stores keep only keyed hashes: what is read back has none.
    pub subjects: Vec<String>,
    /// What its run can be found by. Stores keep only keyed hashes: what is read back has none.
    pub pivots: Vec<Pivot>,
}

/// A step without its payload: all that run assembly needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    /// The span it is.
    pub span: SpanId,
    /// How it came.
    pub source: Source,
    /// The span above it.
    pub parent: Option<SpanId>,
    /// What was being done.
    pub kind: StepKind,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// Whether its status was an error.
    pub failed: bool,
    /// What it tells of its run.
    pub traits: Traits,
}

impl Effect {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Effect::Unknown => "unknown",
            Effect::None => "none",
            Effect::Reversible => "reversible",
            Effect::Irreversible => "irreversible",
        }
    }
}

impl Step {
    /// The step without its payload.
    pub fn sketch(&self) -> Sketch {
        self.sketch_with(self.traits.clone())
    }

    /// What stays of the step once its payload is given up.
    pub fn into_sketch(mut self) -> Sketch {
        let traits = std::mem::take(&mut self.traits);
        self.sketch_with(traits)
    }

    fn sketch_with(&self, traits: Traits) -> Sketch {
        Sketch {
            span: self.span,
            source: self.source,
            parent: self.parent,
            kind: self.kind,
            started: self.started,
            ended: self.ended,
            failed: self.failed,
            traits,
        }
    }
}

impl Sketch {
    /// Of versions of one step the highest counts, and of those the one that came last: what had
    /// ended goes before what had not, even if it took no time.
    pub fn rank(&self) -> (Timestamp, bool) {
        (self.ended, !self.traits.open)
    }
}

impl Traits {
    /// Takes in what else was said of the same step: what was not recorded may be by now.
    pub fn learn(&mut self, said: &Traits) {
        fn fill<T: Clone>(mine: &mut Option<T>, said: &Option<T>) {
            if mine.is_none() {
                mine.clone_from(said);
            }
        }
        fill(&mut self.feature, &said.feature);
        fill(&mut self.agent, &said.agent);
        fill(&mut self.service, &said.service);
        fill(&mut self.outcome, &said.outcome);
        fill(&mut self.tokens, &said.tokens);
        match (&mut self.prompt, &said.prompt) {
            (Some(mine), Some(said)) => {
                fill(&mut mine.name, &said.name);
                fill(&mut mine.skeleton, &said.skeleton);
                fill(&mut mine.undated, &said.undated);
                fill(&mut mine.text, &said.text);
            }
            (mine, said) => fill(mine, said),
        }
        self.calls_made.extend(said.calls_made.iter().cloned());
        self.calls_read.extend(said.calls_read.iter().cloned());
        self.results.extend(said.results.iter().cloned());
        self.learn_levels(&said.levels);
        self.guarded |= said.guarded;
        if self.effect == Effect::Unknown {
            self.effect = said.effect;
        }
    }

    /// A factor at a level is no longer unrecorded; one that is on record stays so.
    fn learn_levels(&mut self, said: &[Seen]) {
        let is_known = |seen: &Seen| matches!(seen.level, Level::Is(_));
        let known = |levels: &[Seen], factor: &Factor| {
            levels.iter().any(|seen| is_known(seen) && seen.factor == *factor)
        };
        let fresh = said.iter().filter(|seen| is_known(seen) || !known(&self.levels, &seen.factor));
        let fresh: Vec<Seen> = fresh.cloned().collect();
        if fresh.is_empty() {
            return;
        }
        let stays = |seen: &&Seen| is_known(seen) || !known(&fresh, &seen.factor);
        self.levels = self.levels.iter().filter(stays).chain(&fresh).cloned().collect();
    }
}

/// What one step tells of the run it belongs to: the input of run assembly.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Traits {
    /// It had not ended when it was sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// Marked as the root of a run by the client.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub marks_run: bool,
    /// The feature the client named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// The agent or workflow this step invokes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The service that sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The outcome stated on the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// A number for the conversation it belongs to: it tells conversations apart and names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<u32>,
    /// The system prompt the model was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<PromptTrait>,
    /// Tool calls the model asked for in this step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls_made: Vec<ToolCall>,
    /// Tool calls in the history the model was given, since the user last spoke.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls_read: Vec<ToolCall>,
    /// Tool results in what the step read, by the call they answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<ToolResult>,
    /// Factors whose names need nothing but this step. Steps of one agent mostly share theirs.
    #[serde(default, with = "as_list", skip_serializing_if = "<[Seen]>::is_empty")]
    pub levels: Arc<[Seen]>,
    /// What it does to the world outside.
    #[serde(default, skip_serializing_if = "is_default")]
    pub effect: Effect,
    /// Whether a guardrail changed or refused something here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guarded: bool,
    /// Tokens in and out that are counted here and nowhere below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
}

/// A system prompt's fingerprints, or the knowledge that they are not recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptTrait {
    /// The prompt's own name, if the client gives one.
    pub name: Option<String>,
    /// Hash of the text with dates, numbers and ids masked.
    pub skeleton: Option<String>,
    /// Hash of the text with dates and times masked.
    #[serde(default)]
    pub undated: Option<String>,
    /// Hash of the exact text.
    pub text: Option<String>,
}

/// A tool call that the model asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The id that joins the call to its result.
    pub id: String,
    /// The tool's name.
    pub tool: String,
}

/// A tool's answer to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolResult {
    /// The call it answers.
    pub call: String,
    /// The tool's name, when the result says it itself.
    pub tool: Option<String>,
    /// The answer's shape; none when its content is not recorded.
    pub shape: Option<String>,
}

/// A list that is shared in memory and written like any other.
mod as_list {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<T: Serialize, S: Serializer>(
        list: &Arc<[T]>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        (**list).serialize(to)
    }

    pub(super) fn deserialize<'a, T: Deserialize<'a>, D: Deserializer<'a>>(
        from: D,
    ) -> Result<Arc<[T]>, D::Error> {
        Vec::deserialize(from).map(Vec::into)
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What one request brought, ready to be kept.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Batch {
    /// The steps, in the order received.
    pub steps: Vec<Step>,
    /// Outcomes stated about runs.
    pub claims: Vec<Claim>,
    /// What was refused, and why.
    pub rejections: Vec<Rejection>,
}

/// A span that could not be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The span's name, as far as it is known.
    pub span: String,
    /// Why, for the person who sent it.
    pub why: &'static str,
}

/// What became of an accepted batch. Given only once all of it is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Receipt {
    /// Steps stored.
    pub stored: u64,
    /// Steps that were there already, to the byte.
    pub duplicate: u64,
}
