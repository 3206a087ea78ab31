//! What an agent inferred, what was right, which signal it missed, and what would have shown it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::content::Address;
use crate::id::{RunId, SpanId};

/// An inference of an agent, right or wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Inference {
    /// Which agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Whether it was one that responded to the incident, not the one that failed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub responding: bool,
    /// Whether it was right; none if nobody said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<bool>,
    /// What it inferred: a belief, not an act, in its own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inferred: Option<Inferred>,
    /// What the correct inference was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correct: Option<Correct>,
    /// Which signal it missed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<Missed>,
    /// Which change of context or tool would have yielded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<InputChange>,
    /// Of a right inference that could not be acted on: what was lacking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lacked: Option<String>,
}

/// What an agent inferred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Inferred {
    /// In its own words, before it acted.
    Quoted(Quote),
    /// It acted without saying what it believed: the call's arguments stand for it.
    NotVerbalised(Quote),
    /// What it said was not kept: the call's arguments stand for it, where they were.
    NotKept(Quote),
}

/// Words of an agent and where they stand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Quote {
    /// The words, as they are.
    pub text: String,
    /// The run they are in; none if nobody said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// The step they are in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<SpanId>,
    /// Where a document that knows no runs says they stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Stands for the words in a fact: facts hold no content, and forget with those who hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<KeptQuote>,
}

/// What stands for quoted words in a fact: enough to find them in their step, and to know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeptQuote {
    /// Where they begin in the text that holds them, in bytes of UTF-8.
    pub start: u32,
    /// How long they are, in bytes of UTF-8.
    pub bytes: u32,
    /// A keyed hash of them: nobody can try texts against it without the tenant's key.
    pub mark: Address,
}

/// What the correct inference was.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Correct {
    /// The factual reading.
    pub text: String,
    /// What shows that it could be known then, not only now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_then: Option<String>,
}

/// Which signal an agent missed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Missed {
    /// Whether it was in reach; none if nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<Reach>,
    /// The signal.
    pub what: String,
    /// The step in whose context it stood, for `in_context`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<SpanId>,
}

/// Whether a signal was in reach of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// It stood in what the model read.
    InContext,
    /// A tool would have told, and was not called.
    AvailableNotCalled,
    /// A tool knew and did not say.
    HiddenByTool,
    /// What it read was older than the truth.
    Stale,
    /// No tool of it could tell.
    OutsideToolSurface,
    /// No signal was missed.
    None,
}

/// What change of context or tool would have yielded the correct inference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputChange {
    /// What kind of thing is changed; none if nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<InputKind>,
    /// Which one: a tool, an index, a policy, a change to revert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artefact: Option<String>,
    /// How.
    pub what: String,
}

/// What kind of input is changed. A prompt is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// What a tool answers.
    ToolPayload,
    /// A tool that was not there.
    Tool,
    /// Where context comes from.
    ContextSource,
    /// How context is put together and cut.
    ContextAssembly,
    /// What the agent may do.
    Permission,
    /// What a person sees who is asked.
    ReviewersInformation,
    /// A change is taken back.
    Revert,
    /// None: the context was right, and what follows is an eval item.
    None,
}

impl Inferred {
    /// The words that stand for it.
    pub fn quote(&self) -> &Quote {
        match self {
            Inferred::Quoted(quote) | Inferred::NotVerbalised(quote) | Inferred::NotKept(quote) => {
                quote
            }
        }
    }
}

/// The words of an enumeration, as they stand in JSON and Markdown.
macro_rules! words {
    ($($name:ident { $($variant:ident = $word:literal),+ $(,)? })+) => { $(
        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word, as in JSON and Markdown.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The one of that word.
            pub fn of_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    )+ };
}

pub(super) use words;

words! {
    Reach {
        InContext = "in_context",
        AvailableNotCalled = "available_not_called",
        HiddenByTool = "hidden_by_tool",
        Stale = "stale",
        OutsideToolSurface = "outside_tool_surface",
        None = "none",
    }
    InputKind {
        ToolPayload = "tool_payload",
        Tool = "tool",
        ContextSource = "context_source",
        ContextAssembly = "context_assembly",
        Permission = "permission",
        ReviewersInformation = "reviewers_information",
        Revert = "revert",
        None = "none",
    }
}
