//! Counting spans in bytes, before anything is made of them.
//!
//! An empty span is two bytes on the wire and some hundred in memory, so a request that is small
//! enough to be read can still be too large to be decoded.

use prost::encoding::{WireType, decode_key, decode_varint};

/// How many spans, scopes or resources a request holds, whichever is most.
///
/// Counts up to the first byte that is no protobuf.
pub(crate) fn spans(request: &[u8]) -> usize {
    let resources = || Inner { message: request, field: RESOURCE_SPANS };
    let scopes = || resources().flat_map(|message| Inner { message, field: SCOPE_SPANS });
    let spans = || scopes().flat_map(|message| Inner { message, field: SPANS });
    spans().count().max(scopes().count()).max(resources().count())
}

/// `ExportTraceServiceRequest.resource_spans`.
const RESOURCE_SPANS: u32 = 1;
/// `ResourceSpans.scope_spans`.
const SCOPE_SPANS: u32 = 2;
/// `ScopeSpans.spans`.
const SPANS: u32 = 2;

/// The messages in one field of a message.
struct Inner<'a> {
    message: &'a [u8],
    field: u32,
}

impl<'a> Iterator for Inner<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
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
            if field == self.field && wire == WireType::LengthDelimited {
                return Some(inner);
            }
        }
    }
}
