//! Good spans in every dialect, to be spoilt.

use model::{Attribute, Value};
use serde_json::Value as Json;

use crate::tests::captures::{CAPTURES, steps};
use crate::tests::samples::{attribute, everything, text, texts};

/// Most spans of one sample.
const SPANS: usize = 3;

/// The attributes of some spans in a dialect: as its package sent them, else as its words go.
pub(super) fn sample(dialect: &str) -> Vec<Vec<Attribute>> {
    match dialect {
        "genai" => in_file(include_str!("../genai.json")),
        "openinference" => in_file(include_str!("../openinference.json")),
        "genai_1_41" => vec![texts(V1_41)],
        "genai_1_36" => vec![texts(V1_36)],
        "genai_early" => vec![texts(EARLY)],
        "laminar" => vec![texts(LAMINAR)],
        "mayday" => vec![ours(), texts(INTENT)],
        capture => captured(capture),
    }
}

fn in_file(file: &str) -> Vec<Vec<Attribute>> {
    let spans: Vec<Json> = serde_json::from_str(file).unwrap();
    let spans = spans.iter().map(|span| span["attributes"].as_object().unwrap());
    spans.map(|attributes| attributes.iter().map(attribute).collect()).collect()
}

/// The spans of a capture with the most attributes, of as many kinds as there are.
fn captured(dialect: &str) -> Vec<Vec<Attribute>> {
    let name = dialect.replace('_', "-");
    let (_, capture) = CAPTURES.iter().find(|(known, _)| *known == name).unwrap();
    let mut steps = steps(capture);
    steps.sort_by_key(|step| std::cmp::Reverse(everything(step).len()));
    let mut spans = Vec::new();
    let mut kinds = Vec::new();
    for step in steps {
        if !kinds.contains(&step.kind) {
            kinds.push(step.kind);
            spans.push(everything(&step));
        }
    }
    spans.truncate(SPANS);
    spans
}

const SAID: &str = r#"[{"role":"user","parts":[{"type":"text","content":"hello"}]}]"#;

const V1_41: &[(&str, &str)] = &[
    ("gen_ai.operation.name", "chat"),
    ("gen_ai.provider.name", "anthropic"),
    ("gen_ai.input.messages", SAID),
    ("gen_ai.output.messages", SAID),
    ("gen_ai.usage.input_tokens", "10"),
    ("gen_ai.usage.cache_creation.input_tokens", "4"),
];

const V1_36: &[(&str, &str)] = &[
    ("gen_ai.operation.name", "chat"),
    ("gen_ai.system", "az.ai.openai"),
    ("gen_ai.usage.prompt_tokens", "10"),
    ("gen_ai.usage.completion_tokens", "3"),
    ("gen_ai.usage.reasoning_tokens", "1"),
    ("gen_ai.openai.request.seed", "7"),
    ("gen_ai.openai.request.response_format", "json"),
    ("gen_ai.openai.response.system_fingerprint", "fp_1"),
];

const EARLY: &[(&str, &str)] = &[
    ("llm.request.type", "chat"),
    ("gen_ai.system", "OpenAI"),
    ("gen_ai.prompt.0.role", "system"),
    ("gen_ai.prompt.0.content", "Be kind."),
    ("gen_ai.prompt.1.role", "assistant"),
    ("gen_ai.prompt.1.tool_calls.0.id", "c"),
    ("gen_ai.prompt.1.tool_calls.0.name", "f"),
    ("gen_ai.prompt.2.role", "tool"),
    ("gen_ai.prompt.2.tool_call_id", "c"),
    ("gen_ai.prompt.2.content", "{\"ok\":true}"),
    ("gen_ai.completion.0.content", "done"),
    ("gen_ai.completion.0.finish_reason", "stop"),
    ("gen_ai.tool.definitions.0.name", "f"),
    ("gen_ai.tool.definitions.0.parameters", "{\"type\":\"object\"}"),
];

const LAMINAR: &[(&str, &str)] = &[
    ("lmnr.span.type", "LLM"),
    ("lmnr.span.prompt_hash", "4f1a"),
    ("lmnr.span.input", SAID),
    ("lmnr.span.output", "\"done\""),
    ("lmnr.association.properties.session_id", "s"),
    ("lmnr.association.properties.user_id", "u"),
    ("gen_ai.usage.cost", "0.25"),
];

const INTENT: &[(&str, &str)] = &[
    ("mayday.intent.action", "refund"),
    ("mayday.intent.state", "done"),
    ("mayday.intent.asked_for", "give it back"),
];

/// One span with all of our own words that hold a list or a truth value, and most others.
fn ours() -> Vec<Attribute> {
    let list = Value::List(vec![text("a"), Value::Int(2)]);
    let plain = texts(&[
        ("mayday.feature", "refunds"),
        ("mayday.outcome", "good"),
        ("mayday.parameter.temperature", "0.7"),
        ("mayday.parameter_source.temperature", "default"),
        ("mayday.segment.plan", "pro"),
        ("mayday.context.policy", "last-20@3"),
        ("mayday.approval.state", "granted"),
        ("mayday.index.built_at", "2026-11-22T02:07:00Z"),
    ]);
    let lists =
        ["mayday.subject", "mayday.pivot.order", "mayday.touched", "mayday.context.dropped"];
    let lists = lists.map(|key| (key.into(), list.clone()));
    plain.into_iter().chain(lists).chain([("mayday.run".into(), Value::Bool(true))]).collect()
}
