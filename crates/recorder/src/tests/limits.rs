//! Bad input: refused with a reason, span by span where that is possible; never a panic.

use std::time::Duration;

use jiff::Timestamp;
use model::{Fault, Faulty, SpanId, Step, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span as OtlpSpan;
use proptest::prelude::*;
use prost::Message;

use super::samples::*;
use crate::told::OPEN;
use crate::wire::{json_line, protobuf};
use crate::{ContentMode, DecodeError, Encoding, Limits, decode};

const MODES: [ContentMode; 3] =
    [ContentMode::Full, ContentMode::HashOnly, ContentMode::MetadataOnly];

/// A good span before and after one that a test spoils.
fn among_good_ones(spoil: impl FnOnce(&mut OtlpSpan)) -> model::Batch {
    let [asked, answered, root] = genai();
    let mut request = request(&protobuf(&[(shop(), [asked, answered, root].map(span).into())]));
    spoil(&mut request.resource_spans[0].scope_spans[0].spans[1]);
    read(&request.encode_to_vec(), ContentMode::Full)
}

fn request(bytes: &[u8]) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest::decode(bytes).unwrap()
}

fn refusal(spoil: impl FnOnce(&mut OtlpSpan)) -> &'static str {
    let batch = among_good_ones(spoil);
    assert_eq!((batch.steps.len(), batch.rejections.len()), (2, 1));
    batch.rejections[0].why
}

fn accepted(spoil: impl FnOnce(&mut OtlpSpan)) -> Step {
    let mut batch = among_good_ones(spoil);
    assert_eq!((batch.steps.len(), batch.rejections.len()), (3, 0));
    batch.steps.remove(1)
}

fn attempt(bytes: &[u8], limits: &Limits) -> Result<model::Batch, DecodeError> {
    decode(bytes, Encoding::Protobuf, limits, &ContentMode::Full.into())
}

#[test]
fn a_request_cut_anywhere_is_refused_or_read_and_never_panics() {
    for spans in [genai(), openinference()] {
        let bytes = protobuf(&[(shop(), spans.map(span).into())]);
        for length in 0..bytes.len() {
            match attempt(&bytes[..length], &Limits::default()) {
                Ok(batch) => assert!(length == 0 && batch.steps.is_empty(), "{length}"),
                Err(error) => assert_eq!(error.fault(), Fault::Invalid),
            }
        }
    }
}

#[test]
fn ids_of_zero_or_of_the_wrong_length_are_refused_and_the_other_spans_stay() {
    for id in [vec![], vec![0; 16], vec![1; 15], vec![1; 17]] {
        assert!(refusal(|span| span.trace_id = id).contains("trace id"));
    }
    for id in [vec![], vec![0; 8], vec![1; 7], vec![1; 9]] {
        assert!(refusal(|span| span.span_id = id).contains("span id"));
    }
}

#[test]
fn a_parent_that_is_no_id_is_no_parent() {
    for id in [vec![], vec![0; 8], vec![1; 3]] {
        assert_eq!(accepted(|span| span.parent_span_id = id).parent, None);
    }
    let parent = accepted(|span| span.parent_span_id = vec![7; 8]).parent;
    assert_eq!(parent, SpanId::from_bytes(&[7; 8]));
}

#[test]
fn a_time_that_cannot_be_used_is_replaced_by_the_other_and_told() {
    for start in [0, u64::MAX, i64::MAX as u64 + 1] {
        let step = accepted(|span| span.start_time_unix_nano = start);
        assert_eq!(step.started, step.ended);
        assert_eq!(under(&step, "otel.start_time_unix_nano"), Some(text(&start.to_string())));
    }
    for end in [1, u64::MAX] {
        let step = accepted(|span| span.end_time_unix_nano = end);
        assert_eq!(step.ended, step.started, "{end}");
        assert_eq!(under(&step, "otel.end_time_unix_nano"), Some(text(&end.to_string())));
        assert_eq!(under(&step, OPEN), None);
    }
}

#[test]
fn a_span_with_no_time_that_can_be_used_is_refused() {
    for end in [0, u64::MAX] {
        let why = refusal(|span| (span.start_time_unix_nano, span.end_time_unix_nano) = (0, end));
        assert!(why.contains("time up to 2262"));
    }
}

#[test]
fn a_span_without_an_end_is_open() {
    let step = accepted(|span| span.end_time_unix_nano = 0);
    assert_eq!((step.ended, under(&step, OPEN)), (step.started, Some(Value::Bool(true))));
}

