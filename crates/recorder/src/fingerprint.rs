//! What can be compared without reading it: fingerprints of prompts, schemas and answers.

use std::collections::{BTreeMap, BTreeSet};

use model::id::hex;
use sha2::{Digest, Sha256};

use crate::json::Json;

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

/// What can be compared of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prompt {
    /// With dates, numbers and ids masked.
    pub(crate) skeleton: String,
    /// With dates and times masked.
    pub(crate) undated: String,
    /// The exact text.
    pub(crate) text: String,
}

/// The fingerprints of a prompt.
pub(crate) fn prompt(text: &str) -> Prompt {
    let words = words(text);
    Prompt {
        skeleton: masked(text, &words, is_in_skeleton),
        undated: masked(text, &words, is_in_date),
        text: exact(text),
    }
}

/// The first 128 bits of a SHA-256, in hexadecimal.
pub fn exact(text: &str) -> String {
    of_bytes(text.as_bytes())
}

/// A number that tells names apart and from which none can be read back: many share each.
pub(crate) fn number(name: &str) -> u32 {
    let digest = Sha256::digest(name.as_bytes());
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..16])
}

/// The fingerprint of a prompt with dates, numbers and ids masked.
pub fn skeleton(text: &str) -> String {
    masked(text, &words(text), is_in_skeleton)
}

/// The fingerprint of a prompt with dates and times masked, and every other number in place.
pub fn undated(text: &str) -> String {
    masked(text, &words(text), is_in_date)
}

/// A word of a text.
struct Word<'a> {
    start: usize,
    text: &'a str,
    has_digit: bool,
}

/// The words of a text, in one pass.
fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::with_capacity(text.len() / 6);
    let (mut start, mut has_digit) = (0, false);
    for (place, c) in text.char_indices() {
        match Class::of(c) {
            Class::Letter => {}
            Class::Digit => has_digit = true,
            Class::Between => {
                if start < place {
                    words.push(Word { start, text: &text[start..place], has_digit });
                }
                (start, has_digit) = (place + c.len_utf8(), false);
            }
        }
    }
    if start < text.len() {
        words.push(Word { start, text: &text[start..], has_digit });
    }
    words
}

/// What a character can be: inside a date, a number or an id, or between words.
enum Class {
    Letter,
    Digit,
    Between,
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            'a'..='z' | 'A'..='Z' | '-' | '_' | ':' | '.' | '/' | '+' => Class::Letter,
            '0'..='9' => Class::Digit,
            c if c.is_ascii() => Class::Between,
            c if c.is_numeric() => Class::Digit,
            c if c.is_alphanumeric() => Class::Letter,
            _ => Class::Between,
        }
    }
}

/// The fingerprint of a text in which every word that changes by itself is masked.
fn masked(text: &str, words: &[Word], changes: impl Fn(&[Word], usize) -> bool) -> String {
    let mut hash = Sha256::new();
    let mut done = 0;
    for (place, word) in words.iter().enumerate() {
        if changes(words, place) {
            hash.update(&text[done..word.start]);
            hash.update(b"#");
            done = word.start + word.text.len();
        }
    }
    hash.update(&text[done..]);
    hex(&hash.finalize()[..16])
}

impl Word<'_> {
    /// Whether it names a day or a month.
    fn is_named(&self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_uppercase()) && CALENDAR.contains(&self.bare())
    }

    /// The word without what may follow a date.
    fn bare(&self) -> &str {
        self.text.trim_end_matches(['.', ':', '/'])
    }
}

/// Whether a word is a number, an id, or the name of a day or month.
fn is_in_skeleton(words: &[Word], place: usize) -> bool {
    words[place].has_digit || words[place].is_named()
}

/// Whether a word is a date, a time, or a number beside the name of a day or month.
fn is_in_date(words: &[Word], place: usize) -> bool {
    let word = &words[place];
    if !word.has_digit {
        return word.is_named();
    }
    let named = |place: usize| words.get(place).is_some_and(Word::is_named);
    let before = |steps: usize| place.checked_sub(steps).is_some_and(named);
    let beside = || before(1) || before(2) || named(place + 1);
    is_date_or_time(word.bare()) || (is_day_or_year(word.bare()) && beside())
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

/// The fingerprint of a JSON document in its canonical form (RFC 8785); else of the exact text.
pub fn canonical(text: &str) -> String {
    Json::read(text).map_or_else(|| exact(text), |json| of_json(&json))
}

/// The fingerprint of a JSON document in its canonical form (RFC 8785).
pub(crate) fn of_json(json: &Json) -> String {
    of_bytes(&json.canonical())
}

/// The shape of a tool's answer: its key paths and types, apart for full, empty and error answers.
pub fn shape(answer: &str) -> String {
    match Json::read(answer) {
        Some(Json::Text(inner)) if inner != answer => shape(&inner),
        Some(json) => shape_of(&json),
        None if answer.trim().is_empty() => "empty:text".to_owned(),
        None => "text".to_owned(),
    }
}

/// The shape of an answer that was told to be an error, whatever it says itself.
pub(crate) fn as_error(shape: String) -> String {
    match shape.split_once(':') {
        Some(("error", _)) => shape,
        Some((_, rest)) => format!("error:{rest}"),
        None => format!("error:{shape}"),
    }
}

fn shape_of(json: &Json) -> String {
    let mut whole = Place::default();
    whole.see(json);
    let mut hash = Sha256::new();
    whole.tell(&mut hash);
    let hash = hex(&hash.finalize()[..16]);
    match json {
        _ if is_error(json) => format!("error:{hash}"),
        _ if is_empty(json) => format!("empty:{hash}"),
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
    fn see(&mut self, json: &'a Json) {
        self.kinds.insert(match json {
            Json::Null => "null",
            Json::Bool(_) => "bool",
            Json::Number(_) => "number",
            Json::Text(_) => "text",
            Json::List(elements) => {
                let below = self.elements.get_or_insert_default();
                elements.iter().for_each(|element| below.see(element));
                "array"
            }
            Json::Map(members) => {
                for (key, member) in members {
                    let is_data = key.contains(|c: char| c.is_numeric());
                    let key = if is_data { "#" } else { key };
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

fn is_error(json: &Json) -> bool {
    let says_so = |value: &Json| match value {
        Json::Null | Json::Bool(false) => false,
        Json::Text(text) => !text.is_empty(),
        Json::List(list) => !list.is_empty(),
        _ => true,
    };
    ["error", "errors", "isError"].iter().any(|key| json.get(key).is_some_and(says_so))
}

fn is_empty(json: &Json) -> bool {
    match json {
        Json::Null | Json::Bool(false) => true,
        Json::Bool(true) => false,
        Json::Number(number) => *number == 0.0,
        Json::Text(text) => text.is_empty(),
        Json::List(elements) => elements.iter().all(is_empty),
        Json::Map(members) => members.iter().all(|(_, member)| is_empty(member)),
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
