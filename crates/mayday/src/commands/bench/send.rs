//! The load generator: sends requests that were made beforehand, over some connections at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use indicatif::ProgressBar;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use tokio::task::JoinSet;

use super::load::Request;

/// How long a sender waits that was asked to, but not for how long.
const USUAL_WAIT: Duration = Duration::from_secs(1);

/// How long it waits at most.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How often a request is sent again at most.
const MOST_TRIES: usize = 60;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How to send.
#[derive(Debug, Clone)]
pub(super) struct Sending {
    /// The base address for OTLP.
    pub(super) to: String,
    pub(super) connections: usize,
    /// No faster than this; as fast as it goes if there is none.
    pub(super) spans_per_second: Option<f64>,
    /// Start no request after this time.
    pub(super) most_time: Duration,
}

/// What was acknowledged.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sent {
    pub(super) requests: usize,
    pub(super) spans: usize,
    pub(super) bytes: usize,
    /// Traces whose last span was among them.
    pub(super) traces: usize,
    /// How often the server said that it has too much to do.
    pub(super) retries: usize,
    /// From before the first request to the last answer.
    pub(super) elapsed: Duration,
}

/// One connection.
struct Lane {
    client: Client,
    requests: Arc<Vec<Request>>,
    next: Arc<AtomicUsize>,
    sending: Sending,
    began: Instant,
    bar: ProgressBar,
}

/// Sends requests, each once, until all are acknowledged or the time is over.
pub(super) async fn send(
    requests: &Arc<Vec<Request>>,
    sending: &Sending,
    bar: &ProgressBar,
) -> Result<Sent> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut lanes = JoinSet::new();
    let began = Instant::now();
    for _ in 0..sending.connections {
        let lane = Lane {
            client: client()?,
            requests: Arc::clone(requests),
            next: Arc::clone(&next),
            sending: sending.clone(),
            began,
            bar: bar.clone(),
        };
        lanes.spawn(lane.run());
    }
    let mut sent = Sent::default();
    while let Some(lane) = lanes.join_next().await {
        sent.add(lane??);
    }
    sent.elapsed = began.elapsed();
    Ok(sent)
}

/// A connection of its own.
pub(super) fn client() -> Result<Client> {
    let client = Client::builder().pool_max_idle_per_host(1).timeout(PATIENCE).no_proxy();
    client.build().context("could not set up HTTP")
}

/// Sends one request until it is acknowledged; says how often it had to be sent again.
pub(super) async fn post(client: &Client, to: &str, body: &Bytes) -> Result<usize> {
    for retries in 0..MOST_TRIES {
        let request = client.post(format!("{to}/v1/traces")).body(body.clone());
        let answer = request.header(CONTENT_TYPE, "application/x-protobuf").send().await?;
        if busy(answer.status()) {
            tokio::time::sleep(wait(&answer)).await;
            continue;
        }
        let rejections = answer.error_for_status()?.bytes().await?;
        ensure!(rejections.is_empty(), "the server did not keep all that it was sent");
        return Ok(retries);
    }
    bail!("the server had too much to do for {MOST_TRIES} tries in a row")
}

fn busy(status: StatusCode) -> bool {
    matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
}

fn wait(answer: &Response) -> Duration {
    let said = answer.headers().get(RETRY_AFTER).and_then(|seconds| seconds.to_str().ok());
    let said = said.and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
    said.unwrap_or(USUAL_WAIT).min(LONGEST_WAIT)
}

impl Lane {
    async fn run(self) -> Result<Sent> {
        let mut sent = Sent::default();
        while self.began.elapsed() < self.sending.most_time {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(request) = self.requests.get(number) else { break };
            self.until_due(number).await;
            sent.retries += post(&self.client, &self.sending.to, &request.body).await?;
            sent.requests += 1;
            sent.spans += request.spans;
            sent.bytes += request.body.len();
            sent.traces += request.ended.len();
            self.bar.inc(request.spans as u64);
        }
        Ok(sent)
    }

    /// Waits until it is this request's turn, as if all had as many spans as the first.
    async fn until_due(&self, number: usize) {
        let Some(rate) = self.sending.spans_per_second else { return };
        let spans = number * self.requests[0].spans;
        let due = Duration::from_secs_f64(spans as f64 / rate.max(1.0));
        tokio::time::sleep_until((self.began + due).into()).await;
    }
}

impl Sent {
    pub(super) fn add(&mut self, more: Sent) {
        self.requests += more.requests;
        self.spans += more.spans;
        self.bytes += more.bytes;
        self.traces += more.traces;
        self.retries += more.retries;
        self.elapsed += more.elapsed;
    }

    pub(super) fn spans_per_second(&self) -> f64 {
        self.spans as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }
}
