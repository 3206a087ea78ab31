//! What was accepted is there afterwards, whatever happened in between.

use std::path::Path;

use crate::harness::{Server, data_dir, mayday, request, root};

/// A client that sends until the server no longer answers.
struct Load {
    otlp: String,
    client: reqwest::Client,
}

impl Load {
    /// Sends requests of four runs each; gives the runs that were acknowledged.
    async fn send_until_killed(&self, lane: u64) -> Vec<u64> {
        let mut acknowledged = Vec::new();
        for number in 0..100_000 {
            let first = lane * 1_000_000 + number * 4;
            let body = request((first..first + 4).map(root).collect());
            let sent = self.client.post(format!("{}/v1/traces", self.otlp));
            let sent =
                sent.header("content-type", "application/x-protobuf").body(body).send().await;
            if !sent.is_ok_and(|answer| answer.status().is_success()) {
                break;
            }
            acknowledged.extend(first..first + 4);
        }
        acknowledged
    }
}

/// One round: load on four connections, `kill -9` in the middle of it.
async fn round(data: &Path, number: u64) -> Vec<u64> {
    let server = Server::start(data, &[]);
    let lanes = (0..4).map(|lane| {
        let load = Load { otlp: server.otlp.clone(), client: server.client.clone() };
        tokio::spawn(async move { load.send_until_killed(number * 4 + lane).await })
    });
    let lanes: Vec<_> = lanes.collect();
    let enough = 40 + number * 13;
    for _ in 0..10_000 {
        if server.metric("mayday_spans_stored_total").await >= enough {
            break;
        }
    }
    server.kill();
    let mut acknowledged = Vec::new();
    for lane in lanes {
        acknowledged.extend(lane.await.unwrap());
    }
    acknowledged
}

#[expect(clippy::print_stderr, reason = "the figure is the point; shown with --nocapture")]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_in_twenty_kills() {
    let (_guard, data) = data_dir();
    let mut acknowledged = Vec::new();
    for number in 0..20 {
        acknowledged.extend(round(&data, number).await);
    }
    let server = Server::start(&data, &[]);
    assert!(acknowledged.len() > 20 * 40);
    for number in &acknowledged {
        let path = format!("/api/v1/traces/{}", root(*number).trace);
        assert!(server.get(&path).await.status().is_success(), "run {number} is lost");
    }
    let all = acknowledged.len() as u64;
    server
        .eventually("/api/v1/features", |features| {
            features[0]["runs"].as_u64().is_some_and(|runs| runs >= all)
        })
        .await;
    eprintln!("{all} spans acknowledged in 20 rounds, all of them found");
}

#[tokio::test]
async fn a_second_server_on_one_directory_is_refused() {
    let (_guard, data) = data_dir();
    let _server = Server::start(&data, &[]);
    let second = mayday()
        .args([
            "serve",
            "--otlp",
            "127.0.0.1:0",
            "--grpc",
            "127.0.0.1:0",
            "--http",
            "127.0.0.1:0",
            "--data-dir",
        ])
        .arg(&data)
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("in use by another mayday"));
}
