//! What a model was given to read, turn by turn, to be shown or run again elsewhere.
//!
//! [`said`](crate::said()) gives every text, to find a quote in; this gives the conversation. It is
//! read loosely: whatever shape a library gives messages, a turn is who speaks and the text within,
//! and a call or an answer of a tool is its JSON.

use std::collections::BTreeMap;

use model::{Step, Value};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::dialect;
use crate::dialect::slot::{Below, Slot};
use crate::dialect::table::Found;
use crate::json::document;
use crate::reading::Reading;
use crate::record::There;
use crate::said::said;

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Who speaks: `system`, `user`, `assistant`, `tool`.
    pub role: String,
    /// What is said.
    pub content: String,
}

/// Keys under which requests hold their messages.
const MESSAGES: [&str; 4] = ["messages", "input", "contents", "prompt"];

/// Keys under which a message, or a part of one, holds what it says.
const TEXTS: [&str; 6] = ["content", "parts", "text", "output", "result", "response"];

/// Deepest value that is looked into.
const DEEPEST: usize = 32;

/// What the model of a step read, in order; `logs` are the records about it.
pub fn turns(step: &Step, logs: &[&Step]) -> Vec<Turn> {
    let there = There::of(step, logs);
    let sender = Found::of(&step.origin);
    let reading = dialect::read(there.name(step), &there.attributes, &sender);
    let mut turns = Vec::new();
    if let Some(system) = reading.own.value(Slot::System) {
        let text = in_json(&document(system)).map_or_else(|text| text, |json| text_of(&json, 0));
        turns.extend(Turn::of("system", text));
    }
    let before = turns.len();
    turns.extend(input(&reading));
    if turns.len() == before {
        let read = said(step, logs).read.into_iter();
        turns.extend(read.filter_map(|text| Turn::of("user", text)));
    }
    turns
}

fn input(reading: &Reading<'_>) -> Vec<Turn> {
    for slot in [Slot::Input, Slot::InputValue, Slot::PlainPrompt] {
        if let Some(value) = reading.own.value(slot) {
            return match in_json(&document(value)) {
                Ok(json) => messages(&json),
                Err(text) => Turn::of("user", text).into_iter().collect(),
            };
        }
        if slot == Slot::Input && reading.own.has_below(Below::Read) {
            return flat(reading.own.below(Below::Read));
        }
    }
    Vec::new()
}

impl Turn {
    /// A turn, unless nothing is said in it.
    fn of(role: &str, content: String) -> Option<Self> {
        (!content.trim().is_empty()).then(|| Self { role: role.to_owned(), content })
    }
}

/// The JSON that a text is, unless it is only a text.
fn in_json(text: &str) -> Result<Json, String> {
    match serde_json::from_str(text) {
        Ok(json @ (Json::Array(_) | Json::Object(_))) => Ok(json),
        Ok(Json::String(inner)) => Err(inner),
        Ok(_) | Err(_) => Err(text.to_owned()),
    }
}

/// The messages in a request, in an array of them, or a single one.
fn messages(json: &Json) -> Vec<Turn> {
    match json {
        Json::Array(items) => items.iter().filter_map(message).collect(),
        Json::Object(fields) => {
            let system = ["system", "instructions"].into_iter().filter_map(|key| fields.get(key));
            let system = system.filter_map(|json| Turn::of("system", text_of(json, 0)));
            let within = MESSAGES.into_iter().find_map(|key| fields.get(key));
            let rest = match within {
                Some(Json::String(text)) => Turn::of("user", text.clone()).into_iter().collect(),
                Some(within) => messages(within),
                None => message(json).into_iter().collect(),
            };
            system.chain(rest).collect()
        }
        other => Turn::of("user", text_of(other, 0)).into_iter().collect(),
    }
}

