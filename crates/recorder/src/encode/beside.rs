//! What OTLP keeps beside attributes, taken out of a step's attributes again.
//!
//! What can't be put back where it stood, because redaction changed it, say, stays an attribute:
//! read again it says the same.

use model::id::hex;
use model::{Attribute, Gone, Key, Step, Value};
use serde_json::{Value as Json, json};

use super::key_values;
use super::sender::object;

/// A step's attributes, content in place, without those that were taken out.
pub(super) struct Attributes(Vec<Attribute>);

impl Attributes {
    /// All that is there, and a word about what is not.
    pub(super) fn of(step: &Step) -> Self {
        let mut there = step.attributes.clone();
        let mut gone = Vec::new();
        for field in &step.content {
            match field.value() {
                Ok(value) => there.push((field.key.clone(), value)),
                Err(why) => gone.push(not_kept(&field.key, why)),
            }
        }
        if !gone.is_empty() {
            there.push((super::NOT_KEPT.into(), Value::Map(gone)));
        }
        Self(there)
    }

    /// Adds one.
    pub(super) fn add(&mut self, key: &'static str, value: Value) {
        self.0.push((key.into(), value));
    }

    /// Takes out the last attribute with a key, if it can be read as what should stand there.
    pub(super) fn take<T>(&mut self, key: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let place = self.0.iter().rposition(|(name, _)| name == key)?;
        let found = read(&self.0[place].1)?;
        self.0.remove(place);
        Some(found)
    }

    /// The attribute with a key, which stays.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.0.iter().rfind(|(name, _)| name == key)?.1.as_text()
    }

    /// What is left, in OTLP's JSON.
    pub(super) fn json(&self) -> Json {
        key_values(&self.0)
    }
}

fn not_kept(key: &Key, why: Gone) -> Attribute {
    (key.clone(), Value::Text(why.as_str().to_owned()))
}

/// A text that is not empty.
pub(super) fn text(value: &Value) -> Option<Json> {
    value.as_text().filter(|text| !text.is_empty()).map(|text| json!(text))
}

/// A number that 32 bits hold, and that is set.
pub(super) fn number(value: &Value) -> Option<Json> {
    let Value::Int(number) = value else { return None };
    u32::try_from(*number).ok().filter(|number| *number > 0).map(|number| json!(number))
}

/// A span's kind, by its word.
pub(super) fn kind(value: &Value) -> Option<Json> {
    let words = ["internal", "server", "client", "producer", "consumer"];
    let place = words.iter().position(|word| value.as_text() == Some(word))?;
    Some(json!(place + 1))
}

/// A span's events.
pub(super) fn events(value: &Value) -> Option<Json> {
    list(value, |map| {
        let mut event = Members::of(map)?;
        let name = event.take("name", Value::as_text)?;
        let at: u64 = event.take("time_unix_nano", Value::as_text)?.parse().ok()?;
        let attributes = event.take("attributes", pairs)?;
        let dropped = event.maybe("dropped_attributes_count")?;
        event.is_empty().then(|| {
            object([
                ("name", Some(json!(name))),
                ("timeUnixNano", Some(json!(at.to_string()))),
                ("attributes", Some(attributes)),
                ("droppedAttributesCount", dropped),
            ])
        })
    })
}

/// A span's links.
pub(super) fn links(value: &Value) -> Option<Json> {
    list(value, |map| {
        let mut link = Members::of(map)?;
        let trace = link.take("trace_id", bytes)?;
        let span = link.take("span_id", bytes)?;
        let attributes = link.take("attributes", pairs)?;
        let state = link.maybe("trace_state")?;
        let (flags, dropped) = (link.maybe("flags")?, link.maybe("dropped_attributes_count")?);
        link.is_empty().then(|| {
            object([
                ("traceId", Some(json!(trace))),
                ("spanId", Some(json!(span))),
                ("traceState", state),
                ("flags", flags),
                ("attributes", Some(attributes)),
                ("droppedAttributesCount", dropped),
            ])
        })
    })
}

/// A list that is not empty, each of its members read; none if one of them can't be.
fn list(value: &Value, read: impl Fn(&Value) -> Option<Json>) -> Option<Json> {
    let Value::List(list) = value else { return None };
    if list.is_empty() { None } else { list.iter().map(read).collect() }
}

fn bytes(value: &Value) -> Option<String> {
    if let Value::Bytes(bytes) = value { Some(hex(bytes)) } else { None }
}

fn pairs(value: &Value) -> Option<Json> {
    if let Value::Map(pairs) = value { Some(key_values(pairs)) } else { None }
}

/// The members of a map, in order, until they are taken.
struct Members<'a>(&'a [Attribute]);

impl<'a> Members<'a> {
    fn of(value: &'a Value) -> Option<Self> {
        if let Value::Map(pairs) = value { Some(Self(pairs)) } else { None }
    }

    /// The next member, which must have this key and be of this kind.
    fn take<T>(&mut self, key: &str, read: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
        let ((name, value), rest) = self.0.split_first()?;
        self.0 = rest;
        read(value).filter(|_| name == key)
    }

    /// The next member if it has this key, and then must be a text or a number that is set.
    fn maybe(&mut self, key: &str) -> Option<Option<Json>> {
        match self.0.first() {
            Some((name, value)) if name == key => {
                self.0 = &self.0[1..];
                text(value).or_else(|| number(value)).map(Some)
            }
            _ => Some(None),
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
