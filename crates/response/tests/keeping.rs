//! Keeping, with a clock that is told: what goes when its time is over, and what stays.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use model::{About, Claim, IncidentId, Outcome, RunId, TraceId};
use response::{
    Act, Declaration, Encoding, Keeping, Keyring, MasterKey, Mayday, Question, Settings, Signal,
    Who,
};
use serde_json::{Value, json};

/// When the first spans come.
const START: Timestamp = Timestamp::constant(1_795_000_000, 0);

fn days_later(days: i64) -> Timestamp {
    START + SignedDuration::from_hours(24 * days)
}

/// Randomness that is not: each number once.
fn random(bytes: &mut [u8]) {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    for chunk in bytes.chunks_mut(8) {
        let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        chunk.copy_from_slice(&next.to_be_bytes()[..chunk.len()]);
    }
}

fn open(directory: &Path, now: Timestamp) -> Mayday {
    let keys = Keyring::open(&directory.join("keys"), MasterKey::new([9; 32]), random).unwrap();
    let keeping = Keeping { days: Some(7), quota: None };
    let settings = Settings { keeping, ..Settings::default() };
    Mayday::open(directory, &Arc::new(keys), settings, now).unwrap()
}

fn trace(number: u64) -> TraceId {
    format!("{number:032x}").parse().unwrap()
}

fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// A run of one agent: its span, and a model's call that says something.
fn run(number: u64, said: &str, at: Timestamp) -> Value {
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

async fn record(mayday: &Mayday, number: u64, said: &str, at: Timestamp) {
    let body = run(number, said, at).to_string();
    let recorded = mayday.record(Signal::Traces, body.as_bytes(), Encoding::Json, at).await;
    assert!(recorded.unwrap().rejections.is_empty());
}

async fn settle(mayday: &Mayday, at: Timestamp) {
    while mayday.settle(at).await.unwrap() > 0 {}
}

/// What a model was told in a trace, if it can still be read.
fn heard(mayday: &Mayday, number: u64) -> Option<String> {
    let view = mayday.trace(&Who::Local, trace(number), START).ok()?;
    Some(format!("{:?}", view.steps)).filter(|_| !view.steps.is_empty())
}

#[tokio::test]
async fn days_past_their_time_go_and_the_evidence_of_incidents_stays() {
    let dir = tempfile::tempdir().unwrap();
    let mayday = open(dir.path(), START);
    for number in 1..=2 {
        record(&mayday, number, &format!("I am number {number}."), START).await;
    }
    settle(&mayday, days_later(1)).await;
    let about = About::Trace(trace(1));
    let claim = Claim { about, outcome: Outcome::Bad, source: "ana".to_owned(), at: START };
    mayday.label(claim, START).await.unwrap();
    settle(&mayday, days_later(1)).await;
    let root = Some("0000000000000001".parse().unwrap());
    let declaration = Declaration {
        run: Some(RunId { trace: trace(1), root }),
        question: Question::default(),
        title: None,
    };
    let act = Act { by: "ana", at: days_later(1), random: 7 };
    let incident = mayday.declare(&declaration, act).unwrap();
    assert_eq!(incident.excerpts.as_ref().map(Vec::len), Some(2), "it was settled the next day");

    mayday.keep_house(days_later(6)).unwrap();
    assert!(heard(&mayday, 2).unwrap().contains("I am number 2."), "its time is not over");
    mayday.keep_house(days_later(9)).unwrap();
    drop(mayday);
    let mayday = open(dir.path(), days_later(9));
    assert_eq!(heard(&mayday, 2), None);
    assert!(heard(&mayday, 1).unwrap().contains("I am number 1."));
    assert_eq!(mayday.prove().unwrap().broken, None);

    std::fs::remove_dir_all(dir.path().join("flights/default/evidence")).unwrap();
    let broken = mayday.prove().unwrap().broken.unwrap();
    assert!(broken.contains(&incident.id.to_string()), "{broken}");
}

#[tokio::test]
async fn no_day_goes_before_its_evidence_is_copied() {
    let dir = tempfile::tempdir().unwrap();
    let mayday = open(dir.path(), START);
    record(&mayday, 1, "I am number 1.", START).await;
    settle(&mayday, days_later(1)).await;
    let evidence = dir.path().join("flights/default/evidence");
    let in_the_way = evidence.join(IncidentId::from_random(7).to_string());
    std::fs::create_dir(evidence).unwrap();
    std::fs::write(&in_the_way, "not a directory").unwrap();
    let root = Some("0000000000000001".parse().unwrap());
    let run = Some(RunId { trace: trace(1), root });
    let declaration = Declaration { run, ..Declaration::default() };
    let act = Act { by: "ana", at: days_later(1), random: 7 };
    let incident = mayday.declare(&declaration, act).unwrap();
    assert_eq!(incident.excerpts, None, "declaring does not wait for a disk");
    assert!(mayday.keep_house(days_later(9)).is_err());
    assert!(heard(&mayday, 1).unwrap().contains("I am number 1."));

    std::fs::remove_file(&in_the_way).unwrap();
    mayday.keep_house(days_later(9)).unwrap();
    let days = std::fs::read_dir(dir.path().join("flights/default")).unwrap();
    assert_eq!(days.filter(|day| day.as_ref().unwrap().path().is_file()).count(), 0);
    assert!(heard(&mayday, 1).unwrap().contains("I am number 1."));
}
