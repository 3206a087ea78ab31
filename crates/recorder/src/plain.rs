//! A value in JSON, without the wrapping that OTLP gives it.

use model::Value;
use model::id::hex;
use serde_json::Value as JsonValue;

/// A value in JSON, as OTLP's own JSON has it but without the wrapping; bytes are hexadecimal.
pub fn value_json(value: &Value) -> JsonValue {
    match value {
        Value::Empty => JsonValue::Null,
        Value::Text(text) => JsonValue::from(text.as_str()),
        Value::Bool(truth) => JsonValue::from(*truth),
        Value::Int(number) => JsonValue::from(*number),
        Value::Double(number) => JsonValue::from(*number),
        Value::List(list) => JsonValue::Array(list.iter().map(value_json).collect()),
        Value::Map(map) => JsonValue::Object(
            map.iter().map(|(key, value)| (key.to_string(), value_json(value))).collect(),
        ),
        Value::Bytes(bytes) => JsonValue::from(hex(bytes)),
    }
}