#[test]
fn times_keep_their_nanoseconds() {
    let step = accepted(|span| {
        span.start_time_unix_nano = 1;
        span.end_time_unix_nano = i64::MAX as u64;
    });
    assert_eq!(step.started.as_nanosecond(), 1);
    assert_eq!(step.ended.as_nanosecond(), i128::from(i64::MAX));
    let length = step.ended.duration_since(Timestamp::UNIX_EPOCH);
    assert!(length.unsigned_abs() < Duration::from_secs(300 * 366 * 86_400));
}

#[test]
fn too_many_attributes_or_too_long_a_name_refuse_the_span_alone() {
    let many = |count: usize| {
        move |span: &mut OtlpSpan| {
            let one = span.attributes[0].clone();
            span.attributes = vec![one; count];
        }
    };
    assert!(refusal(many(4_097)).contains("more attributes"));
    accepted(many(4_096));
    assert!(refusal(|span| span.name = "x".repeat(1_025)).contains("longer"));
    assert!(refusal(|span| span.attributes[0].key = "x".repeat(1_025)).contains("longer"));
    accepted(|span| span.name = "x".repeat(1_024));
}

#[test]
fn a_refused_span_is_named_by_the_start_of_its_name() {
    let batch = among_good_ones(|span| span.name = "é".repeat(5_000));
    assert_eq!(batch.rejections[0].span, "é".repeat(80));
}

#[test]
fn more_spans_than_the_limit_are_refused_together() {
    let spans = |count: usize| {
        let mut request = request(&protobuf(&[(shop(), vec![span(vec![])])]));
        let scope = &mut request.resource_spans[0].scope_spans[0];
        scope.spans = vec![scope.spans[0].clone(); count];
        request.encode_to_vec()
    };
    let error = attempt(&spans(50_001), &Limits::default()).unwrap_err();
    assert!(matches!(error, DecodeError::TooMany { got: 50_001, limit: 50_000, .. }));
    assert_eq!(error.fault(), Fault::Invalid, "sent again, it would be refused again");
    assert_eq!(attempt(&spans(50_000), &Limits::default()).unwrap().steps.len(), 50_000);
}

#[test]
fn empty_messages_are_counted_before_they_take_room() {
    let within = |field: u8, inner: &[u8]| {
        let mut message = vec![field << 3 | 2];
        prost::encoding::encode_varint(inner.len() as u64, &mut message);
        message.extend_from_slice(inner);
        message
    };
    let empty = |field: u8| [field << 3 | 2, 0].repeat(100_000);
    for request in [
        within(1, &within(2, &empty(2))),
        within(1, &empty(2)),
        empty(1),
        [within(7, b"unknown"), within(1, &within(2, &empty(2))), vec![0xff]].concat(),
    ] {
        let error = attempt(&request, &Limits::default()).unwrap_err();
        assert!(matches!(error, DecodeError::TooMany { got: 100_000, .. }));
    }
}

#[test]
fn attributes_are_counted_at_any_depth_before_they_take_room() {
    let limits = Limits { parts: 1_000, ..Limits::default() };
    let list = Value::List(vec![Value::Empty; 600]);
    let twice = vec![("a".into(), list.clone()), ("b".into(), list)];
    let error = attempt(&protobuf(&[(shop(), vec![span(twice.clone())])]), &limits).unwrap_err();
    assert!(matches!(error, DecodeError::TooMany { limit: 1_000, .. }), "{error}");
    let one = twice[..1].to_vec();
    assert_eq!(attempt(&protobuf(&[(shop(), vec![span(one)])]), &limits).unwrap().steps.len(), 1);
}

#[test]
fn spans_of_a_resource_that_is_too_large_are_refused_and_the_others_stay() {
    let large = crate::wire::Sender {
        resource: vec![("blob".into(), Value::Text("x".repeat(40_000)))],
        ..shop()
    };
    let request = protobuf(&[(large, vec![span(vec![])]), (shop(), vec![span(vec![])])]);
    let batch = attempt(&request, &Limits::default()).unwrap();
    assert_eq!((batch.steps.len(), batch.rejections.len()), (1, 1));
}

/// A list in a list in a list.
fn nested_lists(depth: usize) -> Value {
    (0..depth).fold(Value::Int(1), |inner, _| Value::List(vec![inner]))
}

