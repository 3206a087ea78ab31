//! JSON from outside: limited in length before it is read.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Refusal;
use crate::text::LONGEST_BODY;

/// Reads a body that is to be JSON of a shape; serde_json bounds its depth.
pub fn read<T: DeserializeOwned>(format: &'static str, body: &[u8]) -> Result<T, Refusal> {
    if body.len() > LONGEST_BODY {
        return Err(Refusal::TooLarge { bytes: body.len(), most: LONGEST_BODY });
    }
    serde_json::from_slice(body).map_err(|error| Refusal::unreadable(format, &error))
}

/// A value as text; none for null.
pub(crate) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}
