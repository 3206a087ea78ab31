//! CloudEvents 1.0 over HTTP: structured, binary and in batches, each taken as a change.
//!
//! The data may be a change in our own JSON; of any other event, its type says what happened, and
//! its subject to what. `source` and `id` together name an event, so that a second delivery is no
//! second change. Extensions (`traceparent`, `severity`, `correlation`, `sequence`) become labels.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::change::ChangeDoor;
use model::{Change, ChangeSurface};
use serde_json::{Map, Value};

use crate::alertmanager::short;
use crate::change::{self, ChangeJson};
use crate::error::Refusal;
use crate::json::{self, as_text};
use crate::text::{LONGEST_LINE, LONGEST_NAME, line, some_line};

/// How a request carries its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One event, whole in the body.
    Structured,
    /// A list of such.
    Batch,
    /// The data in the body, everything else in headers that begin with `ce-`.
    Binary,
}

/// Events of one batch that are read.
const MOST_EVENTS: usize = 1_000;

/// Attributes that are no extensions.
const KNOWN: [&str; 9] = [
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "datacontenttype",
    "dataschema",
    "data",
];

impl Mode {
    /// The mode that a content type stands for.
    pub fn of(content_type: &str) -> Self {
        let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match media.as_str() {
            media if media.starts_with("application/cloudevents-batch") => Mode::Batch,
            media if media.starts_with("application/cloudevents") => Mode::Structured,
            _ => Mode::Binary,
        }
    }
}

/// Reads what a request carries, taken in at a moment. `headers` are needed in binary mode only.
pub fn read<'a>(
    mode: Mode,
    headers: impl Iterator<Item = (&'a str, &'a str)>,
    body: &[u8],
    now: Timestamp,
) -> Result<Vec<Change>, Refusal> {
    match mode {
        Mode::Structured => Ok(vec![event(json::read("CloudEvent", body)?, now)?]),
        Mode::Batch => {
            let events: Vec<Map<String, Value>> = json::read("batch of CloudEvents", body)?;
            if events.len() > MOST_EVENTS {
                let (parts, most) = (events.len(), MOST_EVENTS);
                return Err(Refusal::TooMany { parts, what: "events", most });
            }
            events.into_iter().map(|one| event(one, now)).collect()
        }
        Mode::Binary => {
            let mut attributes = Map::new();
            for (name, value) in headers {
                if let Some(name) = name.to_ascii_lowercase().strip_prefix("ce-") {
                    attributes.insert(name.to_owned(), Value::String(decoded(value)));
                }
            }
            if !body.is_empty() {
                attributes.insert("data".to_owned(), json::read("JSON in a CloudEvent", body)?);
            }
            Ok(vec![event(attributes, now)?])
        }
    }
}

fn event(mut attributes: Map<String, Value>, now: Timestamp) -> Result<Change, Refusal> {
    let text = |name: &'static str| match attributes.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(Refusal::field(name, "is no text")),
        None => Err(Refusal::missing(name)),
    };
    if text("specversion")? != "1.0" {
        return Err(Refusal::field("specversion", "is not `1.0`"));
    }
    let (id, source, kind) = (text("id")?, text("source")?, text("type")?);
    for (name, value) in [("id", &id), ("source", &source), ("type", &kind)] {
        if value.trim().is_empty() {
            return Err(Refusal::missing(name));
        }
    }
    let (subject, time) = (text("subject").ok(), text("time").ok());
    let time = time.map(|time| time.parse::<Timestamp>()).transpose();
    let time = time.map_err(|_| Refusal::field("time", "is no time of RFC 3339"))?;
    let data = attributes.remove("data");
    let rest = attributes.into_iter().filter(|(name, _)| !KNOWN.contains(&name.as_str()));
    let rest = rest.filter_map(|(name, value)| Some((name, as_text(&value)?)));
    let mut labels: BTreeMap<String, String> = change::labels(rest);
    labels.insert("ce_type".to_owned(), line(&kind, LONGEST_LINE));
    labels.insert("ce_source".to_owned(), line(&source, LONGEST_LINE));
    let own = own(data.as_ref());
    let told = some_line(&[&*kind, subject.as_deref().unwrap_or_default()].join(" "), LONGEST_LINE);
    let json = ChangeJson {
        surface: own.surface.or(Some(ChangeSurface::Code)),
        subject: own.subject.clone().or(subject),
        summary: own.summary.clone().or(told),
        introduced: own.introduced.or(time),
        activated: own
            .activated
            .or(time.filter(|time| own.introduced.is_none_or(|it| it <= *time))),
        door: None,
        delivery: None,
        labels: labels.into_iter().chain(own.labels.clone()).collect(),
        ..own
    };
    let change = change::change(json, now)?;
    let delivery = Some(short(&format!("{source} {id}")));
    Ok(Change { door: ChangeDoor::Cloudevents, delivery, ..change })
}

/// What the data says in our own words; nothing if it speaks others.
fn own(data: Option<&Value>) -> ChangeJson {
    let own = data.and_then(|data| serde_json::from_value(data.clone()).ok());
    own.unwrap_or_else(|| {
        let said = |name: &str| {
            let value = data.and_then(|data| data.get(name))?.as_str()?;
            some_line(value, LONGEST_NAME)
        };
        ChangeJson { summary: said("summary"), author: said("author"), ..ChangeJson::default() }
    })
}

/// A header's value: without the quotes around it, and with `%XX` put back.
fn decoded(value: &str) -> String {
    let value = value.trim();
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let bytes = inner.unwrap_or(value).as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while let Some(byte) = bytes.get(place) {
        let digits = bytes.get(place + 1..place + 3).and_then(|two| std::str::from_utf8(two).ok());
        let escaped = digits.filter(|_| *byte == b'%').and_then(model::id::unhex);
        place += if escaped.is_some() { 3 } else { 1 };
        plain.push(escaped.map_or(*byte, |bytes| bytes[0]));
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests;
