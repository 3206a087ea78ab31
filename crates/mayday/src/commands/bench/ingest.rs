//! `mayday bench ingest`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use indicatif::ProgressBar;
use jiff::{SignedDuration, Timestamp};
use response::ContentMode;

use super::child::Site;
use super::floor::{self, Floor};
use super::load::{Load, Packing, Recipe, Request};
use super::report::{LoadReport, Report, VisibleReport};
use super::round::Round;
use super::visible::{self, Background};
use super::{bar, scratch};
use crate::world::{self, Usage};

/// Most bytes of requests held in memory.
const MOST_BYTES: usize = 2 << 30;

/// The load under which it is measured when traces show.
const VISIBLE_UNDER: Load = Load::Kb3;

/// Measure ingestion.
///
/// Each round starts a server of this binary in a process of its own, on an empty directory, with
/// default settings, and sends it the same requests; the floor takes them in between.
#[derive(Debug, Args)]
pub(crate) struct Ingest {
    /// What to send; by default 1k, 3k, 16k, 256k and 30-turns, one after the other
    #[arg(long, value_name = "LOAD", value_delimiter = ',')]
    load: Vec<Load>,

    /// How many spans of each load to send in a round; by default some hundred megabytes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(100..=4_000_000))]
    spans: Option<u64>,

    /// How many rounds: floor, server, floor, server
    #[arg(long, value_name = "N", default_value_t = 3)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=50))]
    rounds: u64,

    /// How many connections send at once
    #[arg(long, value_name = "N", default_value_t = 4)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=64))]
    connections: u64,

    /// How many traces are followed until they show, under half of the full load of 3k; 0 for none
    #[arg(long, value_name = "N", default_value_t = 300)]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=10_000))]
    probes: u64,

    /// What the server keeps of content: full, redacted, hash_only or metadata_only
    #[arg(long, value_name = "MODE", default_value = "full")]
    content: ContentMode,

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

/// One load, ready to be sent.
struct Ready {
    recipe: Recipe,
    requests: Arc<Vec<Request>>,
}

impl Ingest {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let scratch = scratch(self.dir.as_deref())?;
        let mut report =
            Report::new(self.content.as_str(), self.connections, self.rounds, self.seed);
        for load in self.loads() {
            report.loads.push(self.measure(load, scratch.path()).await?);
        }
        match self.json {
            true => world::print_json(&report)?,
            false => world::print(&report.table()),
        }
        Ok(ExitCode::SUCCESS)
    }

    fn site<'a>(&self, directory: &'a Path) -> Site<'a> {
        Site { directory, content: self.content.as_str() }
    }

    fn loads(&self) -> Vec<Load> {
        match self.load.is_empty() {
            true => vec![Load::Kb1, Load::Kb3, Load::Kb16, Load::Kb256, Load::Turns],
            false => self.load.clone(),
        }
    }

    fn recipe(&self, load: Load) -> Result<Recipe> {
        let spans = self.spans.map_or(load.usual_spans(), |spans| spans as usize);
        if spans.saturating_mul(load.span_bytes()) > MOST_BYTES {
            let most = MOST_BYTES / load.span_bytes();
            let why = format!("that load would not fit in memory: --spans {most} at most");
            return Err(Usage(why).into());
        }
        Ok(Recipe { load, seed: self.seed, spans, start: start(), packing: Packing::Full })
    }

    async fn measure(&self, load: Load, directory: &Path) -> Result<LoadReport> {
        let ready = Ready::make(self.recipe(load)?).await?;
        let mut rounds = Vec::new();
        for number in 1..=self.rounds {
            let floor = self.floor(&ready, directory).await?;
            let bar = bar(ready.spans(), &format!("{}, round {number}", load.name()))?;
            let connections = self.connections as usize;
            let site = self.site(directory);
            let round = Round::play(&ready.requests, site, connections, &bar).await?;
            bar.finish_and_clear();
            world::tell(&format!(
                "{}, round {number} of {}: {:.0} spans/s, floor {:.0}",
                load.name(),
                self.rounds,
                round.sent.spans_per_second(),
                floor.spans_per_second(),
            ));
            rounds.push((floor, round));
        }
        let mut report = LoadReport::of(load, &rounds).context("there was no round")?;
        if load == VISIBLE_UNDER && self.probes > 0 {
            let full = report.durable_spans_per_second.median;
            report.visible = Some(self.visible(&ready, full / 2.0, directory).await?);
        }
        Ok(report)
    }

    async fn floor(&self, ready: &Ready, directory: &Path) -> Result<Floor> {
        let (requests, directory) = (Arc::clone(&ready.requests), directory.to_owned());
        let connections = self.connections as usize;
        tokio::task::spawn_blocking(move || floor::run(&requests, &directory, connections)).await?
    }

    async fn visible(&self, ready: &Ready, rate: f64, directory: &Path) -> Result<VisibleReport> {
        let bar = bar(self.probes, "traces followed until they show")?;
        let background = Background {
            requests: &ready.requests,
            connections: self.connections as usize,
            spans_per_second: rate,
        };
        let probes = Recipe { seed: !self.seed, spans: usize::MAX, ..ready.recipe };
        let samples = self.probes as usize;
        let latency =
            visible::measure(&background, probes, samples, self.site(directory), &bar).await?;
        bar.finish_and_clear();
        let latency = latency.context("no trace was followed")?;
        Ok(VisibleReport { load_spans_per_second: rate.round(), latency })
    }
}

impl Ready {
    async fn make(recipe: Recipe) -> Result<Self> {
        let making = bar(recipe.spans as u64, &format!("making {}", recipe.load.name()))?;
        let requests = tokio::task::spawn_blocking(move || made(recipe, &making)).await?;
        Ok(Self { recipe, requests: Arc::new(requests) })
    }

    fn spans(&self) -> u64 {
        self.requests.iter().map(|request| request.spans as u64).sum()
    }
}

fn made(recipe: Recipe, bar: &ProgressBar) -> Vec<Request> {
    let requests = recipe.requests().inspect(|request| bar.inc(request.spans as u64)).collect();
    bar.finish_and_clear();
    requests
}

/// Traces start some time ago, so that each is due to settle as soon as its root came: settling
/// then runs beside the load, as it does where load goes on for long.
pub(super) fn start() -> Timestamp {
    crate::commands::sim::before(world::now(), SignedDuration::from_hours(6))
}
