//! OTLP in JSON: forgiving where the standard asks for it, and refusing the rest with a reason.

use model::{Batch, SpanId, Value};
use proptest::prelude::*;

use super::samples::*;
use crate::wire::json_line;
use crate::{ContentMode, DecodeError, Encoding, Limits, decode};

fn attempt(json: &[u8]) -> Result<Batch, DecodeError> {
    decode(json, Encoding::Json, &Limits::default(), &ContentMode::Full.into())
}

/// A request with these members of one span, after and before one that is good.
fn among_good_ones(span: &str) -> Batch {
    let good = r#"{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331",
        "startTimeUnixNano":"1795313220000000000","endTimeUnixNano":"1795313221000000000"}"#;
    let spans = format!("{good},{{{span}}},{good}");
    let request = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{spans}]}}]}}]}}"#);
    attempt(request.as_bytes()).unwrap()
}

const IDS: &str = r#""traceId":"0AF7651916CD43DD8448EB211C80319C","spanId":"B7AD6B7169203331""#;
const TIMES: &str = r#""startTimeUnixNano":1795313220000000000,"endTimeUnixNano":1.795313221e18"#;

/// What the one attribute of a span becomes, written so.
fn attribute(value: &str) -> Value {
    let span = format!(r#"{IDS},{TIMES},"attributes":[{{"key":"k","value":{value}}}]"#);
    let batch = among_good_ones(&span);
    assert_eq!(batch.rejections, [], "{value}");
    under(&batch.steps[1], "k").unwrap()
}

fn refusal(span: &str) -> &'static str {
    let batch = among_good_ones(span);
    assert_eq!((batch.steps.len(), batch.rejections.len()), (2, 1), "{span}");
    batch.rejections[0].why
}

