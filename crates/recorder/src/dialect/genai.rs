//! The OpenTelemetry GenAI conventions, as `opentelemetry-instrumentation-genai-*` emits them.

use model::{StepKind, Value};
use serde_json::Value as Json;

use crate::dialect::Attributes;
use crate::reading::{Call, Conversation, Reading, ToolReading};

/// `gen_ai.operation.name`, and what kind of step it is.
const OPERATIONS: &[(&str, StepKind)] = &[
    ("chat", StepKind::Model),
    ("generate_content", StepKind::Model),
    ("text_completion", StepKind::Model),
    ("embeddings", StepKind::Embedding),
    ("retrieval", StepKind::Retrieval),
    ("invoke_agent", StepKind::Agent),
    ("invoke_workflow", StepKind::Agent),
    ("execute_tool", StepKind::Tool),
    ("run_guardrail", StepKind::Guardrail),
    ("evaluation", StepKind::Evaluation),
];

/// Request parameters that shape an answer: the name we give them, and their key.
const PARAMETERS: &[(&str, &str)] = &[
    ("temperature", "gen_ai.request.temperature"),
    ("top_p", "gen_ai.request.top_p"),
    ("top_k", "gen_ai.request.top_k"),
    ("max_tokens", "gen_ai.request.max_tokens"),
    ("frequency_penalty", "gen_ai.request.frequency_penalty"),
    ("presence_penalty", "gen_ai.request.presence_penalty"),
    ("reasoning", "gen_ai.request.reasoning.level"),
    ("output", "gen_ai.output.type"),
];

/// Reads one span.
pub fn read(attributes: Attributes) -> Reading {
    let text = |keys: &[&str]| attributes.text(keys).map(str::to_owned);
    let kind = kind(attributes);
    Reading {
        kind,
        agent: match kind {
            StepKind::Agent => text(&["gen_ai.agent.name", "gen_ai.workflow.name"]),
            _ => None,
        },
        provider: text(&["gen_ai.provider.name", "gen_ai.system"]),
        model_requested: text(&["gen_ai.request.model"]),
        model_served: text(&["gen_ai.response.model"]),
        fingerprint: text(&[
            "openai.response.system_fingerprint",
            "gen_ai.openai.response.system_fingerprint",
        ]),
        fingerprint_in_answer: None,
        documents: Vec::new(),
        parameters: PARAMETERS
            .iter()
            .filter_map(|(name, key)| Some(((*name).to_owned(), attributes.scalar(&[key])?)))
            .collect(),
        finish_reasons: match attributes.get(&["gen_ai.response.finish_reasons"]) {
            Some(Value::List(reasons)) => {
                reasons.iter().filter_map(|reason| reason.as_text().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        },
        prompt_name: text(&["gen_ai.prompt.name"]),
        conversation: conversation(attributes),
        definitions: definitions(attributes.json(&["gen_ai.tool.definitions"])),
        tool: tool(attributes, kind),
        data_source: text(&["gen_ai.data_source.id"]),
        evaluation: text(&["gen_ai.evaluation.name"]),
    }
}

fn kind(attributes: Attributes) -> StepKind {
    let operation = attributes.text(&["gen_ai.operation.name"]);
    let known = operation.and_then(|name| OPERATIONS.iter().find(|(known, _)| *known == name));
    match known {
        Some((_, kind)) => *kind,
        None if attributes.get(&["gen_ai.evaluation.name"]).is_some() => StepKind::Evaluation,
        None => StepKind::Other,
    }
}

fn tool(attributes: Attributes, kind: StepKind) -> Option<ToolReading> {
    if kind != StepKind::Tool {
        return None;
    }
    let result = match attributes.get(&["gen_ai.tool.call.result"]) {
        Some(Value::Text(text)) => Some(text.clone()),
        Some(_) => attributes.json(&["gen_ai.tool.call.result"]).map(|json| json.to_string()),
        None => None,
    };
    let call = attributes.text(&["gen_ai.tool.call.id"]).map(str::to_owned);
    Some(ToolReading { name: attributes.text(&["gen_ai.tool.name"])?.to_owned(), call, result })
}

/// Name and schema of each tool the model was offered.
pub fn definitions(definitions: Option<Json>) -> Vec<(String, String)> {
    let Some(Json::Array(definitions)) = definitions else { return Vec::new() };
    let named = |definition: Json| {
        let within = definition.get("function").unwrap_or(&definition);
        let name = within.get("name")?.as_str()?.to_owned();
        Some((name, definition.to_string()))
    };
    definitions.into_iter().filter_map(named).collect()
}

fn conversation(attributes: Attributes) -> Option<Conversation> {
    let input = attributes.json(&["gen_ai.input.messages"]);
    let output = attributes.json(&["gen_ai.output.messages"]);
    let instructions = attributes.json(&["gen_ai.system_instructions"]);
    if input.is_none() && output.is_none() && instructions.is_none() {
        return None;
    }
    let input = messages(input.as_ref());
    let output = messages(output.as_ref());
    let leading = input.iter().take_while(|message| is_system(message));
    let system = match &instructions {
        Some(instructions) => text_of(instructions),
        None => leading.flat_map(|message| text_of(&message["parts"])).collect(),
    };
    Some(Conversation {
        system: (!system.is_empty()).then(|| system.join("\n")),
        saw_input: !input.is_empty() || instructions.is_some(),
        made: output.iter().flat_map(|message| calls(message)).collect(),
        read: since_the_user_spoke(&input).iter().flat_map(|message| calls(message)).collect(),
        results: input.iter().flat_map(|message| results(message)).collect(),
    })
}

fn messages(list: Option<&Json>) -> Vec<&Json> {
    list.and_then(Json::as_array).map(|list| list.iter().collect()).unwrap_or_default()
}

/// The messages of the turn at hand: what the user said before is history of earlier turns.
fn since_the_user_spoke<'a, 'b>(messages: &'b [&'a Json]) -> &'b [&'a Json] {
    let last = messages.iter().rposition(|message| message["role"] == "user");
    &messages[last.map_or(0, |last| last + 1)..]
}

fn is_system(message: &Json) -> bool {
    matches!(message["role"].as_str(), Some("system" | "developer"))
}

fn parts(message: &Json) -> impl Iterator<Item = &Json> {
    message["parts"].as_array().into_iter().flatten()
}

/// The text of a list of parts, or of a plain string.
fn text_of(parts: &Json) -> Vec<String> {
    match parts {
        Json::String(text) => vec![text.clone()],
        Json::Array(parts) => {
            parts.iter().filter_map(|part| Some(part["content"].as_str()?.to_owned())).collect()
        }
        _ => Vec::new(),
    }
}

fn calls(message: &Json) -> impl Iterator<Item = Call> {
    let calls = parts(message).filter(|part| part["type"] == "tool_call");
    calls.filter_map(|part| {
        Some(Call { id: part["id"].as_str()?.to_owned(), tool: part["name"].as_str()?.to_owned() })
    })
}

/// Answers to calls: `response` in the conventions, `result` in examples before August 2026.
fn results(message: &Json) -> impl Iterator<Item = (String, String)> {
    let results = parts(message).filter(|part| part["type"] == "tool_call_response");
    results.filter_map(|part| {
        let answer = part.get("response").or_else(|| part.get("result"))?;
        let answer = match answer {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some((part["id"].as_str()?.to_owned(), answer))
    })
}
