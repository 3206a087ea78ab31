//! OpenInference, as `openinference-instrumentation-*` emits it: flattened, indexed keys.

use std::collections::BTreeMap;

use model::StepKind;
use serde_json::Value as Json;

use crate::dialect::{Attributes, genai};
use crate::reading::{Call, Conversation, Reading, ToolReading};

/// `openinference.span.kind`, and what kind of step it is.
const KINDS: &[(&str, StepKind)] = &[
    ("LLM", StepKind::Model),
    ("CHAIN", StepKind::Other),
    ("AGENT", StepKind::Agent),
    ("TOOL", StepKind::Tool),
    ("RETRIEVER", StepKind::Retrieval),
    ("RERANKER", StepKind::Retrieval),
    ("EMBEDDING", StepKind::Embedding),
    ("GUARDRAIL", StepKind::Guardrail),
    ("EVALUATOR", StepKind::Evaluation),
];

/// Invocation parameters that shape an answer.
const PARAMETERS: &[&str] = &[
    "temperature",
    "top_p",
    "top_k",
    "max_tokens",
    "frequency_penalty",
    "presence_penalty",
    "reasoning_effort",
    "response_format",
];

/// Reads one span.
pub fn read(attributes: Attributes) -> Reading {
    let text = |keys: &[&str]| attributes.text(keys).map(str::to_owned);
    let kind = attributes.text(&["openinference.span.kind"]);
    let kind = KINDS.iter().find(|(name, _)| Some(*name) == kind);
    let kind = kind.map_or(StepKind::Other, |(_, kind)| *kind);
    let invocation = attributes.json(&["llm.invocation_parameters"]).unwrap_or_default();
    let from_invocation = |key: &str| Some(invocation.get(key)?.as_str()?.to_owned());
    Reading {
        kind,
        agent: if kind == StepKind::Agent { text(&["agent.name"]) } else { None },
        provider: text(&["llm.provider", "llm.system"]),
        model_requested: text(&["llm.request.model_name"]).or_else(|| from_invocation("model")),
        // `llm.model_name` is the model of the response (seen in 0.1.66 of the OpenAI package).
        model_served: text(&["llm.response.model_name", "llm.model_name"]),
        fingerprint: None,
        fingerprint_in_answer: raw_answer(attributes, kind, "system_fingerprint"),
        parameters: parameters(&invocation, |value| !value.is_object() && !value.is_array()),
        documents: parameters(&invocation, |value| value.is_object() || value.is_array()),
        finish_reasons: text(&["llm.finish_reason"]).into_iter().collect(),
        prompt_name: text(&["prompt.id"]),
        conversation: conversation(attributes),
        definitions: schemas(attributes),
        tool: match kind {
            StepKind::Tool => text(&["tool.name"]).map(|name| ToolReading {
                name,
                call: text(&["tool.id", "tool_call.id"]),
                result: text(&["output.value"]),
            }),
            _ => None,
        },
        data_source: text(&["gen_ai.data_source.id"]),
        evaluation: text(&["gen_ai.evaluation.name"]),
    }
}

/// Those of the parameters whose values are such, by name.
fn parameters(invocation: &Json, are: impl Fn(&Json) -> bool) -> Vec<(String, String)> {
    let stated = PARAMETERS.iter().filter_map(|key| Some((*key, invocation.get(*key)?)));
    stated
        .filter(|(_, value)| are(value))
        .map(|(key, value)| (key.to_owned(), value.to_string()))
        .collect()
}

/// A text of the provider's raw answer, which this dialect keeps whole in `output.value`.
fn raw_answer(attributes: Attributes, kind: StepKind, key: &str) -> Option<String> {
    if kind != StepKind::Model {
        return None;
    }
    Some(attributes.json(&["output.value"])?.get(key)?.as_str()?.to_owned())
}

