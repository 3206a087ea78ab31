//! How long after its acknowledgement a trace shows in a query, while half of a full load runs.

use std::cell::Cell;
use std::future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use indicatif::ProgressBar;
use reqwest::{Client, StatusCode};
use serde::Deserialize;

use super::child::{Server, Site};
use super::figures::Latency;
use super::load::{Packing, Recipe, Request};
use super::send::{self, Sending};

/// Longest time before the first sample, so that the load runs evenly; a quarter of a short load
/// is enough.
const WARM_UP: Duration = Duration::from_millis(500);

/// Between two samples, and between two looks at how far a load is.
const PAUSE: Duration = Duration::from_millis(15);

/// How long a trace may take to show before that is a failure.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long one server is under load at most.
const MOST_TIME: Duration = Duration::from_secs(60);

/// How often a load may be sent anew, to an empty server, to collect enough samples.
const MOST_SESSIONS: usize = 100;

/// What runs while samples are taken.
pub(super) struct Background<'a> {
    pub(super) requests: &'a Arc<Vec<Request>>,
    pub(super) connections: usize,
    pub(super) spans_per_second: f64,
}

impl Background<'_> {
    /// Until the load runs evenly; `sent` counts its spans.
    async fn warm_up(&self, sent: &ProgressBar) {
        let spans: usize = self.requests.iter().map(|request| request.spans).sum();
        let began = Instant::now();
        while began.elapsed() < WARM_UP && sent.position() < spans as u64 / 4 {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Sends traces one by one and asks for each until all its steps show.
struct Probe {
    client: Client,
    http: String,
    otlp: String,
}

/// Takes so many samples with traces of this recipe's kind.
pub(super) async fn measure(
    background: &Background<'_>,
    probes: Recipe,
    samples: usize,
    site: Site<'_>,
    bar: &ProgressBar,
) -> Result<Option<Latency>> {
    let mut probes = Recipe { packing: Packing::ByTrace, ..probes }.requests();
    let mut taken = Vec::new();
    for _ in 0..MOST_SESSIONS {
        if taken.len() >= samples {
            break;
        }
        session(background, &mut probes, (&mut taken, samples), site, bar).await?;
    }
    ensure!(taken.len() >= samples, "only {} of {samples} samples could be taken", taken.len());
    Ok(Latency::of(taken))
}

/// Takes samples from one server until there are enough, or the load is over. A sample that the
/// end of the load falls into counts: to drop it would be to drop the slowest.
async fn session(
    background: &Background<'_>,
    probes: &mut impl Iterator<Item = Request>,
    (taken, enough): (&mut Vec<Duration>, usize),
    site: Site<'_>,
    bar: &ProgressBar,
) -> Result<()> {
    let server = Server::start(site).await?;
    let sending = Sending {
        to: server.otlp.clone(),
        connections: background.connections,
        spans_per_second: Some(background.spans_per_second),
        most_time: MOST_TIME,
    };
    let probe =
        Probe { client: send::client()?, http: server.http.clone(), otlp: server.otlp.clone() };
    let (progress, over) = (ProgressBar::hidden(), Cell::new(false));
    let load = async {
        send::send(background.requests, &sending, &progress).await?;
        over.set(true);
        future::pending::<Result<()>>().await
    };
    let sampling = async {
        background.warm_up(&progress).await;
        while taken.len() < enough && !over.get() {
            let request = probes.next().context("there are no more traces to send")?;
            taken.push(probe.sample(&request).await?);
            bar.inc(1);
            tokio::time::sleep(PAUSE).await;
        }
        anyhow::Ok(())
    };
    tokio::select! {
        failed = load => failed?,
        sampled = sampling => sampled?,
    }
    server.stop().await?;
    Ok(std::fs::remove_dir_all(site.directory.join("data"))?)
}

impl Probe {
    /// The time from the acknowledgement until a query shows the whole trace.
    async fn sample(&self, request: &Request) -> Result<Duration> {
        let trace = request.ended.first().context("a probe is a whole trace")?;
        let url = format!("{}/api/v1/traces/{trace}", self.http);
        send::post(&self.client, &self.otlp, &request.body).await?;
        let accepted = Instant::now();
        while steps(&self.client, &url).await? < request.spans {
            ensure!(accepted.elapsed() < PATIENCE, "an acknowledged trace does not show: {url}");
        }
        Ok(accepted.elapsed())
    }
}

/// How many steps of a trace show; none if it is not there.
pub(super) async fn steps(client: &Client, url: &str) -> Result<usize> {
    #[derive(Deserialize)]
    struct Trace {
        steps: Vec<serde::de::IgnoredAny>,
    }
    let answer = client.get(url).send().await?;
    if answer.status() == StatusCode::NOT_FOUND {
        return Ok(0);
    }
    let trace: Trace = answer.error_for_status()?.json().await?;
    Ok(trace.steps.len())
}
