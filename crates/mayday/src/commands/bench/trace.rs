//! `mayday bench trace`: a trace by its id, out of a great many.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use indicatif::ProgressBar;
use model::TraceId;
use serde::Serialize;

use super::child::{Server, Site};
use super::figures::Latency;
use super::ingest::start;
use super::load::{Load, Packing, Recipe};
use super::send::{self, Sending, Sent};
use super::visible::steps;
use super::words::Words;
use super::{bar, scratch};
use crate::world;

/// Requests made, then sent, at a time.
const TOGETHER: usize = 64;

/// How long filling may take.
const MOST_TIME: Duration = Duration::from_secs(30 * 60);

/// Queries before the first that counts.
const WARM_UP: usize = 500;

/// Measure how long it takes to show a trace by its id.
#[derive(Debug, Args)]
pub(crate) struct Trace {
    /// How many steps to store before asking
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1_000..=10_000_000))]
    steps: u64,

    /// How many traces to ask for, one after the other
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(100..=100_000))]
    queries: u64,

    /// How many connections fill the store
    #[arg(long, value_name = "N", default_value_t = 4)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=64))]
    connections: u64,

    /// Another seed makes other texts and ids
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Write below this directory; it stands for the disk that is measured
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,

    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// What it came to.
#[derive(Debug, Serialize)]
struct Report {
    build: &'static str,
    steps: usize,
    traces: usize,
    steps_per_trace: usize,
    bytes_per_step: usize,
    stored_steps_per_second: f64,
    disk_bytes: u64,
    query: Latency,
}

impl Trace {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let scratch = scratch(self.dir.as_deref())?;
        let server = Server::start(Site { directory: scratch.path(), content: "full" }).await?;
        let (sent, traces) = self.fill(&server).await?;
        world::tell(&format!("{} steps are stored; waiting until they are settled", sent.spans));
        let settled = server.settled(0).await?;
        ensure!(settled.is_some(), "the server was still busy long after the last answer");
        let query = self.ask(&server, &traces).await?;
        let report = Report {
            build: super::BUILD,
            steps: sent.spans,
            traces: traces.len(),
            steps_per_trace: Load::Small.trace_spans(),
            bytes_per_step: sent.bytes / sent.spans.max(1),
            stored_steps_per_second: sent.spans_per_second().round(),
            disk_bytes: server.stop().await?,
            query,
        };
        match self.json {
            true => world::print_json(&report)?,
            false => world::print(&report.line()),
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn fill(&self, server: &Server) -> Result<(Sent, Vec<TraceId>)> {
        let bar = bar(self.steps, "storing steps")?;
        let spans = self.steps as usize;
        let (load, packing) = (Load::Small, Packing::Full);
        let recipe = Recipe { load, seed: self.seed, spans, start: start(), packing };
        let mut requests = recipe.requests();
        let (mut sent, mut traces) = (Sent::default(), Vec::new());
        loop {
            let some: Vec<_> = requests.by_ref().take(TOGETHER).collect();
            if some.is_empty() {
                bar.finish_and_clear();
                return Ok((sent, traces));
            }
            let left = MOST_TIME.saturating_sub(sent.elapsed);
            ensure!(!left.is_zero(), "storing took too long: ask for fewer --steps");
            traces.extend(some.iter().flat_map(|request| &request.ended));
            let sending = Sending {
                to: server.otlp.clone(),
                connections: self.connections as usize,
                spans_per_second: None,
                most_time: left,
            };
            sent.add(send::send(&Arc::new(some), &sending, &bar).await?);
        }
    }

    /// Asks for traces at random, in whole, over one connection.
    async fn ask(&self, server: &Server, traces: &[TraceId]) -> Result<Latency> {
        let client = send::client()?;
        let mut words = Words::new(self.seed, u64::MAX);
        let queries = self.queries as usize;
        let bar: ProgressBar = bar(self.queries, "asking for traces")?;
        let mut taken = Vec::with_capacity(queries);
        for number in 0..WARM_UP + queries {
            let trace = traces[words.below(traces.len())];
            let url = format!("{}/api/v1/traces/{trace}", server.http);
            let began = Instant::now();
            let shown = steps(&client, &url).await?;
            if number >= WARM_UP {
                taken.push(began.elapsed());
                bar.inc(1);
            }
            ensure!(shown == Load::Small.trace_spans(), "{trace} shows {shown} steps");
        }
        bar.finish_and_clear();
        Latency::of(taken).context("nothing was asked")
    }
}

impl Report {
    fn line(&self) -> String {
        let Latency { n, p50_ms, p99_ms, max_ms } = self.query;
        format!(
            "p50 {p50_ms:.2} ms, p99 {p99_ms:.2} ms, longest {max_ms:.2} ms, over {n} traces of {} \
             steps, chosen at random from {} steps in {} traces\n{} build; {:.0} steps/s of {} \
             bytes were stored before, and take {:.0} MB on disk",
            self.steps_per_trace,
            self.steps,
            self.traces,
            self.build,
            self.stored_steps_per_second,
            self.bytes_per_step,
            self.disk_bytes as f64 / 1e6,
        )
    }
}
