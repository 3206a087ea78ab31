//! The record of a step, read from what is on record of it.
//!
//! Nothing is stored twice: a record is made when somebody asks for it, from the step's metadata,
//! from the content that is still there, and from the fingerprints that were taken when it came. So
//! a dialect that is understood better tomorrow is understood better for yesterday's steps too.

mod decision;
mod missing;
mod others;

use std::borrow::Cow;

use model::content::Gone;
use model::record::{Agent, Place};
use model::{Attribute, Key, Record, Source, Step, StepKind, Traits, Value};

use crate::dialect::slot::Slot;
use crate::dialect::table::Found;
use crate::memo::Memo;
use crate::reading::Reading;
use crate::talk::Conversation;
use crate::usage::usage;
use crate::{dialect, encode, traits};

/// The record of one step.
pub fn read_record(step: &Step) -> Record {
    read_record_with(step, &[])
}

/// The record of one step, with what log records say of it: some clients send messages apart from
/// the span of the call in which they were said.
pub fn read_record_with(step: &Step, said: &[&Step]) -> Record {
    let there = There::of(step, said);
    let sender = Found::of(&step.origin);
    let mut reading = dialect::read(there.name(step), &there.attributes, &sender);
    reading.kind = step.kind;
    let conversation = traits::conversation(&reading, &mut Memo::default()).unwrap_or_default();
    let mut traits = step.traits.clone();
    said.iter().for_each(|log| traits.learn(&log.traits));
    let told = Told { step, traits, reading: &reading, conversation };
    let mut record = told.record();
    if step.source == Source::Span {
        missing::list(&mut record, &reading, &there.gone);
    }
    record
}

/// The fields that a record should have: those that it has, and those that it lists as missing.
pub fn fields_expected(record: &Record) -> Vec<&'static str> {
    if record.expected == 0 { Vec::new() } else { missing::expected(record) }
}

/// What is there of a step: its metadata, and the content that is not gone.
pub(crate) struct There {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) gone: Vec<(Key, Gone)>,
}

impl There {
    pub(crate) fn of(step: &Step, said: &[&Step]) -> Self {
        let mut there = Self { attributes: step.attributes.clone(), gone: Vec::new() };
        there.take_content(step);
        there.gone.extend(gone_before(&step.attributes));
        if step.source == Source::Log && !step.name.is_empty() {
            let name = Value::Text(step.name.clone());
            there.attributes.push(("event.name".into(), name));
        }
        if !said.is_empty() {
            there.hear(said);
        }
        there
    }

    fn take_content(&mut self, step: &Step) {
        for field in &step.content {
            match field.value() {
                Ok(value) => self.attributes.push((field.key.clone(), value)),
                Err(why) => self.gone.push((field.key.clone(), why)),
            }
        }
    }

    /// Takes in log records about the step, as the events on its span that they could have been.
    fn hear(&mut self, said: &[&Step]) {
        let place = self.attributes.iter().position(|(key, _)| key == "otel.events");
        let mut events = match place.map(|place| self.attributes.swap_remove(place).1) {
            Some(Value::List(events)) => events,
            _ => Vec::new(),
        };
        for log in said {
            let mut heard = Self { attributes: log.attributes.clone(), gone: Vec::new() };
            heard.take_content(log);
            self.gone.append(&mut heard.gone);
            events.push(as_event(&log.name, heard.attributes));
        }
        self.attributes.push(("otel.events".into(), Value::List(events)));
    }

    /// The step's name, which is content where the step is of no known kind.
    pub(crate) fn name<'a>(&'a self, step: &'a Step) -> &'a str {
        let own = || self.attributes.iter().find(|(key, _)| key == "otel.name");
        match step.name.as_str() {
            "" => own().and_then(|(_, value)| value.as_text()).unwrap_or_default(),
            name => name,
        }
    }
}

/// What was gone already when the step was written, as it says itself.
fn gone_before(attributes: &[Attribute]) -> Vec<(Key, Gone)> {
    let said = attributes.iter().find(|(key, _)| key == encode::NOT_KEPT);
    let Some((_, Value::Map(gone))) = said else { return Vec::new() };
    let gone = gone.iter().filter_map(|(key, why)| Some((key.clone(), Gone::of(why.as_text()?)?)));
    gone.collect()
}

/// A log record as an event on a span: what its body holds stands among its attributes.
fn as_event(name: &str, mut attributes: Vec<Attribute>) -> Value {
    let place = attributes.iter().position(|(key, _)| key == "otel.body");
    match place.map(|place| attributes.swap_remove(place).1) {
        Some(Value::Map(body)) => attributes.extend(body),
        Some(text) => attributes.push(("content".into(), text)),
        None => {}
    }
    Value::Map(vec![
        ("name".into(), Value::Text(name.to_owned())),
        ("attributes".into(), Value::Map(attributes)),
    ])
}

/// A step with all that it tells.
struct Told<'r> {
    step: &'r Step,
    /// As they were taken when it came, and what was said of it.
    traits: Traits,
    reading: &'r Reading<'r>,
    conversation: Conversation,
}

impl Told<'_> {
    fn record(&self) -> Record {
        let is_call = matches!(self.step.kind, StepKind::Model | StepKind::Embedding);
        Record {
            kind: self.step.kind,
            dialect: self.reading.dialect,
            operation: self.reading.operation.map(str::to_owned),
            agent: self.agent(),
            conversation: self.word(Slot::Conversation),
            place: self.place(),
            model: is_call.then(|| self.model()).or_else(|| some(self.model())),
            prompt: (self.step.kind == StepKind::Model).then(|| self.prompt()),
            tools: some(self.tools()),
            context: some(self.context()),
            retrieval: (self.step.kind == StepKind::Retrieval).then(|| self.retrieval()),
            parameters: if is_call { self.parameters() } else { Vec::new() },
            usage: usage(self.reading),
            cost: self.cost(),
            endings: self.reading.endings(&self.conversation),
            stream: self.stream(),
            answer: self.answer(),
            failed: self.step.failed,
            error: self.word(Slot::ErrorType),
            tool: self.tool(),
            intent: (self.step.kind == StepKind::Intent).then(|| self.intent()),
            memory: (self.step.kind == StepKind::Memory).then(|| self.memory()),
            evaluations: self.evaluations(),
            guardrail: some(self.guardrail()),
            approval: some(self.approval()),
            control: self.control(),
            expected: 0,
            missing: Vec::new(),
        }
    }

    fn agent(&self) -> Agent {
        let name = self.reading.agent().or_else(|| self.reading.text(Slot::AgentName));
        Agent {
            name: name.map(str::to_owned),
            version: self.word(Slot::AgentVersion),
            id: self.word(Slot::AgentId),
        }
    }

    fn place(&self) -> Place {
        Place {
            service: self.sent(Slot::Service),
            version: self.sent(Slot::Version),
            environment: self.sent(Slot::Environment),
            region: self.sent(Slot::Region),
        }
    }

    /// A field as a plain word or number.
    fn word(&self, slot: Slot) -> Option<String> {
        self.reading.word(slot).map(Cow::into_owned)
    }

    /// A field of the step's own, or else of whoever sent it.
    fn sent(&self, slot: Slot) -> Option<String> {
        self.reading.sent(slot).map(str::to_owned)
    }

    /// A field as a whole number.
    fn count(&self, slot: Slot) -> Option<u64> {
        let number = self.reading.number(slot)?;
        (number >= 0.0 && number.fract() == 0.0).then_some(number as u64)
    }
}

/// A group, if it says anything.
fn some<T: Default + PartialEq>(group: T) -> Option<T> {
    (group != T::default()).then_some(group)
}
