//! OTLP in: one export request, under limits, to a batch.

use std::sync::Arc;

use model::{Attribute, Batch, Fault, Faulty, Rejection};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use crate::count::{self, Size};
use crate::privacy::ContentMode;
use crate::spans;

/// How a request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Protocol buffers.
    Protobuf,
}

/// What one request may hold at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Spans in a request.
    pub spans: usize,
    /// Resources, and scopes, in a request.
    pub scopes: usize,
    /// Attributes, events, links and values in lists, in a whole request.
    pub parts: usize,
    /// Bytes of a resource with its attributes.
    pub resource_bytes: usize,
    /// Attributes on a span.
    pub attributes: usize,
    /// Bytes of an attribute's key or of a span's name.
    pub name_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            spans: 50_000,
            scopes: 10_000,
            parts: 1_000_000,
            resource_bytes: 32 * 1_024,
            attributes: 4_096,
            name_bytes: 1_024,
        }
    }
}

/// Why a whole request can't be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not OTLP, or cut short.
    #[error("could not read the body as an OTLP trace export request in protobuf")]
    Protobuf(#[source] prost::DecodeError),
    /// Too much at once.
    #[error("the request holds {got} {what}, more than the {limit} allowed: send smaller batches")]
    TooMany {
        /// How many it holds.
        got: usize,
        /// The limit.
        limit: usize,
        /// Of what.
        what: &'static str,
    },
}

impl Faulty for DecodeError {
    fn fault(&self) -> Fault {
        match self {
            DecodeError::Protobuf(_) | DecodeError::TooMany { .. } => Fault::Invalid,
        }
    }
}

/// Reads one export request. Spans that can't be kept are listed with the reason; the others stay.
pub fn decode(
    bytes: &[u8],
    encoding: Encoding,
    limits: &Limits,
    mode: ContentMode,
) -> Result<Batch, DecodeError> {
    let Encoding::Protobuf = encoding;
    check_size(count::size(bytes), limits)?;
    let request = ExportTraceServiceRequest::decode(bytes).map_err(DecodeError::Protobuf)?;
    let mut batch = Batch::default();
    for mut resource in request.resource_spans {
        for scope in std::mem::take(&mut resource.scope_spans) {
            if resource.encoded_len() > limits.resource_bytes {
                batch.rejections.extend(scope.spans.iter().map(too_large_a_resource));
                continue;
            }
            let origin = spans::origin(&resource, &scope, mode);
            for span in scope.spans {
                keep(&mut batch, span, &origin, limits, mode);
            }
        }
    }
    Ok(batch)
}

fn check_size(size: Size, limits: &Limits) -> Result<(), DecodeError> {
    let counted = [
        (size.spans, limits.spans, "spans"),
        (size.scopes, limits.scopes, "resources or scopes"),
        (size.parts, limits.parts, "attributes, events and links"),
    ];
    match counted.into_iter().find(|(got, limit, _)| got > limit) {
        Some((got, limit, what)) => Err(DecodeError::TooMany { got, limit, what }),
        None => Ok(()),
    }
}

fn keep(
    batch: &mut Batch,
    span: Span,
    origin: &Arc<[Attribute]>,
    limits: &Limits,
    mode: ContentMode,
) {
    let name = span.name.chars().take(80).collect();
    match spans::step(span, origin, limits, mode) {
        Ok(step) => batch.steps.push(step),
        Err(why) => batch.rejections.push(Rejection { span: name, why }),
    }
}

fn too_large_a_resource(span: &Span) -> Rejection {
    let span = span.name.chars().take(80).collect();
    Rejection { span, why: "its resource has more bytes than are allowed" }
}
