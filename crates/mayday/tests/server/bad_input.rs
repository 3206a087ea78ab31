//! Whatever comes in: a clear answer, a counter, nothing valid lost, no panic.

use std::io::Write;

use model::{Attribute, Value};
use reqwest::{Response, StatusCode};

use crate::grpc;
use crate::harness::{Server, data_dir, gzip, mayday, request, request_in_json, root, text, told};

async fn send(server: &Server, headers: &[(&str, &str)], body: Vec<u8>) -> Response {
    let mut request = server.client.post(format!("{}/v1/traces", server.otlp));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).send().await.unwrap()
}

const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");

/// Asserts a problem document with this status, and that it says this.
async fn assert_problem(answer: Response, status: StatusCode, says: &str) {
    assert_eq!(answer.status(), status);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(problem["status"], status.as_u16());
    assert!(problem["detail"].as_str().unwrap().contains(says), "{problem}");
}

/// Asserts that an export was refused in the words and the form that OTLP has for it.
async fn assert_refused(answer: Response, status: StatusCode, says: &str) {
    assert_eq!(answer.status(), status);
    assert_eq!(answer.headers()["content-type"], "application/x-protobuf");
    let told = told(answer).await;
    assert!(told.contains(says), "{told}");
}

#[tokio::test]
async fn a_body_that_is_no_otlp_is_refused_and_the_server_lives() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let whole = request((0..20).map(root).collect());
    let truncated = whole[..whole.len() - 7].to_vec();
    let answer = send(&server, &[PROTOBUF], truncated).await;
    assert_refused(answer, StatusCode::BAD_REQUEST, "OTLP").await;
    let answer = send(&server, &[("content-type", "text/plain")], whole.clone()).await;
    assert_problem(answer, StatusCode::UNSUPPORTED_MEDIA_TYPE, "application/x-protobuf").await;
    let brotli = [PROTOBUF, ("content-encoding", "br")];
    let answer = send(&server, &brotli, whole.clone()).await;
    assert_refused(answer, StatusCode::UNSUPPORTED_MEDIA_TYPE, "gzip").await;
    let gzipped = [PROTOBUF, ("content-encoding", "gzip")];
    let answer = send(&server, &gzipped, b"this is no gzip".to_vec()).await;
    assert_refused(answer, StatusCode::BAD_REQUEST, "gzip").await;
    assert_eq!(send(&server, &gzipped, gzip(&whole)).await.status(), StatusCode::OK);
    assert_eq!(server.metric("mayday_spans_stored_total").await, 20);
    assert_eq!(server.metric("mayday_requests_refused_total").await, 4);
}

#[tokio::test]
async fn a_large_body_and_a_gzip_bomb_are_refused_before_they_are_unpacked() {
    let (_guard, data) = data_dir();
    let config = data.with_extension("toml");
    std::fs::write(&config, "[record]\nmax_body_bytes = 1000000\n").unwrap();
    let server = Server::start(&data, &["--config", config.to_str().unwrap()]);
    let answer = send(&server, &[PROTOBUF], vec![0; 1_000_001]).await;
    assert_refused(answer, StatusCode::PAYLOAD_TOO_LARGE, "1000000 bytes").await;
    let bomb = gzip(&vec![0; 400_000_000]);
    assert!(bomb.len() < 1_000_000);
    let answer = send(&server, &[PROTOBUF, ("content-encoding", "gzip")], bomb).await;
    assert_refused(answer, StatusCode::PAYLOAD_TOO_LARGE, "1000000 bytes").await;
    assert_eq!(server.get("/healthz").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn spans_that_cannot_be_kept_are_told_and_the_others_are_kept() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let mut nameless = request(vec![root(1), root(2)]);
    let id = model_id(&root(2));
    let place = nameless.windows(16).position(|bytes| bytes == id).unwrap();
    nameless[place..place + 16].fill(0);
    let answer = server.export(nameless).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let told = String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned();
    assert!(told.contains("trace id"), "{told}");
    assert_eq!(server.metric("mayday_spans_stored_total").await, 1);
    assert_eq!(server.metric("mayday_spans_rejected_total").await, 1);
}

fn model_id(span: &sim::wire::Span) -> [u8; 16] {
    *span.trace.as_bytes()
}

/// A character of every plane of Unicode, and some that mean something to terminals and to texts.
fn every_plane() -> String {
    let planes = (0..17).filter_map(|plane| char::from_u32(plane * 0x1_0000 + 0xa1));
    planes.chain(['\0', '\u{1b}', '\u{feff}', '\u{202e}']).collect()
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(Value::Int(1), |inner, _| Value::List(vec![inner]))
}

/// A good span, and three that are not kept: too many attributes, too deep a value, a key too long.
fn mixed(number: u64) -> Vec<sim::wire::Span> {
    let with = |number: u64, attributes: Vec<Attribute>| {
        let mut span = root(number);
        span.attributes.extend(attributes);
        span
    };
    vec![
        with(number, vec![text("gen_ai.input.messages", &every_plane())]),
        with(number + 1, (0..5_000).map(|n| (format!("k{n}").into(), Value::Int(n))).collect()),
        with(number + 2, vec![("deep".into(), nested(100))]),
        with(number + 3, vec![text(&"k".repeat(2_000), "")]),
    ]
}

#[tokio::test]
async fn items_that_cannot_be_kept_cost_no_other_item_by_whatever_door() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let json = send(&server, &[("content-type", "application/json")], request_in_json(mixed(10)));
    let json = json.await.bytes().await.unwrap();
    let protobuf = server.export(request(mixed(20))).await.bytes().await.unwrap();
    let answer = grpc::call(&server, grpc::TRACES, &[], grpc::framed(&request(mixed(30)), 0)).await;
    assert_eq!(answer.code, 0);
    for (number, told) in [(10, json), (20, protobuf), (30, answer.message)] {
        let told = String::from_utf8_lossy(&told).into_owned();
        for why in ["more attributes", "nested too deep", "key is longer"] {
            assert!(told.contains(why), "{number}: {told}");
        }
        let trace = server.json(&format!("/api/v1/traces/{}", root(number).trace)).await;
        let said = &trace["steps"][0]["attributes"]["gen_ai.input.messages"];
        assert_eq!(*said, every_plane(), "{number}");
    }
    assert_eq!(server.metric("mayday_spans_stored_total").await, 3);
    assert_eq!(server.metric("mayday_spans_rejected_total").await, 9);
    server.stop();
    let verified = mayday().args(["verify", "--data-dir"]).arg(&data).output().unwrap();
    assert!(verified.status.success());
}

