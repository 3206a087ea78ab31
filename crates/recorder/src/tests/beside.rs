//! What OTLP keeps beside attributes, and how a step carries it.

use model::{Held, Scope, SpanId, Step, StepKind, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span as OtlpSpan, span};
use prost::Message;

use super::samples::*;
use crate::ContentMode;
use crate::told::OPEN;
use crate::wire::{Sender, protobuf};

/// The step of one span without attributes, in a request that a test changes.
fn step_of(change: impl FnOnce(&mut ResourceSpans)) -> Step {
    let bytes = protobuf(&[(shop(), vec![span(vec![])])]);
    let mut request = ExportTraceServiceRequest::decode(&*bytes).unwrap();
    change(&mut request.resource_spans[0]);
    let batch = read(&request.encode_to_vec(), ContentMode::Full);
    assert_eq!(batch.rejections, []);
    batch.steps.into_iter().next().unwrap()
}

fn step_with(change: impl FnOnce(&mut OtlpSpan)) -> Step {
    step_of(|sent| change(&mut sent.scope_spans[0].spans[0]))
}

fn in_origin(step: &Step, key: &str) -> Option<Value> {
    step.origin.iter().find(|(other, _)| other == key).map(|(_, value)| value.clone())
}

#[test]
fn the_kind_of_a_span_is_kept_as_a_word_where_it_is_set() {
    let words = [
        (0, None),
        (1, Some("internal")),
        (2, Some("server")),
        (3, Some("client")),
        (4, Some("producer")),
        (5, Some("consumer")),
        (6, None),
    ];
    for (kind, word) in words {
        let step = step_with(|span| span.kind = kind);
        assert_eq!(under(&step, "otel.span_kind"), word.map(text), "{kind}");
    }
}

#[test]
fn flags_and_counts_of_what_was_dropped_are_kept_where_they_are_set() {
    let step = step_with(|span| {
        span.flags = 257;
        span.dropped_attributes_count = 1;
        span.dropped_events_count = 2;
        span.dropped_links_count = u32::MAX;
    });
    let is = |key: &str, number| assert_eq!(under(&step, key), Some(Value::Int(number)), "{key}");
    is("otel.flags", 257);
    is("otel.dropped_attributes_count", 1);
    is("otel.dropped_events_count", 2);
    is("otel.dropped_links_count", u32::MAX.into());
    let plain = step_with(|span| span.flags = 0);
    let keys: Vec<_> = everything(&plain).into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["otel.span_kind", "otel.name"]);
}

#[test]
fn schemas_and_counts_of_resource_and_scope_are_kept_where_they_are_set() {
    let step = step_of(|sent| {
        sent.schema_url = "https://opentelemetry.io/schemas/1.37.0".to_owned();
        sent.resource.as_mut().unwrap().dropped_attributes_count = 3;
        sent.scope_spans[0].schema_url = "https://example.com/1".to_owned();
        sent.scope_spans[0].scope.as_mut().unwrap().dropped_attributes_count = 4;
    });
    let schema = in_origin(&step, "otel.resource.schema_url");
    assert_eq!(schema, Some(text("https://opentelemetry.io/schemas/1.37.0")));
    let dropped = in_origin(&step, "otel.resource.dropped_attributes_count");
    assert_eq!(dropped, Some(Value::Int(3)));
    let schema = in_origin(&step, "otel.scope.schema_url");
    assert_eq!(schema, Some(text("https://example.com/1")));
    let dropped = in_origin(&step, "otel.scope.dropped_attributes_count");
    assert_eq!(dropped, Some(Value::Int(4)));
    let plain = step_of(|_| {});
    let keys: Vec<_> = plain.origin.iter().map(|(key, _)| &**key).collect();
    assert_eq!(keys, ["service.name", "otel.scope.name", "otel.scope.version"]);
}

