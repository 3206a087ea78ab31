//! Messages in flattened keys: `llm.input_messages.0.message.role`, `gen_ai.prompt.0.role`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::Value;
use model::step::ToolCall;

use crate::talk::{Answer, Message, Role, json};

/// Words in keys that say nothing: OpenInference repeats what each level is.
const FILLING: &[&str] =
    &["message", "message_content", "tool_call", "function", "prompt", "completion"];

/// The messages that these keys and values make, in the order of their places.
pub(super) fn messages<'a>(
    under: impl Iterator<Item = (&'a str, &'a Value)>,
) -> impl Iterator<Item = Message<'a>> {
    let mut messages: BTreeMap<usize, Flat> = BTreeMap::new();
    for (key, value) in under {
        let mut words = key.split('.').filter(|word| !FILLING.contains(word));
        let place = words.next().and_then(|place| place.parse().ok());
        if let (Some(place), Some(text)) = (place, value.as_text()) {
            messages.entry(place).or_default().take(words, text);
        }
    }
    messages.into_values().map(Flat::message)
}

/// One message, put together from its keys, which come in any order.
#[derive(Default)]
struct Flat<'a> {
    role: Role,
    content: BTreeMap<usize, &'a str>,
    answers: Option<&'a str>,
    calls: BTreeMap<usize, (Option<&'a str>, Option<&'a str>)>,
    ending: Option<&'a str>,
}

impl<'a> Flat<'a> {
    fn take(&mut self, mut words: impl Iterator<Item = &'a str>, text: &'a str) {
        match (words.next(), words.next(), words.next()) {
            (Some("role"), None, _) => self.role = Role::of(text),
            (Some("content" | "text"), None, _) => _ = self.content.insert(0, text),
            (Some("tool_call_id"), None, _) => self.answers = Some(text),
            (Some("finish_reason"), None, _) => self.ending = Some(text),
            (Some("contents"), Some(place), Some("text")) => {
                let Ok(place) = place.parse::<usize>() else { return };
                self.content.insert(place.saturating_add(1), text);
            }
            (Some("tool_calls"), Some(place), Some(word)) => {
                let Ok(place) = place.parse() else { return };
                let call = self.calls.entry(place).or_default();
                match word {
                    "id" => call.0 = Some(text),
                    "name" => call.1 = Some(text),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn message(self) -> Message<'a> {
        let texts: Vec<&str> = self.content.into_values().collect();
        let answer = self.answers.map(|call| Answer {
            call: call.to_owned(),
            text: Cow::Owned(texts.join("\n")),
            is_error: false,
        });
        let calls = self
            .calls
            .into_values()
            .filter_map(|(id, tool)| Some(ToolCall { id: id?.to_owned(), tool: tool?.to_owned() }));
        Message {
            role: self.role,
            calls: calls.collect(),
            answers: answer.into_iter().collect(),
            ending: self.ending.map(str::to_owned),
            texts: match self.role {
                Role::System => texts.into_iter().flat_map(json::plain_or_parts).collect(),
                _ => Vec::new(),
            },
        }
    }
}
