//! Attributes: the three types that the product's spans need, and JSON for content.

use model::{Attribute, Value};
use serde::Serialize;

/// An attribute that is text.
pub(crate) fn text(key: &'static str, value: impl Into<String>) -> Attribute {
    (key.into(), Value::Text(value.into()))
}

/// An attribute that is a whole number.
pub(crate) fn int(key: &'static str, value: usize) -> Attribute {
    (key.into(), Value::Int(value as i64))
}

/// An attribute that is a real number.
pub(crate) fn double(key: &'static str, value: f64) -> Attribute {
    (key.into(), Value::Double(value))
}

/// An attribute that is a list of one text.
pub(crate) fn list_of(key: &'static str, value: &str) -> Attribute {
    (key.into(), Value::List(vec![Value::Text(value.to_owned())]))
}

/// Content as JSON, as instrumentations write it into an attribute.
pub(crate) fn json(content: &impl Serialize) -> String {
    #[expect(clippy::expect_used, reason = "what is written has text keys and finite numbers")]
    serde_json::to_string(content).expect("invariant: the product's content is JSON")
}
