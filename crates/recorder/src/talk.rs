//! What a model read and wrote, in whichever form it was told.
//!
//! The cast: a [`Message`] is one turn; [`json`](self::json) finds messages in JSON of all the
//! shapes that libraries send, [`flat`] in flattened keys, [`events`] in events beside the span; a
//! [`Conversation`] is what follows from them for a run.

pub(crate) mod events;
mod flat;
mod json;

use std::borrow::Cow;

use model::step::{ToolCall, ToolResult};

use crate::dialect::slot::{Below, Slot};
use crate::dialect::table::Found;
use crate::fingerprint;
use crate::json::document;
use crate::memo::Memo;

/// What a model read and wrote in one call.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Conversation {
    /// The leading system and developer text.
    pub(crate) system: Option<String>,
    /// Whether it begins with a message of nobody that is known, who may be the system.
    pub(crate) is_unclear: bool,
    /// How many messages it read, where that is on record at all.
    pub(crate) read: Option<usize>,
    /// How many it wrote.
    pub(crate) wrote: Option<usize>,
    /// Calls it asked for.
    pub(crate) calls_made: Vec<ToolCall>,
    /// Calls in the history it read, since the user last spoke.
    pub(crate) calls_read: Vec<ToolCall>,
    /// Shapes of the answers in the history, by the calls they answer.
    pub(crate) results: Vec<ToolResult>,
    /// Why it stopped, as its messages say.
    pub(crate) endings: Vec<String>,
    /// Fields that should hold messages, and hold something that is none.
    pub(crate) unreadable: Vec<Slot>,
}

/// One turn of a conversation.
#[derive(Debug, Clone, Default)]
struct Message<'a> {
    role: Role,
    texts: Vec<Cow<'a, str>>,
    calls: Vec<ToolCall>,
    answers: Vec<Answer<'a>>,
    ending: Option<String>,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Role {
    System,
    User,
    Assistant,
    Tool,
    #[default]
    Unknown,
}

/// A tool's answer.
#[derive(Debug, Clone)]
struct Answer<'a> {
    call: String,
    text: Cow<'a, str>,
    is_error: bool,
}

impl Role {
    fn of(word: &str) -> Self {
        match word {
            "system" | "developer" => Role::System,
            "user" | "human" => Role::User,
            "assistant" | "model" | "ai" => Role::Assistant,
            "tool" | "function" => Role::Tool,
            _ => Role::Unknown,
        }
    }
}

impl Answer<'_> {
    /// Its shape, which is that of the text within where it is JSON of a text, so that it is known
    /// from the tool's own span. The tool is not named even where the message names it: which
    /// answers in a history are of this run is known only by the calls that this run made.
    fn result(&self, memo: &mut Memo) -> ToolResult {
        let within = self.text.starts_with('"').then(|| json::plain(&self.text)).flatten();
        let shape = memo.shape(within.as_deref().unwrap_or(&self.text));
        let shape = if self.is_error { fingerprint::as_error(shape) } else { shape };
        ToolResult { call: self.call.clone(), tool: None, shape: Some(shape) }
    }
}

impl Conversation {
    /// The conversation that a span, an event or a log record tells; none if it tells nothing.
    pub(crate) fn of(found: &Found, memo: &mut Memo) -> Option<Self> {
        let mut talk = Talk::new(memo);
        talk.instructions(found);
        talk.input(found);
        talk.output(found);
        events::tell(found, &mut talk);
        talk.conversation()
    }
}

/// A conversation while it is being read.
struct Talk<'m> {
    memo: &'m mut Memo,
    all: Conversation,
    system: Vec<String>,
    instructed: bool,
    past_system: bool,
}

impl<'m> Talk<'m> {
    fn new(memo: &'m mut Memo) -> Self {
        let (all, system) = (Conversation::default(), Vec::new());
        Self { memo, all, system, instructed: false, past_system: false }
    }

