//! Values: OTLP's, turned into the model's.

use model::{Attribute, Value};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};

/// Attributes as received, in the order received.
pub(crate) fn attributes(from: Vec<KeyValue>) -> Vec<Attribute> {
    from.into_iter().map(|pair| (pair.key.into(), value(pair.value))).collect()
}

/// A value with its type.
pub(crate) fn value(any: Option<AnyValue>) -> Value {
    use any_value::Value as Any;
    match any.and_then(|any| any.value) {
        Some(Any::StringValue(text)) => Value::Text(text),
        Some(Any::BoolValue(truth)) => Value::Bool(truth),
        Some(Any::IntValue(number)) => Value::Int(number),
        Some(Any::DoubleValue(number)) => Value::Double(number),
        Some(Any::ArrayValue(list)) => {
            Value::List(list.values.into_iter().map(|one| value(Some(one))).collect())
        }
        Some(Any::KvlistValue(list)) => Value::Map(attributes(list.values)),
        Some(Any::BytesValue(bytes)) => Value::Bytes(bytes),
        // An index into a table of strings, which only profiles have.
        Some(Any::StringValueStrindex(_)) | None => Value::Empty,
    }
}

/// A text attribute, unless the text is empty.
pub(crate) fn text(key: &'static str, text: String) -> Option<Attribute> {
    (!text.is_empty()).then(|| (key.into(), Value::Text(text)))
}

/// A count or a set of bits, unless it is zero.
pub(crate) fn number(key: &'static str, number: u32) -> Option<Attribute> {
    (number != 0).then(|| (key.into(), Value::Int(number.into())))
}
