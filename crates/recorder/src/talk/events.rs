//! Messages in events: log records of their own, and events on the span.

use model::{Attribute, Value};

use crate::dialect::slot::Slot;
use crate::dialect::table::Found;
use crate::json::document;
use crate::talk::{Talk, json};

/// Events that hold one message each.
pub(crate) const MESSAGES: &[&str] = &[
    "gen_ai.system.message",
    "gen_ai.user.message",
    "gen_ai.assistant.message",
    "gen_ai.tool.message",
    "gen_ai.choice",
];

/// Takes in what events say.
pub(super) fn tell(found: &Found, talk: &mut Talk) {
    let event = found.text(Slot::Event).filter(|event| MESSAGES.contains(event));
    if let (Some(event), Some(body)) = (event, found.value(Slot::Body)) {
        json::event(event, &document(body), talk);
    }
    if let Some(list) = found.value(Slot::MessageEvents) {
        json::events(&document(list), talk);
    }
    for (name, attributes) in on_span(found) {
        on_span_event(name, attributes, talk);
    }
}

fn on_span_event(name: &str, attributes: &[Attribute], talk: &mut Talk) {
    match name {
        "gen_ai.content.prompt" => {
            if let Some(text) = text(attributes, "gen_ai.prompt") {
                talk.plain_prompt(text);
            }
        }
        "gen_ai.content.completion" => {
            if let Some(text) = text(attributes, "gen_ai.completion") {
                json::wrote_answer(text, talk);
            }
        }
        name if MESSAGES.contains(&name) => {
            let all = Value::Map(attributes.to_vec());
            let body = text(attributes, "gen_ai.event.content").map(str::to_owned);
            json::event(name, &body.unwrap_or_else(|| document(&all).into_owned()), talk);
        }
        _ => {}
    }
}

/// The events on a span: name and attributes.
pub(crate) fn on_span<'a>(
    found: &Found<'a>,
) -> impl Iterator<Item = (&'a str, &'a [Attribute])> + use<'a> {
    let list = match found.value(Slot::Events) {
        Some(Value::List(list)) => list.as_slice(),
        _ => &[],
    };
    list.iter().filter_map(|event| {
        let Value::Map(event) = event else { return None };
        let member = |key: &str| Some(&event.iter().find(|(other, _)| other == key)?.1);
        match (member("name")?, member("attributes")) {
            (Value::Text(name), Some(Value::Map(attributes))) => Some((&**name, &**attributes)),
            (Value::Text(name), _) => Some((&**name, &[][..])),
            _ => None,
        }
    })
}

fn text<'a>(attributes: &'a [Attribute], key: &str) -> Option<&'a str> {
    attributes.iter().find(|(other, _)| other == key)?.1.as_text()
}
