//! A started server, and spans to send to it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};
use model::{Attribute, SpanId, TraceId, Value};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use reqwest::{Client, Response};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use sim::wire::{self, Kind, Record, Sender, Span};
use tempfile::TempDir;

/// A server that ends with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) otlp: String,
    pub(crate) grpc: String,
    pub(crate) http: String,
    pub(crate) client: Client,
}

/// A command of the binary under test.
pub(crate) fn mayday() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mayday"));
    command.env("USER", "tester").env_remove("MAYDAY_TOKEN");
    command
}

/// The same, under a shell that lets a write fail where a file may not grow any more.
pub(crate) fn mayday_on_a_small_disk() -> Command {
    let mut command = Command::new("sh");
    let script = "trap '' XFSZ; exec \"$0\" \"$@\"";
    command.args(["-c", script, env!("CARGO_BIN_EXE_mayday")]).env("USER", "tester");
    command.env_remove("MAYDAY_TOKEN");
    command
}

impl Server {
    /// Starts on free ports; runs settle at once.
    pub(crate) fn start(data_dir: &Path, more: &[&str]) -> Self {
        Self::start_at("127.0.0.1:0", data_dir, more, Stdio::inherit())
    }

    /// Starts like that at another address, and logs to there.
    pub(crate) fn start_at(address: &str, data_dir: &Path, more: &[&str], log: Stdio) -> Self {
        Self::start_as(mayday(), address, data_dir, more, log)
    }

    /// Starts by a command of the binary.
    pub(crate) fn start_as(
        mut command: Command,
        address: &str,
        data_dir: &Path,
        more: &[&str],
        log: Stdio,
    ) -> Self {
        let mut child = command
            .args(["serve", "--otlp", address, "--grpc", address, "--http", address])
            .args(["--settle-after-root", "0s", "--settle-after-last-span", "0s", "--data-dir"])
            .arg(data_dir)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = |name: &str| {
            let line = lines.next().expect("the server ended before it listened").unwrap();
            line.strip_prefix(name).unwrap().trim().to_owned()
        };
        let (otlp, http, grpc) = (address("otlp"), address("http"), address("grpc"));
        Self { child, otlp, grpc, http, client: Client::new() }
    }

    /// Lets it write files of so many bytes at most, as a full disk would; none lifts that.
    pub(crate) fn limit_files(&self, most: Option<u64>) {
        let process = Pid::from_child(&self.child);
        let limits = Rlimit { current: most, maximum: None };
        prlimit(Some(process), Resource::Fsize, limits).unwrap();
    }

    /// The most memory it ever had in use, in bytes.
    pub(crate) fn most_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1_024
    }

    /// Kills it as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Tells it to read again what it reads from files.
    pub(crate) fn hang_up(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
    }

    /// Ends it as an init system does, and waits until it is gone.
    pub(crate) fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }

    pub(crate) async fn export(&self, body: Vec<u8>) -> Response {
        let request = self.client.post(format!("{}/v1/traces", self.otlp));
        request.header("content-type", "application/x-protobuf").body(body).send().await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.http)).send().await.unwrap()
    }

    pub(crate) async fn json(&self, path: &str) -> serde_json::Value {
        self.get(path).await.json().await.unwrap()
    }

    /// The value of a metric.
    pub(crate) async fn metric(&self, name: &str) -> u64 {
        let text = self.get("/metrics").await.text().await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
        line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().unwrap()
    }

    /// Asks again and again, at most ten thousand times, until the answer is the one wanted.
    pub(crate) async fn eventually(&self, path: &str, wanted: impl Fn(&serde_json::Value) -> bool) {
        let mut last = serde_json::Value::Null;
        for _ in 0..10_000 {
            last = self.json(path).await;
            if wanted(&last) {
                return;
            }
        }
        panic!("{path} never came to what was wanted; last {last}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// The words of a refusal: in a problem document, or in the status that OTLP has for it.
pub(crate) async fn told(answer: Response) -> String {
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    let body = answer.bytes().await.unwrap();
    let words = |key: &str| {
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
        json[key].as_str().unwrap().to_owned()
    };
    match kind.as_str() {
        "application/problem+json" => words("detail"),
        "application/json" => words("message"),
        "application/x-protobuf" => String::from_utf8_lossy(&body).into_owned(),
        other => panic!("{other}"),
    }
}

/// Chance that can be had again from its seed.
pub(crate) fn dice() -> (u64, ChaCha8Rng) {
    let seed = std::env::var("MAYDAY_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or(1);
    (seed, ChaCha8Rng::seed_from_u64(seed))
}

/// A directory for a server's data.
pub(crate) fn data_dir() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data");
    (directory, path)
}

/// A run's root span that ended a minute ago.
pub(crate) fn root(number: u64) -> Span {
    let ended = Timestamp::now() - SignedDuration::from_secs(60);
    Span {
        trace: TraceId::from_bytes(&u128::from(number + 1).to_be_bytes()).unwrap(),
        span: SpanId::from_bytes(&(number + 1).to_be_bytes()).unwrap(),
        parent: None,
        name: "invoke_agent helper".to_owned(),
        kind: Kind::Internal,
        started: ended - SignedDuration::from_secs(1),
        ended,
        failed: false,
        attributes: vec![
            text("gen_ai.operation.name", "invoke_agent"),
            text("gen_ai.agent.name", "helper"),
            text("mayday.outcome", "good"),
        ],
    }
}

pub(crate) fn text(key: &str, value: &str) -> Attribute {
    (key.to_owned().into(), Value::Text(value.to_owned()))
}

/// One export request.
pub(crate) fn request(spans: Vec<Span>) -> Vec<u8> {
    wire::protobuf(&[(sender(), spans)])
}

/// The same request in JSON.
pub(crate) fn request_in_json(spans: Vec<Span>) -> Vec<u8> {
    wire::json_line(&[(sender(), spans)]).into_bytes()
}

/// One export request of log records.
pub(crate) fn logs_request(records: Vec<Record>) -> Vec<u8> {
    wire::logs_protobuf(&[(sender(), records)])
}

/// The same request in JSON.
pub(crate) fn logs_request_in_json(records: Vec<Record>) -> Vec<u8> {
    wire::logs_json_line(&[(sender(), records)]).into_bytes()
}

fn sender() -> Sender {
    Sender {
        resource: vec![text("service.name", "tests")],
        scope: "tests".to_owned(),
        scope_version: "1".to_owned(),
    }
}

/// What a judge found of a run.
pub(crate) fn evaluation(of: &Span, label: &str) -> Record {
    Record {
        trace: Some(of.trace),
        span: Some(of.span),
        event: "gen_ai.evaluation.result".to_owned(),
        at: of.ended,
        body: None,
        attributes: vec![
            text("gen_ai.evaluation.name", "tone"),
            text("gen_ai.evaluation.score.label", label),
        ],
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