#[tokio::test]
async fn what_a_sender_that_goes_away_made_durable_becomes_runs() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let address = server.otlp.strip_prefix("http://").unwrap();
    for number in 0..50 {
        let body = request(vec![root(number)]);
        let head = "POST /v1/traces HTTP/1.1\r\nhost: localhost\r\n\
                    content-type: application/x-protobuf\r\n";
        let head = format!("{head}content-length: {}\r\n\r\n", body.len());
        let mut socket = std::net::TcpStream::connect(address).unwrap();
        socket.write_all(&[head.as_bytes(), &body].concat()).unwrap();
    }
    let mut seen = (0, 0);
    for _ in 0..500 {
        seen = (durable(&server, 50).await, runs(&server).await);
        if seen.0 > 0 && seen.0 == seen.1 {
            return;
        }
    }
    panic!("{} traces are durable and {} are runs", seen.0, seen.1);
}

async fn durable(server: &Server, sent: u64) -> u64 {
    let mut found = 0;
    for number in 0..sent {
        let answer = server.get(&format!("/api/v1/traces/{}", root(number).trace)).await;
        found += u64::from(answer.status().is_success());
    }
    found
}

async fn runs(server: &Server) -> u64 {
    server.json("/api/v1/features").await[0]["runs"].as_u64().unwrap_or(0)
}

#[tokio::test]
async fn a_query_that_is_not_understood_is_a_problem_document() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let answer = server.get("/api/v1/moved?colour=red").await;
    assert_problem(answer, StatusCode::BAD_REQUEST, "colour").await;
    let answer = server.get("/api/v1/moved?baseline=1..2").await;
    assert_problem(answer, StatusCode::BAD_REQUEST, "baseline and incident").await;
}

#[tokio::test]
async fn spans_sent_twice_are_stored_once() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let body = request((0..5).map(root).collect());
    for _ in 0..3 {
        assert_eq!(server.export(body.clone()).await.status(), StatusCode::OK);
    }
    assert_eq!(server.metric("mayday_spans_stored_total").await, 5);
    assert_eq!(server.metric("mayday_spans_duplicate_total").await, 10);
    server.eventually("/api/v1/features", |features| features[0]["runs"] == 5).await;
}

#[tokio::test]
async fn attributes_nobody_knows_are_kept_as_they_came() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let odd = " \u{0}\u{1F600}\r\n{\"not\": closed ".to_owned() + &"x".repeat(5_000);
    let mut span = root(1);
    span.attributes.push(text("vendor.weird key", &odd));
    server.export(request(vec![span.clone()])).await;
    let trace = server.json(&format!("/api/v1/traces/{}", span.trace)).await;
    assert_eq!(trace["steps"][0]["attributes"]["vendor.weird key"], odd);
}

#[tokio::test]
async fn another_hosts_name_is_refused_on_both_ports() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    for url in [format!("{}/v1/traces", server.otlp), format!("{}/api/v1/incidents", server.http)] {
        let request = server.client.post(url).header("host", "evil.example:7070");
        let answer = request.header("content-type", "application/json").body("{}").send().await;
        assert_problem(answer.unwrap(), StatusCode::FORBIDDEN, "Host header").await;
    }
}

#[tokio::test]
async fn an_outcome_that_makes_no_sense_is_refused_with_the_reason() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let trace = root(1).trace;
    let post = async |body: String| {
        let request = server.client.post(format!("{}/api/v1/outcomes", server.http));
        request.header("content-type", "application/json").body(body).send().await.unwrap()
    };
    for (body, says) in [
        ("{".to_owned(), "JSON"),
        (r#"{"outcome":"bad","source":"x"}"#.to_owned(), "trace_id"),
        (format!(r#"{{"trace_id":"{trace}","outcome":"fine","source":"x"}}"#), "fine"),
        (format!(r#"{{"trace_id":"{trace}","outcome":"bad","source":""}}"#), "source"),
        (format!(r#"{{"trace_id":"{trace}","outcome":"bad","source":"x","x":1}}"#), "x"),
    ] {
        let answer = post(body).await;
        let status = answer.status();
        assert!(status.is_client_error());
        assert_problem(answer, status, says).await;
    }
    let good = format!(r#"{{"trace_id":"{trace}","outcome":"bad","source":"thumbs"}}"#);
    assert_eq!(post(good).await.status(), StatusCode::NO_CONTENT);
    server.export(request(vec![root(1)])).await;
    server.eventually("/api/v1/features", |features| features[0]["rate"]["k"] == 1).await;
}
