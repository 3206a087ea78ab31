//! Spans as exporters write them, read into what steps are made of without a copy in between.
//!
//! What is unusual is not read here: a field that nobody knows, a message that comes twice, values
//! nested deep, text that is none. Then `prost` reads the whole span, and its word counts.

use model::{Attribute, Key, SpanId, TraceId, Value};

use super::cursor::{Cursor, Held};
use crate::dialect;
use crate::spans::{self, Span};

/// Attributes for which there is room at once.
const USUAL: usize = 24;

/// Values nested deeper are unusual.
const DEEPEST: usize = 16;

/// A span; none if it is unusual, or can't be read.
pub(crate) fn span(message: &[u8]) -> Option<Span> {
    let mut span = Span { attributes: Vec::with_capacity(USUAL), ..Span::default() };
    let mut has_status = false;
    let mut fields = Cursor(message);
    while !fields.is_empty() {
        match fields.field()? {
            (1, Held::Bytes(id)) => span.trace = TraceId::from_bytes(id),
            (2, Held::Bytes(id)) => span.own = SpanId::from_bytes(id),
            (3, Held::Bytes(state)) => span.trace_state = text(state)?,
            (4, Held::Bytes(id)) => span.parent = SpanId::from_bytes(id),
            (5, Held::Bytes(name)) => span.name = text(name)?,
            (6, Held::Number(kind)) => span.kind = kind as i32,
            (7, Held::Fixed64(nanos)) => span.start = nanos,
            (8, Held::Fixed64(nanos)) => span.end = nanos,
            (9, Held::Bytes(pair)) => span.attributes.push(attribute(pair, DEEPEST)?),
            (10, Held::Number(dropped)) => span.dropped_attributes = dropped as u32,
            (11, Held::Bytes(message)) => span.events.push(event(message)?),
            (12, Held::Number(dropped)) => span.dropped_events = dropped as u32,
            (14, Held::Number(dropped)) => span.dropped_links = dropped as u32,
            (15, Held::Bytes(message)) if !has_status => {
                has_status = true;
                (span.status, span.message) = status(message)?;
            }
            (16, Held::Fixed32(flags)) => span.flags = flags,
            _ => return None,
        }
    }
    Some(span)
}

fn status(message: &[u8]) -> Option<(i32, String)> {
    let (mut code, mut said) = (0, String::new());
    let mut fields = Cursor(message);
    while !fields.is_empty() {
        match fields.field()? {
            (2, Held::Bytes(message)) => said = text(message)?,
            (3, Held::Number(number)) => code = number as i32,
            _ => return None,
        }
    }
    Some((code, said))
}

fn event(message: &[u8]) -> Option<Value> {
    let (mut at, mut name, mut attributes, mut dropped) = (0, String::new(), Vec::new(), 0);
    let mut fields = Cursor(message);
    while !fields.is_empty() {
        match fields.field()? {
            (1, Held::Fixed64(nanos)) => at = nanos,
            (2, Held::Bytes(text_of)) => name = text(text_of)?,
            (3, Held::Bytes(pair)) => attributes.push(attribute(pair, DEEPEST)?),
            (4, Held::Number(number)) => dropped = number as u32,
            _ => return None,
        }
    }
    Some(spans::event_with(name, at, attributes, dropped))
}

fn attribute(pair: &[u8], depth: usize) -> Option<Attribute> {
    let (mut key, mut held) = (Key::default(), None);
    let mut fields = Cursor(pair);
    while !fields.is_empty() {
        match fields.field()? {
            (1, Held::Bytes(bytes)) => key = dialect::key(std::str::from_utf8(bytes).ok()?),
            (2, Held::Bytes(message)) if held.is_none() => held = Some(value(message, depth)?),
            _ => return None,
        }
    }
    Some((key, held.unwrap_or(Value::Empty)))
}

fn value(message: &[u8], depth: usize) -> Option<Value> {
    let mut fields = Cursor(message);
    if fields.is_empty() {
        return Some(Value::Empty);
    }
    let value = match fields.field()? {
        (1, Held::Bytes(bytes)) => Value::Text(text(bytes)?),
        (2, Held::Number(truth)) => Value::Bool(truth != 0),
        (3, Held::Number(number)) => Value::Int(number as i64),
        (4, Held::Fixed64(bits)) => Value::Double(f64::from_bits(bits)),
        (5, Held::Bytes(list)) => Value::List(each(list, depth, value)?),
        (6, Held::Bytes(map)) => Value::Map(each(map, depth, attribute)?),
        (7, Held::Bytes(bytes)) => Value::Bytes(bytes.to_vec()),
        _ => return None,
    };
    fields.is_empty().then_some(value)
}

/// What a list or a map holds: messages under the number one.
fn each<T>(
    message: &[u8],
    depth: usize,
    read: impl Fn(&[u8], usize) -> Option<T>,
) -> Option<Vec<T>> {
    let below = depth.checked_sub(1)?;
    let (mut all, mut fields) = (Vec::new(), Cursor(message));
    while !fields.is_empty() {
        match fields.field()? {
            (1, Held::Bytes(one)) => all.push(read(one, below)?),
            _ => return None,
        }
    }
    Some(all)
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}
