//! What is written reads back, by the standard's own types.

use super::*;

fn every_value() -> Vec<Attribute> {
    let text = |text: &str| Value::Text(text.to_owned());
    let values = [
        ("nothing", Value::Empty),
        ("text", text("line one\nline \"two\" ü")),
        ("bool", Value::Bool(true)),
        ("int", Value::Int(i64::MIN)),
        ("double", Value::Double(0.25)),
        ("list", Value::List(vec![text("stop"), Value::Empty, Value::Int(1)])),
        ("map", Value::Map(vec![("inner".into(), Value::Bool(false))])),
        ("bytes", Value::Bytes(vec![0, 255, 7])),
    ];
    values.map(|(key, value)| (key.to_owned().into(), value)).into()
}

fn two_senders() -> Vec<(Sender, Vec<Span>)> {
    let root = SpanId::from_bytes(&[1; 8]).unwrap();
    let span = |span, parent, kind| Span {
        trace: TraceId::from_bytes(&[9; 16]).unwrap(),
        span,
        parent,
        name: "chat gpt".to_owned(),
        kind,
        started: "2026-11-22T02:07:00.000000001Z".parse().unwrap(),
        ended: "2026-11-22T02:07:03Z".parse().unwrap(),
        failed: parent.is_some(),
        attributes: every_value(),
    };
    let child = SpanId::from_bytes(&[2; 8]).unwrap();
    let sender = |scope: &str| Sender {
        resource: vec![("service.name".into(), Value::Text("shop".to_owned()))],
        scope: scope.to_owned(),
        scope_version: "0.1".to_owned(),
    };
    vec![
        (sender("one"), vec![span(root, None, Kind::Internal)]),
        (sender("two"), vec![span(child, Some(root), Kind::Client)]),
    ]
}

fn decoded(groups: &[(Sender, Vec<Span>)]) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest::decode(protobuf(groups).as_slice()).unwrap()
}

fn read_back(value: &AnyValue) -> Value {
    match value.value.clone() {
        None => Value::Empty,
        Some(any_value::Value::StringValue(text)) => Value::Text(text),
        Some(any_value::Value::BoolValue(truth)) => Value::Bool(truth),
        Some(any_value::Value::IntValue(number)) => Value::Int(number),
        Some(any_value::Value::DoubleValue(number)) => Value::Double(number),
        Some(any_value::Value::ArrayValue(list)) => {
            Value::List(list.values.iter().map(read_back).collect())
        }
        Some(any_value::Value::KvlistValue(map)) => Value::Map(attributes(&map.values)),
        Some(any_value::Value::BytesValue(bytes)) => Value::Bytes(bytes),
        Some(any_value::Value::StringValueStrindex(_)) => unreachable!("never written"),
    }
}

fn attributes(pairs: &[KeyValue]) -> Vec<Attribute> {
    let value = |pair: &KeyValue| read_back(pair.value.as_ref().unwrap());
    pairs.iter().map(|pair| (pair.key.clone().into(), value(pair))).collect()
}

#[test]
fn what_is_written_reads_back() {
    let groups = two_senders();
    let request = decoded(&groups);
    assert_eq!(request.resource_spans.len(), groups.len());
    for ((sender, spans), read) in groups.iter().zip(&request.resource_spans) {
        assert_eq!(attributes(&read.resource.as_ref().unwrap().attributes), sender.resource);
        let scope = read.scope_spans[0].scope.as_ref().unwrap();
        assert_eq!((&scope.name, &scope.version), (&sender.scope, &sender.scope_version));
        assert_eq!(read.scope_spans[0].spans.len(), spans.len());
        for (span, read) in spans.iter().zip(&read.scope_spans[0].spans) {
            assert_eq!(TraceId::from_bytes(&read.trace_id), Some(span.trace));
            assert_eq!(SpanId::from_bytes(&read.span_id), Some(span.span));
            assert_eq!(SpanId::from_bytes(&read.parent_span_id), span.parent);
            assert_eq!(read.name, span.name);
            assert_eq!(i128::from(read.start_time_unix_nano), span.started.as_nanosecond());
            assert_eq!(i128::from(read.end_time_unix_nano), span.ended.as_nanosecond());
            assert_eq!(attributes(&read.attributes), span.attributes);
        }
    }
}

#[test]
fn kind_and_status_are_the_numbers_of_the_standard() {
    let request = decoded(&two_senders());
    let spans = request.resource_spans.iter().map(|group| &group.scope_spans[0].spans[0]);
    let numbers: Vec<_> =
        spans.map(|span| (span.kind, span.status.as_ref().map(|status| status.code))).collect();
    assert_eq!(numbers, [(1, None), (3, Some(2))]);
}

#[test]
fn the_line_of_json_says_the_same_as_the_protobuf() {
    let groups = two_senders();
    let line = json_line(&groups);
    assert!(!line.contains('\n'));
    let read: ExportTraceServiceRequest = serde_json::from_str(&line).unwrap();
    assert_eq!(read, decoded(&groups));
}

#[test]
fn a_time_that_otlp_has_no_number_for_becomes_its_edge() {
    assert_eq!(unix_nanos("1969-12-31T00:00:00Z".parse().unwrap()), 0);
    assert_eq!(unix_nanos(Timestamp::MAX), u64::MAX);
}
