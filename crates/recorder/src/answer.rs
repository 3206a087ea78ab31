//! What an exporter is told: OTLP's answer, with partial success where spans were refused.

use model::Rejection;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;

/// Reasons told in one answer; the number of refused spans is always told in full.
const TOLD: usize = 5;

/// The protobuf answer to an export request of which these spans were refused.
pub fn answer(rejections: &[Rejection]) -> Vec<u8> {
    let told = rejections.iter().take(TOLD);
    let told: Vec<String> = told.map(|one| format!("span {:?}: {}", one.span, one.why)).collect();
    let partial_success = (!rejections.is_empty()).then(|| ExportTracePartialSuccess {
        rejected_spans: rejections.len() as i64,
        error_message: told.join("; "),
    });
    ExportTraceServiceResponse { partial_success }.encode_to_vec()
}
