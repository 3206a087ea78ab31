//! Dialects: each library's attributes, turned into one reading.
//!
//! A dialect is one file that reads as a table of its names. All tables make one, in which each
//! attribute of a span is looked up once; so a span may mix dialects, as many do. Where two names
//! mean the same field, the standard's goes before a library's and a new one before an old one.
//!
//! What a span *is* follows an order of its own: an explicit type goes before an operation's name,
//! that before an event's name, that before what merely shows.

mod genai;
mod laminar;
mod langfuse;
mod mayday;
mod openinference;
mod openllmetry;
mod pydantic;
pub(crate) mod slot;
pub(crate) mod table;
mod vercel;
pub(crate) mod words;

use model::record::Dialect;
use model::{Attribute, Key, StepKind, Value};

use crate::reading::Reading;
use crate::settings;
use crate::talk::events;
use slot::{Below, Bucket, Slot};
use table::{Found, Sort, Vocabulary};

/// Every dialect's names, in the order in which they count.
pub(crate) const VOCABULARIES: [Vocabulary; 12] = [
    mayday::WORDS,
    genai::NOW,
    genai::V1_41,
    genai::V1_36,
    mayday::GENERAL,
    langfuse::WORDS,
    openinference::WORDS,
    vercel::WORDS,
    pydantic::WORDS,
    openllmetry::WORDS,
    laminar::WORDS,
    genai::EARLY,
];

/// What says what a span is, in the order in which it counts.
const LADDER: &[(Slot, &[Sort])] = &[
    (Slot::LangfuseType, langfuse::KINDS),
    (Slot::OpeninferenceKind, openinference::KINDS),
    (Slot::Operation, genai::OPERATIONS),
    (Slot::McpMethod, genai::MCP_METHODS),
    (Slot::VercelOperation, vercel::KINDS),
    (Slot::TraceloopKind, openllmetry::KINDS),
    (Slot::RequestType, openllmetry::REQUEST_TYPES),
    (Slot::LaminarType, laminar::KINDS),
    (Slot::Event, genai::EVENTS),
    (Slot::Event, mayday::EVENTS),
];

pub(crate) use langfuse::INTEGRATION;
pub(crate) use vercel::STREAMING;

/// Parameters that a library sends with these values where nobody stated them; of Langfuse's those
/// of its integration with OpenAI's package alone.
pub(crate) fn filled_in(dialect: Dialect) -> &'static [(&'static str, &'static str)] {
    match dialect {
        Dialect::Langfuse => langfuse::FILLED_IN,
        Dialect::Openllmetry => openllmetry::FILLED_IN,
        Dialect::Vercel => vercel::FILLED_IN,
        _ => &[],
    }
}

/// What a library sends under the name of a parameter, and is none.
pub(crate) fn no_parameter(dialect: Dialect) -> Option<&'static str> {
    (dialect == Dialect::Pydantic).then_some(pydantic::NO_PARAMETER)
}

/// Operations whose usage is that of the ones they enclose.
pub(crate) const ENCLOSING: &[&str] = vercel::ENCLOSING;

/// Whether a key holds metadata by what a dialect says of it: a name, a number, an id.
pub fn is_metadata(key: &str) -> bool {
    table::is_metadata(key)
}

/// Whether whom a step is about stands under a key.
pub(crate) fn is_subject(key: &str) -> bool {
    table::is_subject(key)
}

/// A key, which need not be copied where some dialect knows it.
pub(crate) fn key(text: &str) -> Key {
    table::known(text).map_or_else(|| text.to_owned().into(), Into::into)
}

/// Every key that some dialect knows.
pub fn known_keys() -> Vec<&'static str> {
    table::all_known().collect()
}

/// Which of the keys it is that dialects know, in their order.
pub(crate) fn number_of_key(key: &str) -> Option<usize> {
    table::number(key)
}

/// Every beginning of keys that some dialect knows.
pub fn known_beginnings() -> Vec<&'static str> {
    VOCABULARIES.iter().flat_map(|words| words.below).map(|(beginning, _)| *beginning).collect()
}

/// Reads a span's name and attributes in whatever dialect they speak, beside what its sender says.
pub(crate) fn read<'a>(
    name: &'a str,
    attributes: &'a [Attribute],
    sender: &'a Found<'a>,
) -> Reading<'a> {
    let mut own = Found::of(attributes);
    for (event, said) in events::on_span(&own) {
        if says_more(event) {
            own.add(said);
        }
    }
    let (kind, operation) = sort(&own);
    let settings = settings::of(&own);
    Reading { dialect: own.dialect(), kind, operation, name, own, sender, settings }
}

/// Whether an event on a span says of it what attributes should.
fn says_more(event: &str) -> bool {
    matches!(event, "gen_ai.client.inference.operation.details" | "exception")
}

/// What a span is: the kind of step, and the operation's name.
fn sort<'a>(found: &Found<'a>) -> (StepKind, Option<&'a str>) {
    match said(found) {
        Some((_, kind, operation)) => (*kind, Some(*operation)),
        None => (shown(found), found.text(Slot::Operation)),
    }
}

/// The word by which a span says what it is, if it is one that is known.
pub(crate) fn said(found: &Found) -> Option<&'static Sort> {
    LADDER.iter().find_map(|(slot, words)| {
        let word = found.text(*slot)?;
        words.iter().find(|(known, ..)| *known == word)
    })
}

/// What a span shows itself to be, if it does not say so.
fn shown(found: &Found) -> StepKind {
    let has = |slot: Slot| found.value(slot).is_some();
    let any = |slots: &[Slot]| slots.iter().any(|slot| has(*slot));
    if has(Slot::EvaluationName) {
        StepKind::Evaluation
    } else if any(&[Slot::GuardrailName, Slot::Verdict]) {
        StepKind::Guardrail
    } else if has(Slot::ApprovalState) {
        StepKind::Approval
    } else if any(&[Slot::ToolCall, Slot::ToolName]) {
        StepKind::Tool
    } else if has(Slot::AgentName) && found.dialect() == Dialect::Pydantic {
        StepKind::Agent
    } else if is_model_call(found) {
        StepKind::Model
    } else if any(&[Slot::Query, Slot::Documents, Slot::TopK]) || found.has_below(Below::Documents)
    {
        StepKind::Retrieval
    } else if any(&[Slot::Dropped, Slot::Compacted, Slot::TokensBefore]) {
        StepKind::Context
    } else if has(Slot::MemoryStore) {
        StepKind::Memory
    } else {
        StepKind::Other
    }
}

/// A span with a model, and with something that only a call of it has.
fn is_model_call(found: &Found) -> bool {
    let has = |slot: Slot| found.value(slot).is_some();
    let has_model = has(Slot::ModelRequested) || has(Slot::ModelServed);
    let has_said =
        [Slot::Input, Slot::Output, Slot::PlainPrompt, Slot::FinishReasons, Slot::ResponseId];
    let counts = found.tokens(Bucket::Input).or(found.tokens(Bucket::Output)).is_some();
    has_model && (counts || has_said.into_iter().any(has))
}

/// A span's attributes, looked up by name.
#[derive(Debug, Clone, Copy)]
pub struct Attributes<'a>(pub &'a [Attribute]);

impl<'a> Attributes<'a> {
    /// The first of these keys that holds text which is not empty.
    pub fn text(self, keys: &[&str]) -> Option<&'a str> {
        keys.iter().find_map(|key| {
            let (_, value) = self.0.iter().find(|(other, _)| other == key)?;
            match value {
                Value::Text(text) => Some(text.as_str()).filter(|text| !text.is_empty()),
                _ => None,
            }
        })
    }
}
