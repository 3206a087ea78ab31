//! Attribute values, with the types that OTLP gives them.

use serde::{Deserialize, Serialize};

/// One attribute of a span: its key and its value.
pub type Attribute = (String, Value);

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
