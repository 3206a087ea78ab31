//! The two ways to write OTLP, and how a request is cut into items that are read one by one.
//!
//! One item that can't be read is refused alone, and never is more than one of them in memory both
//! as OTLP and as what is made of it.

mod json;
mod protobuf;

use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde::de::DeserializeOwned;

use crate::count::{Kind, Size};
use crate::decode::DecodeError;
use crate::spans;
#[cfg(test)]
pub(crate) use protobuf::span as usual_span;

/// How a request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Protocol buffers.
    Protobuf,
    /// JSON as OTLP has it: ids in hexadecimal, long whole numbers as text.
    Json,
}

/// What a request brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Log records.
    Logs,
}

impl Signal {
    /// What its items are.
    pub(crate) fn item(self) -> Kind {
        match self {
            Signal::Traces => Kind::Span,
            Signal::Logs => Kind::Record,
        }
    }
}

/// One resource and what it sent, not yet read.
#[derive(Debug, Default)]
pub(crate) struct Sent<'a> {
    pub(crate) resource: Option<&'a [u8]>,
    pub(crate) schema_url: String,
    pub(crate) scopes: Vec<Scoped<'a>>,
}

/// One scope and its items, spans or log records, not yet read.
#[derive(Debug, Default)]
pub(crate) struct Scoped<'a> {
    pub(crate) scope: Option<&'a [u8]>,
    pub(crate) schema_url: String,
    pub(crate) items: Vec<&'a [u8]>,
}

/// A message of OTLP that is read on its own.
pub(crate) trait Readable: Message + Default {
    /// Its form in JSON.
    type Json: DeserializeOwned + Into<Self>;
}

impl Readable for Resource {
    type Json = json::Resource;
}

impl Readable for InstrumentationScope {
    type Json = json::Scope;
}

impl Readable for Span {
    type Json = json::Span;
}

impl Readable for LogRecord {
    type Json = json::Record;
}

impl Encoding {
    /// How many resources, scopes and items there are.
    pub(crate) fn outline(self, request: &[u8]) -> Result<Size, DecodeError> {
        match self {
            Encoding::Protobuf => Ok(protobuf::outline(request)),
            Encoding::Json => json::outline(request).map_err(DecodeError::from),
        }
    }

    /// How many values, events and links are in a message, at any depth that can be read.
    pub(crate) fn parts(self, kind: Kind, message: &[u8]) -> usize {
        match self {
            Encoding::Protobuf => protobuf::parts(kind, message),
            Encoding::Json => json::parts(kind, message),
        }
    }

    /// Cuts a request of which the [`outline`](Self::outline) is within limits.
    pub(crate) fn cut(self, request: &[u8]) -> Result<Vec<Sent<'_>>, DecodeError> {
        match self {
            Encoding::Protobuf => protobuf::cut(request).ok_or(DecodeError::Protobuf),
            Encoding::Json => json::cut(request)
                .map_err(|error| DecodeError::Json { line: error.line(), column: error.column() }),
        }
    }

    /// Reads one span, or says why it can't be read.
    pub(crate) fn span(self, message: &[u8]) -> Result<spans::Span, &'static str> {
        let usual = if self == Encoding::Protobuf { protobuf::span(message) } else { None };
        usual.map_or_else(|| self.read::<Span>(message).map(Into::into), Ok)
    }

    /// Reads one message, or says why it can't be read.
    pub(crate) fn read<M: Readable>(self, message: &[u8]) -> Result<M, &'static str> {
        match self {
            Encoding::Protobuf => M::decode(message).map_err(
                |_| "it holds text that is not UTF-8, or values nested too deep, or is not OTLP",
            ),
            Encoding::Json => json::read::<M::Json>(message).map(Into::into),
        }
    }

    /// What an item calls itself, as far as that can be read.
    pub(crate) fn name_of(self, kind: Kind, item: &[u8]) -> String {
        match self {
            Encoding::Protobuf => protobuf::name_of(kind, item),
            Encoding::Json => json::name_of(item),
        }
    }
}
