//! Dialects: each library's attributes, turned into one reading.
//!
//! A dialect is one file that reads as a table. Which one a span speaks is told by its attributes,
//! never by its schema address, which libraries leave stale or empty.

pub mod genai;
pub mod openinference;

use model::{Attribute, StepKind, Value};

use crate::reading::Reading;

/// Reads a span's attributes in whatever dialect they speak.
pub fn read(attributes: &[Attribute], origin: &[Attribute]) -> Reading {
    let attributes = Attributes(attributes);
    let mut reading = if attributes.text(&["openinference.span.kind"]).is_some() {
        openinference::read(attributes)
    } else {
        genai::read(attributes)
    };
    if reading.agent.is_none() && reading.kind == StepKind::Agent {
        reading.agent = Attributes(origin).text(&["service.name"]).map(str::to_owned);
    }
    reading
}

/// A span's attributes, looked up by any of several names.
#[derive(Debug, Clone, Copy)]
pub struct Attributes<'a>(pub &'a [Attribute]);

impl<'a> Attributes<'a> {
    /// The first of these keys that is there.
    pub fn get(self, keys: &[&str]) -> Option<&'a Value> {
        keys.iter().find_map(|key| {
            let found = self.0.iter().find(|(other, _)| other == key)?;
            Some(&found.1)
        })
    }

    /// The first of these keys that holds text which is not empty.
    pub fn text(self, keys: &[&str]) -> Option<&'a str> {
        keys.iter().find_map(|key| self.get(&[key])?.as_text().filter(|text| !text.is_empty()))
    }

    /// The first of these keys, written as a plain word or number.
    pub fn scalar(self, keys: &[&str]) -> Option<String> {
        match self.get(keys)? {
            Value::Text(text) => Some(text.clone()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Int(number) => Some(number.to_string()),
            Value::Double(number) => Some(number.to_string()),
            Value::Empty | Value::List(_) | Value::Map(_) | Value::Bytes(_) => None,
        }
    }

    /// The text under keys that begin so, with what follows the beginning.
    pub fn below(self, beginning: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .filter_map(move |(key, value)| Some((key.strip_prefix(beginning)?, value.as_text()?)))
    }

    /// The first of these keys as JSON: parsed from text, or built from a structured value.
    pub fn json(self, keys: &[&str]) -> Option<serde_json::Value> {
        match self.get(keys)? {
            Value::Text(text) => serde_json::from_str(text).ok(),
            value => Some(to_json(value)),
        }
    }
}

fn to_json(value: &Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match value {
        Value::Empty | Value::Bytes(_) => Json::Null,
        Value::Text(text) => Json::from(text.as_str()),
        Value::Bool(truth) => Json::from(*truth),
        Value::Int(number) => Json::from(*number),
        Value::Double(number) => Json::from(*number),
        Value::List(list) => Json::Array(list.iter().map(to_json).collect()),
        Value::Map(map) => {
            Json::Object(map.iter().map(|(key, value)| (key.clone(), to_json(value))).collect())
        }
    }
}
