//! The same request says the same in protobuf and in JSON.
//!
//! The JSON is written by `opentelemetry-proto`, which has no line in common with our reader.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList, any_value,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span};
use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message;

use super::samples::*;
use crate::wire::{json_line, protobuf};
use crate::{ContentMode, Encoding, Limits, decode, decode_logs};

const MODES: [ContentMode; 3] =
    [ContentMode::Full, ContentMode::HashOnly, ContentMode::MetadataOnly];

fn any_value_of_otlp() -> impl Strategy<Value = AnyValue> {
    use any_value::Value;
    let finite = any::<f64>().prop_filter("JSON has it as text", |number| number.is_finite());
    let leaf = prop_oneof![
        Just(None),
        any::<String>().prop_map(|text| Some(Value::StringValue(text))),
        any::<bool>().prop_map(|truth| Some(Value::BoolValue(truth))),
        any::<i64>().prop_map(|number| Some(Value::IntValue(number))),
        finite.prop_map(|number| Some(Value::DoubleValue(number))),
        vec(any::<u8>(), 0..9).prop_map(|bytes| Some(Value::BytesValue(bytes))),
    ];
    let leaf = leaf.prop_map(|value| AnyValue { value });
    leaf.prop_recursive(4, 12, 3, |inner| {
        let pair = ("[a-z.]{0,9}", inner.clone()).prop_map(|(key, value)| pair(key, Some(value)));
        prop_oneof![
            vec(inner, 0..4).prop_map(|values| Value::ArrayValue(ArrayValue { values })),
            vec(pair, 0..4).prop_map(|values| Value::KvlistValue(KeyValueList { values })),
        ]
        .prop_map(|value| AnyValue { value: Some(value) })
    })
}

fn pair(key: String, value: Option<AnyValue>) -> KeyValue {
    KeyValue { key, value, ..KeyValue::default() }
}

fn attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    let key = prop_oneof![
        "\\PC{0,9}",
        prop::sample::select(vec![
            "gen_ai.operation.name",
            "gen_ai.input.messages",
            "gen_ai.evaluation.score.label",
            "gen_ai.response.id",
            "logfire.span_type",
            "event.name",
            "customer.note",
        ])
        .prop_map(str::to_owned),
    ];
    vec((key, prop::option::of(any_value_of_otlp())), 0..4)
        .prop_map(|pairs| pairs.into_iter().map(|(key, value)| pair(key, value)).collect())
}

fn id(length: usize) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![4 => vec(any::<u8>(), length), 1 => vec(any::<u8>(), 0..20)]
}

fn nanos() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 1_700_000_000_000_000_000..1_800_000_000_000_000_000u64, 1 => any::<u64>()]
}

fn event() -> impl Strategy<Value = span::Event> {
    (any::<u64>(), "\\PC{0,9}", attributes(), 0..2u32).prop_map(
        |(time_unix_nano, name, attributes, dropped_attributes_count)| span::Event {
            time_unix_nano,
            name,
            attributes,
            dropped_attributes_count,
        },
    )
}

fn link() -> impl Strategy<Value = span::Link> {
    (id(16), id(8), "[a-z=]{0,9}", attributes(), 0..2u32, any::<u32>()).prop_map(
        |(trace_id, span_id, trace_state, attributes, dropped_attributes_count, flags)| {
            span::Link {
                trace_id,
                span_id,
                trace_state,
                attributes,
                dropped_attributes_count,
                flags,
            }
        },
    )
}

fn span_of_otlp() -> impl Strategy<Value = Span> {
    let ids = (id(16), id(8), id(8), "[a-z=]{0,9}", any::<u32>());
    let said = ("\\PC{0,9}", 0..7i32, nanos(), nanos(), attributes(), any::<[bool; 3]>());
    let below = (vec(event(), 0..3), vec(link(), 0..3), prop::option::of(("\\PC{0,9}", 0..3i32)));
    (ids, said, below).prop_map(|(ids, said, below)| Span {
        trace_id: ids.0,
        span_id: ids.1,
        parent_span_id: ids.2,
        trace_state: ids.3,
        flags: ids.4,
        name: said.0,
        kind: said.1,
        start_time_unix_nano: said.2,
        end_time_unix_nano: said.3,
        attributes: said.4,
        dropped_attributes_count: said.5[0].into(),
        dropped_events_count: said.5[1].into(),
        dropped_links_count: said.5[2].into(),
        events: below.0,
        links: below.1,
        status: below.2.map(|(message, code)| Status { message, code }),
    })
}