    /// The system's text, where it is told apart from the messages.
    fn instructions(&mut self, found: &Found) {
        let Some(value) = found.value(Slot::System) else { return };
        self.system = self.memo.instructions(&document(value), json::texts);
        self.instructed = true;
        if self.system.is_empty() {
            self.all.unreadable.push(Slot::System);
        }
    }

    fn input(&mut self, found: &Found) {
        if let Some(value) = found.value(Slot::Input) {
            let messages = document(value);
            if !json::read(&messages, self) && !json::is_json(&messages) {
                self.all.unreadable.push(Slot::Input);
            }
        } else if found.has_below(Below::Read) {
            flat::messages(found.below(Below::Read)).for_each(|message| self.read(&message));
        } else if let Some(value) = found.value(Slot::InputValue) {
            json::read_request(&document(value), self);
        } else if let Some(text) = found.text(Slot::PlainPrompt) {
            self.plain_prompt(text);
        }
    }

    /// A prompt that is JSON of messages, or else the text itself.
    fn plain_prompt(&mut self, text: &str) {
        if !json::read(text, self) {
            self.read(&Message { role: Role::User, ..Message::default() });
        }
    }

    fn output(&mut self, found: &Found) {
        if let Some(value) = found.value(Slot::Output) {
            let messages = document(value);
            if !json::wrote(&messages, self) && !json::is_json(&messages) {
                self.all.unreadable.push(Slot::Output);
            }
        } else if found.has_below(Below::Wrote) {
            flat::messages(found.below(Below::Wrote)).for_each(|message| self.wrote(&message));
        } else if found.value(Slot::AnswerText).or(found.value(Slot::AnswerCalls)).is_some() {
            let calls = found.value(Slot::AnswerCalls).map(|value| json::calls(&document(value)));
            let calls = calls.unwrap_or_default();
            self.wrote(&Message { role: Role::Assistant, calls, ..Message::default() });
        } else if let Some(value) = found.value(Slot::OutputValue) {
            json::wrote_answer(&document(value), self);
        } else if let Some(text) = found.text(Slot::PlainCompletion) {
            json::wrote_answer(text, self);
        }
    }

    /// Takes in a message that the model read.
    fn read(&mut self, message: &Message) {
        *self.all.read.get_or_insert_default() += 1;
        match message.role {
            Role::System if !self.past_system => {
                let fresh = message.texts.iter().filter(|text| !self.is_told(text));
                let fresh: Vec<String> = fresh.map(|text| text.clone().into_owned()).collect();
                self.system.extend(fresh);
            }
            role => {
                let begins = !self.past_system && self.system.is_empty();
                self.all.is_unclear |= begins && role == Role::Unknown;
                self.past_system = true;
            }
        }
        // Some libraries give the user the tools' answers to hand on: then nobody spoke.
        if message.role == Role::User && message.answers.is_empty() {
            self.all.calls_read.clear();
        }
        self.all.calls_read.extend(message.calls.iter().cloned());
        let results = message.answers.iter().map(|answer| answer.result(self.memo));
        self.all.results.extend(results);
    }

    /// Whether a text of the system's was told apart already: some libraries tell it twice.
    fn is_told(&self, text: &str) -> bool {
        self.instructed && self.system.iter().any(|known| known == text)
    }

    /// Takes in a message that the model wrote.
    fn wrote(&mut self, message: &Message) {
        *self.all.wrote.get_or_insert_default() += 1;
        self.all.calls_made.extend(message.calls.iter().cloned());
        self.all.endings.extend(message.ending.clone());
    }

    fn conversation(mut self) -> Option<Conversation> {
        if self.instructed && !self.system.is_empty() {
            self.all.read.get_or_insert_default();
        }
        self.all.system = (!self.system.is_empty()).then(|| self.system.join("\n"));
        (self.all != Conversation::default()).then_some(self.all)
    }
}
