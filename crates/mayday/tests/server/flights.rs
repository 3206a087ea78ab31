//! Flights exported: lines for other tools, and requests that make another server know the same.

use std::path::Path;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{
    Server, data_dir, evaluation, logs_request_in_json, mayday, request, root, text,
};

/// What real packages sent.
const CAPTURES: [&str; 4] = [
    include_str!("../../../recorder/src/tests/captures/genai-openai.json"),
    include_str!("../../../recorder/src/tests/captures/langfuse.json"),
    include_str!("../../../recorder/src/tests/captures/pydantic-ai.json"),
    include_str!("../../../recorder/src/tests/captures/vercel-ai-7.json"),
];

/// Sends a request in JSON to where requests of its kind go.
async fn feed(server: &Server, request: &str) {
    let path = if request.contains("\"resourceLogs\"") { "/v1/logs" } else { "/v1/traces" };
    let sent = server.client.post(format!("{}{path}", server.otlp));
    let sent = sent.header("content-type", "application/json").body(request.to_owned());
    let answer = sent.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.json::<Value>().await.unwrap(), json!({}));
}

async fn export(server: &Server, query: &str) -> String {
    let answer = server.get(&format!("/api/v1/flights/export{query}")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.text().await.unwrap()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The traces in an export in JSON Lines, in order.
fn traces(lines: &[Value]) -> Vec<String> {
    let all = lines.iter().map(|line| line["trace"].as_str().unwrap().to_owned());
    let mut traces: Vec<String> = all.collect();
    traces.dedup();
    traces
}

#[tokio::test]
async fn another_server_that_is_fed_an_export_reconstructs_the_same() {
    let ((_guard, data), (_other_guard, other_data)) = (data_dir(), data_dir());
    let server = Server::start(&data, &[]);
    for capture in CAPTURES {
        let all: Value = serde_json::from_str(capture).unwrap();
        for key in ["resourceSpans", "resourceLogs"] {
            if let Some(part) = all.get(key) {
                feed(&server, &json!({ key: part }).to_string()).await;
            }
        }
    }
    let mut begun = root(1);
    begun.attributes.push(text("note", "\u{0} \u{10FFFF} \u{85}"));
    server.export(request(vec![begun, root(2)])).await;
    feed(
        &server,
        &String::from_utf8(logs_request_in_json(vec![evaluation(&root(1), "x")])).unwrap(),
    )
    .await;

    let other = Server::start(&other_data, &[]);
    for line in export(&server, "?format=otlp").await.lines() {
        feed(&other, line).await;
    }
    let traces = traces(&lines(&export(&server, "").await));
    assert!(traces.len() > 6, "{traces:?}");
    for trace in traces {
        let path = format!("/api/v1/reconstruct?of={trace}");
        let (first, second) = (server.json(&path).await, other.json(&path).await);
        assert_eq!(first.as_array().unwrap().len(), 1);
        assert_eq!(first, second);
    }
    assert_eq!(export(&server, "?format=otlp").await, export(&other, "?format=otlp").await);
}

#[tokio::test]
async fn a_line_is_a_step_an_outcome_or_a_run_with_content_or_why_it_is_gone() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let mut said = root(1);
    said.attributes.push(text("gen_ai.input.messages", "[ \"as received\" ]"));
    said.attributes.push(text("user.id", "ana"));
    server.export(request(vec![said])).await;
    let label = json!({"trace_id": root(1).trace, "outcome": "bad", "source": "thumbs"});
    let labelled = server.client.post(format!("{}/api/v1/outcomes", server.http)).json(&label);
    assert_eq!(labelled.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    server.eventually("/api/v1/features", |features| features[0]["rate"]["k"] == 1).await;

    let told = lines(&export(&server, "").await);
    let types: Vec<&str> = told.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["step", "outcome", "run"]);
    let [step, outcome, run] = &told[..] else { unreachable!() };
    assert_eq!(step["trace"], json!(root(1).trace));
    assert_eq!(step["attributes"]["gen_ai.input.messages"], "[ \"as received\" ]");
    assert_eq!((&step["kind"], &step["source"]), (&json!("agent"), &json!("span")));
    assert_eq!((&outcome["outcome"], &outcome["source"]), (&json!("bad"), &json!("thumbs")));
    assert_eq!((&run["feature"], &run["outcome"]), (&json!("helper"), &json!("bad")));
    assert_eq!(run["payload"], json!({"keep": "always", "rate": 1.0}));

    let erased = server.client.post(format!("{}/api/v1/erasures", server.http));
    let erased = erased.json(&json!({"subject": "ana"})).send().await.unwrap();
    assert_eq!(erased.status(), StatusCode::OK);
    let step = &lines(&export(&server, "").await)[0];
    assert_eq!(step["attributes"]["gen_ai.input.messages"], Value::Null);
    assert_eq!(step["not_kept"]["gen_ai.input.messages"], "erased");
    let otlp = export(&server, "?format=otlp").await;
    assert!(otlp.contains("mayday.not_kept") && otlp.contains("erased"), "{otlp}");
    assert!(!otlp.contains("as received"), "{otlp}");
}

#[tokio::test]
async fn days_and_features_narrow_an_export_and_nonsense_is_refused() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let mut other = root(2);
    other.attributes.push(text("mayday.feature", "other"));
    server.export(request(vec![root(1), other])).await;
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let (before, after) = (today.yesterday().unwrap(), today.tomorrow().unwrap());
    for (query, count) in [
        (format!("?from={before}&to={after}"), 2),
        (format!("?from={after}"), 0),
        (format!("?to={before}"), 0),
        ("?feature=other".to_owned(), 1),
        ("?feature=nobody".to_owned(), 0),
    ] {
        let found = traces(&lines(&export(&server, &query).await));
        assert_eq!(found.len(), count, "{query}");
    }
    for query in ["?from=soon", "?format=parquet", "?until=2026-11-23"] {
        let answer = server.get(&format!("/api/v1/flights/export{query}")).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn only_a_persons_key_takes_flights_out() {
    let (_guard, data) = data_dir();
    let token = |kind: &str| {
        let create = ["key", "create", "--json", "--name", kind, "--kind", kind, "--data-dir"];
        let output = mayday().args(create).arg(&data).output().unwrap();
        let issued: Value = serde_json::from_slice(&output.stdout).unwrap();
        issued["token"].as_str().unwrap().to_owned()
    };
    let tokens = ["ingest", "agent", "person"].map(token);
    let server = Server::start(&data, &[]);
    let path = format!("{}/api/v1/flights/export", server.http);
    assert_eq!(server.client.get(&path).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    for (token, status) in tokens.iter().zip([403, 403, 200]) {
        let answer = server.client.get(&path).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
    }
}

/// What the command wrote to standard output.
fn flights(arguments: &[&str]) -> String {
    let output = mayday().args(["export", "flights"]).args(arguments).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && told.contains("exported"), "{told}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn the_command_writes_the_same_from_a_server_and_from_a_directory_and_to_a_file() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    server.export(request((0..700).map(root).collect())).await;
    server.eventually("/api/v1/features", |features| features[0]["runs"] == 700).await;
    let url = server.http.clone();
    let asked = flights(&["--server", &url, "--format", "otlp"]);
    assert_eq!(asked, export(&server, "?format=otlp").await);
    assert_eq!(asked.lines().count(), 700);
    let asked = flights(&["--server", &url]);
    tokio::task::spawn_blocking(move || server.stop()).await.unwrap();
    let file = data.with_extension("jsonl");
    let directory = ["--data-dir", data.to_str().unwrap()];
    assert_eq!(flights(&directory), asked);
    assert_eq!(flights(&[&directory[..], &["--out", file.to_str().unwrap()]].concat()), "");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), asked);
    assert_reads_are_stated(&data);
}

/// Exporting is reading: who did it stands in the ledger.
fn assert_reads_are_stated(data: &Path) {
    let ledger = ledger::Ledger::open(data).unwrap();
    let facts = ledger.read(1, 1_000).unwrap();
    let reads: u64 = facts
        .iter()
        .map(|entry| match &entry.fact {
            model::Fact::PayloadRead { reads, .. } => *reads,
            _ => 0,
        })
        .sum();
    assert_eq!(reads, 5 * 700);
}
