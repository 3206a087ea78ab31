//! What the commands that read records say: what fed a decision, how two differ, what is missing.

use std::process::Output;

use jiff::SignedDuration;
use model::{Attribute, SpanId};
use serde_json::{Value, json};
use sim::wire::{Record, Span};

use crate::harness::{Server, data_dir, logs_request, mayday, request, root, text};

const SAID: &str = r#"[{"role":"user","parts":[{"type":"text","content":"hello"}]}]"#;

/// A step below a run's root, so many milliseconds after it began, that took one.
fn step(number: u64, after: i64, attributes: &[(&str, &str)]) -> Span {
    let top = root(number);
    let started = top.started + SignedDuration::from_millis(after);
    let span = (number << 16) + after.unsigned_abs() + 1;
    Span {
        span: SpanId::from_bytes(&span.to_be_bytes()).unwrap(),
        parent: Some(top.span),
        name: "a step".to_owned(),
        started,
        ended: started + SignedDuration::from_millis(1),
        attributes: attributes.iter().map(|(key, value)| text(key, value)).collect(),
        ..top
    }
}

fn chat(number: u64, after: i64) -> Span {
    let attributes = [
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.provider.name", "openai"),
        ("gen_ai.request.model", "gpt-5"),
        ("gen_ai.response.model", "gpt-5-2026-08-01"),
    ];
    step(number, after, &attributes)
}

fn search(number: u64, build: &str) -> Span {
    let attributes = [
        ("gen_ai.operation.name", "retrieval"),
        ("gen_ai.data_source.id", "handbook"),
        ("mayday.index.build", build),
    ];
    step(number, 2, &attributes)
}

/// What a client says of a call apart from its span.
async fn say(server: &Server, of: &Span, attributes: Vec<Attribute>) {
    let record = Record {
        trace: Some(of.trace),
        span: Some(of.span),
        event: "gen_ai.client.inference.operation.details".to_owned(),
        at: of.ended,
        body: None,
        attributes,
    };
    let sent = server.client.post(format!("{}/v1/logs", server.otlp));
    let sent = sent.header("content-type", "application/x-protobuf");
    let sent = sent.body(logs_request(vec![record])).send().await.unwrap();
    assert!(sent.status().is_success());
}

