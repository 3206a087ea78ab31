//! Spans: each OTLP span with its resource and scope, turned into a step.

use std::sync::Arc;

use jiff::Timestamp;
use model::time::at_nanos;
use model::{Attribute, Source, SpanId, Step, StepKind, TraceId, Value};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, span};

use crate::decode::Limits;
use crate::privacy::{self, ContentMode, Kept};
use crate::{dialect, reading};

/// A span as a step, or why it can't be kept.
pub(crate) fn step(
    span: Span,
    origin: &Arc<[Attribute]>,
    limits: &Limits,
    mode: ContentMode,
) -> Result<Step, &'static str> {
    let trace =
        TraceId::from_bytes(&span.trace_id).ok_or("its trace id is not 16 bytes, or zero")?;
    let id = SpanId::from_bytes(&span.span_id).ok_or("its span id is not 8 bytes, or zero")?;
    if span.attributes.len() > limits.attributes {
        return Err("it has more attributes than are allowed");
    }
    let too_long = |name: &str| name.len() > limits.name_bytes;
    if too_long(&span.name) || span.attributes.iter().any(|attribute| too_long(&attribute.key)) {
        return Err("its name or an attribute's key is longer than is allowed");
    }
    let started =
        instant(span.start_time_unix_nano).ok_or("its start time is missing or absurd")?;
    let ended = instant(span.end_time_unix_nano).unwrap_or(started).max(started);
    let failed = span.status.as_ref().is_some_and(|status| status.code == 2);
    let parent = SpanId::from_bytes(&span.parent_span_id);
    let name = span.name.clone();
    let attributes = all_attributes(span);
    let reading = dialect::read(&attributes, origin);
    let kind = reading.kind;
    let name = match (kind, mode) {
        (_, ContentMode::Full) => name,
        (StepKind::Other, _) => "withheld".to_owned(),
        (_, ContentMode::HashOnly | ContentMode::MetadataOnly) => name,
    };
    let traits = reading::traits(reading, &attributes, origin, mode);
    let Kept { attributes, fields } = privacy::sort(attributes, mode);
    let origin = Arc::clone(origin);
    Ok(Step {
        trace,
        span: id,
        source: Source::Span,
        parent,
        kind,
        name,
        started,
        ended,
        failed,
        traits,
        attributes,
        content: fields,
        origin,
        subjects: Vec::new(),
        pivots: Vec::new(),
    })
}

/// An instant that is there and that 64 bits with a sign can hold, as stores have it: up to 2262.
fn instant(nanos: u64) -> Option<Timestamp> {
    let nanos = i64::try_from(nanos).ok().filter(|nanos| *nanos > 0)?;
    at_nanos(i128::from(nanos))
}

/// The span's own attributes, and what OTLP keeps beside them, under `otel.` keys.
fn all_attributes(span: Span) -> Vec<Attribute> {
    let mut attributes: Vec<Attribute> = span.attributes.into_iter().map(attribute).collect();
    let mut beside = |key: &str, value: Value| attributes.push((key.to_owned(), value));
    if let Some(status) = span.status.filter(|status| !status.message.is_empty()) {
        beside("otel.status_description", Value::Text(status.message));
    }
    let dropped = [
        ("otel.dropped_attributes_count", span.dropped_attributes_count),
        ("otel.dropped_events_count", span.dropped_events_count),
        ("otel.dropped_links_count", span.dropped_links_count),
    ];
    for (key, count) in dropped.into_iter().filter(|(_, count)| *count > 0) {
        beside(key, Value::Int(i64::from(count)));
    }
    if !span.trace_state.is_empty() {
        beside("otel.trace_state", Value::Text(span.trace_state));
    }
    if !span.events.is_empty() {
        beside("otel.events", Value::List(span.events.into_iter().map(event).collect()));
    }
    if !span.links.is_empty() {
        beside("otel.links", Value::List(span.links.into_iter().map(link).collect()));
    }
    attributes
}

fn event(event: span::Event) -> Value {
    Value::Map(vec![
        ("name".to_owned(), Value::Text(event.name)),
        ("time_unix_nano".to_owned(), Value::Text(event.time_unix_nano.to_string())),
        ("attributes".to_owned(), map(event.attributes)),
    ])
}

fn link(link: span::Link) -> Value {
    Value::Map(vec![
        ("trace_id".to_owned(), Value::Bytes(link.trace_id)),
        ("span_id".to_owned(), Value::Bytes(link.span_id)),
        ("attributes".to_owned(), map(link.attributes)),
    ])
}

fn map(attributes: Vec<KeyValue>) -> Value {
    Value::Map(attributes.into_iter().map(attribute).collect())
}

fn attribute(attribute: KeyValue) -> Attribute {
    (attribute.key, value(attribute.value))
}

fn value(any: Option<AnyValue>) -> Value {
    use any_value::Value as Any;
    match any.and_then(|any| any.value) {
        Some(Any::StringValue(text)) => Value::Text(text),
        Some(Any::BoolValue(truth)) => Value::Bool(truth),
        Some(Any::IntValue(number)) => Value::Int(number),
        Some(Any::DoubleValue(number)) => Value::Double(number),
        Some(Any::ArrayValue(list)) => {
            Value::List(list.values.into_iter().map(|one| value(Some(one))).collect())
        }
        Some(Any::KvlistValue(list)) => map(list.values),
        Some(Any::BytesValue(bytes)) => Value::Bytes(bytes),
        _ => Value::Empty,
    }
}

/// Who sent the spans: resource and scope, as attributes that many steps share.
pub(crate) fn origin(
    resource: &ResourceSpans,
    scope: &ScopeSpans,
    mode: ContentMode,
) -> Arc<[Attribute]> {
    let resource = resource.resource.iter().flat_map(|resource| &resource.attributes);
    let mut origin: Vec<Attribute> = resource.cloned().map(attribute).collect();
    if let Some(scope) = &scope.scope {
        origin.push(("otel.scope.name".to_owned(), Value::Text(scope.name.clone())));
        origin.push(("otel.scope.version".to_owned(), Value::Text(scope.version.clone())));
        origin.extend(scope.attributes.iter().cloned().map(attribute));
    }
    match mode {
        ContentMode::Full => origin.into(),
        ContentMode::HashOnly | ContentMode::MetadataOnly => {
            privacy::sort(origin, mode).attributes.into()
        }
    }
}
