//! The ledger through every door: in pages, as it grows, taken out, taken in.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Server, data_dir, mayday, told};

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = mayday().arg("ledger").args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// States one fact.
async fn state(server: &Server, suite: &str) {
    let run = json!({ "suite": suite, "cases": 200, "failed": 1, "threshold": 0.02 });
    let post = server.client.post(format!("{}/api/v1/evals/runs", server.http));
    assert_eq!(post.json(&run).send().await.unwrap().status(), StatusCode::CREATED);
}

async fn entries(server: &Server, query: &str) -> Vec<Value> {
    let answer = server.get(&format!("/api/v1/ledger/entries{query}")).await;
    assert_eq!(answer.status(), StatusCode::OK, "{query}");
    assert_eq!(answer.headers()["content-type"], "application/jsonl");
    let text = answer.text().await.unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn seqs(server: &Server, query: &str) -> Vec<u64> {
    entries(server, query).await.iter().map(|entry| entry["seq"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn facts_are_told_in_pages_with_all_that_their_hash_covers() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    assert!(seqs(&server, "").await.is_empty());
    for n in 0..5 {
        state(&server, &format!("suite-{n}")).await;
    }
    for (query, wanted) in [
        ("", &[1, 2, 3, 4, 5][..]),
        ("?from=0", &[1, 2, 3, 4, 5]),
        ("?from=3&limit=2", &[3, 4]),
        ("?last=2", &[4, 5]),
        ("?last=99", &[1, 2, 3, 4, 5]),
        ("?last=0", &[]),
        ("?from=6", &[]),
        ("?from=18446744073709551615", &[]),
        ("?from=2&limit=1&wait=30s", &[2]),
        ("?from=6&wait=0s", &[]),
    ] {
        assert_eq!(seqs(&server, query).await, wanted, "{query}");
    }
    let entry = &entries(&server, "?last=1").await[0];
    let keys: Vec<_> = entry.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["actor", "at", "body", "hash", "prev", "seq", "stream", "version"]);
    assert!(entry["at"].as_str().unwrap().parse::<i64>().unwrap() > 0);
    let body: Value = serde_json::from_str(entry["body"].as_str().unwrap()).unwrap();
    assert_eq!((&body["type"], &body["run"]["suite"]), (&"eval_ran".into(), &"suite-4".into()));
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_refused() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    for (query, says) in [
        ("limit=0", "`limit` is at least 1"),
        ("limit=1001", "at most 1000"),
        ("wait=31s", "at most 30 seconds"),
        ("wait=-1s", "at most 30 seconds"),
        ("wait=soon", "at most 30 seconds"),
        ("from=1&last=1", "not both"),
        ("from=-1", "the query is not understood"),
        ("form=1", "the query is not understood"),
    ] {
        let answer = server.get(&format!("/api/v1/ledger/entries?{query}")).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query}");
        let told = told(answer).await;
        assert!(told.contains(says), "{query}: {told}");
    }
}

#[tokio::test]
async fn who_waits_for_a_fact_is_answered_when_it_is_stated() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    state(&server, "first").await;
    let (waiting, ()) =
        tokio::join!(seqs(&server, "?from=2&wait=30s"), async { state(&server, "second").await });
    assert_eq!(waiting, [2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_orderly_end_lets_nobody_wait_on() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &["--log", "warn"]);
    let (client, url) = (server.client.clone(), server.http.clone());
    let waiting = tokio::spawn(async move {
        client.get(format!("{url}/api/v1/ledger/entries?wait=30s")).send().await
    });
    for _ in 0..50 {
        server.get("/healthz").await;
    }
    tokio::task::spawn_blocking(move || server.stop()).await.unwrap();
    let answer = waiting.await.unwrap().unwrap();
    assert_eq!((answer.status(), &*answer.text().await.unwrap()), (StatusCode::OK, ""));
}

#[tokio::test]
async fn only_a_persons_key_opens_the_facts_of_all_tenants() {
    let (_guard, data) = data_dir();
    let token = |kind: &str| {
        let create = ["key", "create", "--json", "--name", kind, "--kind", kind, "--data-dir"];
        let output = mayday().args(create).arg(&data).output().unwrap();
        let issued: Value = serde_json::from_slice(&output.stdout).unwrap();
        issued["token"].as_str().unwrap().to_owned()
    };
    let tokens = ["ingest", "agent", "person"].map(token);
    let server = Server::start(&data, &[]);
    let path = format!("{}/api/v1/ledger/entries", server.http);
    assert_eq!(server.client.get(&path).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    for (token, status) in tokens.iter().zip([403, 403, 200]) {
        let answer = server.client.get(&path).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
    }
}

fn suites(data: &str) -> String {
    let output = mayday().args(["eval", "list", "--json", "--data-dir", data]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn an_export_from_a_server_or_a_directory_makes_the_same_ledger_elsewhere() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    for n in 0..5 {
        state(&server, &format!("suite-{}", n % 2)).await;
    }
    let (code, from_server, err) = run(&["export", "--server", &server.http]);
    assert_eq!((code, from_server.lines().count()), (Some(0), 5), "{err}");
    tokio::task::spawn_blocking(move || server.stop()).await.unwrap();

    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (here, there) = (text(&data), text(&data.with_extension("other")));
    let file = text(&data.with_extension("jsonl"));
    assert_eq!(run(&["export", "--data-dir", &here, "--out", &file]).0, Some(0));
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim_end(), from_server);

    let (code, imported, err) = run(&["import", &file, "--data-dir", &there]);
    assert_eq!(code, Some(0), "{err}");
    let intact = run(&["verify", "--data-dir", &here]).1;
    assert_eq!(imported.strip_prefix("imported"), intact.strip_prefix("intact:"), "{imported}");
    assert_eq!(run(&["verify", "--data-dir", &there]).1, intact);
    assert_eq!(suites(&there), suites(&here));
    assert_eq!(run(&["export", "--data-dir", &there]).1, from_server);

    let (code, _, err) = run(&["import", &file, "--data-dir", &there]);
    assert_eq!(code, Some(1));
    let full = "mayday: the ledger holds 5 entries: an export is taken into an empty one";
    assert_eq!(err, full);
}

#[tokio::test]
async fn a_broken_export_is_refused_by_its_line_and_leaves_an_empty_ledger() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    for n in 0..4 {
        state(&server, &format!("suite-{n}")).await;
    }
    let export = run(&["export", "--server", &server.http]).1;
    let file = data.with_extension("jsonl");
    let other = data.with_extension("other");
    let (file, other) = (file.to_str().unwrap(), other.to_str().unwrap());
    for (broken, says) in [
        (export.replace("suite-2", "suite-7"), "the chain breaks at line 3"),
        (export.lines().skip(1).collect::<Vec<_>>().join("\n"), "the chain breaks at line 1"),
        (export[..export.len() - 9].to_owned(), "line 4 is no entry of a ledger"),
    ] {
        std::fs::write(file, broken).unwrap();
        let (code, out, err) = run(&["import", file, "--data-dir", other]);
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(err.contains(says), "{err}");
        let verified = run(&["verify", "--data-dir", other]).1;
        assert!(verified.starts_with("intact: 0 entries"), "{verified}");
    }
    std::fs::write(file, export + "\n").unwrap();
    assert_eq!(run(&["import", file, "--data-dir", other]).0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn tail_shows_the_newest_facts_and_then_each_as_it_is_stated() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    for n in 0..3 {
        state(&server, &format!("suite-{n}")).await;
    }
    let (code, out, err) = run(&["tail", "-n", "2", "--server", &server.http]);
    assert_eq!((code, out.lines().count()), (Some(0), 2), "{err}");
    let line = out.lines().last().unwrap();
    assert!(line.trim_start().starts_with("3  20"), "{line}");
    assert!(line.contains("Z  eval_ran  evals  by "), "{line}");
    let (code, json, _) = run(&["tail", "-n", "2", "--json", "--server", &server.http]);
    assert_eq!(code, Some(0));
    let seq = |line: &str| serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap();
    assert_eq!(json.lines().map(seq).collect::<Vec<_>>(), [2, 3]);

    let mut follow = mayday()
        .args(["ledger", "tail", "--follow", "--json", "-n", "1", "--server", &server.http])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(follow.stdout.take().unwrap()).lines();
    assert_eq!(seq(&lines.next().unwrap().unwrap()), 3);
    state(&server, "later").await;
    assert_eq!(seq(&lines.next().unwrap().unwrap()), 4);
    follow.kill().unwrap();
    follow.wait().unwrap();
}

#[test]
fn a_directory_is_not_followed() {
    let (code, _, err) = run(&["tail", "--follow", "--data-dir", "nowhere"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("follow a server"), "{err}");
}

/// A line that follows another in the same stream, with a fact that only a later version knows.
fn later(line: &str) -> String {
    let mut entry: Value = serde_json::from_str(line).unwrap();
    let number = |key: &str| entry[key].as_u64().unwrap() + 1;
    let (seq, version) = (number("seq"), number("version"));
    let prev: model::ContentHash = serde_json::from_value(entry["hash"].clone()).unwrap();
    entry["seq"] = seq.into();
    entry["version"] = version.into();
    entry["prev"] = entry["hash"].clone();
    entry["body"] = r#"{"type":"moon_landed","crew":3}"#.into();
    let text = |key: &str| entry[key].as_str().unwrap().as_bytes().to_vec();
    let (seq, version) = (seq.to_string().into_bytes(), version.to_string().into_bytes());
    let fields = [
        b"mayday ledger 1".to_vec(),
        prev.as_bytes().to_vec(),
        seq,
        text("stream"),
        version,
        text("at"),
        text("actor"),
        text("body"),
    ];
    let said = fields.iter().flat_map(|field| {
        (field.len() as u64).to_be_bytes().into_iter().chain(field.iter().copied())
    });
    let hash = model::ContentHash::of(&said.collect::<Vec<u8>>());
    entry["hash"] = hash.to_string().into();
    entry.to_string()
}

#[tokio::test]
async fn a_fact_of_a_later_version_is_shown_as_unknown_and_stops_nothing() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    state(&server, "nightly").await;
    let export = run(&["export", "--server", &server.http]).1;
    let known = server.json("/api/v1/evals").await;
    let (file, other) = (data.with_extension("jsonl"), data.with_extension("other"));
    std::fs::write(&file, format!("{export}\n{}\n", later(&export))).unwrap();
    let (code, _, err) =
        run(&["import", file.to_str().unwrap(), "--data-dir", other.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{err}");

    let server = Server::start(&other, &[]);
    assert_eq!(server.json("/api/v1/evals").await, known);
    assert_eq!(server.json("/api/v1/ledger/verify").await["entries"], 2);
    let told = run(&["tail", "-n", "1", "--server", &server.http]).1;
    assert!(told.contains("  moon_landed (unknown to this version)  evals  by "), "{told}");
    state(&server, "weekly").await;
    assert_eq!(seqs(&server, "").await, [1, 2, 3]);
}
