//! OTLP in JSON: the messages, as forgiving as the standard asks of a receiver.
//!
//! Fields may be missing or null, unknown ones are passed over, long numbers come as numbers or as
//! text, enumerations as numbers or names. (The messages of `opentelemetry-proto` read JSON too,
//! but want every list and key to be there, know no names, and copy a nested value once a level.)

mod outer;
mod value;

use opentelemetry_proto::tonic::{common, logs, resource, trace};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

pub(super) use outer::{cut, outline, parts};
use value::{Any, Enumerated, Id, Int, List, Object, Pair, Text};

/// Reads one message, or says why it can't be read. That it is JSON is known.
pub(super) fn read<M: DeserializeOwned>(message: &[u8]) -> Result<M, &'static str> {
    let read = serde_json::from_slice(message).map(|Object(message)| message);
    read.map_err(|error| match error.classify() {
        Category::Data => "a field of it has not the form that OTLP gives it in JSON",
        Category::Syntax | Category::Eof | Category::Io => "it holds values nested too deep",
    })
}

/// What a span or a log record calls itself.
pub(super) fn name_of(item: &[u8]) -> String {
    #[derive(Deserialize, Default)]
    #[serde(default, rename_all = "camelCase")]
    struct Named {
        #[serde(alias = "eventName")]
        name: Text,
    }
    serde_json::from_slice::<Named>(item).map(|named| named.name.0).unwrap_or_default()
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Resource {
    attributes: List<Pair>,
    dropped_attributes_count: Int<u32>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Scope {
    name: Text,
    version: Text,
    attributes: List<Pair>,
    dropped_attributes_count: Int<u32>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Span {
    trace_id: Id,
    span_id: Id,
    trace_state: Text,
    parent_span_id: Id,
    flags: Int<u32>,
    name: Text,
    kind: Enumerated,
    start_time_unix_nano: Int<u64>,
    end_time_unix_nano: Int<u64>,
    attributes: List<Pair>,
    dropped_attributes_count: Int<u32>,
    events: List<Event>,
    dropped_events_count: Int<u32>,
    links: List<Link>,
    dropped_links_count: Int<u32>,
    status: Option<Object<Status>>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Event {
    time_unix_nano: Int<u64>,
    name: Text,
    attributes: List<Pair>,
    dropped_attributes_count: Int<u32>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Link {
    trace_id: Id,
    span_id: Id,
    trace_state: Text,
    attributes: List<Pair>,
    dropped_attributes_count: Int<u32>,
    flags: Int<u32>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    message: Text,
    code: Enumerated,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Record {
    time_unix_nano: Int<u64>,
    observed_time_unix_nano: Int<u64>,
    severity_number: Enumerated,
    severity_text: Text,
    body: Option<Any>,
    attributes: List<Pair>,
    dropped_attributes_count: Int<u32>,
    flags: Int<u32>,
    trace_id: Id,
    span_id: Id,
    event_name: Text,
}

impl From<Resource> for resource::v1::Resource {
    fn from(from: Resource) -> Self {
        Self {
            attributes: from.attributes.into(),
            dropped_attributes_count: from.dropped_attributes_count.0,
            ..Self::default()
        }
    }
}

impl From<Scope> for common::v1::InstrumentationScope {
    fn from(from: Scope) -> Self {
        Self {
            name: from.name.0,
            version: from.version.0,
            attributes: from.attributes.into(),
            dropped_attributes_count: from.dropped_attributes_count.0,
        }
    }
}

impl From<Span> for trace::v1::Span {
    fn from(from: Span) -> Self {
        Self {
            trace_id: from.trace_id.0,
            span_id: from.span_id.0,
            trace_state: from.trace_state.0,
            parent_span_id: from.parent_span_id.0,
            flags: from.flags.0,
            name: from.name.0,
            kind: from.kind.0,
            start_time_unix_nano: from.start_time_unix_nano.0,
            end_time_unix_nano: from.end_time_unix_nano.0,
            attributes: from.attributes.into(),
            dropped_attributes_count: from.dropped_attributes_count.0,
            events: from.events.into(),
            dropped_events_count: from.dropped_events_count.0,
            links: from.links.into(),
            dropped_links_count: from.dropped_links_count.0,
            status: from.status.map(|Object(status)| status.into()),
        }
    }
}

impl From<Event> for trace::v1::span::Event {
    fn from(from: Event) -> Self {
        Self {
            time_unix_nano: from.time_unix_nano.0,
            name: from.name.0,
            attributes: from.attributes.into(),
            dropped_attributes_count: from.dropped_attributes_count.0,
        }
    }
}

impl From<Link> for trace::v1::span::Link {
    fn from(from: Link) -> Self {
        Self {
            trace_id: from.trace_id.0,
            span_id: from.span_id.0,
            trace_state: from.trace_state.0,
            attributes: from.attributes.into(),
            dropped_attributes_count: from.dropped_attributes_count.0,
            flags: from.flags.0,
        }
    }
}

impl From<Status> for trace::v1::Status {
    fn from(from: Status) -> Self {
        Self { message: from.message.0, code: from.code.0 }
    }
}

impl From<Record> for logs::v1::LogRecord {
    fn from(from: Record) -> Self {
        Self {
            time_unix_nano: from.time_unix_nano.0,
            observed_time_unix_nano: from.observed_time_unix_nano.0,
            severity_number: from.severity_number.0,
            severity_text: from.severity_text.0,
            body: from.body.map(Into::into),
            attributes: from.attributes.into(),
            dropped_attributes_count: from.dropped_attributes_count.0,
            flags: from.flags.0,
            trace_id: from.trace_id.0,
            span_id: from.span_id.0,
            event_name: from.event_name.0,
        }
    }
}
