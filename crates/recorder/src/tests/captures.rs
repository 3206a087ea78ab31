//! What real packages sent, and the records that are made of it.
//!
//! Each file in `captures` is OTLP in JSON as a package sent it, with its log records; the
//! snapshots beside it are what we make of it.

use model::{Level, Source, Step};
use serde_json::{Value as Json, json};

use crate::{ContentMode, Encoding, Limits, decode, decode_logs, read_record_with};

/// The captures, by the packages that sent them.
pub(crate) const CAPTURES: &[(&str, &str)] = &[
    // opentelemetry-instrumentation-genai-openai 1.3b0, with and without capture of content.
    ("genai-openai", include_str!("captures/genai-openai.json")),
    ("genai-openai-default", include_str!("captures/genai-openai-default.json")),
    // langfuse 5.0.4: its OpenAI integration, its decorators, and one observation by hand.
    ("langfuse", include_str!("captures/langfuse.json")),
    // openinference-instrumentation-openai 0.1.66.
    ("openinference-openai", include_str!("captures/openinference-openai.json")),
    // opentelemetry-instrumentation-openai 0.62.4 (OpenLLMetry).
    ("openllmetry-openai", include_str!("captures/openllmetry-openai.json")),
    // pydantic-ai 2.68.0 with logfire 5.2.0, in its newest format and in its second.
    ("pydantic-ai", include_str!("captures/pydantic-ai.json")),
    ("pydantic-ai-format-2", include_str!("captures/pydantic-ai-format-2.json")),
    // ai 6.0.326, and ai 7.0.173 with @ai-sdk/otel 1.0.173.
    ("vercel-ai-6", include_str!("captures/vercel-ai-6.json")),
    ("vercel-ai-7", include_str!("captures/vercel-ai-7.json")),
];

/// The steps of a capture: its spans, then its log records.
pub(crate) fn steps(capture: &str) -> Vec<Step> {
    let (limits, full) = (Limits::default(), ContentMode::Full);
    let all: Json = serde_json::from_str(capture).unwrap();
    let request = |key: &str| json!({key: all.get(key).unwrap_or(&json!([]))}).to_string();
    let spans = request("resourceSpans");
    let spans = decode(spans.as_bytes(), Encoding::Json, &limits, &full.into()).unwrap();
    let logs = request("resourceLogs");
    let logs = decode_logs(logs.as_bytes(), Encoding::Json, &limits, &full.into()).unwrap();
    assert_eq!((spans.rejections, logs.rejections), (vec![], vec![]));
    spans.steps.into_iter().chain(logs.steps).collect()
}

/// What is made of all spans, each with the log records about it.
fn made(capture: &str) -> String {
    let steps = steps(capture);
    let logs = steps.iter().filter(|step| step.source == Source::Log);
    let logs: Vec<&Step> = logs.collect();
    let spans = steps.iter().filter(|step| step.source == Source::Span);
    let made = spans.map(|span| {
        let about = |log: &&&Step| log.trace == span.trace && log.parent == Some(span.span);
        let said: Vec<&Step> = logs.iter().filter(about).copied().collect();
        told(span, &said)
    });
    made.collect::<Vec<_>>().join("\n")
}

/// One span: its name, what finds it, its record, and the factors and answers among its traits.
fn told(span: &Step, said: &[&Step]) -> String {
    let mut record = serde_json::to_value(read_record_with(span, said)).unwrap();
    let missing = record.as_object_mut().unwrap().remove("missing").unwrap_or(json!([]));
    let missing = missing.as_array().unwrap().iter().map(|one| one["attribute"].as_str().unwrap());
    let missing: Vec<&str> = missing.collect();
    let mut traits = span.traits.clone();
    said.iter().for_each(|log| traits.learn(&log.traits));
    let levels = traits.levels.iter().map(|seen| match &seen.level {
        Level::Is(level) => format!("{} = {level}", seen.factor),
        Level::NotRecorded => format!("{} not recorded", seen.factor),
    });
    let pivots = span.pivots.iter().map(|pivot| format!("{} {}", pivot.kind, pivot.value));
    let about = json!({
        "subjects": span.subjects,
        "pivots": pivots.collect::<Vec<_>>(),
        "levels": levels.collect::<Vec<_>>(),
        "made": traits.calls_made,
        "read": traits.calls_read,
        "results": traits.results,
        "missing": missing,
    });
    let json = |json: &Json| serde_json::to_string_pretty(json).unwrap();
    format!("{}\n{}\n{}\n", span.name, json(&record), json(&about))
}

#[test]
fn what_is_made_of_what_real_packages_sent_stays_as_it_is() {
    for (name, capture) in CAPTURES {
        insta::assert_snapshot!(*name, made(capture));
    }
}

#[test]
fn every_capture_is_of_known_steps_and_counts_each_token_once() {
    // Tokens that the stand-in provider counted: 140 a call, 5 an embedding; 23 in older captures.
    let tokens = [
        ("genai-openai", 51),
        ("genai-openai-default", 51),
        ("langfuse", 3 * 140 + 5 + 95),
        ("openinference-openai", 51),
        ("openllmetry-openai", 51),
        ("pydantic-ai", 3 * 140),
        ("pydantic-ai-format-2", 3 * 140),
        ("vercel-ai-6", 3 * 140 + 5),
        ("vercel-ai-7", 3 * 140 + 5),
    ];
    for ((name, capture), (told, expected)) in CAPTURES.iter().zip(tokens) {
        let counted: u64 = steps(capture).iter().filter_map(|step| step.traits.tokens).sum();
        assert_eq!((*name, counted), (told, expected));
    }
}
