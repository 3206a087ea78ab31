//! The tools a model was offered, in whichever form they were told.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use model::Value;
use model::record::ToolOffered;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::dialect::slot::{Below, Slot};
use crate::dialect::table::Found;
use crate::fingerprint;
use crate::json::{Json, document, object};
use crate::memo::Memo;

/// What libraries and providers call the schema of a tool's arguments.
const PARAMETERS: &[&str] =
    &["parameters", "parameters_json_schema", "input_schema", "inputSchema", "schema"];

/// Name and schema of each tool offered, in the order offered.
pub(crate) fn offered(found: &Found, memo: &mut Memo) -> Arc<[ToolOffered]> {
    if let Some(value) = found.value(Slot::Definitions) {
        return memo.tools(&document(value), in_list);
    }
    if found.has_below(Below::Definitions) {
        return in_keys(found, memo).into();
    }
    if let Some(value) = found.value(Slot::RequestParameters) {
        return memo.tools(&document(value), in_request);
    }
    match found.text(Slot::InputValue) {
        Some(request) if request.starts_with('{') => in_whole_request(request, memo),
        _ => Arc::default(),
    }
}

/// The tools in a request as it goes to a provider, of which nothing else is looked at.
fn in_whole_request(json: &str, memo: &mut Memo) -> Arc<[ToolOffered]> {
    #[derive(Deserialize)]
    struct Request<'a> {
        #[serde(borrow)]
        tools: Option<&'a RawValue>,
    }
    let tools = object::<Request>(json).and_then(|request| request.tools);
    tools.map(|tools| memo.tools(tools.get(), in_list)).unwrap_or_default()
}

/// One hash over all tools, whatever their order: over the canonical JSON of name to schema.
pub(crate) fn toolset(offered: &[ToolOffered]) -> Option<String> {
    if offered.is_empty() {
        return None;
    }
    let members = offered.iter().map(|tool| {
        (Cow::Borrowed(tool.name.as_str()), Json::Text(Cow::Borrowed(tool.schema.as_str())))
    });
    Some(fingerprint::of_json(&Json::map(members.collect())))
}

fn in_list(json: &str) -> Vec<ToolOffered> {
    let Some(Json::List(definitions)) = Json::read(json) else { return Vec::new() };
    definitions.iter().filter_map(definition).collect()
}

/// The tools among the parameters of a request, as Pydantic AI writes them.
fn in_request(json: &str) -> Vec<ToolOffered> {
    let Some(request) = Json::read(json) else { return Vec::new() };
    let lists = ["function_tools", "output_tools"].iter().filter_map(|key| request.get(key));
    let definitions = lists.filter_map(|list| match list {
        Json::List(definitions) => Some(definitions),
        _ => None,
    });
    definitions.flatten().filter_map(definition).collect()
}

/// Tools in flattened keys: one schema each, or name, description and parameters apart.
fn in_keys(found: &Found, memo: &mut Memo) -> Vec<ToolOffered> {
    let mut places: BTreeMap<usize, Vec<(&str, &str)>> = BTreeMap::new();
    for (key, value) in found.below(Below::Definitions) {
        let Some((place, field)) = key.split_once('.') else { continue };
        if let (Ok(place), Value::Text(text)) = (place.parse(), value) {
            places.entry(place).or_default().push((field, text));
        }
    }
    places.values().flat_map(|fields| in_fields(fields, memo)).collect()
}

fn in_fields(fields: &[(&str, &str)], memo: &mut Memo) -> Vec<ToolOffered> {
    if let Some((_, schema)) = fields.iter().find(|(field, _)| *field == "tool.json_schema") {
        let defined = memo.tools(schema, |schema| Vec::from_iter(definition_in_text(schema)));
        return defined.to_vec();
    }
    let members = fields.iter().map(|(field, text)| {
        let parsed = if *field == "parameters" { Json::read(text) } else { None };
        (Cow::Borrowed(*field), parsed.unwrap_or(Json::Text(Cow::Borrowed(*text))))
    });
    Vec::from_iter(definition(&Json::map(members.collect())))
}

/// A definition by the members that say something, under one name each: a wrapper, what is unset
/// and what every function is called say nothing. A text is taken to hold the definition.
fn definition(json: &Json) -> Option<ToolOffered> {
    if let Json::Text(text) = json {
        return definition_in_text(text);
    }
    let inner = json.get("function").filter(|inner| matches!(inner, Json::Map(_)));
    let Json::Map(members) = inner.unwrap_or(json) else { return None };
    let says = |(key, value): &&(Cow<str>, Json)| {
        let unset = matches!(value, Json::Null | Json::Bool(false));
        let called = matches!(&**key, "type" | "kind") && value.as_text() == Some("function");
        !unset && !called
    };
    let said = members.iter().filter(says).map(|(key, value)| {
        let key = if PARAMETERS.contains(&&**key) { "parameters" } else { &**key };
        (Cow::Borrowed(key), value.clone())
    });
    let said = Json::map(said.collect());
    let name = said.get("name")?.as_text()?.to_owned();
    Some(ToolOffered { name, schema: fingerprint::of_json(&said) })
}

fn definition_in_text(text: &str) -> Option<ToolOffered> {
    match Json::read(text)? {
        Json::Text(_) => None,
        json => definition(&json),
    }
}
