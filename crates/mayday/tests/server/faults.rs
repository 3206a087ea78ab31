//! Faults of the world: a disk that is full, torn or not there, clocks that are days off.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use jiff::SignedDuration;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use reqwest::StatusCode;
use serde_json::json;
use sim::wire::Span;

use crate::harness::{Server, data_dir, dice, mayday, mayday_on_a_small_disk, request, root, text};

/// Runs in one request.
const TOGETHER: u64 = 3;

/// A request of some runs, each with kilobytes that hardly compress.
fn large(first: u64, dice: &mut ChaCha8Rng) -> Vec<u8> {
    noisy(first, 2_000, dice)
}

/// A request of some runs, each with so many words of noise.
fn noisy(first: u64, words: usize, dice: &mut ChaCha8Rng) -> Vec<u8> {
    let mut noise = || (0..words).map(|_| format!("{:016x}", dice.next_u64())).collect::<String>();
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

/// As many requests and words as make the database move what is in its log to the file itself.
const LARGER_THAN_ITS_LOG: (u64, usize) = (46, 4_000);

/// A data directory as a server leaves it that is killed, or stopped in order.
struct Left {
    data: PathBuf,
    /// The requests that were acknowledged, in order.
    requests: Vec<u64>,
}

impl Left {
    async fn by_a_server(data: PathBuf, (requests, words): (u64, usize), end: fn(Server)) -> Self {
        let server = Server::start(&data, &[]);
        let (_, mut dice) = dice();
        let requests: Vec<u64> = (0..requests).map(|number| number * TOGETHER).collect();
        for first in &requests {
            assert_eq!(
                server.export(noisy(*first, words, &mut dice)).await.status(),
                StatusCode::OK
            );
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

/// Runs the server on a directory that may be too damaged for it; what it says if it refuses.
fn refusal(data: &Path) -> Option<String> {
    let any = "127.0.0.1:0";
    let mut server = mayday()
        .args(["serve", "--otlp", any, "--grpc", any, "--http", any, "--data-dir"])
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut first).unwrap();
    if !first.is_empty() {
        server.kill().unwrap();
        server.wait().unwrap();
        return None;
    }
    let output = server.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    Some(String::from_utf8(output.stderr).unwrap())
}

/// Asserts that a refusal names the file, and what helps.
fn assert_is_damaged(told: &str, day: &Path) {
    let file = format!("the day file {} is damaged", day.display());
    assert!(told.contains(&file) && told.contains("mayday restore"), "{told}");
}

/// A server on a damaged directory, and where it logs.
fn on_damaged(data: &Path) -> (Server, PathBuf) {
    let log = data.with_extension("log");
    let file = File::create(&log).unwrap();
    (Server::start_at("127.0.0.1:0", data, &[], Stdio::from(file)), log)
}

#[tokio::test]
async fn a_torn_log_gives_back_all_that_was_committed_before_the_tear_and_nothing_half() {
    let (guard, data) = data_dir();
    let left = Left::by_a_server(data, (20, 100), Server::kill).await;
    let (seed, mut dice) = dice();
    for round in 0..12 {
        let to = guard.path().join(format!("torn {round} of {seed}"));
        left.damaged(&to, "-wal", |bytes| tear(bytes, round, &mut dice));
        let (server, log) = on_damaged(&to);
        let mut is_torn = false;
        for first in &left.requests {
            let mut found = 0;
            for number in *first..first + TOGETHER {
                found += u64::from(read(&server, number).await == StatusCode::OK);
            }
            let expected = if is_torn { 0 } else { TOGETHER };
            is_torn |= found == 0;
            assert!(found == expected || found == 0, "{round}: {found} runs of request {first}");
        }
        assert_eq!(server.json("/api/v1/verify").await["intact"], true);
        let again = server.export(large(1_000, &mut dice)).await;
        assert_eq!((again.status(), read(&server, 1_000).await), (StatusCode::OK, StatusCode::OK));
        assert_no_panic(&log);
    }
}

/// Cuts a file at a place, or fills a few bytes from there with noise.
fn tear(bytes: &mut Vec<u8>, round: u32, dice: &mut ChaCha8Rng) {
    let at = (dice.next_u64() % bytes.len() as u64) as usize;
    match round % 2 {
        0 => bytes.truncate(at),
        _ => {
            let end = (at + 8_192).min(bytes.len());
            dice.fill_bytes(&mut bytes[at..end]);
        }
    }
}

#[tokio::test]
async fn a_torn_last_page_is_told_and_what_stands_on_others_is_read() {
    let (guard, data) = data_dir();
    let left = Left::by_a_server(data, LARGER_THAN_ITS_LOG, Server::stop).await;
    let (seed, mut dice) = dice();
    let mut told = 0;
    for round in 0..2 {
        let to = guard.path().join(format!("torn {round} of {seed}"));
        let day = left.damaged(&to, ".db", |bytes| {
            let page = bytes.len() - 8_192 * (8 + dice.next_u64() as usize % 4);
            match round % 2 {
                0 => bytes.truncate(page + 100),
                _ => dice.fill_bytes(&mut bytes[page..]),
            }
        });
        if let Some(refusal) = refusal(&to) {
            assert_is_damaged(&refusal, &day);
            told += 1;
            continue;
        }
        let (server, log) = on_damaged(&to);
        let mut unread = 0;
        for number in left.requests.iter().flat_map(|first| *first..first + TOGETHER) {
            let status = read(&server, number).await;
            assert!(status == StatusCode::OK || status.is_server_error(), "{number}: {status}");
            unread += u64::from(status.is_server_error());
        }
        let proof = server.json("/api/v1/verify").await;
        // What is in the log does not stand on the page; then nothing is lost with it.
        assert_eq!(proof["intact"], proof["broken"].is_null());
        assert!(unread == 0 || proof["intact"] == false, "{unread} are unreadable, and {proof}");
        told += u64::from(proof["intact"] == false);
        assert_no_panic(&log);
    }
    assert!(told > 0, "no page that matters was torn");
}

#[tokio::test]
async fn a_day_file_that_lost_its_end_or_its_head_is_refused_by_name() {
    let (guard, data) = data_dir();
    let left = Left::by_a_server(data, LARGER_THAN_ITS_LOG, Server::stop).await;
    for (name, damage) in [
        ("head", (|bytes| bytes[..8_192].fill(b'x')) as fn(&mut Vec<u8>)),
        ("empty page", |bytes| bytes.truncate(8_192)),
    ] {
        let to = guard.path().join(name);
        let wal = left.damaged(&to, "-wal", |_| {});
        fs::remove_file(wal).unwrap();
        let day = left.damaged(&guard.path().join(name), ".db", damage);
        let wal = PathBuf::from(format!("{}-wal", day.display()));
        fs::remove_file(wal).unwrap();
        let told = refusal(&to).unwrap_or_else(|| panic!("{name}: the server started"));
        assert_is_damaged(&told, &day);
    }
}

#[test]
fn a_directory_that_can_not_be_written_is_named_with_what_to_do() {
    let (guard, _) = data_dir();
    let file = guard.path().join("file");
    fs::write(&file, "").unwrap();
    for data in [file.join("data"), PathBuf::from("/proc/mayday")] {
        let told = refusal(&data).expect("nobody can write there");
        let where_and_how = [data.to_str().unwrap(), "--data-dir", "may write"];
        assert!(where_and_how.iter().all(|part| told.contains(part)), "{told}");
    }
}

/// A run whose sender's clock is off by so much.
fn skewed(number: u64, by: SignedDuration) -> Span {
    let span = root(number);
    Span { started: span.started + by, ended: span.ended + by, ..span }
}

#[tokio::test]
async fn clocks_that_are_days_off_lose_nothing_and_put_nothing_off() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let days = [-20_000, -400, -7, -1, 0, 1, 7, 400, 80_000];
    let skews = days.map(|days| SignedDuration::from_hours(24 * days));
    let spans: Vec<Span> = (0..).zip(skews).map(|(number, by)| skewed(number, by)).collect();
    assert_eq!(server.export(request(spans.clone())).await.status(), StatusCode::OK);
    let all = spans.len();
    server.eventually("/api/v1/features", |features| features[0]["runs"] == all).await;
    assert_eq!(server.metric("mayday_spans_rejected_total").await, 0);
    for (number, span) in (0..).zip(&spans) {
        let trace = server.json(&path_of(number)).await;
        assert_eq!(trace["steps"][0]["started"], span.started.to_string());
        assert_eq!(trace["steps"][0]["ended"], span.ended.to_string());
    }
    let names = fs::read_dir(data.join("flights/default")).unwrap();
    let names = names.map(|file| file.unwrap().file_name().into_string().unwrap());
    let days = names.filter(|name| name.ends_with(".db")).count();
    assert_eq!(days, 1, "a day is one on which something was received, by the server's clock");
    assert_eq!(server.get("/api/v1/moved").await.status(), StatusCode::OK);
    assert_eq!(server.json("/api/v1/verify").await["intact"], true);
    let findings = server.json("/api/v1/doctor").await;
    let ahead = findings.as_array().unwrap().iter().find(|one| one["about"] == "clock_ahead");
    assert_eq!(ahead.unwrap()["steps"], 4);
    server.kill();
    let server = Server::start(&data, &[]);
    for number in 0..all as u64 {
        assert_eq!(read(&server, number).await, StatusCode::OK);
    }
}

/// A run whose model asks for a hundred tools that nobody else has.
fn calling_tools(number: u64) -> [Span; 2] {
    let call = |tool: u64| {
        json!({ "type": "tool_call", "id": format!("call_{tool}"), "name": format!("tool_{tool}"),
            "arguments": {} })
    };
    let calls: Vec<_> = (number * 100..(number + 1) * 100).map(call).collect();
    let top = root(number);
    let messages = json!([{ "role": "assistant", "parts": calls }]).to_string();
    let attributes = vec![
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", "openai"),
        text("gen_ai.output.messages", &messages),
    ];
    let span = model::SpanId::from_bytes(&(number + 0x1_0000).to_be_bytes()).unwrap();
    let below = Span { span, parent: Some(top.span), attributes, ..top.clone() };
    [top, below]
}

#[tokio::test]
async fn a_hundred_thousand_names_of_tools_are_kept_and_the_comparison_says_it_has_too_many() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    for first in (0..1_000).step_by(100) {
        let spans = (first..first + 100).flat_map(calling_tools).collect();
        assert_eq!(server.export(request(spans)).await.status(), StatusCode::OK);
    }
    server.eventually("/api/v1/features", |features| features[0]["runs"] == 1_000).await;
    // Each name is a level of `tool_called` and a factor `tool_shape:NAME` that is not recorded.
    let beyond = (100_000 - 10_000) + (100_000 - 256);
    assert_eq!(server.metric("mayday_levels_capped_total").await, beyond);
    assert_eq!(server.get("/api/v1/moved").await.status(), StatusCode::OK);
    let doctor = server.json("/api/v1/doctor").await.to_string();
    assert!(doctor.contains("too_many_levels"), "{doctor}");
    let last = server.json(&path_of(999)).await.to_string();
    assert!(last.contains("tool_99999"), "the record itself keeps every name");
    assert!(server.most_memory() < 300 << 20, "{} bytes", server.most_memory());
}
