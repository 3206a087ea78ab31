//! Spans: each turned into a step, with what OTLP keeps beside attributes under `otel.` keys.

use std::sync::Arc;

use model::{Attribute, Claim, Source, SpanId, Step, TraceId, Value};
use opentelemetry_proto::tonic::common::v1::any_value;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::{Span, span};

use crate::decode::Limits;
use crate::dialect::Attributes;
use crate::logs::{EVALUATION, evaluated};
use crate::memo::Memo;
use crate::origin::FEATURE;
use crate::policy::Privacy;
use crate::told::{self, Times, Told, instant};
use crate::value::{attributes, number, text};

/// A span as a step, or why it can't be kept.
pub(crate) fn step(
    span: Span,
    origin: &Arc<[Attribute]>,
    limits: &Limits,
    privacy: Privacy,
    memo: &mut Memo,
) -> Result<Step, &'static str> {
    let trace =
        TraceId::from_bytes(&span.trace_id).ok_or("its trace id is not 16 bytes, or zero")?;
    let own = SpanId::from_bytes(&span.span_id).ok_or("its span id is not 8 bytes, or zero")?;
    told::within(&span.name, &span.attributes, limits)?;
    let above = SpanId::from_bytes(&span.parent_span_id);
    let failed = span.status.as_ref().is_some_and(|status| status.code == 2);
    let (start, end) = (span.start_time_unix_nano, span.end_time_unix_nano);
    let name = span.name.clone();
    let mut attributes = all_attributes(span);
    let (id, parent, end) = match (above, pending(&attributes)) {
        (Some(real), Some(Pending { parent })) => {
            attributes.push((PENDING.to_owned(), Value::Text(own.to_string())));
            (real, parent, 0)
        }
        _ => (own, above, end),
    };
    let Times { started, ended, beside } = Times::of(start, end)?;
    attributes.extend(beside);
    let source = Source::Span;
    let told = Told { trace, source, parent, name, started, ended, failed, attributes };
    Ok(told.step(origin, privacy, memo, |_, _| id))
}

/// What judges found of the run, where that is told in events on the span.
pub(crate) fn claims(span: &Span) -> Vec<Claim> {
    let trace = TraceId::from_bytes(&span.trace_id);
    let events = span.events.iter().filter(|event| event.name == EVALUATION);
    let claims = events.filter_map(|event| {
        let at = instant(event.time_unix_nano).or(instant(span.end_time_unix_nano))?;
        evaluated(&event.attributes, trace, at)
    });
    claims.collect()
}

/// The feature that a span says it is of.
pub(crate) fn feature(span: &Span) -> Option<&str> {
    let said = span.attributes.iter().find(|attribute| attribute.key == FEATURE)?;
    match said.value.as_ref()?.value.as_ref()? {
        any_value::Value::StringValue(feature) if !feature.is_empty() => Some(feature),
        _ => None,
    }
}

/// The id of the note that the span began, once that has become the span itself.
const PENDING: &str = "mayday.pending_span";

/// What Logfire sends when a span begins: a span below the real one, which says what the real one
/// is below.
struct Pending {
    parent: Option<SpanId>,
}

fn pending(attributes: &[Attribute]) -> Option<Pending> {
    let attributes = Attributes(attributes);
    attributes.text(&["logfire.span_type"]).filter(|kind| *kind == "pending_span")?;
    if attributes.text(&[PENDING]).is_some() {
        return None;
    }
    let parent = attributes.text(&["logfire.pending_parent_id"]);
    Some(Pending { parent: parent.and_then(|id| id.parse().ok()) })
}

/// Words for the kinds of spans, by their numbers.
fn kind(number: i32) -> Option<&'static str> {
    match SpanKind::try_from(number).unwrap_or_default() {
        SpanKind::Unspecified => None,
        SpanKind::Internal => Some("internal"),
        SpanKind::Server => Some("server"),
        SpanKind::Client => Some("client"),
        SpanKind::Producer => Some("producer"),
        SpanKind::Consumer => Some("consumer"),
    }
}

/// The span's own attributes, and what OTLP keeps beside them, where it is set.
fn all_attributes(span: Span) -> Vec<Attribute> {
    let mut all = attributes(span.attributes);
    all.extend(kind(span.kind).and_then(|kind| text("otel.span_kind", kind.to_owned())));
    all.extend(number("otel.flags", span.flags));
    all.extend(text("otel.trace_state", span.trace_state));
    all.extend(span.status.and_then(|status| text("otel.status_description", status.message)));
    all.extend(number("otel.dropped_attributes_count", span.dropped_attributes_count));
    all.extend(number("otel.dropped_events_count", span.dropped_events_count));
    all.extend(number("otel.dropped_links_count", span.dropped_links_count));
    all.extend(list("otel.events", span.events.into_iter().map(event).collect()));
    all.extend(list("otel.links", span.links.into_iter().map(link).collect()));
    all
}

fn list(key: &str, values: Vec<Value>) -> Option<Attribute> {
    (!values.is_empty()).then(|| (key.to_owned(), Value::List(values)))
}

fn event(event: span::Event) -> Value {
    let mut map = vec![
        ("name".to_owned(), Value::Text(event.name)),
        ("time_unix_nano".to_owned(), Value::Text(event.time_unix_nano.to_string())),
        ("attributes".to_owned(), Value::Map(attributes(event.attributes))),
    ];
    map.extend(number("dropped_attributes_count", event.dropped_attributes_count));
    Value::Map(map)
}

fn link(link: span::Link) -> Value {
    let mut map = vec![
        ("trace_id".to_owned(), Value::Bytes(link.trace_id)),
        ("span_id".to_owned(), Value::Bytes(link.span_id)),
        ("attributes".to_owned(), Value::Map(attributes(link.attributes))),
    ];
    map.extend(text("trace_state", link.trace_state));
    map.extend(number("flags", link.flags));
    map.extend(number("dropped_attributes_count", link.dropped_attributes_count));
    Value::Map(map)
}
