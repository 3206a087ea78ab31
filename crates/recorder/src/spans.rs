//! Spans: each turned into a step, with what OTLP keeps beside attributes under `otel.` keys.

use model::{Attribute, Claim, Source, SpanId, Step, TraceId, Value};
use opentelemetry_proto::tonic::trace::v1;
use opentelemetry_proto::tonic::trace::v1::span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

use crate::decode::Limits;
use crate::dialect::Attributes;
use crate::logs::{EVALUATION, evaluated};
use crate::memo::Memo;
use crate::origin::FEATURE;
use crate::policy::Privacy;
use crate::told::{self, Sender, Times, Told, instant};
use crate::value::{attributes, number, text};

/// A span as it was sent, its attributes as steps have them. An id that is none is not there.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Span {
    pub(crate) trace: Option<TraceId>,
    pub(crate) own: Option<SpanId>,
    pub(crate) parent: Option<SpanId>,
    pub(crate) trace_state: String,
    pub(crate) flags: u32,
    pub(crate) name: String,
    pub(crate) kind: i32,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) status: i32,
    pub(crate) message: String,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) events: Vec<Value>,
    pub(crate) links: Vec<Value>,
    pub(crate) dropped_attributes: u32,
    pub(crate) dropped_events: u32,
    pub(crate) dropped_links: u32,
}

/// The number of the status of a span that failed.
const FAILED: i32 = 2;

/// A span as a step, or why it can't be kept.
pub(crate) fn step(
    mut span: Span,
    sender: &Sender,
    limits: &Limits,
    privacy: Privacy,
    memo: &mut Memo,
) -> Result<Step, &'static str> {
    let trace = span.trace.ok_or("its trace id is not 16 bytes, or zero")?;
    let own = span.own.ok_or("its span id is not 8 bytes, or zero")?;
    told::within(&span.name, span.attributes.iter().map(|(key, _)| key), limits)?;
    let (above, failed) = (span.parent, span.status == FAILED);
    let (start, end) = (span.start, span.end);
    let name = std::mem::take(&mut span.name);
    let mut attributes = all_attributes(span);
    let (id, parent, end) = match (above, pending(&attributes)) {
        (Some(real), Some(Pending { parent })) => {
            attributes.push((PENDING.into(), Value::Text(own.to_string())));
            (real, parent, 0)
        }
        _ => (own, above, end),
    };
    let Times { started, ended, beside } = Times::of(start, end)?;
    attributes.extend(beside);
    let source = Source::Span;
    let told = Told { trace, source, parent, name, started, ended, failed, attributes };
    Ok(told.step(sender, privacy, memo, |_, _| id))
}

/// What judges found of the run, where that is told in events on the span.
pub(crate) fn claims(span: &Span) -> Vec<Claim> {
    let told = span.events.iter().filter_map(|event| {
        let Value::Map(members) = event else { return None };
        let [(_, Value::Text(name)), (_, Value::Text(at)), (_, Value::Map(said)), ..] =
            &members[..]
        else {
            return None;
        };
        let at = at.parse().ok().and_then(instant).or(instant(span.end))?;
        (name == EVALUATION).then(|| evaluated(|key| said_text(said, key), span.trace, at))?
    });
    told.collect()
}

/// The text under a key, if it is not empty.
fn said_text(said: &[Attribute], key: &str) -> Option<String> {
    Attributes(said).text(&[key]).map(str::to_owned)
}

/// The feature that a span says it is of.
pub(crate) fn feature(span: &Span) -> Option<&str> {
    let (_, said) = span.attributes.iter().find(|(key, _)| key == FEATURE)?;
    said.as_text().filter(|feature| !feature.is_empty())
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
    let mut all = span.attributes;
    all.extend(kind(span.kind).and_then(|kind| text("otel.span_kind", kind.to_owned())));
    all.extend(number("otel.flags", span.flags));
    all.extend(text("otel.trace_state", span.trace_state));
    all.extend(text("otel.status_description", span.message));
    all.extend(number("otel.dropped_attributes_count", span.dropped_attributes));
    all.extend(number("otel.dropped_events_count", span.dropped_events));
    all.extend(number("otel.dropped_links_count", span.dropped_links));
    all.extend(list("otel.events", span.events));
    all.extend(list("otel.links", span.links));
    all
}

fn list(key: &'static str, values: Vec<Value>) -> Option<Attribute> {
    (!values.is_empty()).then(|| (key.into(), Value::List(values)))
}

impl From<v1::Span> for Span {
    fn from(span: v1::Span) -> Self {
        let status = span.status.unwrap_or_default();
        Self {
            trace: TraceId::from_bytes(&span.trace_id),
            own: SpanId::from_bytes(&span.span_id),
            parent: SpanId::from_bytes(&span.parent_span_id),
            trace_state: span.trace_state,
            flags: span.flags,
            name: span.name,
            kind: span.kind,
            start: span.start_time_unix_nano,
            end: span.end_time_unix_nano,
            status: status.code,
            message: status.message,
            attributes: attributes(span.attributes),
            events: span.events.into_iter().map(event_of).collect(),
            links: span.links.into_iter().map(link).collect(),
            dropped_attributes: span.dropped_attributes_count,
            dropped_events: span.dropped_events_count,
            dropped_links: span.dropped_links_count,
        }
    }
}

fn event_of(event: span::Event) -> Value {
    let attributes = attributes(event.attributes);
    event_with(event.name, event.time_unix_nano, attributes, event.dropped_attributes_count)
}

/// An event on a span, as a value.
pub(crate) fn event_with(name: String, at: u64, said: Vec<Attribute>, dropped: u32) -> Value {
    let mut map = vec![
        ("name".into(), Value::Text(name)),
        ("time_unix_nano".into(), Value::Text(at.to_string())),
        ("attributes".into(), Value::Map(said)),
    ];
    map.extend(number("dropped_attributes_count", dropped));
    Value::Map(map)
}

fn link(link: span::Link) -> Value {
    let mut map = vec![
        ("trace_id".into(), Value::Bytes(link.trace_id)),
        ("span_id".into(), Value::Bytes(link.span_id)),
        ("attributes".into(), Value::Map(attributes(link.attributes))),
    ];
    map.extend(text("trace_state", link.trace_state));
    map.extend(number("flags", link.flags));
    map.extend(number("dropped_attributes_count", link.dropped_attributes_count));
    Value::Map(map)
}
