//! Who sent it: one list of attributes, cut again into resource and scope.

use model::{Attribute, Value};
use serde_json::{Map, Value as Json, json};

use super::key_values;

/// What stands between a resource's attributes and a scope's, in this order, as far as it is set.
const BETWEEN: [&str; 6] = [
    "otel.resource.dropped_attributes_count",
    "otel.resource.schema_url",
    "otel.scope.name",
    "otel.scope.version",
    "otel.scope.dropped_attributes_count",
    "otel.scope.schema_url",
];

/// The items of one sender.
pub(super) fn group(origin: &[Attribute], keys: [&str; 2], items: Vec<Json>) -> Json {
    let is_between = |(key, _): &Attribute| BETWEEN.contains(&&**key);
    let start = origin.iter().position(is_between).unwrap_or(origin.len());
    let (resource, rest) = origin.split_at(start);
    let (between, scope) = rest.split_at(length(rest));
    let value = |key: &str| {
        let found = between.iter().find(|(name, _)| name == key);
        found.and_then(|(_, value)| plain(value))
    };
    let [resource_dropped, resource_schema, name, version, scope_dropped, scope_schema] =
        BETWEEN.map(value);
    let resource = object([
        ("attributes", Some(key_values(resource))),
        ("droppedAttributesCount", resource_dropped),
    ]);
    let scope = object([
        ("name", name),
        ("version", version),
        ("attributes", Some(key_values(scope))),
        ("droppedAttributesCount", scope_dropped),
    ]);
    let [scopes, key] = keys;
    let scoped =
        object([("scope", Some(scope)), (key, Some(items.into())), ("schemaUrl", scope_schema)]);
    object([
        ("resource", Some(resource)),
        (scopes, Some(json!([scoped]))),
        ("schemaUrl", resource_schema),
    ])
}

/// How many of the first attributes stand between: each of them once, in order, as OTLP has them.
fn length(rest: &[Attribute]) -> usize {
    let mut known = BETWEEN.iter();
    let is_next =
        |(key, value): &&Attribute| plain(value).is_some() && known.any(|next| key == next);
    rest.iter().take_while(is_next).count()
}

/// A text or a count, if it is set.
fn plain(value: &Value) -> Option<Json> {
    match value {
        Value::Text(text) if !text.is_empty() => Some(json!(text)),
        Value::Int(number) => u32::try_from(*number).ok().filter(|n| *n > 0).map(|n| json!(n)),
        _ => None,
    }
}

/// The fields that are set.
pub(super) fn object<const N: usize>(fields: [(&str, Option<Json>); N]) -> Json {
    let set = fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Json::Object(set.collect::<Map<String, Json>>())
}
