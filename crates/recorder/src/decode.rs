//! OTLP in: one export request, under limits, to a batch.

use std::sync::Arc;

use jiff::Timestamp;
use model::time::at_nanos;
use model::{Attribute, Batch, Fault, Faulty, Rejection, SpanId, Step, StepKind, TraceId, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, span};
use prost::Message;

use crate::count::Size;
use crate::privacy::{self, ContentMode, Kept};
use crate::{count, dialect, reading};

/// How a request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Protocol buffers.
    Protobuf,
}

/// What one request may hold at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Spans in a request.
    pub spans: usize,
    /// Resources, and scopes, in a request.
    pub scopes: usize,
    /// Attributes, events, links and values in lists, in a whole request.
    pub parts: usize,
    /// Bytes of a resource with its attributes.
    pub resource_bytes: usize,
    /// Attributes on a span.
    pub attributes: usize,
    /// Bytes of an attribute's key or of a span's name.
    pub name_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            spans: 50_000,
            scopes: 10_000,
            parts: 1_000_000,
            resource_bytes: 32 * 1_024,
            attributes: 4_096,
            name_bytes: 1_024,
        }
    }
}

/// Why a whole request can't be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not OTLP, or cut short.
    #[error("could not read the body as an OTLP trace export request in protobuf")]
    Protobuf(#[source] prost::DecodeError),
    /// Too much at once.
    #[error("the request holds {got} {what}, more than the {limit} allowed: send smaller batches")]
    TooMany {
        /// How many it holds.
        got: usize,
        /// The limit.
        limit: usize,
        /// Of what.
        what: &'static str,
    },
}

impl Faulty for DecodeError {
    fn fault(&self) -> Fault {
        match self {
            DecodeError::Protobuf(_) | DecodeError::TooMany { .. } => Fault::Invalid,
        }
    }
}

/// Reads one export request. Spans that can't be kept are listed with the reason; the others stay.
pub fn decode(
    bytes: &[u8],
    encoding: Encoding,
    limits: &Limits,
    mode: ContentMode,
) -> Result<Batch, DecodeError> {
    let Encoding::Protobuf = encoding;
    check_size(count::size(bytes), limits)?;
    let request = ExportTraceServiceRequest::decode(bytes).map_err(DecodeError::Protobuf)?;
    let mut batch = Batch::default();
    for mut resource in request.resource_spans {
        for scope in std::mem::take(&mut resource.scope_spans) {
            if resource.encoded_len() > limits.resource_bytes {
                batch.rejections.extend(scope.spans.iter().map(too_large_a_resource));
                continue;
            }
            let origin = origin(&resource, &scope, mode);
            for span in scope.spans {
                keep(&mut batch, span, &origin, limits, mode);
            }
        }
    }
    Ok(batch)
}

fn check_size(size: Size, limits: &Limits) -> Result<(), DecodeError> {
    let counted = [
        (size.spans, limits.spans, "spans"),
        (size.scopes, limits.scopes, "resources or scopes"),
        (size.parts, limits.parts, "attributes, events and links"),
    ];
    match counted.into_iter().find(|(got, limit, _)| got > limit) {
        Some((got, limit, what)) => Err(DecodeError::TooMany { got, limit, what }),
        None => Ok(()),
    }
}

fn keep(
    batch: &mut Batch,
    span: Span,
    origin: &Arc<[Attribute]>,
    limits: &Limits,
    mode: ContentMode,
) {
    let name = span.name.chars().take(80).collect();
    match step(span, origin, limits, mode) {
        Ok((step, kept)) => {
            batch.content.extend(kept);
            batch.steps.push(step);
        }
        Err(why) => batch.rejections.push(Rejection { span: name, why }),
    }
}

fn too_large_a_resource(span: &Span) -> Rejection {
    let span = span.name.chars().take(80).collect();
    Rejection { span, why: "its resource has more bytes than are allowed" }
}

type Stored = (Step, Vec<model::Content>);

fn step(
    span: Span,
    origin: &Arc<[Attribute]>,
    limits: &Limits,
    mode: ContentMode,
) -> Result<Stored, &'static str> {
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
        (_, ContentMode::HashOnly | ContentMode::None) => name,
    };
    let traits = reading::traits(reading, &attributes, origin, mode);
    let Kept { attributes, fields, content } = privacy::sort(attributes, mode);
    let origin = Arc::clone(origin);
    let step = Step {
        trace,
        span: id,
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
    };
    Ok((step, content))
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
fn origin(resource: &ResourceSpans, scope: &ScopeSpans, mode: ContentMode) -> Arc<[Attribute]> {
    let resource = resource.resource.iter().flat_map(|resource| &resource.attributes);
    let mut origin: Vec<Attribute> = resource.cloned().map(attribute).collect();
    if let Some(scope) = &scope.scope {
        origin.push(("otel.scope.name".to_owned(), Value::Text(scope.name.clone())));
        origin.push(("otel.scope.version".to_owned(), Value::Text(scope.version.clone())));
        origin.extend(scope.attributes.iter().cloned().map(attribute));
    }
    match mode {
        ContentMode::Full => origin.into(),
        ContentMode::HashOnly | ContentMode::None => privacy::sort(origin, mode).attributes.into(),
    }
}
