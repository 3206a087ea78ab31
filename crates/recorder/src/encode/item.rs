//! A step as a span or as a log record.

use model::{Source, Step, StepKind, Value};
use serde_json::{Value as Json, json};

use super::beside::{Attributes, events, kind, links, number, text};
use super::sender::object;
use crate::logs::RECORD_ID;
use crate::told::{OPEN, Times};

/// A step that came as a span.
pub(super) fn span(step: &Step) -> Json {
    let mut all = Attributes::of(step);
    let [start, end] = times(step, &mut all);
    let message = all.take("otel.status_description", text);
    let code = step.failed.then(|| json!(2));
    object([
        ("traceId", Some(json!(step.trace))),
        ("spanId", Some(json!(step.span))),
        ("parentSpanId", step.parent.map(|parent| json!(parent))),
        ("name", Some(name(step, &mut all))),
        ("kind", all.take("otel.span_kind", kind)),
        ("startTimeUnixNano", Some(json!(start.to_string()))),
        ("endTimeUnixNano", Some(json!(end.to_string()))),
        ("flags", all.take("otel.flags", number)),
        ("traceState", all.take("otel.trace_state", text)),
        ("status", Some(object([("code", code), ("message", message)]))),
        ("droppedAttributesCount", all.take("otel.dropped_attributes_count", number)),
        ("events", all.take("otel.events", events)),
        ("droppedEventsCount", all.take("otel.dropped_events_count", number)),
        ("links", all.take("otel.links", links)),
        ("droppedLinksCount", all.take("otel.dropped_links_count", number)),
        ("attributes", Some(all.json())),
    ])
}

/// A step that came as a log record. Its id goes along, for it has no other place.
pub(super) fn record(step: &Step) -> Json {
    let mut all = Attributes::of(step);
    all.add(RECORD_ID, Value::Text(step.span.to_string()));
    object([
        ("traceId", Some(json!(step.trace))),
        ("spanId", step.parent.map(|parent| json!(parent))),
        ("eventName", Some(name(step, &mut all))),
        ("timeUnixNano", Some(json!(step.started.as_nanosecond().to_string()))),
        ("body", all.take("otel.body", |body| Some(super::any_value(body)))),
        ("severityNumber", all.take("otel.severity_number", number)),
        ("severityText", all.take("otel.severity_text", text)),
        ("flags", all.take("otel.flags", number)),
        ("droppedAttributesCount", all.take("otel.dropped_attributes_count", number)),
        ("attributes", Some(all.json())),
    ])
}

/// The name, which is content where the step is of no known kind.
fn name(step: &Step, all: &mut Attributes) -> Json {
    let is_content = step.kind == StepKind::Other && step.name.is_empty();
    let own = is_content.then(|| all.take("otel.name", text)).flatten();
    own.unwrap_or_else(|| json!(step.name))
}

/// Start and end as they were sent, if reading them again gives the same; else as they were used.
fn times(step: &Step, all: &mut Attributes) -> [u64; 2] {
    debug_assert_eq!(step.source, Source::Span);
    let nanos = |at: jiff::Timestamp| u64::try_from(at.as_nanosecond()).unwrap_or_default();
    let used = [nanos(step.started), nanos(step.ended)];
    let sent = |key: &str| all.text(key).and_then(|text| text.parse().ok());
    let candidates = [
        (OPEN, [Some(used[0]), Some(0)]),
        ("otel.end_time_unix_nano", [Some(used[0]), sent("otel.end_time_unix_nano")]),
        ("otel.start_time_unix_nano", [sent("otel.start_time_unix_nano"), Some(used[1])]),
    ];
    for (key, candidate) in candidates {
        let [Some(start), Some(end)] = candidate else { continue };
        let Ok(read) = Times::of(start, end) else { continue };
        let is_same = (read.started, read.ended) == (step.started, step.ended);
        let [(beside, value)] = &read.beside[..] else { continue };
        let taken = |found: &Value| (is_same && beside == key && found == value).then_some(());
        if all.take(key, taken).is_some() {
            return [start, end];
        }
    }
    used
}
