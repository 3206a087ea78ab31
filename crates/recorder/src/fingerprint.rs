//! What can be compared without reading it: fingerprints of prompts, schemas and answers.

use std::collections::{BTreeMap, BTreeSet};

use model::id::hex;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Names of days and months: a prompt with today's date in it is still the same prompt.
const CALENDAR: &[&str] = &[
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The first 128 bits of a SHA-256, in hexadecimal.
pub fn exact(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())[..16])
}

/// The fingerprint of a prompt with dates, numbers and ids masked.
pub fn skeleton(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(in_word) {
        masked.push_str(&rest[..start]);
        let word = &rest[start..];
        let end = word.find(|c| !in_word(c)).unwrap_or(word.len());
        masked.push_str(mask(&word[..end]));
        rest = &word[end..];
    }
    masked.push_str(rest);
    exact(&masked)
}

/// Whether a character can be inside a date, a number or an id.
fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '/' | '+')
}

fn mask(word: &str) -> &str {
    let bare = word.trim_end_matches(['.', ':', '/']);
    let changes = bare.contains(|c: char| c.is_numeric()) || CALENDAR.contains(&bare);
    if changes { "#" } else { word }
}

/// The fingerprint of a JSON document, whatever the order of its keys; else of the exact text.
pub fn canonical(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => exact(&value.to_string()),
        Err(_) => exact(text),
    }
}

/// The shape of a tool's answer: its key paths and types, apart for full, empty and error answers.
pub fn shape(answer: &str) -> String {
    match serde_json::from_str::<Value>(answer) {
        Ok(Value::String(inner)) if inner != answer => shape(&inner),
        Ok(value) => shape_of(&value),
        Err(_) if answer.trim().is_empty() => "empty:text".to_owned(),
        Err(_) => "text".to_owned(),
    }
}

fn shape_of(value: &Value) -> String {
    let mut whole = Place::default();
    whole.see(value);
    let mut hash = Sha256::new();
    whole.tell(&mut hash);
    let hash = hex(&hash.finalize()[..16]);
    match value {
        _ if is_error(value) => format!("error:{hash}"),
        _ if is_empty(value) => format!("empty:{hash}"),
        _ => hash,
    }
}

/// What stands at one place of an answer: the types seen there, and the places below.
///
/// Elements of an array share a place; so do keys with digits, because they are data. It is a tree
/// and no list of paths, so that a long key above many others is not repeated for each of them.
#[derive(Default)]
struct Place<'a> {
    kinds: BTreeSet<&'static str>,
    members: BTreeMap<&'a str, Place<'a>>,
    elements: Option<Box<Place<'a>>>,
}

impl<'a> Place<'a> {
    fn see(&mut self, value: &'a Value) {
        self.kinds.insert(match value {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            Value::String(_) => "text",
            Value::Array(elements) => {
                let below = self.elements.get_or_insert_default();
                elements.iter().for_each(|element| below.see(element));
                "array"
            }
            Value::Object(members) => {
                for (key, member) in members {
                    let is_data = key.contains(|c: char| c.is_numeric());
                    let key = if is_data { "#" } else { key.as_str() };
                    self.members.entry(key).or_default().see(member);
                }
                "object"
            }
        });
    }

    /// Writes the place so that no two different ones are written alike.
    fn tell(&self, hash: &mut Sha256) {
        for kind in &self.kinds {
            hash.update(kind.as_bytes());
        }
        for (key, below) in &self.members {
            hash.update(format!(".{}:", key.len()).as_bytes());
            hash.update(key.as_bytes());
            below.tell(hash);
        }
        if let Some(below) = &self.elements {
            hash.update(b"[");
            below.tell(hash);
        }
        hash.update(b";");
    }
}

fn is_error(value: &Value) -> bool {
    let Value::Object(members) = value else { return false };
    let says_so = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => true,
    };
    ["error", "errors", "isError"].iter().any(|key| members.get(*key).is_some_and(says_so))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.iter().all(is_empty),
        Value::Object(members) => members.values().all(is_empty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_date_an_order_number_or_an_id_does_not_change_a_skeleton() {
        let monday = "Today is Monday, 2026-11-23. Order #4711 of user u-9f3c.";
        let friday = "Today is Friday, 2026-11-27. Order #0815 of user u-77aa1.";
        assert_eq!(skeleton(monday), skeleton(friday));
        assert_ne!(exact(monday), exact(friday));
    }

    #[test]
    fn one_word_changes_a_skeleton() {
        assert_ne!(skeleton("Always apologise first."), skeleton("Never apologise first."));
    }

    #[test]
    fn an_answers_shape_is_its_keys_and_types_and_not_its_data() {
        let shape_a = shape(r#"{"results":[{"id":1,"title":"a"},{"id":2,"title":"b"}]}"#);
        let shape_b = shape(r#"{"results":[{"title":"z","id":9}]}"#);
        let renamed = shape(r#"{"results":[{"name":"z","id":9}]}"#);
        let retyped = shape(r#"{"results":[{"title":"z","id":"9"}]}"#);
        assert_eq!(shape_a, shape_b);
        assert!(shape_a != renamed && shape_a != retyped);
    }

    #[test]
    fn full_empty_and_error_answers_are_apart() {
        assert!(shape(r#"{"results":[],"total":0}"#).starts_with("empty:"));
        assert!(shape(r#"{"error":{"code":"timeout"}}"#).starts_with("error:"));
        assert!(shape(r#"{"error":null,"id":1}"#).len() == 32);
        assert_eq!(shape("it rained"), "text");
        assert_eq!(shape(r#""{\"id\":1}""#), shape(r#"{"id":7}"#));
    }

    #[test]
    fn keys_that_are_data_share_a_path() {
        assert_eq!(shape(r#"{"ord-1":{"ok":true}}"#), shape(r#"{"ord-2":{"ok":true}}"#));
    }

    proptest! {
        #[test]
        fn no_text_makes_a_fingerprint_panic(text in "\\PC{0,200}") {
            let _ = (skeleton(&text), shape(&text), canonical(&text));
        }
    }
}
