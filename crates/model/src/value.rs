//! Attribute values, with the types that OTLP gives them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The key of an attribute: most are well known, and those are not copied.
pub type Key = Cow<'static, str>;

/// One attribute of a span: its key and its value.
pub type Attribute = (Key, Value);

/// A value as received. The type is kept: `1` and `1.0` and `"1"` are three values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// An attribute with a key and no value.
    Empty,
    /// Text, exactly as received.
    Text(String),
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A real number.
    #[serde(with = "real")]
    Double(f64),
    /// A list.
    List(Vec<Value>),
    /// Keys and values, in the order received.
    Map(Vec<Attribute>),
    /// Bytes that are not text.
    Bytes(Vec<u8>),
}

impl Value {
    /// The text, if the value is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Real numbers, of which JSON has no way to write those that are not finite: they become text.
mod real {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(f64),
        Text(String),
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
        match number.is_finite() {
            true => Written::Number(*number),
            false => Written::Text(number.to_string()),
        }
        .serialize(to)
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<f64, D::Error> {
        match Written::deserialize(from)? {
            Written::Number(number) => Ok(number),
            Written::Text(text) => text.parse().map_err(D::Error::custom),
        }
    }
}
