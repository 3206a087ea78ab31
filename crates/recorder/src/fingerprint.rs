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
    masked(text, |words, place| {
        let word = bare(words[place]);
        word.contains(|c: char| c.is_numeric()) || CALENDAR.contains(&word)
    })
}

/// The fingerprint of a prompt with dates and times masked, and every other number in place.
pub fn undated(text: &str) -> String {
    masked(text, is_in_date)
}

/// The fingerprint of a text in which every word that changes by itself is masked.
fn masked(text: &str, changes: impl Fn(&[&str], usize) -> bool) -> String {
    let words: Vec<&str> = text.split(|c| !in_word(c)).filter(|word| !word.is_empty()).collect();
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    for (place, word) in words.iter().enumerate() {
        let start = rest.find(in_word).unwrap_or(0);
        masked.push_str(&rest[..start]);
        masked.push_str(if changes(&words, place) { "#" } else { word });
        rest = &rest[start + word.len()..];
    }
    masked.push_str(rest);
    exact(&masked)
}

/// Whether a word is a date, a time, or a number beside the name of a day or month.
fn is_in_date(words: &[&str], place: usize) -> bool {
    let word = bare(words[place]);
    let named = |place: usize| words.get(place).is_some_and(|word| CALENDAR.contains(&bare(word)));
    let before = |steps: usize| place.checked_sub(steps).is_some_and(named);
    let beside = before(1) || before(2) || named(place + 1);
    CALENDAR.contains(&word) || is_date_or_time(word) || (beside && is_day_or_year(word))
}

fn is_date_or_time(word: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let split = |mark: char, least: usize| {
        let parts: Vec<&str> = word.split(mark).collect();
        parts.len() >= least && parts.iter().all(|part| digits(part))
    };
    let stamp = word.split_once('T').is_some_and(|(date, _)| is_date_or_time(date));
    stamp || split(':', 2) || split('-', 3) || split('/', 3) || split('.', 3)
}

fn is_day_or_year(word: &str) -> bool {
    let number = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    matches!(number.len(), 1 | 2 | 4) && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn bare(word: &str) -> &str {
    word.trim_end_matches(['.', ':', '/'])
}

/// Whether a character can be inside a date, a number or an id.
fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '/' | '+')
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
    fn a_date_changes_no_undated_text_and_an_edited_number_does() {
        let prompt =
            |date: &str, limit: &str| undated(&format!("Today is {date}. Refund {limit}."));
        let first = prompt("2026-11-22", "up to 50");
        for date in ["2026-11-23", "1999-01-01"] {
            assert_eq!(prompt(date, "up to 50"), first, "{date}");
        }
        let spelt = prompt("Sunday, November 22, 2026 at 02:47", "up to 50");
        assert_eq!(prompt("Monday, November 23, 2026 at 14:05", "up to 50"), spelt);
        assert_ne!(prompt("2026-11-22", "up to 500"), first);
        assert_ne!(undated("user 4711"), undated("user 4712"));
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
