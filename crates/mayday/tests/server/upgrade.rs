//! A whole data directory that an earlier Mayday left can be proven, read, erased in and gone on
//! with.
//!
//! `directory-N` is a directory as [`fill`] left it, packed file by file, when N was the newest
//! format of flights: flights and evidence, keys and their master key, the ledger. None is written
//! anew: for a new format of anything in it another is added.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use jiff::SignedDuration;
use model::SpanId;
use serde_json::{Value, json};
use sim::wire::Span;

use crate::harness::{Server, data_dir, mayday, request, root, text};

const SECRET: &str = "Zo\u{eb} of Elm Street was charged twice.";
const SHARED: &str = "Be terse, and never promise a refund.";

/// A run about somebody that asked a model.
fn run_about(number: u64, who: &str) -> Vec<Span> {
    let mut top = root(number);
    top.attributes.extend([text("user.id", who), text("mayday.pivot.order", "4711")]);
    let messages = json!([
        { "role": "system", "parts": [{ "type": "text", "content": SHARED }] },
        { "role": "user", "parts": [{ "type": "text", "content": SECRET }] },
    ]);
    let call = Span {
        span: SpanId::from_bytes(&(number + 0x1_0000).to_be_bytes()).unwrap(),
        parent: Some(top.span),
        name: "chat gpt-5".to_owned(),
        started: top.started + SignedDuration::from_millis(1),
        attributes: vec![
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.provider.name", "openai"),
            text("gen_ai.request.model", "gpt-5"),
            text("gen_ai.response.model", "gpt-5-2026-08-01"),
            text("gen_ai.input.messages", &messages.to_string()),
        ],
        ..top.clone()
    };
    vec![top, call]
}

fn run_of(number: u64) -> String {
    format!("run_{}_{}", root(number).trace, root(number).span)
}

async fn post(server: &Server, path: &str, body: Value) {
    let request = server.client.post(format!("{}{path}", server.http)).json(&body);
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
}

/// Something of every kind: runs about three people of whom one is erased, late outcomes, an intent
/// with its result and one without, a change, and an incident with evidence.
async fn fill(data: &Path) {
    let server = Server::start(data, &[]);
    for (number, who) in [(1, "zoe"), (2, "ada"), (3, "tom")] {
        server.export(request(run_about(number, who))).await;
    }
    server.eventually("/api/v1/features", |features| features[0]["runs"] == 3).await;
    let outcome = json!({ "run": run_of(1), "outcome": "bad", "source": "support" });
    post(&server, "/api/v1/outcomes", outcome).await;
    server.eventually("/api/v1/features", |features| features[0]["rate"]["k"] == 1).await;
    for (number, subject) in [(1, "zoe"), (2, "ada")] {
        let intent = json!({
            "trace_id": root(number).trace, "action": "refund", "target": "order 4711",
            "authority": "rule 12", "asked_for": "give it back", "subject": subject,
        });
        post(&server, "/api/v1/intents", intent).await;
    }
    let open = server.json("/api/v1/intents").await[1]["id"].as_str().unwrap().to_owned();
    post(&server, &format!("/api/v1/intents/{open}/result"), json!({ "state": "done" })).await;
    let change = json!({ "surface": "prompt", "summary": "terser", "by": "ana" });
    post(&server, "/api/v1/changes", change).await;
    let incident = json!({ "feature": "helper", "run": run_of(1), "by": "ana" });
    post(&server, "/api/v1/incidents", incident).await;
    post(&server, "/api/v1/erasures", json!({ "subject": "tom", "by": "ana" })).await;
    server.stop();
}

/// Unpacks a checked-in directory.
fn unpack(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            unpack(&path, &to.join(path.file_name().unwrap()));
            continue;
        }
        let name = PathBuf::from(path.file_stem().unwrap());
        let bytes = zstd::decode_all(&*fs::read(&path).unwrap()).unwrap();
        fs::write(to.join(name), bytes).unwrap();
    }
}

fn ask(data: &Path, arguments: &[&str]) -> Output {
    mayday().args(arguments).arg("--data-dir").arg(data).output().unwrap()
}

fn json_of(data: &Path, arguments: &[&str]) -> Value {
    let output = ask(data, arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {told}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What the model of a run was asked, or why that is not there.
fn asked(data: &Path, number: u64) -> Value {
    let trace = root(number).trace.to_string();
    let whole = json_of(data, &["reconstruct", &trace, "--json"]);
    let steps = whole[0]["steps"].as_array().unwrap().iter();
    let call = steps.clone().find(|step| step["kind"] == "model").unwrap();
    assert_eq!(call["record"]["model"]["served"], "gpt-5-2026-08-01");
    match call["not_kept"]["gen_ai.input.messages"].as_str() {
        Some(why) => why.into(),
        None => call["attributes"]["gen_ai.input.messages"].clone(),
    }
}

fn assert_intact(data: &Path, name: &str, erased: u64) {
    let proof = json_of(data, &["verify", "--json"]);
    assert_eq!((&proof["intact"], &proof["broken"]), (&json!(true), &Value::Null), "{name}");
    let flights = &proof["flights"][0];
    assert_eq!((&flights["steps"], &flights["erased"]), (&json!(9), &json!(erased)), "{name}");
    assert!(proof["facts"].as_u64().unwrap() >= 5, "{name}: {proof}");
}

/// Deletes the day, as keeping does; the evidence of the incident stays.
fn retire(data: &Path) {
    let flights = data.join("flights/default");
    for entry in fs::read_dir(flights).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::remove_file(path).unwrap();
        }
    }
}

async fn go_on(data: &Path) {
    let config = data.with_extension("toml");
    fs::write(&config, "[keeping]\ndays = 0\n").unwrap();
    let server = Server::start(data, &["--config", config.to_str().unwrap()]);
    server.export(request(run_about(9, "eve"))).await;
    let whole = format!("/api/v1/reconstruct?of={}", root(9).trace);
    assert!(server.json(&whole).await.to_string().contains("Elm Street"));
    let incidents = server.json("/api/v1/incidents").await;
    assert_eq!(incidents.as_array().unwrap().len(), 1);
    server.stop();
}

#[tokio::test]
async fn a_directory_of_every_format_is_proven_read_erased_in_and_gone_on_with() {
    let (guard, now) = data_dir();
    fill(&now).await;
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server");
    let mut directories = vec![("now", now, 3)];
    // Pivots were no content yet.
    // Pivots were no content yet, so one piece less was erased.
    let kept = [("directory-4", 2)].map(|(name, erased)| {
        let to = guard.path().join(name);
        unpack(&here.join(name), &to);
        (name, to, erased)
    });
    directories.extend(kept);
    for (name, data, erased) in directories {
        assert_intact(&data, name, erased);
        let said = asked(&data, 1);
        let said = said.as_str().unwrap();
        assert!(said.contains(SECRET) && said.contains(SHARED), "{name}: {said}");
        assert_eq!(asked(&data, 3), "erased", "{name}");
        let by_pivot = json_of(&data, &["reconstruct", "pivot:order=4711", "--json"]);
        assert_eq!(by_pivot.as_array().unwrap().len(), 3, "{name}");
        let erased = ask(&data, &["erase", "--subject", "zoe", "--yes"]);
        assert!(String::from_utf8_lossy(&erased.stdout).starts_with("erased: 1 keys"), "{name}");
        assert_eq!(asked(&data, 1), "erased", "{name}");
        assert!(asked(&data, 2).as_str().unwrap().contains(SECRET), "{name}");
        go_on(&data).await;
        retire(&data);
        assert_eq!(asked(&data, 1), "erased", "{name}: in evidence");
    }
}
