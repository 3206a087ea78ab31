//! Messages in JSON, in all the shapes that libraries and providers give them.
//!
//! One loose structure reads them all, because no two of them use a word for different things. Only
//! what is needed is looked into: what a user or a model said stays a slice of the text.

use std::borrow::Cow;

use model::step::ToolCall;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::json::{Object, object, text};
use crate::talk::{Answer, Message, Role, Talk};

type Raw<'a> = Option<&'a RawValue>;

/// Whether a model read a message or wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Read,
    Wrote,
}

/// A message. Its parts are read with it, so that nothing is gone through twice.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Turn<'a> {
    #[serde(borrow)]
    role: Raw<'a>,
    /// Older events name the role so.
    #[serde(borrow, rename = "event.name")]
    event: Raw<'a>,
    #[serde(borrow)]
    parts: Option<Vec<Object<Part<'a>>>>,
    /// Text, or parts.
    #[serde(borrow)]
    content: Raw<'a>,
    /// Of a choice: what was chosen.
    #[serde(borrow)]
    message: Raw<'a>,
    #[serde(borrow)]
    finish_reason: Raw<'a>,
    #[serde(borrow)]
    tool_calls: Raw<'a>,
    /// Of an answer: the call it answers.
    #[serde(borrow)]
    tool_call_id: Raw<'a>,
    #[serde(borrow)]
    id: Raw<'a>,
    /// Where each call and each answer is a message of its own.
    #[serde(borrow)]
    r#type: Raw<'a>,
    #[serde(borrow)]
    call_id: Raw<'a>,
    #[serde(borrow)]
    name: Raw<'a>,
    #[serde(borrow)]
    output: Raw<'a>,
}

/// A part of a message, or a call.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Part<'a> {
    #[serde(borrow)]
    r#type: Raw<'a>,
    #[serde(borrow)]
    content: Raw<'a>,
    #[serde(borrow)]
    text: Raw<'a>,
    #[serde(borrow)]
    id: Raw<'a>,
    #[serde(borrow)]
    call_id: Raw<'a>,
    #[serde(borrow)]
    tool_use_id: Raw<'a>,
    #[serde(borrow, rename = "toolCallId")]
    tool_call_id: Raw<'a>,
    #[serde(borrow)]
    name: Raw<'a>,
    #[serde(borrow, rename = "toolName")]
    tool_name: Raw<'a>,
    #[serde(borrow)]
    function: Raw<'a>,
    #[serde(borrow)]
    response: Raw<'a>,
    #[serde(borrow)]
    result: Raw<'a>,
    #[serde(borrow)]
    output: Raw<'a>,
    #[serde(borrow)]
    server_tool_call_response: Raw<'a>,
    #[serde(borrow)]
    value: Raw<'a>,
    #[serde(borrow)]
    is_error: Raw<'a>,
    #[serde(borrow, rename = "isError")]
    is_error_in_camels: Raw<'a>,
}

/// What goes to a provider, or comes from it, as a whole.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Whole<'a> {
    #[serde(borrow)]
    messages: Raw<'a>,
    #[serde(borrow)]
    input: Raw<'a>,
    #[serde(borrow)]
    contents: Raw<'a>,
    #[serde(borrow)]
    prompt: Raw<'a>,
    #[serde(borrow)]
    system: Raw<'a>,
    #[serde(borrow)]
    instructions: Raw<'a>,
    #[serde(borrow)]
    choices: Raw<'a>,
    #[serde(borrow)]
    output: Raw<'a>,
}

/// Whether a text that holds no message is JSON all the same.
pub(super) fn is_json(json: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(json).is_ok()
}

/// Reads an array of messages, or a single one. Says whether there was any.
pub(super) fn read(json: &str, talk: &mut Talk) -> bool {
    let turns = turns(json);
    turns.iter().for_each(|turn| talk.read(&turn.message(Way::Read)));
    !turns.is_empty()
}

/// Reads a request as it goes to a provider: messages, or an object that holds them.
pub(super) fn read_request(json: &str, talk: &mut Talk) -> bool {
    let Some(whole) = object::<Whole>(json) else { return read(json, talk) };
    let Some(messages) = whole.messages.or(whole.input).or(whole.contents).or(whole.prompt) else {
        return read(json, talk);
    };
    for system in [whole.system, whole.instructions].into_iter().flatten() {
        let texts = texts(system.get()).into_iter().map(Cow::Owned).collect();
        talk.read(&Message { role: Role::System, texts, ..Message::default() });
    }
    if !read(messages.get(), talk) && text(messages).is_some() {
        talk.read(&Message { role: Role::User, ..Message::default() });
    }
    true
}

/// Reads what a model wrote: an array of messages, or a single one. Says whether there was any.
pub(super) fn wrote(json: &str, talk: &mut Talk) -> bool {
    let turns = turns(json);
    turns.iter().for_each(|turn| talk.wrote(&turn.message(Way::Wrote)));
    !turns.is_empty()
}