#[test]
fn what_links_and_events_say_beside_attributes_is_kept() {
    let step = step_with(|span| {
        span.links = vec![span::Link {
            trace_id: vec![1; 16],
            trace_state: "vendor=1".to_owned(),
            flags: 1,
            dropped_attributes_count: 2,
            ..span::Link::default()
        }];
        span.events = vec![span::Event { dropped_attributes_count: 5, ..span::Event::default() }];
    });
    let first = |key: &str| match under(&step, key) {
        Some(Value::List(list)) => match &list[0] {
            Value::Map(map) => map.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let link = first("otel.links");
    assert!(link.contains(&("trace_state".into(), text("vendor=1"))));
    assert!(link.contains(&("flags".into(), Value::Int(1))));
    assert!(link.contains(&("dropped_attributes_count".into(), Value::Int(2))));
    let event = first("otel.events");
    assert!(event.contains(&("dropped_attributes_count".into(), Value::Int(5))));
}

#[test]
fn the_name_of_a_span_of_no_known_kind_is_content_of_a_person() {
    let step = step_with(|span| span.name = "answer for Jane Doe".to_owned());
    assert_eq!((step.kind, &*step.name), (StepKind::Other, ""));
    let field = step.content.iter().find(|field| field.key == "otel.name").unwrap();
    assert_eq!(field.parts[0].scope, Scope::Personal);
    assert_eq!(field.parts[0].held, Held::Text("answer for Jane Doe".to_owned()));
    let model = super::samples::step(texts(&[("gen_ai.operation.name", "chat")]));
    assert_eq!((&*model.name, under(&model, "otel.name")), ("chat gpt-4o-mini", None));
}

#[test]
fn what_a_mode_withholds_of_a_resource_is_listed_by_key() {
    let resource = texts(&[("service.name", "shop"), ("customer", "Jane"), ("note", "secret")]);
    let request = protobuf(&[(sender(resource), vec![span(vec![])])]);
    for mode in [ContentMode::HashOnly, ContentMode::MetadataOnly] {
        let step = read(&request, mode).steps.remove(0);
        let keys = Value::List(vec![text("customer"), text("note")]);
        assert_eq!(in_origin(&step, "mayday.withheld"), Some(keys));
        assert!(!format!("{:?}", step.origin).contains("secret"));
    }
    let full = read(&request, ContentMode::Full).steps.remove(0);
    assert_eq!(in_origin(&full, "mayday.withheld"), None);
    assert_eq!(in_origin(&full, "note"), Some(text("secret")));
}

/// What Logfire sends as a span begins: a span below the real one, as long as nothing.
fn pending(parent: Option<&str>) -> Vec<model::Attribute> {
    let mut attributes = texts(&[("logfire.span_type", "pending_span")]);
    attributes.extend(parent.map(|parent| ("logfire.pending_parent_id".into(), text(parent))));
    attributes
}

#[test]
fn a_pending_span_is_an_open_version_of_the_real_one() {
    let (own, real, above) = ([1; 8], SpanId::from_bytes(&[2; 8]), SpanId::from_bytes(&[3; 8]));
    for (told, parent) in [
        (Some("0303030303030303"), above),
        (Some("0000000000000000"), None),
        (Some("of no use"), None),
        (None, None),
    ] {
        let mut span = span(pending(told));
        (span.span, span.parent) = (SpanId::from_bytes(&own).unwrap(), real);
        let step = sent(vec![span], ContentMode::Full).steps.remove(0);
        assert_eq!((Some(step.span), step.parent), (real, parent), "{told:?}");
        assert_eq!((step.ended, under(&step, OPEN)), (step.started, Some(Value::Bool(true))));
        assert_eq!(under(&step, "mayday.pending_span"), Some(text("0101010101010101")));
    }
}

#[test]
fn a_pending_span_that_is_below_nothing_is_recorded_as_told() {
    let step = super::samples::step(pending(Some("0303030303030303")));
    assert_eq!((Some(step.span), step.parent), (SpanId::from_bytes(&[1; 8]), None));
    assert_eq!(under(&step, OPEN), None);
}

#[test]
fn empty_keys_are_kept() {
    let attributes = vec![("".into(), text("one")), ("".into(), Value::Int(2))];
    let step = super::samples::step(attributes.clone());
    let mut kept = put_together(&step);
    kept.reverse();
    assert_eq!(kept, attributes);
}

#[test]
fn a_resource_too_large_to_stand_at_every_scope_is_refused() {
    let large = Sender { resource: vec![("blob".into(), text(&"x".repeat(30_000)))], ..shop() };
    let bytes = protobuf(&[(large, vec![span(vec![])])]);
    let mut request = ExportTraceServiceRequest::decode(&*bytes).unwrap();
    let scopes = &mut request.resource_spans[0].scope_spans;
    *scopes = vec![scopes[0].clone(); 600];
    let limits = crate::Limits::default();
    let decoded = |request: &ExportTraceServiceRequest| {
        let bytes = request.encode_to_vec();
        crate::decode(&bytes, crate::Encoding::Protobuf, &limits, &ContentMode::Full.into())
    };
    let error = decoded(&request).unwrap_err().to_string();
    assert!(error.contains("counted once for every scope"), "{error}");
    request.resource_spans[0].scope_spans.truncate(500);
    assert_eq!(decoded(&request).unwrap().steps.len(), 500);
}
