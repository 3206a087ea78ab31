//! Forwarding: to a sink that keeps what it is sent, and that answers as it is told.

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use reqwest::Response;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::grpc;
use crate::harness::{
    Server, data_dir, evaluation, gzip, logs_request, mayday, request, request_in_json, root, text,
};

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/x-protobuf";

/// A request as it arrived at the sink.
#[derive(Debug)]
struct Arrived {
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

/// Where requests are forwarded to.
struct Sink {
    url: String,
    arrived: UnboundedReceiver<Arrived>,
}

impl Sink {
    /// Answers with these, one after the other, and then with success.
    async fn answering<const N: usize>(answers: [u16; N]) -> Self {
        let (tell, arrived) = unbounded_channel();
        let answers = Arc::new(Mutex::new(answers.into_iter()));
        let take = move |uri: Uri, headers: HeaderMap, body: Bytes| async move {
            _ = tell.send(Arrived { path: uri.path().to_owned(), headers, body });
            let status = answers.lock().unwrap().next().unwrap_or(200);
            (StatusCode::from_u16(status).unwrap(), [("retry-after", "1")]).into_response()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take)).await });
        Self { url, arrived }
    }

    async fn next(&mut self) -> Arrived {
        self.arrived.recv().await.unwrap()
    }
}

/// A server that forwards to there.
fn start(data: &Path, endpoint: &str, more: &str) -> Server {
    Server::start(data, &["--config", &config(data, endpoint, more)])
}

fn config(data: &Path, endpoint: &str, more: &str) -> String {
    let path = data.with_extension("toml");
    std::fs::write(&path, format!("[forward]\nendpoint = \"{endpoint}\"\n{more}")).unwrap();
    path.to_str().unwrap().to_owned()
}