/// Reads an answer as it comes from a provider: messages, an object that holds them, or text.
pub(super) fn wrote_answer(json: &str, talk: &mut Talk) {
    let whole = object::<Whole>(json).unwrap_or_default();
    let within = whole.choices.or(whole.output).filter(|raw| raw.get().starts_with('['));
    let messages = within.map_or(json, RawValue::get);
    if !wrote(messages, talk) {
        talk.wrote(&Message { role: Role::Assistant, ..Message::default() });
    }
}

/// Reads an event: its name says whose message it is, and whether the model read or wrote it.
pub(super) fn event(name: &str, json: &str, talk: &mut Talk) {
    let turn = object::<Turn>(json).unwrap_or_default();
    if name == "gen_ai.choice" {
        return talk.wrote(&turn.message(Way::Wrote));
    }
    let role = role_of_event(name);
    let mut message = turn.message_of(role, Way::Read);
    if role == Role::System && message.texts.is_empty() {
        message.texts = texts(json).into_iter().map(Cow::Owned).collect();
    }
    talk.read(&message);
}

/// Reads an array of events, each with its name inside.
pub(super) fn events(json: &str, talk: &mut Talk) {
    for turn in turns(json) {
        match turn.event.and_then(text).as_deref() {
            Some("gen_ai.choice") => talk.wrote(&turn.message(Way::Wrote)),
            _ => talk.read(&turn.message(Way::Read)),
        }
    }
}

/// The calls in an array of them.
pub(super) fn calls(json: &str) -> Vec<ToolCall> {
    parts(json).iter().filter_map(Part::call).collect()
}

/// The texts of an array of parts, of a single part, or of a plain text.
pub(super) fn texts(json: &str) -> Vec<String> {
    match json.trim_start().as_bytes().first() {
        Some(b'[' | b'{') => {
            parts(json).iter().filter_map(Part::text).map(Cow::into_owned).collect()
        }
        Some(b'"') => Vec::from_iter(plain(json)),
        Some(_) => vec![json.to_owned()],
        None => Vec::new(),
    }
}

/// The text that JSON is, if it is text.
pub(super) fn plain(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

/// A text that may itself be JSON of parts.
pub(super) fn plain_or_parts(text: &str) -> Vec<Cow<'_, str>> {
    let parts = if text.starts_with("[{") { texts(text) } else { Vec::new() };
    match parts.is_empty() {
        true => vec![Cow::Borrowed(text)],
        false => parts.into_iter().map(Cow::Owned).collect(),
    }
}

/// The messages in an array, or the one that an object is.
fn turns(json: &str) -> Vec<Turn<'_>> {
    let mut turns: Vec<Turn> = several(json);
    if !json.trim_start().starts_with('[') {
        turns.retain(Turn::says_anything);
    }
    turns
}

/// The parts in an array, or the one that an object is.
fn parts(json: &str) -> Vec<Part<'_>> {
    several(json)
}

/// The elements of an array, or the one that an object is. An element that is nothing of the kind
/// is empty.
fn several<'a, T: Deserialize<'a> + Default>(json: &'a str) -> Vec<T> {
    match json.trim_start().as_bytes().first() {
        Some(b'{') => Vec::from_iter(object(json)),
        Some(b'[') => match serde_json::from_str::<Vec<Object<T>>>(json) {
            Ok(elements) => elements.into_iter().map(|Object(element)| element).collect(),
            Err(_) => one_by_one(json),
        },
        _ => Vec::new(),
    }
}

fn one_by_one<'a, T: Deserialize<'a> + Default>(json: &'a str) -> Vec<T> {
    let elements: Vec<&RawValue> = serde_json::from_str(json).unwrap_or_default();
    elements.into_iter().map(|raw| object(raw.get()).unwrap_or_default()).collect()
}

fn role_of_event(name: &str) -> Role {
    let name = name.strip_prefix("gen_ai.").and_then(|name| name.strip_suffix(".message"));
    name.map_or(Role::Unknown, Role::of)
}

impl<'a> Turn<'a> {
    fn says_anything(&self) -> bool {
        let told =
            [self.role, self.content, self.message, self.tool_calls, self.event, self.r#type];
        self.parts.is_some() || told.iter().any(Option::is_some)
    }

    /// The message that it is.
    fn message(&self, way: Way) -> Message<'a> {
        let Some(inner) = self.message.filter(|raw| raw.get().starts_with('{')) else {
            return self.message_of(self.role(), way);
        };
        let inner = object::<Turn>(inner.get()).unwrap_or_default();
        let mut message = inner.message_of(inner.role(), way);
        message.ending = message.ending.or_else(|| self.ending());
        message
    }

    fn role(&self) -> Role {
        let event = || self.event.and_then(text).map(|name| role_of_event(&name));
        match self.role.and_then(text) {
            Some(role) => Role::of(&role),
            None => event().unwrap_or_default(),
        }
    }

    fn ending(&self) -> Option<String> {
        self.finish_reason.and_then(text).map(Cow::into_owned)
    }

