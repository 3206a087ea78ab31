//! How a body is read that was written by [`Writer`](super::write::Writer).

use std::borrow::Cow;

use model::step::{PromptTrait, ToolCall, ToolResult};
use model::{Attribute, Effect, Factor, Outcome, Seen, Traits, Value};

use super::words::word;
use super::{Body, FieldBody, PartRef, form_of};

/// Values stand in values so often at most; what OTLP can say is less deep.
const DEEPEST: usize = 128;

/// What is left of a body. Whatever it can't hold reads as none.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn body(&mut self) -> Option<Body<'a>> {
        let traits = Cow::Owned(self.traits()?);
        let name = Cow::Borrowed(self.text()?);
        let attributes = Cow::Owned(self.attributes(0)?);
        let fields = self.each(Self::field)?;
        self.0.is_empty().then_some(Body { name, attributes, fields, traits })
    }

    pub(super) fn traits(&mut self) -> Option<Traits> {
        let bits = self.byte()?;
        let codes = self.byte()?;
        let is_set = |bit: u8| bits >> bit & 1 == 1;
        let mut text = || Some(self.maybe()?.map(str::to_owned));
        let (feature, agent, service) = (text()?, text()?, text()?);
        let cluster = self.maybe_number()?.map(u32::try_from).transpose().ok()?;
        let tokens = self.maybe_number()?;
        let prompt = if is_set(3) { Some(self.prompt()?) } else { None };
        Some(Traits {
            open: is_set(0),
            marks_run: is_set(1),
            feature,
            agent,
            service,
            outcome: outcome_of(codes & 0xf)?,
            cluster,
            prompt,
            calls_made: self.each(Self::call)?,
            calls_read: self.each(Self::call)?,
            results: self.each(Self::result)?,
            levels: self.each(Self::seen)?.into(),
            effect: effect_of(codes >> 4)?,
            guarded: is_set(2),
            tokens,
        })
    }

    fn prompt(&mut self) -> Option<PromptTrait> {
        let mut text = || Some(self.maybe()?.map(str::to_owned));
        Some(PromptTrait { name: text()?, skeleton: text()?, undated: text()?, text: text()? })
    }

    fn call(&mut self) -> Option<ToolCall> {
        Some(ToolCall { id: self.text()?.to_owned(), tool: self.text()?.to_owned() })
    }

    fn result(&mut self) -> Option<ToolResult> {
        let call = self.text()?.to_owned();
        let (tool, shape) = (self.maybe()?.map(str::to_owned), self.maybe()?.map(str::to_owned));
        Some(ToolResult { call, tool, shape })
    }

    fn seen(&mut self) -> Option<Seen> {
        let factor = Factor::from(self.word()?);
        Some(match self.maybe()? {
            Some(level) => Seen::at(factor, level),
            None => Seen::unrecorded(factor),
        })
    }

    fn field(&mut self) -> Option<FieldBody<'a>> {
        let key = Cow::Borrowed(self.word()?);
        let form = form_of(self.byte()?)?;
        let glue = self.each(|from| Some(Cow::Owned(from.text()?.to_owned())))?;
        Some(FieldBody { key, form, glue: Cow::Owned(glue), parts: self.each(Self::part)? })
    }

    fn part(&mut self) -> Option<PartRef> {
        let length = self.byte()?;
        PartRef::of_bytes(self.take(length.into())?)
    }

    fn attributes(&mut self, depth: usize) -> Option<Vec<Attribute>> {
        self.each(|from| Some((from.word()?.to_owned().into(), from.value(depth)?)))
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth == DEEPEST {
            return None;
        }
        Some(match self.byte()? {
            0 => Value::Empty,
            1 => Value::Text(self.word()?.to_owned()),
            2 => Value::Bool(false),
            3 => Value::Bool(true),
            4 => {
                let number = self.number()?;
                Value::Int((number >> 1) as i64 ^ -((number & 1) as i64))
            }
            5 => {
                let bits = self.take(8)?.try_into().ok()?;
                Value::Double(f64::from_bits(u64::from_le_bytes(bits)))
            }
            6 => Value::List(self.each(|from| from.value(depth + 1))?),
            7 => Value::Map(self.attributes(depth + 1)?),
            8 => {
                let length = self.number()?;
                Value::Bytes(self.take(length)?.to_vec())
            }
            _ => return None,
        })
    }

    fn each<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()?;
        (0..count).map(|_| one(self)).collect()
    }

    fn word(&mut self) -> Option<&'a str> {
        let number = self.number()?;
        match number & 1 {
            1 => word(number >> 1),
            _ => std::str::from_utf8(self.take(number >> 1)?).ok(),
        }
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    fn maybe(&mut self) -> Option<Option<&'a str>> {
        match self.number()?.checked_sub(1) {
            None => Some(None),
            Some(length) => std::str::from_utf8(self.take(length)?).ok().map(Some),
        }
    }

    fn maybe_number(&mut self) -> Option<Option<u64>> {
        match self.byte()? {
            0 => Some(None),
            1 => self.number().map(Some),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(taken)
    }
}

fn effect_of(code: u8) -> Option<Effect> {
    [Effect::Unknown, Effect::None, Effect::Reversible, Effect::Irreversible]
        .get(usize::from(code))
        .copied()
}

fn outcome_of(code: u8) -> Option<Option<Outcome>> {
    [None, Some(Outcome::Good), Some(Outcome::Bad), Some(Outcome::Unknown)]
        .get(usize::from(code))
        .copied()
}
