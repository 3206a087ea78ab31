//! Steps written as requests and read again: the same steps.

use model::{Gone, Held, Source, Step, Value};
use serde_json::{Value as Json, json};

use super::captures;
use crate::{ContentMode, Encoding, Limits, decode, decode_logs, encode};

/// What is read of a request in full.
fn read(line: &str) -> Vec<Step> {
    let limits = Limits::default();
    let read = match line.starts_with(r#"{"resourceLogs""#) {
        true => decode_logs(line.as_bytes(), Encoding::Json, &limits, &ContentMode::Full.into()),
        false => decode(line.as_bytes(), Encoding::Json, &limits, &ContentMode::Full.into()),
    };
    let read = read.unwrap();
    assert_eq!(read.rejections, []);
    read.steps
}

/// Steps as text, whatever the order of their attributes: numbers that are none differ from
/// themselves, but not from how they are written.
fn told(steps: &[Step]) -> Vec<String> {
    let plain = |step: &Step| {
        let mut step = step.clone();
        step.attributes.sort_by(|a, b| a.0.cmp(&b.0));
        step.content.sort_by(|a, b| a.key.cmp(&b.key));
        format!("{step:#?}")
    };
    steps.iter().map(plain).collect()
}

fn assert_same_again(steps: &[Step]) {
    let again: Vec<Step> = encode(steps).flat_map(|line| read(&line)).collect();
    assert_eq!(again.len(), steps.len());
    for (again, step) in told(&again).iter().zip(told(steps)) {
        assert_eq!(*again, step);
    }
}

#[test]
fn what_real_packages_sent_is_the_same_again() {
    for (_, capture) in captures::CAPTURES {
        assert_same_again(&captures::steps(capture));
    }
}

fn step_of(span: &Json) -> Step {
    let mut all = json!({
        "traceId": "01".repeat(16), "spanId": "02".repeat(8), "name": "chat m",
        "startTimeUnixNano": "1795313220000000000", "endTimeUnixNano": "1795313221000000001",
    });
    all.as_object_mut().unwrap().extend(span.as_object().unwrap().clone());
    let request = json!({"resourceSpans": [{"scopeSpans": [{"spans": [all]}]}]});
    read(&request.to_string()).remove(0)
}

#[test]
fn everything_beside_attributes_is_the_same_again() {
    let attribute = |key: &str, value: Json| json!({"key": key, "value": value});
    let odd = json!([
        attribute("score", json!({"doubleValue": "NaN"})),
        attribute("low", json!({"doubleValue": "-Infinity"})),
        attribute("tenth", json!({"doubleValue": 0.1})),
        attribute("least", json!({"intValue": i64::MIN.to_string()})),
        attribute("bytes", json!({"bytesValue": "AP/+"})),
        attribute("none", json!({})),
        attribute(
            "list",
            json!({"arrayValue": {"values": [{}, {"stringValue": "\u{0}\u{10FFFF}"}]}})
        ),
        attribute(
            "map",
            json!({"kvlistValue": {"values": [attribute("a", json!({"boolValue": true}))]}})
        ),
    ]);
    let event =
        json!({"name": "e", "timeUnixNano": "0", "attributes": odd, "droppedAttributesCount": 1});
    let link =
        json!({"traceId": "0a", "spanId": "", "traceState": "a=b", "flags": 3, "attributes": odd});
    for span in [
        json!({"kind": 3, "flags": 257, "traceState": "a=b", "parentSpanId": "0300000000000000"}),
        json!({"status": {"code": 2, "message": "no"}, "attributes": odd}),
        json!({"droppedAttributesCount": 1, "droppedEventsCount": 2, "droppedLinksCount": 3}),
        json!({"events": [event, {"name": ""}], "links": [link, {}]}),
        json!({"endTimeUnixNano": "0"}),
        json!({"endTimeUnixNano": "7"}),
        json!({"endTimeUnixNano": u64::MAX.to_string()}),
        json!({"startTimeUnixNano": u64::MAX.to_string()}),
        json!({"startTimeUnixNano": "0"}),
        json!({"name": "the user's own"}),
        json!({"name": ""}),
    ] {
        assert_same_again(&[step_of(&span)]);
    }
}

#[test]
fn attributes_that_only_look_like_what_stands_beside_are_the_same_again() {
    let text = |key: &str, text: &str| json!({"key": key, "value": {"stringValue": text}});
    let number = |key: &str, number: i64| json!({"key": key, "value": {"intValue": number}});
    let attributes = json!([
        text("otel.span_kind", "tool"), text("otel.name", "n"), text("otel.events", "none"),
        number("otel.flags", -1), text("otel.trace_state", ""), text("mayday.open", "true"),
        {"key": "mayday.open", "value": {"boolValue": true}},
        text("otel.end_time_unix_nano", "soon"),
        {"key": "otel.links", "value": {"arrayValue": {"values": [{"kvlistValue": {"values": [
            text("span_id", "x")]}}]}}},
    ]);
    assert_same_again(&[step_of(&json!({"attributes": attributes}))]);
    assert_same_again(&[step_of(&json!({"attributes": attributes, "flags": 1, "kind": 2}))]);
    assert_same_again(&[step_of(&json!({"attributes": [text("otel.end_time_unix_nano", "9")]}))]);
}