    fn message_of(&self, role: Role, way: Way) -> Message<'a> {
        let in_content = self.content.filter(|raw| raw.get().starts_with('['));
        let in_content = match self.parts {
            Some(_) => Vec::new(),
            None => in_content.map(|raw| parts(raw.get())).unwrap_or_default(),
        };
        let parts: Vec<&Part> = match &self.parts {
            Some(parts) => parts.iter().map(|Object(part)| part).collect(),
            None => in_content.iter().collect(),
        };
        let mut message = Message { role, ..Message::default() };
        if role == Role::System {
            message.texts = parts.iter().filter_map(|part| part.text()).collect();
            if parts.is_empty() {
                message.texts.extend(self.content.and_then(text));
            }
            return message;
        }
        message.calls = parts.iter().filter_map(|part| part.call()).collect();
        message.calls.extend(self.tool_calls.iter().flat_map(|raw| calls(raw.get())));
        message.calls.extend(self.own_part().and_then(|part| part.call()));
        message.ending = self.ending();
        if way == Way::Read {
            message.answers = parts.iter().filter_map(|part| part.answer()).collect();
            message.answers.extend(self.own_part().and_then(|part| part.answer()));
            if role == Role::Tool && message.answers.is_empty() {
                message.answers.extend(self.answer());
            }
        }
        message
    }

    /// The call or answer that it is by itself.
    fn own_part(&self) -> Option<Part<'a>> {
        self.call_id?;
        let Turn { r#type, call_id, name, output, .. } = *self;
        Some(Part { r#type, call_id, name, output, ..Part::default() })
    }

    /// The answer that a message of a tool's is, with the call's id beside it.
    fn answer(&self) -> Option<Answer<'a>> {
        let call = self.tool_call_id.or(self.id).and_then(text)?;
        let text = joined(self.content?.get());
        Some(Answer { call: call.into_owned(), text, is_error: false })
    }
}

impl<'a> Part<'a> {
    fn text(&self) -> Option<Cow<'a, str>> {
        self.content.and_then(text).or_else(|| self.text.and_then(text))
    }

    fn kind(&self) -> Option<Cow<'a, str>> {
        self.r#type.and_then(text)
    }

    /// The call that it asks for, if it is one.
    fn call(&self) -> Option<ToolCall> {
        let kind = self.kind();
        let says_so = matches!(
            kind.as_deref(),
            Some("tool_call" | "tool-call" | "tool_use" | "function" | "function_call")
                | Some("server_tool_call" | "server_tool_use")
        );
        let unsaid = kind.is_none() && (self.function.is_some() || self.tool_name.is_some());
        if !says_so && !unsaid {
            return None;
        }
        let inner = self.function.and_then(|raw| object::<Part>(raw.get())).unwrap_or_default();
        let name = self.name.or(self.tool_name).or(inner.name).and_then(text)?;
        Some(ToolCall { id: self.call_id()?, tool: name.into_owned() })
    }

    /// The answer that it gives to a call, if it is one: `response` in the conventions, `result` in
    /// examples before August 2026, `content` or `output` elsewhere.
    fn answer(&self) -> Option<Answer<'a>> {
        let says_so = self.is_error.or(self.is_error_in_camels);
        let says_so = says_so.is_some_and(|raw| raw.get() == "true");
        let (text, is_error) = match self.kind()?.as_ref() {
            "tool_call_response" => (Cow::Borrowed(self.response.or(self.result)?.get()), says_so),
            "tool-result" => self.typed_result()?,
            "tool_result" => (joined(self.content?.get()), says_so),
            "function_call_output" => (joined(self.output?.get()), says_so),
            "server_tool_call_response" => {
                (Cow::Borrowed(self.server_tool_call_response?.get()), says_so)
            }
            _ => return None,
        };
        Some(Answer { call: self.call_id()?, text, is_error })
    }

    /// A result as the Vercel AI SDK gives it: bare, or since version 5 a value with its type,
    /// which says whether it is an error.
    fn typed_result(&self) -> Option<(Cow<'a, str>, bool)> {
        if let Some(result) = self.result {
            let says_so = self.is_error_in_camels.is_some_and(|raw| raw.get() == "true");
            return Some((Cow::Borrowed(result.get()), says_so));
        }
        let output = self.output?.get();
        let typed = object::<Part>(output);
        let Some(Part { r#type: Some(kind), value: Some(value), .. }) = typed else {
            return Some((Cow::Borrowed(output), false));
        };
        let is_error = text(kind).is_some_and(|kind| kind.starts_with("error"));
        Some((Cow::Borrowed(value.get()), is_error))
    }

    fn call_id(&self) -> Option<String> {
        let id = self.tool_use_id.or(self.tool_call_id).or(self.call_id).or(self.id)?;
        text(id).map(Cow::into_owned)
    }
}

/// An answer whose texts are joined, if it is a list of nothing but texts.
fn joined(json: &str) -> Cow<'_, str> {
    if !json.starts_with('[') {
        return Cow::Borrowed(json);
    }
    let parts = parts(json);
    let is_text = |part: &Part| part.kind().as_deref() == Some("text") && part.text.is_some();
    if parts.is_empty() || !parts.iter().all(is_text) {
        return Cow::Borrowed(json);
    }
    let texts: Vec<Cow<str>> = parts.iter().filter_map(Part::text).collect();
    Cow::Owned(texts.join("\n"))
}
