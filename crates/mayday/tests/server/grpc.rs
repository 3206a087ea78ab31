//! OTLP over gRPC, frame by frame, by a client that knows only HTTP/2.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::{HeaderMap, Request};
use hyper_util::rt::{TokioExecutor, TokioIo};

use crate::harness::{
    Server, data_dir, evaluation, gzip, logs_request, mayday, request, root, text,
};

pub(crate) const TRACES: &str = "opentelemetry.proto.collector.trace.v1.TraceService/Export";
const LOGS: &str = "opentelemetry.proto.collector.logs.v1.LogsService/Export";

/// gRPC's codes, by their names in the standard.
const OK: i32 = 0;
const INVALID_ARGUMENT: i32 = 3;
const RESOURCE_EXHAUSTED: i32 = 8;
const UNIMPLEMENTED: i32 = 12;
const INTERNAL: i32 = 13;
const UNAUTHENTICATED: i32 = 16;

/// What a call came to.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: i32,
    /// As it travels, with blanks as `%20`.
    told: String,
    details: Option<String>,
    pub(crate) message: Bytes,
}

async fn connect(server: &Server) -> SendRequest<Full<Bytes>> {
    let address = server.grpc.strip_prefix("http://").unwrap();
    let socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let (client, connection) = handshake(TokioExecutor::new(), TokioIo::new(socket)).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A message with the frame that gRPC puts before it.
pub(crate) fn framed(message: &[u8], is_compressed: u8) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[is_compressed], &length[..], message].concat()
}

pub(crate) async fn call(
    server: &Server,
    method: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Answer {
    let mut request = Request::post(format!("{}/{method}", server.grpc))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::from(body))).unwrap();
    let response = connect(server).await.send_request(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap();
    let trailers = body.trailers().cloned().unwrap_or_default();
    let of = |headers: &HeaderMap, name: &str| {
        headers.get(name).map(|value| value.to_str().unwrap().to_owned())
    };
    let either = |name: &str| of(&head.headers, name).or_else(|| of(&trailers, name));
    Answer {
        code: either("grpc-status").expect("every call ends with a status").parse().unwrap(),
        told: either("grpc-message").unwrap_or_default(),
        details: either("grpc-status-details-bin"),
        message: body.to_bytes(),
    }
}

async fn export(server: &Server, spans: std::ops::Range<u64>) -> Answer {
    call(server, TRACES, &[], framed(&request(spans.map(root).collect()), 0)).await
}

/// Sends a message of spans, and says the code of the answer.
pub(crate) async fn export_message(server: &Server, message: &[u8]) -> i32 {
    call(server, TRACES, &[], framed(message, 0)).await.code
}

#[tokio::test]
async fn spans_and_log_records_are_taken_and_become_runs_with_outcomes() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let answer = export(&server, 0..5).await;
    assert_eq!((answer.code, &answer.message[..]), (OK, &[0; 5][..]));
    let records = (0..5).map(|number| evaluation(&root(number), "fail")).collect();
    let answer = call(&server, LOGS, &[], framed(&logs_request(records), 0)).await;
    assert_eq!(answer.code, OK);
    assert_eq!(server.metric("mayday_spans_stored_total").await, 5);
    assert_eq!(server.metric("mayday_log_records_stored_total").await, 5);
    server.eventually("/api/v1/features", |features| features[0]["rate"]["k"] == 5).await;
}

#[tokio::test]
async fn a_message_may_be_compressed_with_gzip_and_with_nothing_else() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let packed = framed(&gzip(&request((0..5).map(root).collect())), 1);
    let gzip = [("grpc-encoding", "gzip")];
    assert_eq!(call(&server, TRACES, &gzip, packed.clone()).await.code, OK);
    assert_eq!(server.metric("mayday_spans_stored_total").await, 5);
    let brotli = [("grpc-encoding", "br")];
    assert_eq!(call(&server, TRACES, &brotli, packed.clone()).await.code, UNIMPLEMENTED);
    assert_eq!(call(&server, TRACES, &[], packed).await.code, INTERNAL);
    let no_gzip = framed(b"this is no gzip", 1);
    assert_eq!(call(&server, TRACES, &gzip, no_gzip).await.code, INTERNAL);
}

#[tokio::test]
async fn spans_that_cannot_be_kept_are_told_and_the_others_are_kept() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let mut spoilt = root(1);
    spoilt.attributes.push(text("note", "spoilt"));
    let mut request = request(vec![spoilt, root(2)]);
    let place = request.windows(6).position(|bytes| bytes == b"spoilt").unwrap();
    request[place] = 0xff;
    let answer = call(&server, TRACES, &[], framed(&request, 0)).await;
    let told = String::from_utf8_lossy(&answer.message);
    assert!(answer.code == OK && told.contains("UTF-8"), "{told}");
    assert_eq!(server.metric("mayday_spans_stored_total").await, 1);
    assert_eq!(server.metric("mayday_spans_rejected_total").await, 1);
}

