//! Writes OTLP, for the simulator and for tests: plain spans and log records in, bytes out.

use jiff::Timestamp;
use model::{Attribute, SpanId, TraceId, Value};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList, any_value,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{self as otlp, ResourceSpans, ScopeSpans, Status};
use prost::Message;

mod read;

pub use read::spans_in;

/// Who sends: one resource and one instrumentation scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Sender {
    /// Resource attributes.
    pub resource: Vec<Attribute>,
    /// Name of the instrumentation scope.
    pub scope: String,
    /// Its version.
    pub scope_version: String,
}

/// The span kinds that GenAI conventions use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Work inside the process.
    Internal,
    /// A call out of it.
    Client,
}

/// A span to write.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Its trace.
    pub trace: TraceId,
    /// Its id.
    pub span: SpanId,
    /// The span above.
    pub parent: Option<SpanId>,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// When it began. OTLP counts from 1970 to 2554; a time outside is written as its edge.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// Whether its status is an error.
    pub failed: bool,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// A log record to write.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The trace it is about, if that is known.
    pub trace: Option<TraceId>,
    /// The span it is about.
    pub span: Option<SpanId>,
    /// What happened.
    pub event: String,
    /// When.
    pub at: Timestamp,
    /// What was said, if that is no attribute.
    pub body: Option<Value>,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// One `ExportTraceServiceRequest` in protobuf: each sender with its spans.
pub fn protobuf(groups: &[(Sender, Vec<Span>)]) -> Vec<u8> {
    request(groups).encode_to_vec()
}

/// The same request as one line of OTLP/JSON, without the line's end.
///
/// This is what the collector's file exporter writes.
pub fn json_line(groups: &[(Sender, Vec<Span>)]) -> String {
    #[expect(clippy::expect_used, reason = "the message types hold nothing that JSON can't")]
    serde_json::to_string(&request(groups)).expect("invariant: an OTLP message is JSON")
}

/// One `ExportLogsServiceRequest` in protobuf: each sender with its log records.
pub fn logs_protobuf(groups: &[(Sender, Vec<Record>)]) -> Vec<u8> {
    logs_request(groups).encode_to_vec()
}

/// The same request as one line of OTLP/JSON, without the line's end.
pub fn logs_json_line(groups: &[(Sender, Vec<Record>)]) -> String {
    #[expect(clippy::expect_used, reason = "the message types hold nothing that JSON can't")]
    serde_json::to_string(&logs_request(groups)).expect("invariant: an OTLP message is JSON")
}

fn logs_request(groups: &[(Sender, Vec<Record>)]) -> ExportLogsServiceRequest {
    let resource_logs = groups.iter().map(|(sender, records)| ResourceLogs {
        resource: Some(resource(sender)),
        scope_logs: vec![ScopeLogs {
            scope: Some(scope(sender)),
            log_records: records.iter().map(record).collect(),
            ..ScopeLogs::default()
        }],
        ..ResourceLogs::default()
    });
    ExportLogsServiceRequest { resource_logs: resource_logs.collect() }
}

fn record(record: &Record) -> LogRecord {
    LogRecord {
        trace_id: record.trace.map_or_else(Vec::new, |trace| trace.as_bytes().to_vec()),
        span_id: record.span.map_or_else(Vec::new, |span| span.as_bytes().to_vec()),
        event_name: record.event.clone(),
        time_unix_nano: unix_nanos(record.at),
        observed_time_unix_nano: unix_nanos(record.at),
        body: record.body.as_ref().map(any_value),
        attributes: key_values(&record.attributes),
        ..LogRecord::default()
    }
}

fn request(groups: &[(Sender, Vec<Span>)]) -> ExportTraceServiceRequest {
    let resource_spans = groups.iter().map(|(sender, spans)| resource_spans(sender, spans));
    ExportTraceServiceRequest { resource_spans: resource_spans.collect() }
}

fn resource_spans(sender: &Sender, spans: &[Span]) -> ResourceSpans {
    let scope_spans = ScopeSpans {
        scope: Some(scope(sender)),
        spans: spans.iter().map(span).collect(),
        ..ScopeSpans::default()
    };
    ResourceSpans {
        resource: Some(resource(sender)),
        scope_spans: vec![scope_spans],
        ..ResourceSpans::default()
    }
}

fn resource(sender: &Sender) -> Resource {
    Resource { attributes: key_values(&sender.resource), ..Resource::default() }
}

fn scope(sender: &Sender) -> InstrumentationScope {
    InstrumentationScope {
        name: sender.scope.clone(),
        version: sender.scope_version.clone(),
        ..InstrumentationScope::default()
    }
}

fn span(span: &Span) -> otlp::Span {
    let kind = match span.kind {
        Kind::Internal => SpanKind::Internal,
        Kind::Client => SpanKind::Client,
    };
    let error = || Status { code: StatusCode::Error.into(), ..Status::default() };
    otlp::Span {
        trace_id: span.trace.as_bytes().to_vec(),
        span_id: span.span.as_bytes().to_vec(),
        parent_span_id: span.parent.map_or_else(Vec::new, |parent| parent.as_bytes().to_vec()),
        name: span.name.clone(),
        kind: kind.into(),
        start_time_unix_nano: unix_nanos(span.started),
        end_time_unix_nano: unix_nanos(span.ended),
        attributes: key_values(&span.attributes),
        status: span.failed.then(error),
        ..otlp::Span::default()
    }
}

fn unix_nanos(at: Timestamp) -> u64 {
    let nanos = at.as_nanosecond().clamp(0, i128::from(u64::MAX));
    u64::try_from(nanos).unwrap_or(u64::MAX)
}

fn key_values(attributes: &[Attribute]) -> Vec<KeyValue> {
    let key_value = |(key, value): &Attribute| KeyValue {
        key: key.to_string(),
        value: Some(any_value(value)),
        ..KeyValue::default()
    };
    attributes.iter().map(key_value).collect()
}

fn any_value(value: &Value) -> AnyValue {
    let value = match value {
        Value::Empty => None,
        Value::Text(text) => Some(any_value::Value::StringValue(text.clone())),
        Value::Bool(truth) => Some(any_value::Value::BoolValue(*truth)),
        Value::Int(number) => Some(any_value::Value::IntValue(*number)),
        Value::Double(number) => Some(any_value::Value::DoubleValue(*number)),
        Value::List(values) => {
            let values = values.iter().map(any_value).collect();
            Some(any_value::Value::ArrayValue(ArrayValue { values }))
        }
        Value::Map(pairs) => {
            let values = key_values(pairs);
            Some(any_value::Value::KvlistValue(KeyValueList { values }))
        }
        Value::Bytes(bytes) => Some(any_value::Value::BytesValue(bytes.clone())),
    };
    AnyValue { value }
}

#[cfg(test)]
mod tests;
