//! Messages in JSON, in all the shapes that libraries and providers give them.
//!
//! One loose structure reads them all, because no two of them use a word for different things. Only
//! what is needed is looked into: what a user or a model said stays a slice of the text.

use std::borrow::Cow;

use model::step::ToolCall;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::json::text;
use crate::talk::{Answer, Message, Role, Talk};

type Raw<'a> = Option<&'a RawValue>;

/// A message, or a part of one.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Piece<'a> {
    #[serde(borrow)]
    role: Raw<'a>,
    #[serde(borrow)]
    r#type: Raw<'a>,
    /// Older events name the role so.
    #[serde(borrow, rename = "event.name")]
    event: Raw<'a>,
    #[serde(borrow)]
    parts: Raw<'a>,
    #[serde(borrow)]
    content: Raw<'a>,
    #[serde(borrow)]
    text: Raw<'a>,
    /// Of a choice: what was chosen.
    #[serde(borrow)]
    message: Raw<'a>,
    #[serde(borrow)]
    finish_reason: Raw<'a>,
    #[serde(borrow)]
    tool_calls: Raw<'a>,
    #[serde(borrow)]
    id: Raw<'a>,
    #[serde(borrow)]
    call_id: Raw<'a>,
    #[serde(borrow)]
    tool_call_id: Raw<'a>,
    #[serde(borrow)]
    tool_use_id: Raw<'a>,
    #[serde(borrow, rename = "toolCallId")]
    tool_call_id_in_camels: Raw<'a>,
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
    let messages = pieces(json);
    messages.iter().for_each(|piece| talk.read(&piece.message(true)));
    !messages.is_empty()
}

/// Reads a request as it goes to a provider: messages, or an object that holds them.
pub(super) fn read_request(json: &str, talk: &mut Talk) -> bool {
    let Ok(whole) = serde_json::from_str::<Whole>(json) else { return read(json, talk) };
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
    let messages = pieces(json);
    messages.iter().for_each(|piece| talk.wrote(&piece.message(false)));
    !messages.is_empty()
}

/// Reads an answer as it comes from a provider: messages, an object that holds them, or text.
pub(super) fn wrote_answer(json: &str, talk: &mut Talk) {
    let whole = serde_json::from_str::<Whole>(json).unwrap_or_default();
    let within = whole.choices.or(whole.output).filter(|raw| raw.get().starts_with('['));
    let messages = within.map_or(json, RawValue::get);
    if !wrote(messages, talk) {
        talk.wrote(&Message { role: Role::Assistant, ..Message::default() });
    }
}

/// Reads an event: its name says whose message it is, and whether the model read or wrote it.
pub(super) fn event(name: &str, json: &str, talk: &mut Talk) {
    let piece = serde_json::from_str::<Piece>(json).unwrap_or_default();
    let mut message = piece.message(true);
    match name {
        "gen_ai.choice" => talk.wrote(&message),
        _ => {
            message.role = role_of_event(name);
            if message.role == Role::System && message.texts.is_empty() {
                message.texts = texts(json).into_iter().map(Cow::Owned).collect();
            }
            talk.read(&message);
        }
    }
}

/// Reads an array of events, each with its name inside.
pub(super) fn events(json: &str, talk: &mut Talk) {
    for piece in pieces(json) {
        match piece.event.and_then(text).as_deref() {
            Some("gen_ai.choice") => talk.wrote(&piece.message(false)),
            _ => talk.read(&piece.message(true)),
        }
    }
}

/// The calls in an array of them.
pub(super) fn calls(json: &str) -> Vec<ToolCall> {
    pieces(json).iter().filter_map(Piece::call).collect()
}

/// The texts of an array of parts, of a single part, or of a plain text.
pub(super) fn texts(json: &str) -> Vec<String> {
    match json.trim_start().as_bytes().first() {
        Some(b'[' | b'{') => {
            pieces(json).iter().filter_map(Piece::text).map(Cow::into_owned).collect()
        }
        Some(b'"') => serde_json::from_str::<String>(json).into_iter().collect(),
        Some(_) => vec![json.to_owned()],
        None => Vec::new(),
    }
}

/// A text that may itself be JSON of parts.
pub(super) fn plain_or_parts(text: &str) -> Vec<Cow<'_, str>> {
    let parts = if text.starts_with("[{") { texts(text) } else { Vec::new() };
    match parts.is_empty() {
        true => vec![Cow::Borrowed(text)],
        false => parts.into_iter().map(Cow::Owned).collect(),
    }
}

/// The messages or parts in an array, or the one that an object is. What is none of them is empty.
fn pieces(json: &str) -> Vec<Piece<'_>> {
    match json.trim_start().as_bytes().first() {
        Some(b'{') => {
            let piece = serde_json::from_str(json).ok();
            piece.into_iter().filter(Piece::says_anything).collect()
        }
        Some(b'[') => serde_json::from_str(json).unwrap_or_else(|_| one_by_one(json)),
        _ => Vec::new(),
    }
}

/// The elements of an array of which some are no messages.
fn one_by_one(json: &str) -> Vec<Piece<'_>> {
    let elements: Vec<&RawValue> = serde_json::from_str(json).unwrap_or_default();
    elements.into_iter().map(|raw| serde_json::from_str(raw.get()).unwrap_or_default()).collect()
}