fn schemas(attributes: Attributes) -> Vec<(String, String)> {
    let schemas =
        attributes.below("llm.tools.").filter(|(key, _)| key.ends_with(".tool.json_schema"));
    let schemas = schemas.filter_map(|(_, schema)| serde_json::from_str(schema).ok()).collect();
    genai::definitions(Some(Json::Array(schemas)))
}

/// One message, put together from its flattened keys.
#[derive(Default)]
struct Message<'a> {
    role: &'a str,
    content: BTreeMap<usize, &'a str>,
    answers: Option<&'a str>,
    calls: BTreeMap<usize, (Option<&'a str>, Option<&'a str>)>,
}

fn conversation(attributes: Attributes) -> Option<Conversation> {
    let input = messages(attributes, "llm.input_messages.");
    let output = messages(attributes, "llm.output_messages.");
    if input.is_empty() && output.is_empty() {
        return None;
    }
    let is_system = |message: &&Message| matches!(message.role, "system" | "developer");
    let system: Vec<&str> =
        input.values().take_while(is_system).flat_map(Message::content).collect();
    let results = input.values().filter_map(|message| {
        Some((message.answers?.to_owned(), message.content().collect::<Vec<_>>().join("\n")))
    });
    Some(Conversation {
        system: (!system.is_empty()).then(|| system.join("\n")),
        saw_input: !input.is_empty(),
        made: output.values().flat_map(Message::calls).collect(),
        read: since_the_user_spoke(&input).flat_map(Message::calls).collect(),
        results: results.collect(),
    })
}

/// The messages of the turn at hand: what the user said before is history of earlier turns.
fn since_the_user_spoke<'a>(
    messages: &'a BTreeMap<usize, Message<'a>>,
) -> impl Iterator<Item = &'a Message<'a>> {
    let last = messages.iter().rfind(|(_, message)| message.role == "user");
    let first = last.map_or(0, |(place, _)| place.saturating_add(1));
    messages.range(first..).map(|(_, message)| message)
}

fn messages<'a>(attributes: Attributes<'a>, below: &'a str) -> BTreeMap<usize, Message<'a>> {
    let mut messages: BTreeMap<usize, Message> = BTreeMap::new();
    for (key, text) in attributes.below(below) {
        let Some((place, field)) = key.split_once(".message.") else { continue };
        let Ok(place) = place.parse() else { continue };
        messages.entry(place).or_default().take(field, text);
    }
    messages
}

impl<'a> Message<'a> {
    fn take(&mut self, field: &'a str, text: &'a str) {
        match field {
            "role" => self.role = text,
            "content" => _ = self.content.insert(0, text),
            "tool_call_id" => self.answers = Some(text),
            _ => {
                self.take_part(field, text);
                self.take_call(field, text);
            }
        }
    }

    /// One of several parts of the content; they come in any order.
    fn take_part(&mut self, field: &'a str, text: &'a str) {
        let Some(part) = field.strip_prefix("contents.") else { return };
        let Some((place, "message_content.text")) = part.split_once('.') else { return };
        let Ok(place) = place.parse::<usize>() else { return };
        self.content.insert(place.saturating_add(1), text);
    }

    fn content(&self) -> impl Iterator<Item = &'a str> {
        self.content.values().copied()
    }

    fn take_call(&mut self, field: &'a str, text: &'a str) {
        let Some(call) = field.strip_prefix("tool_calls.") else { return };
        let Some((place, part)) = call.split_once(".tool_call.") else { return };
        let Ok(place) = place.parse() else { return };
        let call = self.calls.entry(place).or_default();
        match part {
            "id" => call.0 = Some(text),
            "function.name" => call.1 = Some(text),
            _ => {}
        }
    }

    fn calls(&self) -> impl Iterator<Item = Call> {
        self.calls.values().filter_map(|(id, tool)| {
            Some(Call { id: (*id)?.to_owned(), tool: (*tool)?.to_owned() })
        })
    }
}
