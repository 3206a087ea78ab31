//! A request that is large enough to be read on several threads is one request all the same.

use response::{Encoding, Signal};
use serde_json::{Value, json};

use crate::samples::*;

/// Runs in one request, each of two spans.
const RUNS: u64 = 400;

/// One request with all of them, and a span that belongs to no trace in the middle.
fn request() -> Vec<u8> {
    let spans_of = |run: Value| run["resourceSpans"][0]["scopeSpans"][0]["spans"].clone();
    let said = |number: u64| format!("{number} {}", "so it goes ".repeat(160));
    let runs = (1..=RUNS).map(|number| spans_of(run(number, &said(number), START)));
    let mut spans: Vec<Value> = runs.flat_map(|run| run.as_array().unwrap().clone()).collect();
    let mut astray = spans[0].clone();
    astray["traceId"] = json!("0".repeat(32));
    spans.insert(spans.len() / 2, astray);
    json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).to_string().into_bytes()
}

#[tokio::test]
async fn a_large_request_is_kept_whole_counted_once_and_told_what_of_it_was_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mayday = open(dir.path(), START);
    let request = request();
    assert!(request.len() > 1_000_000, "{}", request.len());
    for (stored, duplicate) in [(2 * RUNS, 0), (0, 2 * RUNS)] {
        let recorded = mayday.record(Signal::Traces, &request, Encoding::Json, START).await;
        let recorded = recorded.unwrap();
        assert_eq!((recorded.receipt.stored, recorded.receipt.duplicate), (stored, duplicate));
        assert_eq!(recorded.rejections.len(), 1);
    }
    settle(&mayday, days_later(1)).await;
    for number in 1..=RUNS {
        let heard = heard(&mayday, number).unwrap();
        assert!(heard.contains(&format!("\"{number} so it goes")), "{number}: {heard}");
    }
}
