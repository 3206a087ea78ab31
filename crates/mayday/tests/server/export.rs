//! OTLP over HTTP in JSON, and log records.

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::harness::{
    Server, data_dir, evaluation, gzip, logs_request, logs_request_in_json, request,
    request_in_json, root, text, told,
};

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/x-protobuf";

async fn send(server: &Server, path: &str, kind: &str, body: Vec<u8>) -> Response {
    let request = server.client.post(format!("{}{path}", server.otlp));
    request.header("content-type", kind).body(body).send().await.unwrap()
}

#[tokio::test]
async fn json_is_answered_in_json_and_kept_as_if_it_were_protobuf() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let spans: Vec<_> = (0..5).map(root).collect();
    let body = request_in_json(spans.clone());
    let answer = send(&server, "/v1/traces", "application/json; charset=utf-8", body.clone()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], JSON);
    assert_eq!(answer.json::<Value>().await.unwrap(), json!({}));
    assert_eq!(server.export(request(spans)).await.status(), StatusCode::OK);
    assert_eq!(server.metric("mayday_spans_stored_total").await, 5);
    assert_eq!(server.metric("mayday_spans_duplicate_total").await, 5);
    let packed = server.client.post(format!("{}/v1/traces", server.otlp));
    let packed = packed.header("content-type", JSON).header("content-encoding", "gzip");
    let answer = packed.body(gzip(&body)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(server.metric("mayday_spans_duplicate_total").await, 10);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused_with_the_place_in_json() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let whole = request_in_json(vec![root(1)]);
    for (body, says) in [
        (whole[..whole.len() - 1].to_vec(), "line 1"),
        (b"{\n\"resourceSpans\": 7}".to_vec(), "line 2, column 18"),
        (vec![0x0a, 0], "line 2"),
        ([&b"{\"resourceSpans\":["[..], &[b'['; 100_000]].concat(), "line 1"),
    ] {
        let answer = send(&server, "/v1/traces", JSON, body).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        assert_eq!(answer.headers()["content-type"], JSON);
        let told = told(answer).await;
        assert!(told.contains(says), "{told}");
    }
    let spans = vec!["{}"; 100_000].join(",");
    let many = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{spans}]}}]}}]}}"#);
    let answer = send(&server, "/v1/traces", JSON, many.into_bytes()).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(told(answer).await.contains("100000"));
    assert_eq!(server.metric("mayday_requests_refused_total").await, 5);
    assert_eq!(send(&server, "/v1/traces", JSON, whole).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_span_that_is_nested_too_deep_is_told_and_the_others_are_kept() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let mut span = root(1);
    span.attributes.push(text("deep", "HERE"));
    let body = String::from_utf8(request_in_json(vec![span, root(2)])).unwrap();
    let deep = r#"{"arrayValue":{"values":["#.repeat(1_000) + &"]}}".repeat(1_000);
    let body = body.replace(r#"{"stringValue":"HERE"}"#, &deep);
    let answer = send(&server, "/v1/traces", JSON, body.into_bytes()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["partialSuccess"]["rejectedSpans"], "1");
    let message = answer["partialSuccess"]["errorMessage"].as_str().unwrap();
    assert!(message.contains("nested too deep"), "{message}");
    assert_eq!(server.metric("mayday_spans_stored_total").await, 1);
}

#[tokio::test]
async fn an_evaluation_that_comes_as_a_log_record_is_a_runs_outcome() {
    for (kind, body) in [
        (PROTOBUF, logs_request as fn(Vec<_>) -> Vec<u8>),
        (JSON, logs_request_in_json as fn(Vec<_>) -> Vec<u8>),
    ] {
        let (_guard, data) = data_dir();
        let server = Server::start(&data, &[]);
        let before = body(vec![evaluation(&root(1), "fail")]);
        assert_eq!(send(&server, "/v1/logs", kind, before).await.status(), StatusCode::OK);
        server.export(request(vec![root(1), root(2)])).await;
        let after = body(vec![evaluation(&root(2), "FAILED")]);
        assert_eq!(send(&server, "/v1/logs", kind, after).await.status(), StatusCode::OK);
        server.eventually("/api/v1/features", |features| features[0]["rate"]["k"] == 2).await;
    }
}

#[tokio::test]
async fn log_records_of_another_kind_are_told_and_counted_and_sent_twice_are_kept_once() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let mut plain = evaluation(&root(1), "pass");
    (plain.event, plain.attributes) = ("order.placed".to_owned(), vec![text("item", "tea")]);
    let adrift = sim::wire::Record { trace: None, ..evaluation(&root(1), "pass") };
    let body = logs_request_in_json(vec![evaluation(&root(1), "pass"), plain, adrift]);
    for _ in 0..2 {
        let answer = send(&server, "/v1/logs", JSON, body.clone()).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["partialSuccess"]["rejectedLogRecords"], "2");
        let message = answer["partialSuccess"]["errorMessage"].as_str().unwrap();
        assert!(message.contains(r#""order.placed": it is no GenAI event"#), "{message}");
        assert!(message.contains("belongs to no run"), "{message}");
    }
    for (metric, count) in [
        ("mayday_log_records_stored_total", 1),
        ("mayday_log_records_duplicate_total", 1),
        ("mayday_log_records_ignored_total", 2),
        ("mayday_log_records_rejected_total", 2),
    ] {
        assert_eq!(server.metric(metric).await, count, "{metric}");
    }
}

#[tokio::test]
async fn a_span_that_ends_later_is_first_seen_open() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let span = root(1);
    let whole = String::from_utf8(request_in_json(vec![span.clone()])).unwrap();
    let ended = format!(r#""endTimeUnixNano":"{}""#, span.ended.as_nanosecond());
    let begun = whole.replace(&ended, r#""endTimeUnixNano":"0""#);
    assert!(begun != whole);
    send(&server, "/v1/traces", JSON, begun.into_bytes()).await;
    let path = format!("/api/v1/traces/{}", root(1).trace);
    let open = |trace: &Value| trace["steps"][0]["attributes"]["mayday.open"] == json!(true);
    assert!(open(&server.json(&path).await));
    send(&server, "/v1/traces", JSON, whole.into_bytes()).await;
    let trace = server.json(&path).await;
    assert!(!open(&trace) && trace["steps"].as_array().unwrap().len() == 1, "{trace}");
}
