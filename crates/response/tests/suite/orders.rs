//! However a trace comes, early, late, twice, half or out of order, it ends in the same record.

use model::{RunId, Step};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use response::{Encoding, Mayday, Reconstruction, Settings, Signal, Sought, Who};
use serde_json::{Value, json};

use crate::samples::*;

/// The spans of a run: an agent, three calls of a model, two tools, one of which fails.
fn spans() -> Vec<Value> {
    let start = START.as_nanosecond();
    let span = |id: u64, operation: &str, more: &[(&str, &str)]| {
        let mut attributes = vec![text("gen_ai.operation.name", operation)];
        attributes.extend(more.iter().map(|(key, value)| text(key, value)));
        let (begun, ended) = (start + i128::from(id) * 1_000, start + i128::from(id) * 9_000);
        json!({
            "traceId": trace(1).to_string(), "spanId": format!("{id:016x}"),
            "parentSpanId": if id == 1 { "" } else { "0000000000000001" }, "name": operation,
            "startTimeUnixNano": begun.to_string(), "endTimeUnixNano": ended.to_string(),
            "status": {"code": if id == 5 { 2 } else { 1 }}, "attributes": attributes,
        })
    };
    let said = r#"[{"role":"user","parts":[{"type":"text","content":"Where is A-1042?"}]}]"#;
    let call = [("gen_ai.request.model", "m-1"), ("gen_ai.input.messages", said)];
    let tool = [("gen_ai.tool.name", "find_order"), ("gen_ai.tool.call.result", "{\"id\":7}")];
    vec![
        span(1, "invoke_agent", &[("mayday.feature", "help"), ("user.id", "zoe")]),
        span(2, "chat", &call),
        span(3, "execute_tool", &tool),
        span(4, "chat", &call),
        span(5, "execute_tool", &tool),
        span(6, "chat", &call),
    ]
}

/// A span as it is sent while it has not ended.
fn open(span: &Value) -> Value {
    let mut open = span.clone();
    open["endTimeUnixNano"] = json!("0");
    open["status"] = json!({});
    open
}

async fn send(mayday: &Mayday, spans: &[Value]) {
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).to_string();
    let recorded = mayday.record(Signal::Traces, body.as_bytes(), Encoding::Json, START).await;
    assert!(recorded.unwrap().rejections.is_empty());
}

/// All that is on record of the trace, runs and records.
fn record_of(mayday: &Mayday) -> String {
    let sought = Sought::Run(RunId { trace: trace(1), root: None });
    let found = mayday.reconstruct(&Who::Local, &sought, START).unwrap();
    let Reconstruction { runs, steps, complete, missing, dropped, .. } = &found[0];
    let steps = steps.iter().map(|one| {
        let Step { span, parent, kind, name, started, ended, failed, .. } = &one.step;
        let step = (span, parent, kind, name, started, ended, failed);
        format!("{step:?} {:?} {:?}", one.attributes, one.record)
    });
    let steps: Vec<String> = steps.collect();
    format!("{runs:#?} {steps:#?} {complete} {missing:?} {dropped:?}")
}

#[tokio::test]
async fn however_a_trace_comes_it_ends_in_the_same_record() {
    let in_order = Mayday::in_memory(Settings::default(), START).unwrap();
    send(&in_order, &spans()).await;
    settle(&in_order, days_later(1)).await;
    let wanted = record_of(&in_order);

    for seed in 0..40 {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let dir = tempfile::tempdir().unwrap();
        let mayday = crate::samples::open(dir.path(), START);
        let mut sent = spans();
        let some: Vec<Value> = sent.iter().filter(|_| dice.random_bool(0.4)).cloned().collect();
        sent.extend(some.iter().map(open));
        sent.extend(some);
        sent.shuffle(&mut dice);
        while !sent.is_empty() {
            let count = dice.random_range(1..=sent.len());
            send(&mayday, &sent.drain(..count).collect::<Vec<_>>()).await;
            if dice.random_bool(0.5) {
                settle(&mayday, days_later(1)).await;
            }
        }
        settle(&mayday, days_later(1)).await;
        assert_eq!(record_of(&mayday), wanted, "seed {seed}");
    }
}
