//! What may not be kept is not kept anywhere, and under `none` nothing follows from it either.

use std::fmt::Debug;

use model::{Attribute, Batch, Held, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::{Status, span};
use prost::Message;

use super::samples::*;
use crate::ContentMode;
use crate::wire::protobuf;

const SECRET: &str = "iban-DE02-geheim";
const OTHER: &str = "a wholly other text, of another length";

/// Every place in which content can stand, holding a secret.
fn telling(secret: &str) -> Vec<u8> {
    let mut spans = vec![span(genai_with(secret)), span(openinference_with(secret))];
    spans.extend([tool_span(secret), openinference_tool(secret)].map(span));
    let resource = texts(&[("service.name", "shop"), ("customer.name", secret)]);
    let bytes = protobuf(&[(sender(resource), spans)]);
    let mut request = ExportTraceServiceRequest::decode(bytes.as_slice()).unwrap();
    for span in &mut request.resource_spans[0].scope_spans[0].spans {
        beside(span, secret);
    }
    request.encode_to_vec()
}

/// What OTLP keeps beside attributes: status, events and links.
fn beside(span: &mut opentelemetry_proto::tonic::trace::v1::Span, secret: &str) {
    let value = AnyValue { value: Some(any_value::Value::StringValue(secret.to_owned())) };
    let attribute =
        KeyValue { key: "exception.message".into(), value: Some(value), ..KeyValue::default() };
    span.status = Some(Status { code: 2, message: secret.to_owned() });
    span.trace_state = format!("vendor={secret}");
    span.events = vec![span::Event {
        name: secret.to_owned(),
        attributes: vec![attribute.clone()],
        ..span::Event::default()
    }];
    span.links = vec![span::Link { attributes: vec![attribute], ..span::Link::default() }];
}

fn genai_with(secret: &str) -> Vec<Attribute> {
    let message = |role: &str, part: &str| format!(r#"{{"role":"{role}","parts":[{part}]}}"#);
    let said = format!(r#"{{"type":"text","content":"{secret}"}}"#);
    let call = format!(
        r#"{{"type":"tool_call","id":"c","name":"search_kb","arguments":{{"q":"{secret}"}}}}"#
    );
    let answer = format!(
        r#"{{"type":"tool_call_response","id":"c","response":{{"{secret}":["{secret}"]}}}}"#
    );
    let input = [message("system", &said), message("assistant", &call), message("tool", &answer)];
    let input = format!("[{}]", input.join(","));
    let output = format!("[{}]", message("assistant", &format!("{said},{call}")));
    let tools = format!(r#"[{{"name":"search_kb","description":"{secret}"}}]"#);
    let mut attributes = texts(&[
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.provider.name", "openai"),
        ("gen_ai.input.messages", &input),
        ("gen_ai.output.messages", &output),
        ("gen_ai.system_instructions", secret),
        ("gen_ai.system_prompt", secret),
        ("gen_ai.system.message", secret),
        ("gen_ai.tool.definitions", &tools),
        ("gen_ai.prompt.variable.customer", secret),
        ("gen_ai.prompt.names", secret),
        ("gen_ai.prompt.0.content", secret),
        ("gen_ai.completion", secret),
        ("gen_ai.request.stop_sequences", secret),
        ("gen_ai.retrieval.query.text", secret),
        ("gen_ai.evaluation.explanation", secret),
        ("mayday.subject", secret),
        ("mayday.touched", secret),
        ("mayday.idempotency_key", secret),
        ("mayday.router_reason", secret),
        ("mayday.intent.asked_for", secret),
        ("mayday.customer", secret),
        ("logfire.msg", secret),
        ("customer.note", secret),
        ("customer.function.name", secret),
        ("customer.message.role", secret),
        ("tool.named", secret),
        ("http.url", secret),
    ]);
    attributes.extend(structured(secret));
    attributes
}

/// Values that are not text, under keys that nobody knows.
fn structured(secret: &str) -> [Attribute; 3] {
    let list = Value::List(vec![text(secret)]);
    [
        ("customer.list".into(), list.clone()),
        ("customer.map".into(), Value::Map(vec![(secret.to_owned().into(), list)])),
        ("customer.bytes".into(), Value::Bytes(secret.as_bytes().to_vec())),
    ]
}

fn openinference_with(secret: &str) -> Vec<Attribute> {
    let parameters = format!(
        r#"{{"model":"gpt-4o-mini","temperature":0.2,"response_format":{{"schema":"{secret}"}}}}"#
    );
    let schema = format!(r#"{{"function":{{"name":"search_kb","description":"{secret}"}}}}"#);
    let answer = format!(r#"{{"{secret}":1}}"#);
    texts(&[
        ("openinference.span.kind", "LLM"),
        ("llm.provider", "openai"),
        ("llm.invocation_parameters", &parameters),
        ("llm.tools.0.tool.json_schema", &schema),
        ("input.value", secret),
        ("output.value", secret),
        ("llm.input_messages.0.message.role", "system"),
        ("llm.input_messages.0.message.content", secret),
        ("llm.input_messages.1.message.role", "tool"),
        ("llm.input_messages.1.message.tool_call_id", "c"),
        ("llm.input_messages.1.message.content", &answer),
        ("llm.output_messages.0.message.contents.0.message_content.text", secret),
        ("llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments", secret),
        ("llm.prompt_template.template", secret),
        ("llm.system_prompt", secret),
        ("metadata", secret),
        ("user.id", secret),
    ])
}

fn tool_span(secret: &str) -> Vec<Attribute> {
    texts(&[
        ("gen_ai.operation.name", "execute_tool"),
        ("gen_ai.tool.name", "search_kb"),
        ("gen_ai.tool.call.arguments", secret),
        ("gen_ai.tool.call.result", &format!(r#"{{"{secret}":"{secret}"}}"#)),
    ])
}

fn openinference_tool(secret: &str) -> Vec<Attribute> {
    texts(&[
        ("openinference.span.kind", "TOOL"),
        ("tool.name", "search_kb"),
        ("tool.parameters", secret),
        ("output.value", &format!(r#"{{"{secret}":"{secret}"}}"#)),
    ])
}

/// Whether a text stands in a batch, as text or as numbers of its bytes.
fn holds(batch: &impl Debug, secret: &str) -> bool {
    let all = format!("{batch:?}");
    let numbers = format!("{:?}", secret.as_bytes());
    all.contains(secret) || all.contains(numbers.trim_matches(['[', ']']))
}

fn kept(secret: &str, mode: ContentMode) -> Batch {
    let batch = read(&telling(secret), mode);
    assert_eq!((batch.steps.len(), batch.rejections.len()), (4, 0));
    batch
}

#[test]
fn everything_kept_holds_the_secret() {
    assert!(holds(&kept(SECRET, ContentMode::Full), SECRET));
}

#[test]
fn of_hashes_alone_no_byte_of_content_is_left() {
    let batch = kept(SECRET, ContentMode::HashOnly);
    let leaks = |(key, value): &&Attribute| holds(&(key, value), SECRET);
    for step in &batch.steps {
        let leaking: Vec<_> = step.attributes.iter().chain(&*step.origin).filter(leaks).collect();
        assert!(leaking.is_empty(), "{leaking:?}");
        assert!(!holds(&step.traits, SECRET), "{:?}", step.traits);
    }
    let parts = batch.steps.iter().flat_map(|step| &step.content).flat_map(|field| &field.parts);
    assert!(parts.clone().count() > 3);
    assert!(parts.into_iter().all(|part| matches!(part.held, Held::AddressOf(_))));
    let glue = batch.steps.iter().flat_map(|step| &step.content).flat_map(|field| &field.glue);
    assert!(!glue.into_iter().any(|glue| holds(glue, SECRET)));
}

#[test]
fn of_hashes_alone_factors_are_as_if_all_were_kept() {
    let (full, hashes) = (kept(SECRET, ContentMode::Full), kept(SECRET, ContentMode::HashOnly));
    for (full, hashes) in full.steps.iter().zip(&hashes.steps) {
        assert_eq!(full.traits, hashes.traits);
    }
}

#[test]
fn with_none_nothing_depends_on_content() {
    let (one, other) =
        (kept(SECRET, ContentMode::MetadataOnly), kept(OTHER, ContentMode::MetadataOnly));
    for (one, other) in one.steps.iter().zip(&other.steps) {
        assert_eq!(one, other);
    }
    assert!(one.steps.iter().flat_map(|step| &step.content).all(|field| field.parts.is_empty()));
    assert!(!holds(&one, SECRET));
}

#[test]
fn with_none_a_fingerprint_inside_an_answer_is_not_read() {
    let [asked, ..] = openinference();
    let batch = sent(vec![span(asked)], ContentMode::MetadataOnly);
    assert!(!holds(&batch, "fp_44709d6fcb"));
}

#[test]
fn metadata_stays_in_every_mode() {
    for mode in [ContentMode::Full, ContentMode::HashOnly, ContentMode::MetadataOnly] {
        for attributes in [genai(), openinference()].map(|[asked, ..]| asked) {
            let batch = sent(vec![span(attributes)], mode);
            let step = &batch.steps[0];
            assert_eq!(levels(step, "model_served"), is("gpt-4o-mini-2024-07-18"));
            assert_eq!(levels(step, "finish_reason"), is("tool_calls"));
            assert_eq!(step.traits.service.as_deref(), Some("shop"));
        }
    }
}

#[test]
fn whom_a_step_is_about_is_content_also_as_a_number() {
    for key in ["user.id", "mayday.subject", "mayday.pivot.order", "langfuse.user.id"] {
        let attributes = vec![(key.into(), Value::Int(8_675_309))];
        let step = &sent(vec![span(attributes)], ContentMode::HashOnly).steps[0];
        assert!(!holds(&(&step.attributes, &step.content[0].glue), "8675309"), "{key}");
    }
}

#[test]
fn metadata_of_every_dialect_stays_in_every_mode() {
    let spans = [
        ("langfuse.observation.type", "generation", "langfuse.observation.model.name"),
        ("ai.operationId", "ai.generateText.doGenerate", "ai.model.id"),
        ("llm.request.type", "chat", "gen_ai.request.model"),
        ("lmnr.span.type", "LLM", "gen_ai.request.model"),
    ];
    for (kind, word, model) in spans {
        for mode in [ContentMode::HashOnly, ContentMode::MetadataOnly] {
            let attributes = texts(&[(kind, word), (model, "gpt-5")]);
            let record = crate::read_record(&sent(vec![span(attributes)], mode).steps[0]);
            let requested = record.model.and_then(|model| model.requested);
            assert_eq!(requested.as_deref(), Some("gpt-5"), "{kind} {mode:?}");
        }
    }
}
