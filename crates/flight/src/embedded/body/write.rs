//! How a body is written: no names of members, and numbers for the words that come again and again.

use std::io;

use model::step::{PromptTrait, ToolCall, ToolResult};
use model::{Attribute, Effect, Level, Outcome, Seen, Traits, Value};

use super::words::number_of;
use super::{Body, FieldBody, PartRef, form_code};

/// The first byte of a body that is written so; MessagePack has no such byte.
pub(super) const FIRST: u8 = 0xc1;

/// Bytes on their way into a body.
pub(super) struct Writer<'a>(pub(super) &'a mut Vec<u8>);

impl Writer<'_> {
    pub(super) fn body(&mut self, body: &Body) -> io::Result<()> {
        let Body { name, attributes, fields, traits } = body;
        self.0.push(FIRST);
        self.traits(traits);
        self.text(name);
        self.attributes(attributes);
        self.each(fields, Self::field);
        Ok(())
    }

    fn field(&mut self, field: &FieldBody) {
        let FieldBody { key, form, glue, parts } = field;
        self.word(key);
        self.0.push(form_code(*form));
        self.each(glue, |to, glue| to.text(glue));
        self.each(parts, Self::part);
    }

    fn part(&mut self, part: &PartRef) {
        self.0.push(if part.piece.is_some() { 25 } else { 17 });
        part.write(self.0);
    }

    fn traits(&mut self, traits: &Traits) {
        let Traits { open, marks_run, feature, agent, service, outcome, cluster, .. } = traits;
        let Traits { prompt, calls_made, calls_read, results, levels, effect, .. } = traits;
        let Traits { guarded, tokens, .. } = traits;
        let bits = [*open, *marks_run, *guarded, prompt.is_some()];
        self.0.push(bits.into_iter().rev().fold(0, |all, bit| all << 1 | u8::from(bit)));
        self.0.push(effect_code(*effect) << 4 | outcome_code(*outcome));
        for text in [feature, agent, service] {
            self.maybe(text.as_deref());
        }
        self.maybe_number(cluster.map(u64::from));
        self.maybe_number(*tokens);
        if let Some(PromptTrait { name, skeleton, undated, text }) = prompt {
            for text in [name, skeleton, undated, text] {
                self.maybe(text.as_deref());
            }
        }
        self.each(calls_made, Self::call);
        self.each(calls_read, Self::call);
        self.each(results, Self::result);
        self.each(levels, Self::seen);
    }

    fn call(&mut self, ToolCall { id, tool }: &ToolCall) {
        self.text(id);
        self.text(tool);
    }

    fn result(&mut self, ToolResult { call, tool, shape }: &ToolResult) {
        self.text(call);
        self.maybe(tool.as_deref());
        self.maybe(shape.as_deref());
    }

    fn seen(&mut self, Seen { factor, level }: &Seen) {
        self.word(factor.as_str());
        self.maybe(match level {
            Level::Is(level) => Some(level),
            Level::NotRecorded => None,
        });
    }

    fn attributes(&mut self, attributes: &[Attribute]) {
        self.each(attributes, |to, (key, value)| {
            to.word(key);
            to.value(value);
        });
    }

    fn value(&mut self, value: &Value) {
        self.0.push(value_code(value));
        match value {
            Value::Empty | Value::Bool(_) => {}
            Value::Text(text) => self.word(text),
            Value::Int(number) => self.number((number << 1 ^ number >> 63) as u64),
            Value::Double(number) => self.0.extend_from_slice(&number.to_bits().to_le_bytes()),
            Value::List(list) => self.each(list, Self::value),
            Value::Map(map) => self.attributes(map),
            Value::Bytes(bytes) => self.bytes(bytes),
        }
    }

    fn each<T>(&mut self, all: &[T], mut one: impl FnMut(&mut Self, &T)) {
        self.number(all.len() as u64);
        all.iter().for_each(|it| one(self, it));
    }

    /// A text, or its number if it is a word that has one.
    fn word(&mut self, text: &str) {
        match number_of(text) {
            Some(number) => self.number(number << 1 | 1),
            None => {
                self.number((text.len() as u64) << 1);
                self.0.extend_from_slice(text.as_bytes());
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn maybe(&mut self, text: Option<&str>) {
        match text {
            None => self.0.push(0),
            Some(text) => {
                self.number(text.len() as u64 + 1);
                self.0.extend_from_slice(text.as_bytes());
            }
        }
    }

    /// A number, if there is one.
    fn maybe_number(&mut self, number: Option<u64>) {
        self.0.push(u8::from(number.is_some()));
        number.into_iter().for_each(|number| self.number(number));
    }

    /// Seven bits a byte, the least significant first; in all but the last the eighth is set.
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }
}

fn effect_code(effect: Effect) -> u8 {
    match effect {
        Effect::Unknown => 0,
        Effect::None => 1,
        Effect::Reversible => 2,
        Effect::Irreversible => 3,
    }
}

fn outcome_code(outcome: Option<Outcome>) -> u8 {
    match outcome {
        None => 0,
        Some(Outcome::Good) => 1,
        Some(Outcome::Bad) => 2,
        Some(Outcome::Unknown) => 3,
    }
}

fn value_code(value: &Value) -> u8 {
    match value {
        Value::Empty => 0,
        Value::Text(_) => 1,
        Value::Bool(false) => 2,
        Value::Bool(true) => 3,
        Value::Int(_) => 4,
        Value::Double(_) => 5,
        Value::List(_) => 6,
        Value::Map(_) => 7,
        Value::Bytes(_) => 8,
    }
}