fn message(json: &Json) -> Option<Turn> {
    let fields = json.get("message").filter(|inner| inner.is_object()).unwrap_or(json);
    let role = fields.get("role").and_then(Json::as_str).unwrap_or("user");
    let mut text = text_of(fields, 0);
    if let Some(calls) = fields.get("tool_calls").filter(|calls| !calls.is_null()) {
        let parted = if text.is_empty() { "" } else { "\n" };
        text = format!("{text}{parted}{calls}");
    }
    let role = match role {
        "human" => "user",
        "ai" | "model" => "assistant",
        "developer" => "system",
        "function" => "tool",
        other => other,
    };
    Turn::of(role, text)
}

/// The text within a message or a part; of what holds none, its JSON.
fn text_of(json: &Json, depth: usize) -> String {
    match json {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(items) if depth < DEEPEST => {
            let texts = items.iter().map(|item| text_of(item, depth + 1));
            texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
        }
        Json::Object(fields) if depth < DEEPEST => {
            let is_call = fields.contains_key("arguments") || fields.contains_key("input");
            let within = TEXTS.into_iter().find_map(|key| fields.get(key)).filter(|_| !is_call);
            match within {
                Some(within) => text_of(within, depth + 1),
                None if fields.contains_key("role") => String::new(),
                None => json.to_string(),
            }
        }
        other => other.to_string(),
    }
}

/// Messages told in flattened keys: `0.role`, `0.content`, `0.message.content`.
fn flat<'a>(under: impl Iterator<Item = (&'a str, &'a Value)>) -> Vec<Turn> {
    let mut all: BTreeMap<usize, (String, Vec<String>)> = BTreeMap::new();
    for (key, value) in under {
        let mut words = key.split('.');
        let place = words.next().and_then(|place| place.parse().ok());
        let (Some(place), Some(text)) = (place, value.as_text()) else { continue };
        let turn = all.entry(place).or_default();
        match words.next_back() {
            Some("role") => turn.0 = text.to_owned(),
            Some("content" | "text" | "arguments" | "name") => turn.1.push(text.to_owned()),
            _ => {}
        }
    }
    let said = all.into_values().filter_map(|(role, texts)| {
        let role = if role.is_empty() { "user" } else { &role };
        Turn::of(role, texts.join("\n"))
    });
    said.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Vec<(String, String)> {
        let turns = messages(&serde_json::from_str(json).unwrap());
        turns.into_iter().map(|turn| (turn.role, turn.content)).collect()
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(role, text)| (role.to_string(), text.to_string())).collect()
    }

    #[test]
    fn messages_are_read_in_every_shape() {
        let wanted = pairs(&[("system", "be brief"), ("user", "hello\nthere")]);
        for shape in [
            r#"[{"role":"system","content":"be brief"},{"role":"user","content":"hello\nthere"}]"#,
            r#"[{"role":"developer","parts":[{"type":"text","content":"be brief"}]},
                {"role":"human","parts":[{"type":"text","content":"hello"},
                                         {"type":"text","content":"there"}]}]"#,
            r#"{"system":"be brief","messages":[{"role":"user","content":
                [{"type":"text","text":"hello"},{"type":"text","text":"there"}]}]}"#,
        ] {
            assert_eq!(of(shape), wanted, "{shape}");
        }
    }

    #[test]
    fn a_call_and_an_answer_of_a_tool_are_told() {
        let told = of(
            r#"[{"role":"assistant","content":null,"tool_calls":[{"id":1,"function":{"name":"f"}}]},
                {"role":"tool","tool_call_id":"1","content":"{\"ok\":true}"},
                {"role":"ai","parts":[{"type":"tool_call","name":"f","arguments":{"a":1}}]}]"#,
        );
        assert!(told[0].1.contains(r#""name":"f""#), "{told:?}");
        assert_eq!(told[1], ("tool".to_owned(), r#"{"ok":true}"#.to_owned()));
        assert!(told[2].1.contains(r#""a":1"#), "{told:?}");
    }

    #[test]
    fn a_deep_value_ends_somewhere() {
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        assert_eq!(of(&format!(r#"[{{"role":"user","content":{deep}}}]"#)).len(), 1);
    }
}
