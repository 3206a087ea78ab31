//! What an exporter is told: OTLP's answer, with partial success where something was refused.

use std::collections::BTreeMap;

use model::Rejection;
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use serde_json::json;

use crate::encoding::{Encoding, Signal};

/// The answer to an export request of which these items were refused.
pub fn answer(signal: Signal, encoding: Encoding, rejections: &[Rejection]) -> Vec<u8> {
    let refused = rejections.len() as i64;
    let reasons = reasons(signal, rejections);
    match encoding {
        Encoding::Protobuf => protobuf(signal, refused, reasons),
        Encoding::Json => json(signal, refused, &reasons),
    }
}

fn protobuf(signal: Signal, refused: i64, error_message: String) -> Vec<u8> {
    let any = refused > 0;
    match signal {
        Signal::Traces => {
            let partial = ExportTracePartialSuccess { rejected_spans: refused, error_message };
            ExportTraceServiceResponse { partial_success: any.then_some(partial) }.encode_to_vec()
        }
        Signal::Logs => {
            let partial = ExportLogsPartialSuccess { rejected_log_records: refused, error_message };
            ExportLogsServiceResponse { partial_success: any.then_some(partial) }.encode_to_vec()
        }
    }
}

/// Long numbers are text in OTLP's JSON.
fn json(signal: Signal, refused: i64, reasons: &str) -> Vec<u8> {
    let count = match signal {
        Signal::Traces => "rejectedSpans",
        Signal::Logs => "rejectedLogRecords",
    };
    let answer = match refused {
        0 => json!({}),
        _ => json!({"partialSuccess": {count: refused.to_string(), "errorMessage": reasons}}),
    };
    answer.to_string().into_bytes()
}

/// Each reason with how many it concerns and the name of the first of them.
fn reasons(signal: Signal, rejections: &[Rejection]) -> String {
    let item = match signal {
        Signal::Traces => "span",
        Signal::Logs => "log record",
    };
    let mut reasons: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for rejection in rejections {
        reasons.entry(rejection.why).or_insert((0, &rejection.span)).0 += 1;
    }
    let told = reasons.into_iter().map(|(why, (count, first))| match count {
        1 => format!("{item} {first:?}: {why}"),
        _ => format!("{count} {item}s, the first of them {first:?}: {why}"),
    });
    told.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(span: &str, why: &'static str) -> Rejection {
        Rejection { span: span.to_owned(), why }
    }

    #[test]
    fn nothing_refused_is_an_empty_answer() {
        for signal in [Signal::Traces, Signal::Logs] {
            assert_eq!(answer(signal, Encoding::Protobuf, &[]), b"");
            assert_eq!(answer(signal, Encoding::Json, &[]), b"{}");
        }
    }

    #[test]
    fn each_reason_is_told_once_with_how_many_it_concerns() {
        let rejections = [refused("a", "no id"), refused("b\"", "no time"), refused("c", "no id")];
        let message = "2 spans, the first of them \"a\": no id; span \"b\\\"\": no time";
        let bytes = answer(Signal::Traces, Encoding::Protobuf, &rejections);
        let partial = ExportTraceServiceResponse::decode(&*bytes).unwrap().partial_success.unwrap();
        assert_eq!((partial.rejected_spans, &*partial.error_message), (3, message));
        let bytes = answer(Signal::Traces, Encoding::Json, &rejections);
        let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let partial = json!({"rejectedSpans": "3", "errorMessage": message});
        assert_eq!(json["partialSuccess"], partial);
    }

    #[test]
    fn refused_log_records_are_told_as_such() {
        let bytes = answer(Signal::Logs, Encoding::Protobuf, &[refused("x", "not ours")]);
        let partial = ExportLogsServiceResponse::decode(&*bytes).unwrap().partial_success.unwrap();
        assert_eq!(partial.rejected_log_records, 1);
        assert_eq!(partial.error_message, "log record \"x\": not ours");
        let json = answer(Signal::Logs, Encoding::Json, &[refused("x", "not ours")]);
        assert!(json.starts_with(br#"{"partialSuccess":{"errorMessage":"#));
    }
}
