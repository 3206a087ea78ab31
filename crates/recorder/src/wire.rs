//! Writes OTLP, for the simulator and for tests: plain spans in, bytes out.

use model::{Attribute, SpanId, TraceId};
use jiff::Timestamp;

/// Who sends spans: one resource and one instrumentation scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Sender {
    /// Resource attributes.
    pub resource: Vec<Attribute>,
    /// Name of the instrumentation scope.
    pub scope: String,
    /// Its version.
    pub scope_version: String,
}

/// The span kinds that GenAI conventions use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Work inside the process.
    Internal,
    /// A call out of it.
    Client,
}

/// A span to write.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Its trace.
    pub trace: TraceId,
    /// Its id.
    pub span: SpanId,
    /// The span above.
    pub parent: Option<SpanId>,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// Whether its status is an error.
    pub failed: bool,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// One `ExportTraceServiceRequest` in protobuf: each sender with its spans.
pub fn protobuf(groups: &[(Sender, Vec<Span>)]) -> Vec<u8> {
    let _ = groups;
    Vec::new()
}

/// The same request as one line of OTLP/JSON, as the collector's file exporter writes it.
pub fn json_line(groups: &[(Sender, Vec<Span>)]) -> String {
    let _ = groups;
    String::new()
}
