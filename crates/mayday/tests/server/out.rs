//! Telling others, by the real server: once in spite of `kill -9`, and seen where it fails.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::harness::{Server, data_dir, mayday};

/// A key as file, as settings name it.
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What the receiver does with a request once it has counted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Answers(u16),
    /// It has taken it, and its answer never comes.
    Hangs,
}

/// A receiver that counts by `webhook-id`, as Standard Webhooks want it.
#[derive(Clone)]
struct Receiver {
    url: String,
    mood: Arc<Mutex<Mood>>,
    counted: Arc<Mutex<BTreeMap<String, u64>>>,
    came: Arc<Notify>,
}

impl Receiver {
    async fn new(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!("http://{}/in", listener.local_addr().unwrap()),
            mood: Arc::new(Mutex::new(mood)),
            counted: Arc::default(),
            came: Arc::default(),
        };
        let it = receiver.clone();
        let take = move |headers: HeaderMap, _: Bytes| async move { it.take(&headers).await };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take)).await });
        receiver
    }

    async fn take(self, headers: &HeaderMap) -> StatusCode {
        let id = headers["webhook-id"].to_str().unwrap().to_owned();
        *self.counted.lock().unwrap().entry(id).or_default() += 1;
        self.came.notify_one();
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Answers(status) => StatusCode::from_u16(status).unwrap(),
            Mood::Hangs => std::future::pending().await,
        }
    }

    fn is_now(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// Requests by id.
    fn counted(&self) -> Vec<u64> {
        self.counted.lock().unwrap().values().copied().collect()
    }
}