#[tokio::test]
async fn what_is_no_request_is_refused_with_the_reason_and_the_server_lives() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let whole = request((0..20).map(root).collect());
    let cut = framed(&whole[..whole.len() - 7], 0);
    let answer = call(&server, TRACES, &[], cut).await;
    assert_eq!(answer.code, INVALID_ARGUMENT);
    assert!(answer.told.contains("OTLP"), "{answer:?}");
    for body in [vec![], vec![0, 0, 0], framed(&whole, 2), framed(&whole, 0)[..99].to_vec()] {
        assert_eq!(call(&server, TRACES, &[], body).await.code, INTERNAL);
    }
    let mut lies = framed(&whole, 0);
    lies[1] = 0xff;
    assert_eq!(call(&server, TRACES, &[], lies).await.code, INVALID_ARGUMENT);
    let spans_in_a_million = framed(&[0x12, 0].repeat(1_000_000), 0);
    assert_eq!(call(&server, TRACES, &[], spans_in_a_million).await.code, OK, "no known field");
    let resources_in_a_million = framed(&[0x0a, 0].repeat(1_000_000), 0);
    let answer = call(&server, TRACES, &[], resources_in_a_million).await;
    assert_eq!(answer.code, INVALID_ARGUMENT);
    assert_eq!(export(&server, 0..5).await.code, OK);
    assert_eq!(server.metric("mayday_requests_refused_total").await, 7);
}

/// A server that takes bodies of a million bytes at most.
fn small(data: &Path) -> Server {
    let config = data.with_extension("toml");
    std::fs::write(&config, "[record]\nmax_body_bytes = 1000000\n").unwrap();
    Server::start(data, &["--config", config.to_str().unwrap()])
}

#[tokio::test]
async fn a_large_message_and_a_gzip_bomb_are_refused_for_good() {
    let (_guard, data) = data_dir();
    let server = small(&data);
    let answer = call(&server, TRACES, &[], framed(&vec![0; 1_000_001], 0)).await;
    assert_eq!(answer.code, INVALID_ARGUMENT);
    assert!(answer.told.contains("1000000%20bytes"), "{answer:?}");
    let bomb = framed(&gzip(&vec![0; 400_000_000]), 1);
    assert!(bomb.len() < 1_000_000);
    let answer = call(&server, TRACES, &[("grpc-encoding", "gzip")], bomb).await;
    assert!(answer.code == RESOURCE_EXHAUSTED && answer.details.is_none(), "{answer:?}");
    assert_eq!(export(&server, 0..5).await.code, OK);
}

/// A sender that was let in with a large body and then says nothing more.
fn stalled(server: &Server) -> TcpStream {
    let mut socket = TcpStream::connect(server.otlp.strip_prefix("http://").unwrap()).unwrap();
    let head = "POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-length: 900000\r\n\
                content-type: application/x-protobuf\r\nexpect: 100-continue\r\n\r\n";
    socket.write_all(head.as_bytes()).unwrap();
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100", "it has its turn");
    socket
}

#[tokio::test]
async fn who_comes_when_there_is_no_room_is_told_when_to_come_back() {
    let (_guard, data) = data_dir();
    let server = small(&data);
    let _stalled = stalled(&server);
    let mut large = root(1);
    large.attributes.push(text("note", &"x".repeat(900_000)));
    let answer = call(&server, TRACES, &[], framed(&request(vec![large]), 0)).await;
    assert_eq!(answer.code, RESOURCE_EXHAUSTED, "{answer:?}");
    // google.rpc.Status with a google.rpc.RetryInfo in it.
    assert!(answer.details.unwrap().len() > 60);
    assert_eq!(export(&server, 2..3).await.code, OK, "small ones pass");
}

#[tokio::test]
async fn an_unknown_method_is_not_implemented() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let metrics = "opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
    assert_eq!(call(&server, metrics, &[], framed(b"", 0)).await.code, UNIMPLEMENTED);
}

#[tokio::test]
async fn a_key_is_asked_for_in_the_metadata() {
    let (_guard, data) = data_dir();
    let directory = data.to_str().unwrap();
    let create = ["key", "create", "--name", "app", "--kind", "ingest", "--data-dir", directory];
    let output = mayday().args(create).arg("--json").output().unwrap();
    let issued: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let token = issued["token"].as_str().unwrap();
    let server = Server::start(&data, &[]);
    let answer = export(&server, 0..1).await;
    assert_eq!(answer.code, UNAUTHENTICATED);
    assert!(answer.told.contains("ingest%20key"), "{answer:?}");
    for header in [("authorization", format!("Bearer {token}")), ("x-api-key", token.to_owned())] {
        let body = framed(&request(vec![root(1)]), 0);
        let answer = call(&server, TRACES, &[(header.0, &header.1)], body).await;
        assert_eq!(answer.code, OK);
    }
    assert_eq!(server.metric("mayday_requests_denied_total").await, 1);
    assert_eq!(server.metric("mayday_requests_refused_total").await, 0);
}