fn role_of_event(name: &str) -> Role {
    let name = name.strip_prefix("gen_ai.").and_then(|name| name.strip_suffix(".message"));
    name.map_or(Role::Unknown, Role::of)
}

impl<'a> Piece<'a> {
    fn says_anything(&self) -> bool {
        let told = [self.role, self.parts, self.content, self.text, self.message, self.tool_calls];
        let part = [self.r#type, self.event, self.function, self.tool_name];
        told.iter().chain(&part).any(Option::is_some)
    }

    /// The message that it is. Answers are looked for only in what a model reads.
    fn message(&self, is_read: bool) -> Message<'a> {
        if let Some(inner) = self.message.filter(|raw| raw.get().starts_with('{')) {
            let inner = serde_json::from_str::<Piece>(inner.get()).unwrap_or_default();
            let ending = self.finish_reason.and_then(text).map(Cow::into_owned);
            let mut message = inner.flat_message(is_read);
            message.ending = message.ending.or(ending);
            return message;
        }
        self.flat_message(is_read)
    }

    fn flat_message(&self, is_read: bool) -> Message<'a> {
        let role = self.role();
        let parts = self.parts.or(self.content);
        let parts = parts.filter(|raw| raw.get().starts_with('['));
        let parts = parts.map(|raw| pieces(raw.get())).unwrap_or_default();
        let mut message = Message { role, ..Message::default() };
        if role == Role::System {
            message.texts = match parts.is_empty() {
                true => self.text().into_iter().collect(),
                false => parts.iter().filter_map(Piece::text).collect(),
            };
            return message;
        }
        message.calls = parts.iter().filter_map(Piece::call).collect();
        message.calls.extend(self.call());
        message.calls.extend(self.tool_calls.iter().flat_map(|raw| calls(raw.get())));
        message.ending = self.finish_reason.and_then(text).map(Cow::into_owned);
        if is_read {
            message.answers = parts.iter().filter_map(Piece::answer).collect();
            if message.answers.is_empty() {
                message.answers.extend(self.answer());
            }
        }
        message
    }

    fn role(&self) -> Role {
        let event = || self.event.and_then(text).map(|name| role_of_event(&name));
        match self.role.and_then(text) {
            Some(role) => Role::of(&role),
            None => event().unwrap_or_default(),
        }
    }

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
        let inner = self.function.map(|raw| serde_json::from_str::<Piece>(raw.get()));
        let inner = inner.and_then(Result::ok).unwrap_or_default();
        let name = self.name.or(self.tool_name).or(inner.name).and_then(text)?;
        Some(ToolCall { id: self.call_id_text()?, tool: name.into_owned() })
    }

    /// The answer that it gives to a call, if it is one: `response` in the conventions, `result` in
    /// examples before August 2026, `content` or `output` elsewhere.
    fn answer(&self) -> Option<Answer<'a>> {
        let kind = self.kind();
        let answer = match kind.as_deref() {
            Some("tool_call_response") => self.response.or(self.result),
            Some("tool-result") => self.result.or(self.output),
            Some("tool_result") => self.content,
            Some("function_call_output") => self.output,
            Some("server_tool_call_response") => self.server_tool_call_response,
            _ if self.role() == Role::Tool => self.content,
            _ => None,
        };
        let (json, wrapped_error) = unwrapped(answer?);
        let says_so = self.is_error.or(self.is_error_in_camels);
        let is_error = says_so.is_some_and(|raw| raw.get() == "true") || wrapped_error;
        Some(Answer { call: self.call_id_text()?, text: json, is_error })
    }

    fn call_id_text(&self) -> Option<String> {
        let ids = [self.tool_call_id, self.tool_use_id, self.tool_call_id_in_camels, self.call_id];
        let id = ids.into_iter().flatten().next().or(self.id)?;
        text(id).map(Cow::into_owned)
    }
}

/// The answer inside what some libraries wrap around it: a list of texts, or a value with its type;
/// and whether that type says it is an error.
fn unwrapped(raw: &RawValue) -> (Cow<'_, str>, bool) {
    let json = raw.get();
    let parts = match json.as_bytes().first() {
        Some(b'[' | b'{') => pieces(json),
        _ => Vec::new(),
    };
    let is_text = |part: &Piece| part.kind().as_deref() == Some("text") && part.text.is_some();
    if json.starts_with('[') && !parts.is_empty() && parts.iter().all(is_text) {
        let texts: Vec<Cow<str>> =
            parts.iter().filter_map(|part| part.text.and_then(text)).collect();
        return (Cow::Owned(texts.join("\n")), false);
    }
    match parts.first() {
        Some(Piece { value: Some(value), r#type: Some(kind), .. }) if json.starts_with('{') => {
            match text(kind).as_deref() {
                Some("json" | "text" | "content") => (Cow::Borrowed(value.get()), false),
                Some("error-text" | "error-json") => (Cow::Borrowed(value.get()), true),
                _ => (Cow::Borrowed(json), false),
            }
        }
        _ => (Cow::Borrowed(json), false),
    }
}
