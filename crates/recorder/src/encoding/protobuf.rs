//! OTLP in protobuf, as far as the decoder of whole messages would refuse too much at once.

mod cursor;
mod span;

use super::{Scoped, Sent};
use crate::count::{Kind, Size};
use cursor::{Cursor, Held};

pub(crate) use span::span;

/// Deepest message looked into; the decoder refuses what is 100 deep.
const DEEPEST: usize = 110;

/// The fields of a message that hold bytes; nothing after the first byte that is no protobuf.
fn fields(message: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    Fields::of(message).map_while(Result::ok)
}

pub(super) fn outline(request: &[u8]) -> Size {
    let mut size = Size::default();
    for (kind, sent) in held(Kind::Request, request) {
        size.see(kind);
        for (kind, scoped) in held(kind, sent) {
            size.see(kind);
            held(kind, scoped).for_each(|(kind, _)| size.see(kind));
        }
    }
    size
}

pub(super) fn parts(kind: Kind, message: &[u8]) -> usize {
    parts_at(kind, message, 0)
}

fn parts_at(kind: Kind, message: &[u8], depth: usize) -> usize {
    if depth == DEEPEST {
        return 0;
    }
    held(kind, message).map(|(held, inner)| 1 + parts_at(held, inner, depth + 1)).sum()
}

/// The messages that a message holds.
fn held(kind: Kind, message: &[u8]) -> impl Iterator<Item = (Kind, &[u8])> {
    fields(message).filter_map(move |(number, inner)| Some((kind.numbered(number)?, inner)))
}

/// None if it ends early or is no protobuf.
pub(super) fn cut(request: &[u8]) -> Option<Vec<Sent<'_>>> {
    let mut all = Vec::new();
    for field in Fields::of(request) {
        let (number, message) = field.ok()?;
        if Kind::Request.numbered(number).is_some() {
            all.push(sent(message)?);
        }
    }
    Some(all)
}

fn sent(message: &[u8]) -> Option<Sent<'_>> {
    let mut sent = Sent::default();
    for field in Fields::of(message) {
        match field.ok()? {
            (1, resource) => sent.resource = Some(resource),
            (2, message) => sent.scopes.push(scoped(message)?),
            (3, schema) => sent.schema_url = String::from_utf8_lossy(schema).into_owned(),
            _ => {}
        }
    }
    Some(sent)
}

fn scoped(message: &[u8]) -> Option<Scoped<'_>> {
    let mut scoped = Scoped::default();
    for field in Fields::of(message) {
        match field.ok()? {
            (1, scope) => scoped.scope = Some(scope),
            (2, item) => scoped.items.push(item),
            (3, schema) => scoped.schema_url = String::from_utf8_lossy(schema).into_owned(),
            _ => {}
        }
    }
    Some(scoped)
}

/// What a span or a log record calls itself.
pub(super) fn name_of(kind: Kind, item: &[u8]) -> String {
    let number = if kind == Kind::Span { 5 } else { 12 };
    let name = fields(item).find(|(other, _)| *other == number);
    String::from_utf8_lossy(name.map(|(_, text)| text).unwrap_or_default()).into_owned()
}

/// What is no protobuf.
struct Malformed;

/// The fields of a message that hold bytes.
struct Fields<'a> {
    message: Cursor<'a>,
}

impl<'a> Fields<'a> {
    fn of(message: &'a [u8]) -> Self {
        Self { message: Cursor(message) }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, &'a [u8]), Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.message.is_empty() {
            match self.message.field() {
                Some((number, Held::Bytes(inner))) => return Some(Ok((number, inner))),
                Some(_) => {}
                None => {
                    self.message = Cursor(&[]);
                    return Some(Err(Malformed));
                }
            }
        }
        None
    }
}
