//! A Mayday on disk, with a clock that is told, and runs for it.

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use model::TraceId;
use response::{Encoding, Keeping, Keyring, MasterKey, Mayday, Settings, Signal, Who};
use serde_json::{Value, json};

/// When the first spans come.
pub(crate) const START: Timestamp = Timestamp::constant(1_795_000_000, 0);

pub(crate) fn days_later(days: i64) -> Timestamp {
    START + SignedDuration::from_hours(24 * days)
}

/// Randomness that is not: each number once.
pub(crate) fn random(bytes: &mut [u8]) {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    for chunk in bytes.chunks_mut(8) {
        let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        chunk.copy_from_slice(&next.to_be_bytes()[..chunk.len()]);
    }
}

pub(crate) fn open(directory: &Path, now: Timestamp) -> Mayday {
    let keys = Keyring::open(&directory.join("keys"), MasterKey::new([9; 32]), random).unwrap();
    let longer = [("acme".parse().unwrap(), 30)].into();
    let keeping = Keeping { days: Some(7), tenants: longer, quota: None };
    let settings = Settings { keeping, ..Settings::default() };
    Mayday::open(directory, &Arc::new(keys), settings, now).unwrap()
}

pub(crate) fn trace(number: u64) -> TraceId {
    format!("{number:032x}").parse().unwrap()
}

pub(crate) fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// A run of one agent: its span, and a model's call that says something.
pub(crate) fn run(number: u64, said: &str, at: Timestamp) -> Value {
    let (start, end) = (at.as_nanosecond(), at.as_nanosecond() + 2_000_000_000);
    let span = |id: u64, parent: &str, attributes: Vec<Value>| {
        json!({
            "traceId": trace(number).to_string(), "spanId": format!("{id:016x}"),
            "parentSpanId": parent, "name": "run", "startTimeUnixNano": start.to_string(),
            "endTimeUnixNano": end.to_string(), "attributes": attributes,
        })
    };
    let agent = vec![text("gen_ai.operation.name", "invoke_agent"), text("mayday.feature", "help")];
    let messages = json!([{"role": "user", "parts": [{"type": "text", "content": said}]}]);
    let call = vec![
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.request.model", "m-1"),
        text("gen_ai.input.messages", &messages.to_string()),
    ];
    let spans = [span(1, "", agent), span(2, "0000000000000001", call)];
    json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})
}

pub(crate) async fn record(mayday: &Mayday, number: u64, said: &str, at: Timestamp) {
    let body = run(number, said, at).to_string();
    let recorded = mayday.record(Signal::Traces, body.as_bytes(), Encoding::Json, at).await;
    assert!(recorded.unwrap().rejections.is_empty());
}

pub(crate) async fn settle(mayday: &Mayday, at: Timestamp) {
    while mayday.settle(at).await.unwrap() > 0 {}
}

/// What a model was told in a trace, if it can still be read.
pub(crate) fn heard(mayday: &Mayday, number: u64) -> Option<String> {
    let view = mayday.trace(&Who::Local, trace(number), START).ok()?;
    Some(format!("{:?}", view.steps)).filter(|_| !view.steps.is_empty())
}