async fn send(server: &Server, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Response {
    let request = server.client.post(format!("{}{path}", server.otlp));
    let add = |request: reqwest::RequestBuilder, (name, value): &(&str, &str)| {
        request.header(*name, *value)
    };
    let answer = headers.iter().fold(request, add).body(body).send().await.unwrap();
    assert_eq!(answer.status(), reqwest::StatusCode::OK);
    answer
}

/// Asks again and again, at most ten thousand times, until a metric has the value.
async fn metric_becomes(server: &Server, name: &str, value: u64) {
    let mut last = 0;
    for _ in 0..10_000 {
        last = server.metric(name).await;
        if last == value {
            return;
        }
    }
    panic!("{name} never came to {value}; last {last}");
}

#[tokio::test]
async fn what_is_accepted_arrives_byte_for_byte_in_its_encoding_whatever_is_kept_of_it() {
    let (_guard, data) = data_dir();
    let mut sink = Sink::answering([]).await;
    let more = "headers = { x-key = \"secret\" }\n[record]\ncontent = \"metadata_only\"\n";
    let server = start(&data, &sink.url, more);
    let (spans, more_spans) = (request(vec![root(1), root(2)]), request(vec![root(3)]));
    let json = request_in_json(vec![root(4)]);
    let mut plain = evaluation(&root(1), "pass");
    (plain.event, plain.attributes) = ("order.placed".to_owned(), vec![text("item", "tea")]);
    let logs = logs_request(vec![evaluation(&root(1), "pass"), plain]);
    let packed = [("content-type", PROTOBUF), ("content-encoding", "gzip")];
    let own = [("content-type", PROTOBUF), ("authorization", "Bearer mine")];
    send(&server, "/v1/traces", &own, spans.clone()).await;
    send(&server, "/v1/traces", &packed, gzip(&more_spans)).await;
    send(&server, "/v1/traces", &[("content-type", JSON)], json.clone()).await;
    send(&server, "/v1/logs", &[("content-type", PROTOBUF)], logs.clone()).await;
    let by_grpc = request(vec![root(5)]);
    assert_eq!(grpc::export_message(&server, &by_grpc).await, 0);
    for (path, kind, body) in [
        ("/v1/traces", PROTOBUF, spans),
        ("/v1/traces", PROTOBUF, more_spans),
        ("/v1/traces", JSON, json),
        ("/v1/logs", PROTOBUF, logs),
        ("/v1/traces", PROTOBUF, by_grpc),
    ] {
        let arrived = sink.next().await;
        assert_eq!((&*arrived.path, &arrived.body[..]), (path, &body[..]));
        let header = |name: &str| arrived.headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!((header("content-type"), header("x-key")), (Some(kind), Some("secret")));
        assert_eq!((header("content-encoding"), header("authorization")), (None, None));
    }
    for (name, value) in [("requests", 5), ("spans", 5), ("log_records", 2)] {
        metric_becomes(&server, &format!("mayday_forward_sent_{name}_total"), value).await;
    }
    metric_becomes(&server, "mayday_forward_queue_bytes", 0).await;
    assert_eq!(server.metric("mayday_forward_queue_capacity_bytes").await, 33_554_432);
}

#[tokio::test]
async fn what_is_refused_for_now_is_sent_again_and_what_is_refused_for_good_is_not() {
    let (_guard, data) = data_dir();
    let mut sink = Sink::answering([503, 200, 400]).await;
    let server = start(&data, &sink.url, "");
    let bodies = [1, 2, 3].map(|number| request(vec![root(number)]));
    for body in &bodies {
        server.export(body.clone()).await;
    }
    let [first, second, third] = &bodies;
    for body in [first, first, second, third] {
        assert_eq!(&sink.next().await.body[..], &body[..]);
    }
    metric_becomes(&server, "mayday_forward_sent_requests_total", 2).await;
    assert_eq!(server.metric("mayday_forward_retries_total").await, 1);
    assert_eq!(server.metric("mayday_forward_send_failed_requests_total").await, 1);
    assert_eq!(server.metric("mayday_forward_send_failed_spans_total").await, 1);
}

/// A sink that takes connections and never answers.
fn silent() -> (std::net::TcpListener, String) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

#[tokio::test]
async fn a_full_queue_loses_the_newest_where_all_can_see_and_everything_is_still_recorded() {
    let (_guard, data) = data_dir();
    let (_sink, url) = silent();
    let config = config(&data, &url, "queue_bytes = 4096\n");
    let log = data.with_extension("log");
    let file = Stdio::from(std::fs::File::create(&log).unwrap());
    let server = Server::start_at("127.0.0.1:0", &data, &["--config", &config], file);
    for number in 0..20 {
        let body = request(vec![root(number)]);
        assert!(body.len() < 1_024);
        assert_eq!(server.export(body).await.status(), reqwest::StatusCode::OK);
    }
    assert_eq!(server.metric("mayday_spans_stored_total").await, 20);
    assert_eq!(server.metric("mayday_forward_queue_bytes").await, 4_096);
    for name in ["requests", "spans"] {
        let name = format!("mayday_forward_enqueue_failed_{name}_total");
        assert_eq!(server.metric(&name).await, 16);
    }
    let told = std::fs::read_to_string(&log).unwrap();
    assert_eq!(told.lines().filter(|line| line.contains(" WARN ")).count(), 1, "{told}");
    assert!(told.contains("the queue is full") && !told.contains("helper"), "{told}");
}

#[tokio::test]
async fn a_request_that_comes_back_is_recorded_and_not_sent_again() {
    let (_guard, data) = data_dir();
    let mut sink = Sink::answering([]).await;
    let server = start(&data, &sink.url, "");
    server.export(request(vec![root(1)])).await;
    let via = sink.next().await.headers["mayday-via"].to_str().unwrap().to_owned();
    let back = [("content-type", PROTOBUF), ("mayday-via", &via)];
    send(&server, "/v1/traces", &back, request(vec![root(2)])).await;
    let on = [("content-type", PROTOBUF), ("mayday-via", "another")];
    send(&server, "/v1/traces", &on, request(vec![root(3)])).await;
    assert_eq!(sink.next().await.headers["mayday-via"], format!("another,{via}").as_str());
    assert_eq!(server.metric("mayday_forward_came_back_requests_total").await, 1);
    assert_eq!(server.metric("mayday_spans_stored_total").await, 3);
}

#[test]
fn settings_that_would_go_in_a_circle_or_lack_a_secret_are_refused_at_the_start() {
    let (_guard, data) = data_dir();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let itself = format!("http://localhost:{port}");
    for (endpoint, more, says) in [
        (&*itself, "", "this very server"),
        ("localhost:4319", "", "base URL"),
        ("http://localhost:1", "headers = { a = \"env:NOT_SET\" }\n", "NOT_SET, which is not set"),
    ] {
        let config = config(&data, endpoint, more);
        let otlp = format!("127.0.0.1:{port}");
        let mut serve = mayday();
        serve.args(["serve", "--otlp", &otlp, "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"]);
        let output = serve.args(["--config", &config, "--data-dir"]).arg(&data).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && told.contains(says), "{told}");
    }
}

#[tokio::test]
async fn what_waits_at_the_end_is_sent_first() {
    let (_guard, data) = data_dir();
    let mut sink = Sink::answering([503]).await;
    let server = start(&data, &sink.url, "");
    for number in 0..5 {
        server.export(request(vec![root(number)])).await;
    }
    tokio::task::spawn_blocking(move || server.stop()).await.unwrap();
    for _ in 0..6 {
        sink.next().await;
    }
    assert!(sink.arrived.try_recv().is_err());
}

#[tokio::test]
async fn what_can_not_be_sent_before_the_end_is_told_as_lost() {
    let (_guard, data) = data_dir();
    let config = config(&data, "http://127.0.0.1:1", "");
    let log = data.with_extension("log");
    let file = Stdio::from(std::fs::File::create(&log).unwrap());
    let server = Server::start_at("127.0.0.1:0", &data, &["--config", &config], file);
    for number in 0..5 {
        server.export(request(vec![root(number)])).await;
    }
    tokio::task::spawn_blocking(move || server.stop()).await.unwrap();
    let told = std::fs::read_to_string(&log).unwrap();
    let (first, rest) = ("requests=1 why=\"the server ended first\"", "requests=4");
    assert!(told.contains(first) && told.contains(rest), "{told}");
}
