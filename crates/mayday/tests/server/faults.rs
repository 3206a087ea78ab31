//! Faults of the world: a disk that is full, torn or not there, clocks that are days off.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use jiff::SignedDuration;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sim::wire::Span;

use crate::harness::{Server, data_dir, dice, mayday, mayday_on_a_small_disk, request, root, text};

/// Runs in one request.
const TOGETHER: u64 = 3;

/// A request of some runs, each with a few kilobytes that do not compress.
fn large(first: u64, dice: &mut ChaCha8Rng) -> Vec<u8> {
    let mut noise = || (0..2_000).map(|_| format!("{:016x}", dice.next_u64())).collect::<String>();
    let large = |number| {
        let mut span = root(number);
        span.attributes.push(text("gen_ai.tool.call.result", &noise()));
        span
    };
    request((first..first + TOGETHER).map(large).collect())
}

fn path_of(number: u64) -> String {
    format!("/api/v1/traces/{}", root(number).trace)
}

/// How a trace can be read.
async fn read(server: &Server, number: u64) -> StatusCode {
    server.get(&path_of(number)).await.status()
}

/// A server on a disk that can be made full, which logs to a file.
fn on_a_small_disk(data: &Path) -> (Server, PathBuf) {
    let log = data.with_extension("log");
    let file = File::options().create(true).append(true).open(&log).unwrap();
    let command = mayday_on_a_small_disk();
    (Server::start_as(command, "127.0.0.1:0", data, &[], Stdio::from(file)), log)
}

fn assert_no_panic(log: &Path) {
    let log = fs::read_to_string(log).unwrap();
    assert!(!log.contains("panicked"), "{log}");
}

#[tokio::test]
async fn a_full_disk_refuses_what_it_can_not_keep_and_goes_on_when_there_is_room() {
    let (_guard, data) = data_dir();
    let (server, log) = on_a_small_disk(&data);
    let (_, mut dice) = dice();
    assert_eq!(server.export(large(0, &mut dice)).await.status(), StatusCode::OK);
    server.limit_files(Some(500_000));
    let (mut kept, mut refused) = (vec![0], Vec::new());
    for first in (1..200).map(|number| number * TOGETHER) {
        let body = large(first, &mut dice);
        let answer = server.export(body.clone()).await;
        if answer.status() == StatusCode::OK {
            kept.push(first);
            continue;
        }
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()["retry-after"], "1");
        refused.push((first, body));
        if refused.len() == 20 {
            break;
        }
    }
    assert_eq!(refused.len(), 20, "the disk was never full");
    let intent = json!({ "action": "refund", "target": "order 4711", "authority": "rule 12",
        "asked_for": "x".repeat(20_000) });
    let intent = server.client.post(format!("{}/api/v1/intents", server.http)).json(&intent);
    assert_eq!(intent.send().await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(server.get("/healthz").await.status(), StatusCode::OK);
    for first in &kept {
        assert_eq!(read(&server, *first).await, StatusCode::OK);
    }
    for (first, _) in &refused {
        assert_eq!(read(&server, *first).await, StatusCode::NOT_FOUND);
    }

    server.limit_files(None);
    for (first, body) in refused {
        assert_eq!(server.export(body).await.status(), StatusCode::OK);
        kept.push(first);
    }
    let runs = kept.len() as u64 * TOGETHER;
    server.eventually("/api/v1/features", |features| features[0]["runs"] == runs).await;
    server.kill();
    let (server, _) = on_a_small_disk(&data);
    for number in kept.iter().flat_map(|first| *first..first + TOGETHER) {
        assert_eq!(read(&server, number).await, StatusCode::OK);
    }
    assert_eq!(server.json("/api/v1/verify").await["intact"], true);
    assert_no_panic(&log);
}

/// A data directory as a server leaves it that is killed, or stopped in order.
struct Left {
    data: PathBuf,
    /// The requests that were acknowledged, in order.
    requests: Vec<u64>,
}

impl Left {
    async fn by_a_server(data: PathBuf, end: fn(Server)) -> Self {
        let server = Server::start(&data, &[]);
        let (_, mut dice) = dice();
        let requests: Vec<u64> = (0..120).map(|number| number * TOGETHER).collect();
        for first in &requests {
            assert_eq!(server.export(large(*first, &mut dice)).await.status(), StatusCode::OK);
        }
        end(server);
        Self { data, requests }
    }

    /// A copy whose day file, or what stands beside it, is damaged.
    fn damaged(&self, to: &Path, end: &str, damage: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
        copy(&self.data, to);
        let files = fs::read_dir(to.join("flights/default")).unwrap();
        let mut files = files.map(|file| file.unwrap().path());
        let day = files.find(|path| path.to_str().unwrap().ends_with(end)).expect("a day file");
        let mut bytes = fs::read(&day).unwrap();
        damage(&mut bytes);
        fs::write(&day, bytes).unwrap();
        day
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

#[tokio::test]
async fn experiment() {
    let (guard, data) = data_dir();
    let left = Left::by_a_server(data, Server::stop).await;
    let (_, mut dice) = dice();
    for round in 0..16 {
        let to = guard.path().join(format!("copy{round}"));
        let day = left.damaged(&to, ".db", |bytes| {
            if round == 0 {
                println!("{} bytes", bytes.len());
            }
            let tail = bytes.len() - 4096 * (1 + dice.next_u64() as usize % 8);
            if round % 3 == 0 {
                bytes.truncate(tail + 17);
            } else {
                bytes[tail..].iter_mut().take(4096).for_each(|byte| *byte = dice.next_u64() as u8);
            }
        });
        let log = to.with_extension("log");
        let out = std::process::Command::new("timeout")
            .args(["60", env!("CARGO_BIN_EXE_mayday"), "verify", "--data-dir"])
            .arg(&to)
            .output()
            .unwrap();
        println!(
            "{round} verify {:?} {} {}",
            out.status.code(),
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
        let out = std::process::Command::new("timeout")
            .args([
                "1",
                env!("CARGO_BIN_EXE_mayday"),
                "serve",
                "--otlp",
                "127.0.0.1:0",
                "--grpc",
                "127.0.0.1:0",
                "--http",
                "127.0.0.1:0",
                "--data-dir",
            ])
            .arg(&to)
            .output()
            .unwrap();
        if out.status.code() != Some(124) || !out.stderr.is_empty() {
            println!(
                "{round} serve {:?} {}",
                out.status.code(),
                String::from_utf8_lossy(&out.stderr)
            );
            continue;
        }
        let server = Server::start(&to, &[]);
        let mut statuses = std::collections::BTreeMap::new();
        for number in left.requests.iter().flat_map(|first| *first..first + TOGETHER) {
            *statuses.entry(read(&server, number).await.as_u16()).or_insert(0) += 1;
        }
        println!("{round} {statuses:?}");
        drop((day, log));
    }
}
