//! OTLP out: steps as the requests that would bring them again, each a line of JSON.
//!
//! What [`crate::decode()`] put beside attributes goes back to where it stood. What is not there
//! any more is left out, and named with the reason in one attribute, [`NOT_KEPT`].

mod beside;
mod item;
mod sender;

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use model::{Attribute, Held, Source, Step, Value};
use serde_json::{Value as Json, json};

/// The attribute that names what of a step is not there, each with why.
pub const NOT_KEPT: &str = "mayday.not_kept";

/// Steps in one request, at most.
const MOST_STEPS: usize = 512;

/// Bytes of content after which a request is full.
const FULL: usize = 4 * 1_024 * 1_024;

/// Writes steps as export requests in JSON, without the lines' ends: spans as traces, log records
/// as logs, in the order given.
pub fn encode(steps: &[Step]) -> impl Iterator<Item = String> {
    Requests { left: steps }.map(line)
}

/// Steps that go into one request each.
struct Requests<'a> {
    left: &'a [Step],
}

impl<'a> Iterator for Requests<'a> {
    type Item = &'a [Step];

    fn next(&mut self) -> Option<&'a [Step]> {
        let source = self.left.first()?.source;
        let mut bytes = 0;
        let fits = |step: &&Step| {
            let has_room = bytes < FULL;
            bytes += content_bytes(step);
            step.source == source && has_room
        };
        let count = self.left.iter().take(MOST_STEPS).take_while(fits).count();
        let (request, left) = self.left.split_at(count);
        self.left = left;
        Some(request)
    }
}

fn content_bytes(step: &Step) -> usize {
    let fields = step.content.iter();
    let parts = fields.flat_map(|field| &field.parts).map(|part| match &part.held {
        Held::Text(text) => text.len(),
        Held::AddressOf(_) | Held::Gone(_) => 0,
    });
    parts.sum()
}

/// One request: steps of one source.
fn line(steps: &[Step]) -> String {
    let is_from_one =
        |a: &Step, b: &Step| Arc::ptr_eq(&a.origin, &b.origin) || a.origin == b.origin;
    let groups = steps.chunk_by(is_from_one);
    let is_logs = steps.first().is_some_and(|step| step.source == Source::Log);
    let request = match is_logs {
        true => json!({"resourceLogs": groups.map(records_of).collect::<Vec<_>>()}),
        false => json!({"resourceSpans": groups.map(spans_of).collect::<Vec<_>>()}),
    };
    request.to_string()
}

fn spans_of(steps: &[Step]) -> Json {
    let spans: Vec<Json> = steps.iter().map(item::span).collect();
    sender::group(origin(steps), ["scopeSpans", "spans"], spans)
}

fn records_of(steps: &[Step]) -> Json {
    let records: Vec<Json> = steps.iter().map(item::record).collect();
    sender::group(origin(steps), ["scopeLogs", "logRecords"], records)
}

fn origin(steps: &[Step]) -> &[Attribute] {
    steps.first().map_or(&[], |step| &step.origin)
}

/// Attributes in OTLP's JSON.
fn key_values<'a>(attributes: impl IntoIterator<Item = &'a Attribute>) -> Json {
    let pair = |(key, value): &Attribute| json!({"key": key, "value": any_value(value)});
    attributes.into_iter().map(pair).collect()
}

/// A value in OTLP's JSON, which writes long numbers, and numbers that are not finite, as text.
fn any_value(value: &Value) -> Json {
    match value {
        Value::Empty => json!({}),
        Value::Text(text) => json!({"stringValue": text}),
        Value::Bool(truth) => json!({"boolValue": truth}),
        Value::Int(number) => json!({"intValue": number.to_string()}),
        Value::Double(number) => json!({"doubleValue": double(*number)}),
        Value::List(list) => {
            let values: Vec<Json> = list.iter().map(any_value).collect();
            json!({"arrayValue": {"values": values}})
        }
        Value::Map(pairs) => json!({"kvlistValue": {"values": key_values(pairs)}}),
        Value::Bytes(bytes) => json!({"bytesValue": BASE64_STANDARD.encode(bytes)}),
    }
}

fn double(number: f64) -> Json {
    let word = || match number {
        number if number.is_nan() => "NaN",
        number if number > 0.0 => "Infinity",
        _ => "-Infinity",
    };
    if number.is_finite() { json!(number) } else { json!(word()) }
}