fn ask(server: &Server, arguments: &[&str]) -> Output {
    mayday().args(arguments).args(["--server", &server.http]).output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Names of the fields that a step misses.
fn missing(whole: &Value, of: &Span) -> Vec<String> {
    let all = whole[0]["missing"].as_array().unwrap().iter();
    let its = all.filter(|one| one["span"] == of.span.to_string());
    its.map(|one| one["field"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_a_client_says_in_a_log_record_is_not_missing_of_the_call() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let call = chat(1, 5);
    server.export(request(vec![root(1), call.clone()])).await;
    let path = format!("/api/v1/reconstruct?of={}/{}", call.trace, call.span);
    let of_messages = ["answer", "prompt.messages", "prompt.text"];
    let lacks = |whole: &Value| {
        let missing = missing(whole, &call);
        of_messages.map(|field| missing.iter().any(|one| one == field))
    };
    assert_eq!(lacks(&server.json(&path).await), [true; 3]);
    let about = |findings: Value| -> Vec<String> {
        let all = findings.as_array().unwrap().iter();
        all.map(|one| one["about"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(about(server.json("/api/v1/doctor").await), ["no_content"]);

    let system = r#"[{"type":"text","content":"Be kind."}]"#;
    let said = vec![
        text("gen_ai.system_instructions", system),
        text("gen_ai.input.messages", SAID),
        text("gen_ai.output.messages", SAID),
    ];
    say(&server, &call, said).await;
    assert_eq!(lacks(&server.json(&path).await), [false; 3]);
    assert_eq!(about(server.json("/api/v1/doctor").await), Vec::<String>::new());
    let coverage = server.json("/api/v1/coverage").await;
    let fields = coverage["clients"][0]["missing"].to_string();
    assert!(!fields.contains("prompt.text") && fields.contains("place.region"), "{fields}");
}

#[tokio::test]
async fn the_launch_gate_stays_shut_where_nothing_is_on_record() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let code = |arguments: &[&str]| ask(&server, arguments).status.code();
    assert_eq!(code(&["coverage"]), Some(0));
    assert_eq!(code(&["coverage", "--least", "0"]), Some(1));
    server.export(request(vec![root(1), chat(1, 5)])).await;
    server.eventually("/api/v1/features", |features| features[0]["runs"] == 1).await;
    assert_eq!(code(&["coverage", "--least", "0.1"]), Some(0));
    assert_eq!(code(&["coverage", "--least", "0.9"]), Some(1));
    assert_eq!(code(&["coverage", "--least", "0.1", "--feature", "nobody"]), Some(1));
    let percent = ask(&server, &["coverage", "--least", "90"]);
    assert!(String::from_utf8_lossy(&percent.stderr).contains("from 0 to 1"));
    assert_eq!(code(&["reconstruct", "pivot:order=none"]), Some(1));
}

#[tokio::test]
async fn coverage_counts_each_feature_of_a_trace_by_itself() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let mut other = step(1, 1, &[("mayday.feature", "billing")]);
    other.attributes.push(("mayday.run".into(), model::Value::Bool(true)));
    let mut below = chat(1, 5);
    below.parent = Some(other.span);
    server.export(request(vec![root(1), other, below, search(1, "7")])).await;
    server.eventually("/api/v1/features", |all| all.as_array().unwrap().len() == 2).await;
    let coverage = server.json("/api/v1/coverage?feature=billing").await;
    assert_eq!(
        (&coverage["records"], &coverage["clients"][0]["feature"]),
        (&json!(1), &json!("billing"))
    );
    let fields = coverage["clients"][0]["missing"].to_string();
    assert!(fields.contains("prompt.text") && !fields.contains("retrieval"), "{fields}");
}

#[tokio::test]
async fn two_runs_that_searched_other_builds_of_an_index_differ_in_retrieval_alone() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    for (number, build) in [(1, "7"), (2, "7"), (3, "8")] {
        server.export(request(vec![root(number), search(number, build), chat(number, 9)])).await;
    }
    let verdicts = async |a: u64, b: u64| {
        let path = format!("/api/v1/diff?a={}&b={}", root(a).trace, root(b).trace);
        let diff = server.json(&path).await;
        let parts = diff["parts"].as_array().unwrap().iter();
        let told = parts.map(|part| format!("{}: {}", part["part"], part["verdict"]));
        told.collect::<Vec<_>>().join(", ").replace('"', "")
    };
    let alike = verdicts(1, 2).await;
    assert!(alike.contains("retrieval: unknown") && !alike.contains("different"), "{alike}");
    let unlike = verdicts(1, 3).await;
    assert_eq!(unlike.matches("different").count(), 1, "{unlike}");
    assert!(unlike.contains("retrieval: different"), "{unlike}");
}

#[tokio::test]
async fn texts_that_clients_say_in_log_records_are_compared_too() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    for (number, said) in [(1, SAID), (2, SAID), (3, "[]")] {
        let call = chat(number, 9);
        server.export(request(vec![root(number), call.clone()])).await;
        say(&server, &call, vec![text("gen_ai.input.messages", said)]).await;
    }
    let texts = async |a: u64, b: u64| {
        let path = format!("/api/v1/diff?a={}&b={}", root(a).trace, root(b).trace);
        server.json(&path).await["texts"].clone()
    };
    assert_eq!(texts(1, 2).await, json!([]));
    assert_eq!(texts(1, 3).await[0]["attribute"], "gen_ai.input.messages");
}

#[tokio::test]
async fn the_doctor_says_where_a_step_is_and_what_was_refused() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let odd = step(1, 5, &[("gen_ai.operation.name", "divination")]);
    server.export(request(vec![root(1), odd.clone()])).await;
    let mut nameless = request(vec![root(2)]);
    let id = *root(2).trace.as_bytes();
    let place = nameless.windows(16).position(|bytes| bytes == id).unwrap();
    nameless[place..place + 16].fill(0);
    server.export(nameless).await;
    let told = printed(&ask(&server, &["doctor"]));
    let newest = format!("    the newest: {}/{}\n", odd.trace, odd.span);
    assert!(
        told.contains("gen_ai.operation.name is `divination`") && told.contains(&newest),
        "{told}"
    );
    assert!(
        told.contains("refused since the start: its trace id is not 16 bytes, or zero"),
        "{told}"
    );
}
