//! Counting what a request holds while it is still bytes.
//!
//! An empty span is two bytes on the wire and some hundred in memory, and so is an empty attribute,
//! so a request that is small enough to be read can still be too large to be decoded.

use crate::decode::{DecodeError, Limits};
use crate::encoding::{Encoding, Sent, Signal};

/// How much a request holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Size {
    /// Resources.
    pub(crate) resources: usize,
    /// Scopes.
    pub(crate) scopes: usize,
    /// Spans or log records.
    pub(crate) items: usize,
}

/// The messages of OTLP that can hold others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Request,
    Sent,
    Scoped,
    Resource,
    Scope,
    Item,
    Span,
    Record,
    Event,
    Link,
    KeyValue,
    AnyValue,
    List,
    Map,
}

impl Kind {
    /// What the field of this number holds, in protobuf.
    ///
    /// Requests for traces and for logs have the same shape down to the scopes' items, which are
    /// looked into one by one.
    pub(crate) fn numbered(self, number: u32) -> Option<Kind> {
        Some(match (self, number) {
            (Kind::Request, 1) => Kind::Sent,
            (Kind::Sent, 2) => Kind::Scoped,
            (Kind::Scoped, 2) => Kind::Item,
            (Kind::Resource, 1) => Kind::KeyValue,
            (Kind::Scope, 3) => Kind::KeyValue,
            (Kind::Span, 9) => Kind::KeyValue,
            (Kind::Span, 11) => Kind::Event,
            (Kind::Span, 13) => Kind::Link,
            (Kind::Record, 5) => Kind::AnyValue,
            (Kind::Record, 6) => Kind::KeyValue,
            (Kind::Event, 3) => Kind::KeyValue,
            (Kind::Link, 4) => Kind::KeyValue,
            (Kind::KeyValue, 2) => Kind::AnyValue,
            (Kind::AnyValue, 5) => Kind::List,
            (Kind::AnyValue, 6) => Kind::Map,
            (Kind::List, 1) => Kind::AnyValue,
            (Kind::Map, 1) => Kind::KeyValue,
            _ => return None,
        })
    }

    /// What the field of this name holds, in JSON.
    pub(crate) fn named(self, name: &str) -> Option<Kind> {
        Some(match (self, name) {
            (Kind::Request, "resourceSpans" | "resourceLogs") => Kind::Sent,
            (Kind::Sent, "scopeSpans" | "scopeLogs") => Kind::Scoped,
            (Kind::Scoped, "spans" | "logRecords") => Kind::Item,
            (Kind::Resource, "attributes") => Kind::KeyValue,
            (Kind::Scope, "attributes") => Kind::KeyValue,
            (Kind::Span, "attributes") => Kind::KeyValue,
            (Kind::Span, "events") => Kind::Event,
            (Kind::Span, "links") => Kind::Link,
            (Kind::Record, "body") => Kind::AnyValue,
            (Kind::Record, "attributes") => Kind::KeyValue,
            (Kind::Event, "attributes") => Kind::KeyValue,
            (Kind::Link, "attributes") => Kind::KeyValue,
            (Kind::KeyValue, "value") => Kind::AnyValue,
            (Kind::AnyValue, "arrayValue") => Kind::List,
            (Kind::AnyValue, "kvlistValue") => Kind::Map,
            (Kind::List, "values") => Kind::AnyValue,
            (Kind::Map, "values") => Kind::KeyValue,
            _ => return None,
        })
    }
}

impl Size {
    /// Counts one message more.
    pub(crate) fn see(&mut self, kind: Kind) {
        match kind {
            Kind::Sent => self.resources += 1,
            Kind::Scoped => self.scopes += 1,
            Kind::Item => self.items += 1,
            _ => {}
        }
    }
}

/// An export request cut into its items and counted, not yet read.
pub struct Measured<'a> {
    pub(crate) encoding: Encoding,
    pub(crate) signal: Signal,
    pub(crate) sent: Vec<Sent<'a>>,
    /// Attributes, events, links and values in lists, at any depth, in all of it.
    parts: usize,
}

/// Cuts a request into its items, unless it holds more than it may.
pub fn measure<'a>(
    request: &'a [u8],
    encoding: Encoding,
    signal: Signal,
    limits: &Limits,
) -> Result<Measured<'a>, DecodeError> {
    let size = encoding.outline(request)?;
    within(size.items, limits.spans, "spans or log records")?;
    within(size.scopes.max(size.resources), limits.scopes, "resources or scopes")?;
    let sent = encoding.cut(request)?;
    let parts = parts(&sent, encoding, signal);
    within(parts, limits.parts, "attributes, events and links")?;
    Ok(Measured { encoding, signal, sent, parts })
}

fn within(got: usize, limit: usize, what: &'static str) -> Result<(), DecodeError> {
    if got > limit { Err(DecodeError::TooMany { got, limit, what }) } else { Ok(()) }
}

fn parts(sent: &[Sent], encoding: Encoding, signal: Signal) -> usize {
    let count = |kind: Kind| move |message: &&[u8]| encoding.parts(kind, message);
    let of_scope = |scoped: &crate::encoding::Scoped| -> usize {
        let items: usize = scoped.items.iter().map(count(signal.item())).sum();
        items + scoped.scope.iter().map(count(Kind::Scope)).sum::<usize>()
    };
    let of_resource = |sent: &Sent| -> usize {
        let resource: usize = sent.resource.iter().map(count(Kind::Resource)).sum();
        resource + sent.scopes.iter().map(of_scope).sum::<usize>()
    };
    sent.iter().map(of_resource).sum()
}

/// Bytes of memory that one attribute, event, link or value takes beside its text.
const BYTES_OF_A_PART: usize = 48;

/// Bytes of memory that one item takes beside its parts.
const BYTES_OF_AN_ITEM: usize = 512;

impl Measured<'_> {
    /// What it brings.
    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// Roughly the most bytes of memory that reading it takes beside its text.
    pub fn footprint(&self) -> usize {
        let items = self.sent.iter().flat_map(|sent| &sent.scopes);
        let items: usize = items.map(|scoped| scoped.items.len()).sum();
        self.parts * BYTES_OF_A_PART + items * BYTES_OF_AN_ITEM
    }
}
