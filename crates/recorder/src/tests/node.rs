//! What the exporters of `@opentelemetry/exporter-{trace,logs}-otlp-http` 0.223 write, in JSON.

use model::{Source, SpanId, StepKind, Value};

use super::samples::*;
use crate::{ContentMode, Encoding, Limits, decode, decode_logs};

const TRACES: &str = include_str!("node_traces.json");
const LOGS: &str = include_str!("node_logs.json");

#[test]
fn spans_of_a_node_exporter_are_read_whole() {
    let limits = Limits::default();
    let batch =
        decode(TRACES.as_bytes(), Encoding::Json, &limits, &ContentMode::Full.into()).unwrap();
    assert_eq!((batch.steps.len(), batch.rejections.len()), (2, 0));
    let [chat, root] = &batch.steps[..] else { panic!() };
    assert_eq!((chat.kind, root.kind), (StepKind::Model, StepKind::Agent));
    assert_eq!((chat.parent, root.parent), (Some(root.span), None));
    assert_eq!(root.span, "70d5e103424c82b1".parse::<SpanId>().unwrap());
    assert!(chat.failed && !root.failed);
    assert_eq!(chat.ended.as_nanosecond(), 1_795_482_743_726_969_842);
    assert_eq!(chat.traits.service.as_deref(), Some("shop"));
    for (key, value) in [
        ("gen_ai.request.temperature", Value::Double(0.5)),
        ("gen_ai.usage.input_tokens", Value::Int(9_007_199_254_740_992)),
        ("gen_ai.request.stream", Value::Bool(true)),
        ("gen_ai.response.finish_reasons", Value::List(vec![text("stop")])),
        ("gen_ai.request.stop_sequences", Value::List(vec![])),
        ("cut", text("a smile \u{FFFD}")),
        ("otel.span_kind", text("client")),
        ("otel.flags", Value::Int(257)),
        ("otel.status_description", text("slow")),
    ] {
        assert_eq!(under(chat, key), Some(value), "{key}");
    }
    let Some(Value::List(events)) = under(chat, "otel.events") else { panic!() };
    assert_eq!(events.len(), 2);
    let Some(Value::List(links)) = under(chat, "otel.links") else { panic!() };
    assert_eq!(links.len(), 1);
}

#[test]
fn log_records_of_a_node_exporter_are_read_whole() {
    let limits = Limits::default();
    let batch =
        decode_logs(LOGS.as_bytes(), Encoding::Json, &limits, &ContentMode::Full.into()).unwrap();
    assert_eq!((batch.steps.len(), batch.rejections.len()), (1, 0));
    let step = &batch.steps[0];
    assert_eq!((step.source, &*step.name), (Source::Log, "gen_ai.user.message"));
    assert_eq!(step.parent, "0ff5b577e95ff6b6".parse().ok());
    let list = vec![Value::Int(1), Value::Double(2.5), Value::Empty, Value::Bool(true)];
    let body = [("content".into(), text("hi")), ("list".into(), Value::List(list))];
    assert_eq!(under(step, "otel.body"), Some(Value::Map(body.into())));
    assert_eq!(under(step, "otel.severity_number"), Some(Value::Int(9)));
}
