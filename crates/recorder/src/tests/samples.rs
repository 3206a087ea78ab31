//! Spans as two real packages wrote them, and the shortest way to send spans of a test's own.
//!
//! `genai.json` and `openinference.json` hold the three spans of one run each, in the order in
//! which they ended: the model asks for a tool, the model answers, the agent is done.

use model::{Attribute, Batch, Factor, Level, SpanId, Step, TraceId, Value};
use serde_json::Value as Json;

use crate::wire::{Kind, Sender, Span, protobuf};
use crate::{ContentMode, Encoding, Limits, decode};

/// `opentelemetry-instrumentation-genai-openai` 1.3b0.
pub(crate) fn genai() -> [Vec<Attribute>; 3] {
    spans(include_str!("genai.json"))
}

/// `openinference-instrumentation-openai` 0.1.66.
pub(crate) fn openinference() -> [Vec<Attribute>; 3] {
    spans(include_str!("openinference.json"))
}

fn spans(file: &str) -> [Vec<Attribute>; 3] {
    let spans: [Json; 3] = serde_json::from_str(file).unwrap();
    spans.map(|span| span["attributes"].as_object().unwrap().iter().map(attribute).collect())
}

pub(crate) fn attribute((key, value): (&String, &Json)) -> Attribute {
    (key.clone().into(), value_of(value))
}

pub(crate) fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::Empty,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::Int(number),
            None => Value::Double(number.as_f64().unwrap()),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(list) => Value::List(list.iter().map(value_of).collect()),
        Json::Object(map) => Value::Map(map.iter().map(attribute).collect()),
    }
}

/// Attributes that are all text.
pub(crate) fn texts(pairs: &[(&str, &str)]) -> Vec<Attribute> {
    pairs.iter().map(|(key, value)| ((*key).to_owned().into(), text(value))).collect()
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// The attributes without some of them.
pub(crate) fn without(mut attributes: Vec<Attribute>, keys: &[&str]) -> Vec<Attribute> {
    attributes.retain(|(key, _)| !keys.iter().any(|gone| key.starts_with(gone)));
    attributes
}

pub(crate) fn span(attributes: Vec<Attribute>) -> Span {
    Span {
        trace: TraceId::from_bytes(&[9; 16]).unwrap(),
        span: SpanId::from_bytes(&[1; 8]).unwrap(),
        parent: None,
        name: "chat gpt-4o-mini".to_owned(),
        kind: Kind::Client,
        started: "2026-11-22T02:07:00Z".parse().unwrap(),
        ended: "2026-11-22T02:07:03.000000001Z".parse().unwrap(),
        failed: false,
        attributes,
    }
}

pub(crate) fn sender(resource: Vec<Attribute>) -> Sender {
    Sender {
        resource,
        scope: "opentelemetry.instrumentation".to_owned(),
        scope_version: "1".into(),
    }
}

/// A service called `shop`, of which nothing else is known.
pub(crate) fn shop() -> Sender {
    sender(texts(&[("service.name", "shop")]))
}

pub(crate) fn sent(spans: Vec<Span>, mode: ContentMode) -> Batch {
    read(&protobuf(&[(shop(), spans)]), mode)
}

pub(crate) fn read(bytes: &[u8], mode: ContentMode) -> Batch {
    decode(bytes, Encoding::Protobuf, &Limits::default(), &mode.into()).unwrap()
}

/// The one step of a span with these attributes, with everything kept.
pub(crate) fn step(attributes: Vec<Attribute>) -> Step {
    let batch = sent(vec![span(attributes)], ContentMode::Full);
    assert_eq!(batch.rejections, []);
    batch.steps.into_iter().next().unwrap()
}

/// The levels that a step saw of a factor.
pub(crate) fn levels(step: &Step, factor: &str) -> Vec<Level> {
    let seen = step.traits.levels.iter().filter(|seen| seen.factor == Factor::from(factor));
    seen.map(|seen| seen.level.clone()).collect()
}

/// A level that is known, as [`levels`] gives it.
pub(crate) fn is(level: &str) -> Vec<Level> {
    vec![Level::Is(level.to_owned())]
}

/// The attributes that came with a step, content put together again.
pub(crate) fn put_together(step: &Step) -> Vec<Attribute> {
    everything(step).into_iter().filter(|(key, _)| !key.starts_with("otel.")).collect()
}

/// All attributes of a step, also what is kept beside those that came.
pub(crate) fn everything(step: &Step) -> Vec<Attribute> {
    let joined = step.content.iter().map(|field| (field.key.clone(), field.value().unwrap()));
    step.attributes.iter().cloned().chain(joined).collect()
}

/// What a step has under a key.
pub(crate) fn under(step: &Step, key: &str) -> Option<Value> {
    everything(step).into_iter().find(|(other, _)| other == key).map(|(_, value)| value)
}

/// The one step of a span of this sender's.
pub(crate) fn sent_by(sender: Sender, attributes: Vec<Attribute>) -> Step {
    read(&protobuf(&[(sender, vec![span(attributes)])]), ContentMode::Full).steps.remove(0)
}

/// The attributes and some more.
pub(crate) fn plus(mut attributes: Vec<Attribute>, more: &[(&str, Value)]) -> Vec<Attribute> {
    attributes.extend(more.iter().map(|(key, value)| ((*key).to_owned().into(), value.clone())));
    attributes
}