/// A map in a map in a map.
fn nested_maps(depth: usize) -> Value {
    (0..depth).fold(Value::Int(1), |inner, _| Value::Map(vec![("k".into(), inner)]))
}

#[test]
fn what_is_nested_too_deep_is_refused_and_what_is_accepted_can_be_stored() {
    let mut accepted = 0;
    for depth in 0..120 {
        for value in [nested_lists(depth), nested_maps(depth)] {
            for key in ["customer.note", "gen_ai.input.messages", "gen_ai.tool.definitions"] {
                let groups = [(shop(), vec![span(vec![(key.to_owned().into(), value.clone())])])];
                let json = json_line(&groups).into_bytes();
                for (request, encoding) in
                    [(protobuf(&groups), Encoding::Protobuf), (json, Encoding::Json)]
                {
                    let limits = Limits::default();
                    let batch =
                        decode(&request, encoding, &limits, &ContentMode::Full.into()).unwrap();
                    let Some(step) = batch.steps.first() else {
                        assert!(batch.rejections[0].why.contains("too deep"));
                        continue;
                    };
                    let stored = serde_json::to_string(&(1, &step.attributes)).unwrap();
                    let back: (u8, Vec<model::Attribute>) = serde_json::from_str(&stored).unwrap();
                    assert_eq!(back.1, step.attributes);
                    assert_eq!(put_together(step), [(key.into(), value.clone())]);
                    accepted += 1;
                }
            }
        }
    }
    assert!(accepted > 200, "{accepted}");
}

#[test]
fn json_that_is_nested_too_deep_is_kept_as_text() {
    for depth in [100, 127, 128, 129, 100_000] {
        let deep = "[".repeat(depth) + &"]".repeat(depth);
        let keys = ["gen_ai.input.messages", "gen_ai.tool.definitions", "output.value"];
        for key in keys {
            let attributes = texts(&[("gen_ai.operation.name", "chat"), (key, &deep)]);
            let batch = sent(vec![span(attributes.clone())], ContentMode::Full);
            assert_eq!(put_together(&batch.steps[0]), attributes);
        }
    }
}

#[test]
fn a_long_key_above_many_others_does_not_multiply() {
    let members: Vec<String> = (0..20_000).map(|n: u32| format!(r#""{}":1"#, letters(n))).collect();
    let answer = format!(r#"{{"{}":{{{}}}}}"#, "k".repeat(200_000), members.join(","));
    assert_eq!(crate::fingerprint::shape(&answer).len(), 32);
}

/// A name without a digit.
fn letters(number: u32) -> String {
    let digits = number.to_string();
    digits.bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

proptest! {
    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for mode in MODES {
            let _ = decode(&bytes, Encoding::Protobuf, &Limits::default(), &mode.into());
        }
    }

    #[test]
    fn no_flipped_byte_makes_the_decoder_panic(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        for spans in [genai(), openinference()] {
            let mut bytes = protobuf(&[(shop(), spans.map(span).into())]);
            for (at, byte) in &flips {
                let at = at.index(bytes.len());
                bytes[at] ^= byte;
            }
            for mode in MODES {
                let _ = decode(&bytes, Encoding::Protobuf, &Limits::default(), &mode.into());
            }
        }
    }

    #[test]
    fn no_json_makes_a_dialect_panic(texts in prop::array::uniform5(broken())) {
        let keys = [
            "gen_ai.input.messages",
            "gen_ai.output.messages",
            "gen_ai.tool.definitions",
            "llm.invocation_parameters",
            "llm.input_messages.99999999999999999999.message.tool_calls.x.tool_call.id",
        ];
        let told = keys.iter().zip(&texts).map(|(key, value)| ((*key).into(), text(value)));
        for dialect in ["gen_ai.operation.name", "openinference.span.kind"] {
            let kind = if dialect.starts_with("gen_ai") { "chat" } else { "LLM" };
            let mut attributes = super::samples::texts(&[(dialect, kind)]);
            attributes.extend(told.clone());
            sent(vec![span(attributes)], ContentMode::Full);
        }
    }
}

/// Something like messages, and something like JSON.
fn broken() -> impl Strategy<Value = String> {
    let message = r#"\{"role":"[a-z]*","parts":[0-9\[\]"{}]*\}"#;
    prop_oneof![
        "[\\[\\]{}\":, a-z0-9]{0,60}",
        prop::collection::vec(message, 0..4).prop_map(|list| format!("[{}]", list.join(","))),
    ]
}
