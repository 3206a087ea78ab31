//! JSON from outside: limited in length before it is read.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Refusal;
use crate::text::{LONGEST_BODY, LONGEST_LINE, LONGEST_NAME, some_line};

/// Reads a body that is to be JSON of a shape; serde_json bounds its depth.
pub fn read<T: DeserializeOwned>(format: &'static str, body: &[u8]) -> Result<T, Refusal> {
    if body.len() > LONGEST_BODY {
        return Err(Refusal::TooLarge { bytes: body.len(), most: LONGEST_BODY });
    }
    serde_json::from_slice(body).map_err(|error| Refusal::unreadable(format, &error))
}

/// The members of an object as texts: what is no text is written as JSON.
pub(crate) fn labels(object: &BTreeMap<String, Value>) -> BTreeMap<String, String> {
    let label = |(key, value): (&String, &Value)| {
        Some((some_line(key, LONGEST_NAME)?, some_line(&as_text(value)?, LONGEST_LINE)?))
    };
    object.iter().filter_map(label).take(crate::change::MOST_LABELS).collect()
}

/// A value as text; none for null.
pub(crate) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}
