//! What was said in a step, as texts to find a quote in: written, read, or given to a tool.
//!
//! A quote may stand anywhere in a message, in whichever form a library tells messages. So nothing
//! is arranged here: every text within the fields of the output counts as written.

use model::{Source, Step, Value};

use crate::dialect;
use crate::dialect::slot::{Below, Slot};
use crate::dialect::table::Found;
use crate::json::document;
use crate::reading::Reading;
use crate::record::There;

/// The texts of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// What the model wrote: answers, thoughts, calls.
    pub wrote: Vec<String>,
    /// What it was given to read.
    pub read: Vec<String>,
    /// What a tool was called with.
    pub arguments: Vec<String>,
    /// Whether something that was said is not kept.
    pub lacks: bool,
}

/// Deepest value that is looked into.
const DEEPEST: usize = 64;

const WROTE: [Slot; 5] =
    [Slot::Output, Slot::OutputValue, Slot::AnswerText, Slot::AnswerCalls, Slot::PlainCompletion];

const READ: [Slot; 5] =
    [Slot::System, Slot::Input, Slot::InputValue, Slot::PlainPrompt, Slot::ToolResult];

/// What was said in a step, and in log records about it.
pub fn said(step: &Step, logs: &[&Step]) -> Said {
    let there = There::of(step, logs);
    let sender = Found::of(&step.origin);
    let reading = dialect::read(there.name(step), &there.attributes, &sender);
    let mut said = Said { lacks: !there.gone.is_empty(), ..Said::default() };
    for slot in WROTE {
        said.wrote.extend(texts(&reading, slot));
    }
    for slot in READ {
        said.read.extend(texts(&reading, slot));
    }
    said.arguments.extend(texts(&reading, Slot::ToolArguments));
    for (below, into) in [(Below::Wrote, &mut said.wrote), (Below::Read, &mut said.read)] {
        reading.own.below(below).for_each(|(_, value)| leaves(value, into));
    }
    for slot in [Slot::Events, Slot::MessageEvents] {
        if let Some(Value::List(events)) = reading.own.value(slot) {
            events.iter().for_each(|event| said.hear(event));
        }
    }
    if step.source == Source::Log {
        said.read.extend(texts(&reading, Slot::Body));
    }
    said
}

impl Said {
    /// Takes in an event: a choice was written, details say both, all others were read.
    fn hear(&mut self, event: &Value) {
        let Value::Map(pairs) = event else { return };
        let name = pairs.iter().find(|(key, _)| key == "name").and_then(|(_, it)| it.as_text());
        let is_choice = name.is_some_and(|name| name.ends_with("choice"));
        for (_, value) in pairs.iter().filter(|(key, _)| key == "attributes") {
            let Value::Map(inner) = value else { continue };
            for (key, value) in inner {
                let wrote = is_choice || key.contains("output") || key.contains("completion");
                let into = if wrote { &mut self.wrote } else { &mut self.read };
                leaves(value, into);
            }
        }
    }
}

/// The texts within a field: the field itself, and every text of the JSON that it may be.
fn texts(reading: &Reading<'_>, slot: Slot) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(value) = reading.own.value(slot) {
        leaves(value, &mut texts);
    }
    texts
}

fn leaves(value: &Value, into: &mut Vec<String>) {
    let text = document(value).into_owned();
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(&text) {
        strings(&json, 0, into);
    }
    into.push(text);
}

fn strings(json: &serde_json::Value, depth: usize, into: &mut Vec<String>) {
    use serde_json::Value::{Array, Object, String};
    if depth > DEEPEST {
        return;
    }
    match json {
        String(text) => into.push(text.clone()),
        Array(items) => items.iter().for_each(|item| strings(item, depth + 1, into)),
        Object(fields) => fields.values().for_each(|field| strings(field, depth + 1, into)),
        _ => {}
    }
}
