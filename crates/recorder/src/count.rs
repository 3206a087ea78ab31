//! Counting what a request holds in bytes, before anything is made of it.
//!
//! An empty span is two bytes on the wire and some hundred in memory, and so is an empty attribute,
//! so a request that is small enough to be read can still be too large to be decoded.

use prost::encoding::{WireType, decode_key, decode_varint};

/// How much a request holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Size {
    /// Scopes or resources, whichever are more.
    pub(crate) scopes: usize,
    /// Spans.
    pub(crate) spans: usize,
    /// Attributes, events, links and values in lists, at any depth.
    pub(crate) parts: usize,
}

/// The messages of OTLP that can hold others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Request,
    ResourceSpans,
    Resource,
    ScopeSpans,
    Scope,
    Span,
    Event,
    Link,
    KeyValue,
    AnyValue,
    List,
    Map,
}

/// Which fields of which messages hold which messages.
const WITHIN: &[(Kind, u32, Kind)] = &[
    (Kind::Request, 1, Kind::ResourceSpans),
    (Kind::ResourceSpans, 1, Kind::Resource),
    (Kind::ResourceSpans, 2, Kind::ScopeSpans),
    (Kind::Resource, 1, Kind::KeyValue),
    (Kind::ScopeSpans, 1, Kind::Scope),
    (Kind::ScopeSpans, 2, Kind::Span),
    (Kind::Scope, 3, Kind::KeyValue),
    (Kind::Span, 9, Kind::KeyValue),
    (Kind::Span, 11, Kind::Event),
    (Kind::Span, 13, Kind::Link),
    (Kind::Event, 3, Kind::KeyValue),
    (Kind::Link, 4, Kind::KeyValue),
    (Kind::KeyValue, 2, Kind::AnyValue),
    (Kind::AnyValue, 5, Kind::List),
    (Kind::AnyValue, 6, Kind::Map),
    (Kind::List, 1, Kind::AnyValue),
    (Kind::Map, 1, Kind::KeyValue),
];

/// Deepest message looked into; the decoder refuses what is deeper.
const DEEPEST: usize = 100;

/// Counts up to the first byte that is no protobuf; a request with such a byte is refused anyway.
pub(crate) fn size(request: &[u8]) -> Size {
    let mut counts = Counts::default();
    counts.walk(Kind::Request, request, 0);
    let scopes = counts.scopes.max(counts.resources);
    Size { scopes, spans: counts.spans, parts: counts.parts }
}

#[derive(Default)]
struct Counts {
    resources: usize,
    scopes: usize,
    spans: usize,
    parts: usize,
}

impl Counts {
    fn walk(&mut self, kind: Kind, message: &[u8], depth: usize) {
        for (field, inner) in (Fields { message }) {
            let held = WITHIN.iter().find(|(of, number, _)| *of == kind && *number == field);
            let Some((_, _, held)) = held else { continue };
            match held {
                Kind::ResourceSpans => self.resources += 1,
                Kind::ScopeSpans => self.scopes += 1,
                Kind::Span => self.spans += 1,
                _ => self.parts += 1,
            }
            if depth < DEEPEST {
                self.walk(*held, inner, depth + 1);
            }
        }
    }
}

/// The fields of a message that hold bytes.
struct Fields<'a> {
    message: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<(u32, &'a [u8])> {
        loop {
            let (field, wire) = decode_key(&mut self.message).ok()?;
            let length = match wire {
                WireType::LengthDelimited => decode_varint(&mut self.message).ok()?,
                WireType::SixtyFourBit => 8,
                WireType::ThirtyTwoBit => 4,
                WireType::Varint => decode_varint(&mut self.message).ok().map(|_| 0)?,
                WireType::StartGroup | WireType::EndGroup => return None,
            };
            let inner;
            (inner, self.message) = self.message.split_at_checked(usize::try_from(length).ok()?)?;
            if wire == WireType::LengthDelimited {
                return Some((field, inner));
            }
        }
    }
}