#[test]
fn a_value_is_read_in_every_form_in_which_it_may_come() {
    let double = |number| Value::Double(number);
    for (json, value) in [
        (r#"{"stringValue":""}"#, text("")),
        (r#"{"stringValue":"\u00e9\ud83d\ude00\u0000\/\n"}"#, text("é😀\0/\n")),
        (r#"{"boolValue":false}"#, Value::Bool(false)),
        (r#"{"intValue":"-9223372036854775808"}"#, Value::Int(i64::MIN)),
        (r#"{"intValue":9223372036854775807}"#, Value::Int(i64::MAX)),
        (r#"{"intValue":1e3}"#, Value::Int(1_000)),
        (r#"{"doubleValue":1}"#, double(1.0)),
        (r#"{"doubleValue":0.1}"#, double(0.1)),
        (r#"{"doubleValue":"-Infinity"}"#, double(f64::NEG_INFINITY)),
        (r#"{"doubleValue":"2.5"}"#, double(2.5)),
        (r#"{"bytesValue":"AP8H"}"#, Value::Bytes(vec![0, 255, 7])),
        (r#"{"bytesValue":"-_8"}"#, Value::Bytes(vec![251, 255])),
        (r#"{"bytesValue":"+/8="}"#, Value::Bytes(vec![251, 255])),
        (r#"{"arrayValue":{}}"#, Value::List(vec![])),
        (r#"{"arrayValue":{"values":null}}"#, Value::List(vec![])),
        (r#"{"arrayValue":{"values":[{},{"intValue":"1"}]}}"#, list([Value::Empty, Value::Int(1)])),
        (r#"{"kvlistValue":{"values":[{"key":"a"}]}}"#, map(&[("a", Value::Empty)])),
        (r#"{"kvlistValue":{"values":[{"value":{"intValue":1}}]}}"#, map(&[("", Value::Int(1))])),
        (r#"{"unheardOf":{"deep":[1,{"stringValue":"x"}]},"intValue":"7"}"#, Value::Int(7)),
        (r#"{"stringValue":null}"#, Value::Empty),
        ("{}", Value::Empty),
        ("null", Value::Empty),
    ] {
        assert_eq!(attribute(json), value, "{json}");
    }
    assert!(matches!(attribute(r#"{"doubleValue":"NaN"}"#), Value::Double(nan) if nan.is_nan()));
}

fn list<const N: usize>(values: [Value; N]) -> Value {
    Value::List(values.into())
}

fn map(pairs: &[(&str, Value)]) -> Value {
    Value::Map(pairs.iter().map(|(key, value)| ((*key).to_owned().into(), value.clone())).collect())
}

#[test]
fn half_a_pair_of_surrogates_becomes_what_javascript_makes_of_it_in_utf_8() {
    for (json, mended) in [
        (r#""cut \ud83d""#, "cut \u{FFFD}"),
        (r#""\ude00 off""#, "\u{FFFD} off"),
        (r#""\ud83d\ud83d\ude00\ude00""#, "\u{FFFD}😀\u{FFFD}"),
        (r#""\ud83dx\ude00""#, "\u{FFFD}x\u{FFFD}"),
    ] {
        assert_eq!(attribute(&format!(r#"{{"stringValue":{json}}}"#)), text(mended), "{json}");
    }
}

#[test]
fn enumerations_come_as_numbers_or_names_and_anything_may_be_null_or_unknown() {
    for (kind, code) in [("2", "2"), (r#""SPAN_KIND_SERVER""#, r#""STATUS_CODE_ERROR""#)] {
        let span = format!(
            r#"{IDS},{TIMES},"kind":{kind},"status":{{"code":{code},"message":null}},"flags":"1",
               "parentSpanId":null,"name":null,"attributes":null,"events":[{{}}],"links":null,
               "traceState":null,"droppedLinksCount":null,"notYetInvented":{{"a":[{{}}]}}"#
        );
        let batch = among_good_ones(&span);
        assert_eq!(batch.rejections, []);
        let step = &batch.steps[1];
        assert!(step.failed);
        assert_eq!(under(step, "otel.span_kind"), Some(text("server")));
        assert_eq!(under(step, "otel.flags"), Some(Value::Int(1)));
        assert_eq!(Some(step.span), SpanId::from_bytes(&0xb7ad_6b71_6920_3331_u64.to_be_bytes()));
        assert_eq!((step.parent, step.ended.as_second()), (None, 1_795_313_221));
    }
    let named = format!(r#"{IDS},{TIMES},"kind":"SPAN_KIND_OF_TOMORROW""#);
    assert_eq!(under(&among_good_ones(&named).steps[1], "otel.span_kind"), None);
}

#[test]
fn a_span_that_cannot_be_read_is_refused_alone() {
    for (span, why) in [
        (r#""name":"no ids""#, "trace id"),
        (r#""traceId":"zz","spanId":"b7ad6b7169203331""#, "trace id"),
        (r#""traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad""#, "span id"),
        (&format!(r#"{IDS},"startTimeUnixNano":"soon""#), "form"),
        (&format!(r#"{IDS},"startTimeUnixNano":-1"#), "form"),
        (&format!(r#"{IDS},{TIMES},"attributes":{{"k":"v"}}"#), "form"),
        (&format!(r#"{IDS},{TIMES},"attributes":[{{"key":"k","value":"v"}}]"#), "form"),
        (&format!(r#"{IDS},{TIMES},"attributes":[null]"#), "form"),
        (
            &format!(r#"{IDS},{TIMES},"attributes":[{{"key":"k","value":{{"intValue":"1.5"}}}}]"#),
            "form",
        ),
        (
            &format!(r#"{IDS},{TIMES},"attributes":[{{"key":"k","value":{{"bytesValue":"*"}}}}]"#),
            "form",
        ),
        (&format!(r#"{IDS},{TIMES},"name":"one","name":"two""#), "form"),
        (&format!(r#"{IDS},{TIMES},"attributes":[["k",{{"intValue":1}}]]"#), "form"),
        (&format!(r#"{IDS},{TIMES},"status":["",2]"#), "form"),
    ] {
        assert!(refusal(span).contains(why), "{span}: {}", refusal(span));
    }
    let batch = among_good_ones(r#""name":"lost \ud83d""#);
    assert_eq!(batch.rejections[0].span, "lost \u{FFFD}");
}

#[test]
fn a_body_that_is_no_json_or_no_request_is_refused_with_the_place() {
    for (body, place) in [
        ("", "line 1, column 0"),
        ("{", "line 1, column 1"),
        ("[]", "line 1, column 0"),
        (r#"{"resourceSpans":[[]]}"#, "line 1, column 18"),
        ("{\n  \"resourceSpans\": [,]\n}", "line 2, column 21"),
        (r#"{"resourceSpans":{}}"#, "line 1, column 17"),
        (r#"{"resourceSpans":[]} x"#, "line 1, column 22"),
        (r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":nul}]}]}]}"#, "line 1"),
    ] {
        let error = attempt(body.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(place), "{body}: {error}");
    }
    let not_utf8 =
        [br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":""#, &[0xff][..]].concat();
    let not_utf8 = [&not_utf8, &br#""}]}]}]}"#[..]].concat();
    assert!(attempt(&not_utf8).is_err());
    for empty in ["{}", r#"{"resourceSpans":null}"#, r#"{"resourceSpans":[{"scopeSpans":[{}]}]}"#] {
        assert_eq!(attempt(empty.as_bytes()).unwrap(), Batch::default(), "{empty}");
    }
}

#[test]
fn a_request_cut_anywhere_is_refused() {
    let json = json_line(&[(shop(), genai().map(span).into())]).into_bytes();
    for length in 0..json.len() {
        assert!(matches!(attempt(&json[..length]), Err(DecodeError::Json { .. })), "{length}");
    }
}

fn nested(depth: usize, value: &str) -> String {
    let open = r#"{"arrayValue":{"values":["#.repeat(depth);
    format!("{open}{value}{}", "]}}".repeat(depth))
}

#[test]
fn a_depth_bomb_is_refused_alone_wherever_it_lies() {
    let attributes = |value: &str| format!(r#""attributes":[{{"key":"k","value":{value}}}]"#);
    for depth in [43, 1_000, 100_000] {
        let span = format!("{IDS},{TIMES},{}", attributes(&nested(depth, "{}")));
        assert!(refusal(&span).contains("too deep"), "{depth}");
    }
    let bare = "[".repeat(100_000);
    assert!(attempt(bare.as_bytes()).is_err());
    let unknown = format!(r#"{IDS},{TIMES},"unknown":{bare}{}"#, "]".repeat(100_000));
    assert_eq!(among_good_ones(&unknown).steps.len(), 3);
    let sent = |resource: String| {
        let scopes = format!(r#"[{{"spans":[{{{IDS},{TIMES}}}]}}]"#);
        let json =
            format!(r#"{{"resourceSpans":[{{"resource":{{{resource}}},"scopeSpans":{scopes}}}]}}"#);
        attempt(json.as_bytes()).unwrap()
    };
    let batch = sent(attributes(&nested(1_000, "{}")));
    assert!(batch.rejections[0].why.contains("resource"));
    assert_eq!(sent(attributes(&nested(1, "{}"))).steps.len(), 1);
}

/// The refusal of a request that holds too much.
fn too_many(json: &str, limits: &Limits) -> (usize, &'static str) {
    match decode(json.as_bytes(), Encoding::Json, limits, &ContentMode::Full.into()) {
        Err(DecodeError::TooMany { got, what, .. }) => (got, what),
        other => panic!("{} steps", other.unwrap().steps.len()),
    }
}

#[test]
fn bombs_of_empty_things_are_counted_before_they_take_room() {
    let limits = Limits::default();
    let many = |one: &str, count: usize| vec![one; count].join(",");
    let in_scope = |spans: &str| format!(r#"{{"scopeSpans":[{{"spans":[{spans}]}}]}}"#);
    for one in ["{}", "1", "null", "[]"] {
        let spans = many(one, 100_000);
        let whole = format!(r#"{{"resourceSpans":[{}]}}"#, in_scope(&spans));
        assert_eq!(too_many(&whole, &limits), (100_000, "spans or log records"));
        let whole = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{spans}]}}]}}"#);
        assert_eq!(too_many(&whole, &limits), (100_000, "resources or scopes"));
        let whole = format!(r#"{{"resourceSpans":[{spans}]}}"#);
        assert_eq!(too_many(&whole, &limits), (100_000, "resources or scopes"));
    }
    let limits = Limits { parts: 10_000, ..limits };
    let value = nested(3, &many("{}", 100_000));
    for place in [
        format!(r#""attributes":[{}]"#, many("{}", 100_000)),
        format!(r#""attributes":[{{"value":{value}}}]"#),
        format!(r#""events":[{{"attributes":[{}]}}]"#, many("{}", 100_000)),
        format!(r#""links":[{}]"#, many("{}", 100_000)),
    ] {
        let whole = format!(r#"{{"resourceSpans":[{}]}}"#, in_scope(&format!("{{{place}}}")));
        let (got, what) = too_many(&whole, &limits);
        assert!((100_000..100_020).contains(&got) && what.contains("attributes"), "{got} {what}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_decoder_panic(json in "[\\[\\]{}\":, a-z0-9\\\\]{0,80}") {
        _ = attempt(json.as_bytes());
    }
}
