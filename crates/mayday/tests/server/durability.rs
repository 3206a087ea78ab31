//! What was accepted is there afterwards, whatever happened in between.

use std::path::Path;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use crate::harness::{Server, data_dir, dice, mayday, request, root};

/// How often the server is killed.
const ROUNDS: u64 = 50;

/// Runs in one request.
const TOGETHER: u64 = 4;

/// A client that sends until the server no longer answers.
struct Load {
    otlp: String,
    client: reqwest::Client,
}

/// Requests by the number of their first run.
#[derive(Default)]
struct Sent {
    acknowledged: Vec<u64>,
    /// Under way when the server was killed.
    unanswered: Vec<u64>,
}

impl Load {
    /// Sends requests of four runs each.
    async fn send_until_killed(&self, lane: u64) -> Sent {
        let mut sent = Sent::default();
        for number in 0..100_000 {
            let first = lane * 1_000_000 + number * TOGETHER;
            let body = request((first..first + TOGETHER).map(root).collect());
            let post = self.client.post(format!("{}/v1/traces", self.otlp));
            let post = post.header("content-type", "application/x-protobuf").body(body);
            if !post.send().await.is_ok_and(|answer| answer.status().is_success()) {
                sent.unanswered.push(first);
                break;
            }
            sent.acknowledged.push(first);
        }
        sent
    }
}

/// One round: load on four connections, `kill -9` in the middle of it.
async fn round(data: &Path, number: u64, dice: &mut ChaCha8Rng) -> Sent {
    let server = Server::start(data, &[]);
    let lanes = (0..4).map(|lane| {
        let load = Load { otlp: server.otlp.clone(), client: server.client.clone() };
        tokio::spawn(async move { load.send_until_killed(number * 4 + lane).await })
    });
    let lanes: Vec<_> = lanes.collect();
    let enough = dice.next_u64() % 160;
    for _ in 0..10_000 {
        if server.metric("mayday_spans_stored_total").await >= enough {
            break;
        }
    }
    for _ in 0..dice.next_u64() % 4 {
        server.get("/healthz").await;
    }
    server.kill();
    let mut sent = Sent::default();
    for lane in lanes {
        let Sent { acknowledged, unanswered } = lane.await.unwrap();
        sent.acknowledged.extend(acknowledged);
        sent.unanswered.extend(unanswered);
    }
    sent
}

/// How many runs of a request are on record.
async fn found(server: &Server, first: u64) -> u64 {
    let mut found = 0;
    for number in first..first + TOGETHER {
        let path = format!("/api/v1/traces/{}", root(number).trace);
        found += u64::from(server.get(&path).await.status().is_success());
    }
    found
}

#[expect(clippy::print_stderr, reason = "the figures are the point; shown with --nocapture")]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_nothing_half_visible_in_fifty_kills() {
    let (_guard, data) = data_dir();
    let (seed, mut dice) = dice();
    eprintln!("seed {seed}; MAYDAY_FUZZ_SEED sets another");
    let mut sent = Sent::default();
    for number in 0..ROUNDS {
        let Sent { acknowledged, unanswered } = round(&data, number, &mut dice).await;
        sent.acknowledged.extend(acknowledged);
        sent.unanswered.extend(unanswered);
    }
    let server = Server::start(&data, &[]);
    assert!(sent.acknowledged.len() as u64 > ROUNDS && sent.unanswered.len() as u64 > ROUNDS);
    for first in &sent.acknowledged {
        assert_eq!(found(&server, *first).await, TOGETHER, "of request {first} something is lost");
    }
    let mut kept = sent.acknowledged.len() as u64 * TOGETHER;
    for first in &sent.unanswered {
        let found = found(&server, *first).await;
        assert!(found == 0 || found == TOGETHER, "of request {first} {found} runs are visible");
        kept += found;
    }
    server.eventually("/api/v1/features", |features| features[0]["runs"] == kept).await;
    let proof = server.json("/api/v1/verify").await;
    assert_eq!(proof["intact"], true, "{proof}");
    let (acknowledged, unanswered) = (sent.acknowledged.len(), sent.unanswered.len());
    eprintln!(
        "{ROUNDS} kills: {acknowledged} requests acknowledged and found whole, {unanswered} cut \
         off and found whole or not at all"
    );
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

#[tokio::test]
async fn at_the_quota_spans_are_refused_to_be_sent_again_and_none_is_dropped() {
    let (_guard, data) = data_dir();
    let config = data.with_extension("toml");
    let with_quota = |bytes: u64| {
        std::fs::write(&config, format!("[keeping]\nquota_bytes = {bytes}\n")).unwrap();
        Server::start(&data, &["--config", config.to_str().unwrap()])
    };
    let server = with_quota(1 << 30);
    assert!(server.export(request(vec![root(1)])).await.status().is_success());
    server.stop();

    let full = with_quota(1_000);
    let mut looked_at = 0;
    for _ in 0..10_000 {
        looked_at = full.metric("mayday_flight_bytes").await;
        if looked_at > 0 {
            break;
        }
    }
    assert!(looked_at > 1_000 && full.metric("mayday_flight_quota_bytes").await == 1_000);
    let answer = full.export(request(vec![root(2)])).await;
    assert_eq!(answer.status(), reqwest::StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers().contains_key("retry-after"));
    let there = full.get(&format!("/api/v1/traces/{}", root(1).trace)).await;
    assert!(there.status().is_success());
    full.stop();

    let server = with_quota(1 << 30);
    assert!(server.export(request(vec![root(2)])).await.status().is_success());
}