/// Settings with that receiver, and pauses so short that a test need not wait for them.
fn settings(beside: &Path, receiver: &Receiver) -> String {
    let secret = beside.with_extension("key");
    std::fs::write(&secret, KEY).unwrap();
    let path: PathBuf = beside.with_extension("toml");
    let (url, secret) = (&receiver.url, secret.display());
    let text = format!(
        "[out]\nsite = \"https://mayday.example\"\nretry_after = [\"10ms\", \"10ms\"]\n\
         [[out.target]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"{url}\"\n\
         secret = \"file:{secret}\"\n"
    );
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

async fn declare(server: &Server) -> Value {
    let post = server.client.post(format!("{}/api/v1/incidents", server.http));
    let answer = post.json(&json!({ "title": "replies are rude" })).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    answer.json().await.unwrap()
}

fn run(server: &Server, args: &[&str]) -> Output {
    mayday().args(args).args(["--server", &server.http]).output().unwrap()
}

fn said(output: &Output) -> String {
    let Output { stdout, stderr, .. } = output;
    String::from_utf8_lossy(stdout).into_owned() + &String::from_utf8_lossy(stderr)
}

const DELIVERIES: &str = "/api/v1/deliveries";

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_a_target_has_it_and_has_not_answered_it_is_told_again_under_the_same_id() {
    let (_guard, data) = data_dir();
    let receiver = Receiver::new(Mood::Hangs).await;
    let config = settings(&data, &receiver);
    let server = Server::start(&data, &["--config", &config]);
    let incident = declare(&server).await;
    receiver.came.notified().await;
    server.kill();
    assert_eq!(receiver.counted(), [1]);
    receiver.is_now(Mood::Answers(200));
    let server = Server::start(&data, &["--config", &config]);
    server.eventually(DELIVERIES, |all| all[0]["state"] == "delivered").await;
    assert_eq!(receiver.counted(), [2], "one id: a receiver that keeps ids takes it once");
    let all = server.json(DELIVERIES).await;
    assert_eq!((all.as_array().unwrap().len(), &all[0]["about"]), (1, &incident["id"]));
    server.kill();
    let server = Server::start(&data, &["--config", &config]);
    server.eventually(DELIVERIES, |all| all[0]["state"] == "delivered").await;
    declare(&server).await;
    server.eventually(DELIVERIES, |all| all[0]["state"] == "delivered").await;
    let mut counted = receiver.counted();
    counted.sort_unstable();
    assert_eq!(counted, [1, 2], "what has arrived is not told again");
    assert_eq!(server.json("/api/v1/ledger/verify").await["intact"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_a_target_could_be_reached_it_is_told_once() {
    let (_guard, data) = data_dir();
    let elsewhere = Receiver::new(Mood::Answers(200)).await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    // Connections are made and never taken up: the request waits where nobody reads it.
    let silent = Receiver {
        url: format!("http://{}/in", nobody.local_addr().unwrap()),
        ..elsewhere.clone()
    };
    let server = Server::start(&data, &["--config", &settings(&data, &silent)]);
    declare(&server).await;
    server.eventually(DELIVERIES, |all| all[0]["state"] == "waiting").await;
    server.kill();
    drop(nobody);
    let server = Server::start(&data, &["--config", &settings(&data, &elsewhere)]);
    server.eventually(DELIVERIES, |all| all[0]["state"] == "delivered").await;
    assert_eq!(elsewhere.counted(), [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_told_is_seen_and_can_be_tried_again() {
    let (_guard, data) = data_dir();
    let receiver = Receiver::new(Mood::Answers(404)).await;
    let config = settings(&data, &receiver);
    let server = Server::start(&data, &["--config", &config]);
    assert!(!server.get("/").await.text().await.unwrap().contains("given up"));
    declare(&server).await;
    server.eventually(DELIVERIES, |all| all[0]["state"] == "given_up").await;
    assert_eq!(receiver.counted(), [3]);
    let page = server.get("/").await.text().await.unwrap();
    assert!(page.contains("1 delivery was given up this week"), "{page}");
    let failed = said(&run(&server, &["delivery", "list", "--failed"]));
    assert!(
        failed.contains("given_up") && failed.contains("attempt 3: it answered 404"),
        "{failed}"
    );
    assert_eq!(server.metric("mayday_deliveries_failed_total").await, 2);
    assert_eq!(server.metric("mayday_deliveries_given_up_total").await, 1);
    receiver.is_now(Mood::Answers(200));
    let id = server.json(DELIVERIES).await[0]["delivery"].as_str().unwrap().to_owned();
    assert!(run(&server, &["delivery", "retry", &id]).status.success());
    server.eventually(DELIVERIES, |all| all[0]["state"] == "delivered").await;
    let none = said(&run(&server, &["delivery", "list", "--failed"]));
    assert_eq!(none, "nothing failed\n");
    assert!(!server.get("/").await.text().await.unwrap().contains("given up"));
    assert_eq!(server.metric("mayday_deliveries_delivered_total").await, 1);
    assert_eq!(server.metric("mayday_deliveries_waiting").await, 0);
    let again = run(&server, &["delivery", "retry", &id]);
    assert!(!again.status.success() && said(&again).contains("only what was given up"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_can_be_tested_and_a_dry_run_sends_nothing() {
    let (_guard, data) = data_dir();
    let receiver = Receiver::new(Mood::Answers(204)).await;
    let server = Server::start(&data, &["--config", &settings(&data, &receiver)]);
    let shown = said(&run(&server, &["out", "test", "hook", "--dry-run"]));
    assert!(shown.starts_with("POST http://127.0.0.1:"), "{shown}");
    assert!(shown.contains("webhook-signature: v1,") && shown.contains("\"type\":\"test\""));
    assert!(!shown.contains("MfKQ") && !shown.contains("/in"), "{shown}");
    assert!(receiver.counted().is_empty());
    let tested = run(&server, &["out", "test", "hook"]);
    assert!(tested.status.success(), "{}", said(&tested));
    assert!(said(&tested).contains("attempt 1: it answered 204"), "{}", said(&tested));
    assert_eq!(receiver.counted(), [1]);
    let unknown = run(&server, &["out", "test", "nobody"]);
    assert!(!unknown.status.success() && said(&unknown).contains("no target `nobody`"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_facts_answers_or_logs() {
    let (_guard, data) = data_dir();
    let receiver = Receiver::new(Mood::Answers(500)).await;
    let config = settings(&data, &receiver);
    let log = data.with_extension("log");
    let file = std::fs::File::create(&log).unwrap();
    let more = ["--config", &*config, "--log", "debug"];
    let server = Server::start_at("127.0.0.1:0", &data, &more, file.into());
    declare(&server).await;
    server.eventually(DELIVERIES, |all| all[0]["state"] == "given_up").await;
    let answers = server.get(DELIVERIES).await.text().await.unwrap();
    server.stop();
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(log.contains("a delivery is given up"), "{log}");
    let ledger = std::fs::read(data.join("ledger.db")).unwrap();
    let wal = std::fs::read(data.join("ledger.db-wal")).unwrap_or_default();
    let stored = String::from_utf8_lossy(&[ledger, wal].concat()).into_owned();
    assert!(stored.contains("delivery_wanted"));
    for text in [&answers, &log, &stored] {
        assert!(!text.contains("MfKQ9r8G"));
    }
}
