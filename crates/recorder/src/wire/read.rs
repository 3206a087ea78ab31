//! Reads OTLP and keeps nothing: what the plain decoding of a request costs.

use std::hint::black_box;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

/// Decodes an `ExportTraceServiceRequest` whole, and counts its spans; none if it is no such thing.
///
/// The floor of a benchmark: whoever takes in spans does at least this. It checks no limits.
pub fn spans_in(protobuf: &[u8]) -> Option<usize> {
    let request = black_box(ExportTraceServiceRequest::decode(protobuf).ok()?);
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    Some(scopes.map(|scope| scope.spans.len()).sum())
}