fn record() -> impl Strategy<Value = LogRecord> {
    let ids = (id(16), id(8), any::<u32>(), "(gen_ai\\.evaluation\\.result)?");
    let said = (nanos(), nanos(), 0..25i32, "[A-Z]{0,5}", attributes());
    (ids, said, prop::option::of(any_value_of_otlp())).prop_map(|(ids, said, body)| LogRecord {
        trace_id: ids.0,
        span_id: ids.1,
        flags: ids.2,
        event_name: ids.3,
        time_unix_nano: said.0,
        observed_time_unix_nano: said.1,
        severity_number: said.2,
        severity_text: said.3,
        attributes: said.4,
        body,
        dropped_attributes_count: 0,
    })
}

/// Resource, its schema, scope, its schema.
fn origin() -> impl Strategy<Value = (Resource, String, InstrumentationScope, String)> {
    let resource = (attributes(), 0..2u32).prop_map(|(attributes, dropped_attributes_count)| {
        Resource { attributes, dropped_attributes_count, ..Resource::default() }
    });
    let scope = ("[a-z.]{0,9}", "[0-9.]{0,3}", attributes(), 0..2u32).prop_map(
        |(name, version, attributes, dropped_attributes_count)| InstrumentationScope {
            name,
            version,
            attributes,
            dropped_attributes_count,
        },
    );
    (resource, "[a-z:/]{0,9}", scope, "[a-z:/]{0,9}")
}

fn traces() -> impl Strategy<Value = ExportTraceServiceRequest> {
    let sent = (origin(), vec(span_of_otlp(), 0..3));
    vec(sent, 0..3).prop_map(|all| ExportTraceServiceRequest {
        resource_spans: all
            .into_iter()
            .map(|((resource, schema_url, scope, of_scope), spans)| ResourceSpans {
                resource: Some(resource),
                schema_url,
                scope_spans: vec![ScopeSpans { scope: Some(scope), spans, schema_url: of_scope }],
            })
            .collect(),
    })
}

fn logs() -> impl Strategy<Value = ExportLogsServiceRequest> {
    let sent = (origin(), vec(record(), 0..3));
    vec(sent, 0..3).prop_map(|all| ExportLogsServiceRequest {
        resource_logs: all
            .into_iter()
            .map(|((resource, schema_url, scope, of_scope), log_records)| ResourceLogs {
                resource: Some(resource),
                schema_url,
                scope_logs: vec![ScopeLogs {
                    scope: Some(scope),
                    log_records,
                    schema_url: of_scope,
                }],
            })
            .collect(),
    })
}

#[test]
fn what_real_packages_send_is_the_same_in_both_encodings() {
    for spans in [genai(), openinference()] {
        let groups = [(shop(), spans.map(span).into())];
        let json = json_line(&groups).into_bytes();
        for mode in MODES {
            let limits = Limits::default();
            let one =
                decode(&protobuf(&groups), Encoding::Protobuf, &limits, &mode.into()).unwrap();
            let other = decode(&json, Encoding::Json, &limits, &mode.into()).unwrap();
            assert_eq!((one.steps.len(), &one), (3, &other));
        }
    }
}

proptest! {
    #[test]
    fn spans_are_the_same_in_both_encodings(request in traces()) {
        let (bytes, json) = (request.encode_to_vec(), serde_json::to_vec(&request).unwrap());
        for mode in MODES {
            let one = decode(&bytes, Encoding::Protobuf, &Limits::default(), &mode.into()).unwrap();
            let other = decode(&json, Encoding::Json, &Limits::default(), &mode.into()).unwrap();
            prop_assert_eq!(one, other);
        }
    }

    #[test]
    fn log_records_are_the_same_in_both_encodings(request in logs()) {
        let (bytes, json) = (request.encode_to_vec(), serde_json::to_vec(&request).unwrap());
        for mode in MODES {
            let (limits, policy) = (Limits::default(), mode.into());
            let one = decode_logs(&bytes, Encoding::Protobuf, &limits, &policy).unwrap();
            let other = decode_logs(&json, Encoding::Json, &limits, &policy).unwrap();
            prop_assert_eq!(one, other);
        }
    }
}
