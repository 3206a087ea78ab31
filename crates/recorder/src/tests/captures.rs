//! What real packages sent, and the records that are made of it.
//!
//! Each file in `captures` is OTLP in JSON as a package sent it, with its log records; the
//! snapshots beside it are what we make of it.

use model::{Source, Step};
use serde_json::{Value as Json, json};

use crate::{ContentMode, Encoding, Limits, decode, decode_logs, read_record_with};

/// The captures, and the packages that sent them.
const CAPTURES: &[(&str, &str)] = &[
    ("genai-openai", include_str!("captures/genai-openai.json")),
    ("genai-openai-default", include_str!("captures/genai-openai-default.json")),
    ("openinference-openai", include_str!("captures/openinference-openai.json")),
    ("openllmetry-openai", include_str!("captures/openllmetry-openai.json")),
];

/// The steps of a capture: its spans, then its log records.
fn steps(capture: &str) -> Vec<Step> {
    let (limits, full) = (Limits::default(), ContentMode::Full);
    let all: Json = serde_json::from_str(capture).unwrap();
    let request = |key: &str| json!({key: all.get(key).unwrap_or(&json!([]))}).to_string();
    let spans = request("resourceSpans");
    let spans = decode(spans.as_bytes(), Encoding::Json, &limits, full).unwrap();
    let logs = request("resourceLogs");
    let logs = decode_logs(logs.as_bytes(), Encoding::Json, &limits, full).unwrap();
    assert_eq!((spans.rejections, logs.rejections), (vec![], vec![]));
    spans.steps.into_iter().chain(logs.steps).collect()
}

/// The records of all spans, each with the log records about it.
fn records(capture: &str) -> String {
    let steps = steps(capture);
    let logs = steps.iter().filter(|step| step.source == Source::Log);
    let logs: Vec<&Step> = logs.collect();
    let spans = steps.iter().filter(|step| step.source == Source::Span);
    let records = spans.map(|span| {
        let about = |log: &&&Step| log.trace == span.trace && log.parent == Some(span.span);
        let said: Vec<&Step> = logs.iter().filter(about).copied().collect();
        let record = serde_json::to_value(read_record_with(span, &said)).unwrap();
        format!("{}\n{}\n", span.name, serde_json::to_string_pretty(&record).unwrap())
    });
    records.collect::<Vec<_>>().join("\n")
}

#[test]
fn records_of_what_real_packages_sent_stay_as_they_are() {
    for (name, capture) in CAPTURES {
        insta::assert_snapshot!(*name, records(capture));
    }
}
