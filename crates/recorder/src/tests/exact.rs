//! A value that is kept is kept exactly as received.

use model::{Attribute, Key, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::span::Event;
use proptest::prelude::*;
use prost::Message;

use super::samples::*;
use crate::ContentMode;
use crate::encoding::usual_span;
use crate::spans::Span;
use crate::wire::protobuf;

/// Keys of every way in which a value can be kept.
const KEYS: [&str; 9] = [
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
    "gen_ai.retrieval.documents",
    "gen_ai.tool.call.arguments",
    "input.value",
    "llm.input_messages.0.message.content",
    "customer.note",
];

fn sorted(mut attributes: Vec<Attribute>) -> Vec<Attribute> {
    attributes.sort_by(|a, b| a.0.cmp(&b.0));
    attributes
}

/// Sends attributes with different keys, and gives back what was kept of them.
fn there_and_back(attributes: Vec<Attribute>) -> Vec<Attribute> {
    let batch = sent(vec![span(attributes)], ContentMode::Full);
    sorted(put_together(&batch.steps[0]))
}

#[test]
fn what_real_packages_send_reads_back_as_sent() {
    for attributes in genai().into_iter().chain(openinference()) {
        assert_eq!(there_and_back(attributes.clone()), sorted(attributes));
    }
}

#[test]
fn a_grown_conversation_shares_the_turns_it_had() {
    let [asked, answered, _] = genai();
    let parts = |attributes| {
        let step = step(attributes);
        let field = step.content.into_iter().find(|field| field.key == "gen_ai.input.messages");
        field.unwrap().parts
    };
    let (before, after) = (parts(asked), parts(answered));
    assert_eq!((before.len(), after.len()), (2, 4));
    assert_eq!(before[..], after[..2]);
}

#[test]
fn a_megabyte_reads_back_to_the_byte() {
    let result = format!(r#"{{"rows":["{}"]}}"#, "0123456789abcdé\\n".repeat(65_536));
    assert!(result.len() > 1_000_000);
    let attributes =
        texts(&[("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.call.result", &result)]);
    let back = there_and_back(attributes.clone());
    assert!(back == attributes);
}

#[test]
fn an_array_of_very_many_messages_reads_back() {
    for count in [0, 1, 9_999, 10_000, 10_001] {
        let messages = format!("[{}]", vec!["{}"; count].join(" ,"));
        let attributes = texts(&[("gen_ai.input.messages", &messages)]);
        assert!(there_and_back(attributes.clone()) == attributes, "{count}");
    }
}

#[test]
fn one_key_given_twice_keeps_both_values() {
    let twice = texts(&[
        ("customer.note", "one"),
        ("customer.note", "two"),
        ("input.value", "three"),
        ("input.value", "four"),
    ]);
    assert_eq!(there_and_back(twice.clone()), twice);
}

#[test]
fn the_same_text_is_stored_under_one_address() {
    let attributes = texts(&[("input.value", "Hi"), ("output.value", "Hi")]);
    let batch = sent(vec![span(attributes)], ContentMode::Full);
    assert_eq!(batch.steps[0].content[0].parts, batch.steps[0].content[1].parts);
}

/// Text of any kind: every plane of Unicode, controls, quotes, nothing.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "\\PC{0,40}", "[\\[\\]{}\",:\\\\ nul0-9.eE+-]{0,40}"]
}

fn blank() -> impl Strategy<Value = String> {
    "[ \t\r\n]{0,3}"
}

/// A JSON value, written as somebody might write it.
fn json() -> impl Strategy<Value = String> {
    let quoted = any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap());
    let leaf = prop_oneof![
        quoted,
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,2})?",
        Just("null".to_owned()),
        Just("\"\\ud83d\\ude00\\u0000\"".to_owned()),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let pairs = prop::collection::vec((blank(), inner.clone(), blank()), 0..5);
        prop_oneof![array_of(inner), pairs.prop_map(|pairs| object(&pairs))]
    })
}

fn array_of(element: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let spaced = (blank(), element, blank()).prop_map(|(a, json, b)| format!("{a}{json}{b}"));
    (prop::collection::vec(spaced, 0..5), blank(), blank())
        .prop_map(|(elements, a, b)| format!("{a}[{}]{b}", elements.join(",")))
        .prop_map(|array| if array.contains("[]") { array.replace("[]", "[ ]") } else { array })
}

fn object(pairs: &[(String, String, String)]) -> String {
    let pair = |(a, json, b): &(String, String, String)| format!("{a}\"k\"{b}:{a}{json}{b}");
    format!("{{{}}}", pairs.iter().map(pair).collect::<Vec<_>>().join(","))
}

/// JSON, or JSON that was cut off, or JSON with something behind it.
fn jsonish() -> impl Strategy<Value = String> {
    let whole = array_of(json());
    (whole, any::<prop::sample::Index>(), 0..4u8).prop_map(|(json, at, how)| match how {
        0 => json.chars().take(at.index(json.chars().count() + 1)).collect(),
        1 => json + "]",
        _ => json,
    })
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Empty),
        any_text().prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Double),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec((any_text().prop_map(Key::from), inner), 0..4)
                .prop_map(Value::Map),
        ]
    })
}

fn under_keys(values: [Value; 9]) -> Vec<Attribute> {
    KEYS.iter().zip(values).map(|(key, value)| ((*key).into(), value)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_text_under_any_key_reads_back(texts in prop::array::uniform9(any_text())) {
        let attributes = under_keys(texts.map(Value::Text));
        prop_assert_eq!(there_and_back(attributes.clone()), sorted(attributes));
    }

    #[test]
    fn json_reads_back_with_every_blank_and_escape(texts in prop::array::uniform9(jsonish())) {
        let attributes = under_keys(texts.map(Value::Text));
        prop_assert_eq!(there_and_back(attributes.clone()), sorted(attributes));
    }

    #[test]
    fn a_usual_span_is_read_as_the_whole_decoder_reads_it(
        values in prop::array::uniform9(any_value()),
        names in prop::collection::vec(any_text(), 0..3),
    ) {
        let request = protobuf(&[(shop(), vec![span(under_keys(values))])]);
        let request = ExportTraceServiceRequest::decode(&*request).unwrap();
        let mut written = request.resource_spans[0].scope_spans[0].spans[0].clone();
        let said = &written.attributes;
        let event = |name: String| Event { name, attributes: said.clone(), ..Event::default() };
        written.events = names.into_iter().map(event).collect();
        let usual = usual_span(&written.encode_to_vec());
        let whole = Span::from(written);
        prop_assert_eq!(format!("{usual:?}"), format!("{:?}", Some(whole)));
    }

    #[test]
    fn any_value_reads_back(values in prop::array::uniform9(any_value())) {
        let attributes = under_keys(values);
        let back = there_and_back(attributes.clone());
        prop_assert_eq!(format!("{back:?}"), format!("{:?}", sorted(attributes)));
    }
}