#[test]
fn senders_are_the_same_again() {
    let text = |key: &str| json!({"key": key, "value": {"stringValue": "x"}});
    let span = json!({"traceId": "01".repeat(16), "spanId": "02".repeat(8),
        "startTimeUnixNano": "1", "endTimeUnixNano": "2"});
    let resource = json!({"attributes": [text("service.name")], "droppedAttributesCount": 1});
    let scope = json!({"name": "s", "version": "1", "attributes": [text("a")],
        "droppedAttributesCount": 2});
    let odd = json!({"attributes": [text("otel.scope.name"), text("otel.resource.schema_url")]});
    let senders = [
        json!({"resource": resource, "schemaUrl": "r",
            "scopeSpans": [{"scope": scope, "schemaUrl": "s", "spans": [span]}]}),
        json!({"resource": resource, "scopeSpans": [{"spans": [span]}]}),
        json!({"resource": odd, "scopeSpans": [{"scope": odd, "spans": [span, span]}]}),
        json!({"scopeSpans": [{"scope": {"attributes": [text("a")]}, "spans": [span]}]}),
    ];
    for sender in &senders {
        assert_same_again(&read(&json!({"resourceSpans": [sender]}).to_string()));
    }
    let all = read(&json!({"resourceSpans": senders}).to_string());
    assert_eq!(encode(&all).count(), 1, "one request holds several senders");
    assert_same_again(&all);
}

#[test]
fn a_note_that_a_span_began_is_the_same_again() {
    let text = |key: &str, text: &str| json!({"key": key, "value": {"stringValue": text}});
    let pending = step_of(&json!({
        "parentSpanId": "0300000000000000",
        "attributes": [text("logfire.span_type", "pending_span"),
            text("logfire.pending_parent_id", "0400000000000000")],
    }));
    assert_eq!(pending.parent.unwrap().to_string(), "0400000000000000");
    assert_same_again(&[pending]);
}

#[test]
fn a_log_record_keeps_the_id_that_it_was_given() {
    let log = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{
        "traceId": "01".repeat(16), "spanId": "02".repeat(8), "eventName": "gen_ai.choice",
        "timeUnixNano": "5", "observedTimeUnixNano": "7", "severityNumber": 17, "severityText": "E",
        "flags": 1, "droppedAttributesCount": 2, "body": {"kvlistValue": {"values": []}},
    }]}]}]});
    let steps = read(&log.to_string());
    assert!(steps[0].source == Source::Log && steps[0].failed);
    assert_same_again(&steps);
}

#[test]
fn what_is_not_there_is_left_out_and_named_with_the_reason() {
    let mut step = step_of(&json!({"attributes": [
        {"key": "gen_ai.input.messages", "value": {"stringValue": "[{\"role\":\"user\"}]"}},
        {"key": "gen_ai.output.messages", "value": {"stringValue": "[]"}},
    ]}));
    step.content[0].parts[0].held = Held::Gone(Gone::Erased);
    let line = encode(&[step]).next().unwrap();
    let again = &read(&line)[0];
    let keys: Vec<&str> = again.content.iter().map(|field| &*field.key).collect();
    assert_eq!(keys, ["gen_ai.output.messages", "otel.name"]);
    let why = ("gen_ai.input.messages".into(), Value::Text("erased".to_owned()));
    let named = ("mayday.not_kept".into(), Value::Map(vec![why]));
    assert!(again.attributes.contains(&named), "{again:?}");
}

#[test]
fn requests_are_cut_where_they_grow_large_and_where_logs_follow_spans() {
    let mut large = step_of(&json!({"attributes": [
        {"key": "gen_ai.input.messages", "value": {"stringValue": "x".repeat(3 << 20)}},
    ]}));
    let small = step_of(&json!({}));
    let lines = |steps: &[Step]| encode(steps).map(|line| read(&line).len()).collect::<Vec<_>>();
    assert_eq!(lines(&[]), [0; 0]);
    assert_eq!(lines(&vec![small.clone(); 1_030]), [512, 512, 6]);
    assert_eq!(lines(&vec![large.clone(); 5]), [2, 2, 1]);
    large.source = Source::Log;
    (large.name, large.ended) = ("gen_ai.choice".to_owned(), large.started);
    assert_eq!(lines(&[small.clone(), large, small]), [1, 1, 1]);
}
