//! `mayday bench`: speed on this machine, as ratios against a named limit of the same run.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::sim::{Play, Scenario, wire};
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::commands::sim::Exporter;
use crate::config::Config;
use crate::server::Server;
use crate::world;

/// Measure speed on this machine.
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Durable spans a second over OTLP/HTTP, beside appending and syncing the same bytes
    Ingest(Ingest),
}

/// Measure ingestion.
#[derive(Debug, Args)]
pub(crate) struct Ingest {
    /// How many simulated six hours to send; each is about 30 000 spans
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=50))]
    plays: u64,

    /// How many connections send at once
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=64))]
    connections: u64,

    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// Requests made beforehand, so that making them is not measured.
struct Load {
    bodies: Vec<Vec<u8>>,
    spans: usize,
    bytes: usize,
}

impl Bench {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let Bench::Ingest(command) = self;
        command.run().await
    }
}

impl Ingest {
    async fn run(self) -> Result<ExitCode> {
        let directory = tempfile::Builder::new().prefix("mayday-bench-").tempdir()?;
        let load = Load::new(self.plays);
        let floor = append_and_sync(directory.path(), &load)?;
        let taken = self.ingest(directory.path(), &load).await?;
        let per_second = |taken: Duration| load.spans as f64 / taken.as_secs_f64();
        let (durable, limit) = (per_second(taken), per_second(floor));
        if self.json {
            world::print_json(&json!({
                "spans": load.spans,
                "bytes_per_span": load.bytes / load.spans.max(1),
                "requests": load.bodies.len(),
                "connections": self.connections,
                "durable_spans_per_second": durable.round(),
                "append_and_sync_spans_per_second": limit.round(),
                "ratio": durable / limit,
            }))?;
        } else {
            world::print(&format!(
                "{durable:.0} durable spans/s of {} bytes; appending and syncing the same bytes, \
                 one request at a time: {limit:.0}; ratio {:.3}",
                load.bytes / load.spans.max(1),
                durable / limit
            ));
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn ingest(&self, directory: &Path, load: &Load) -> Result<Duration> {
        let mut config = Config::read(None)?;
        config.listen.otlp = "127.0.0.1:0".to_owned();
        config.listen.grpc = "127.0.0.1:0".to_owned();
        config.listen.http = "127.0.0.1:0".to_owned();
        let mayday = config.open(&directory.join("data"))?;
        let server = Server::start(Arc::new(mayday), &config).await?;
        let exporter = Exporter::to(&format!("http://{}", server.otlp), None)?;
        let began = Instant::now();
        let lanes = (0..self.connections as usize).map(|lane| {
            let lane = load.bodies.iter().skip(lane).step_by(self.connections as usize);
            let (exporter, bodies) = (exporter.clone(), lane.cloned().collect::<Vec<_>>());
            tokio::spawn(async move {
                for body in bodies {
                    exporter.export(body).await?;
                }
                anyhow::Ok(())
            })
        });
        for lane in lanes.collect::<Vec<_>>() {
            lane.await??;
        }
        let taken = began.elapsed();
        server.stop().await;
        Ok(taken)
    }
}

impl Load {
    fn new(plays: u64) -> Self {
        let mut load = Self { bodies: Vec::new(), spans: 0, bytes: 0 };
        for seed in 1..=plays {
            let start = world::now() - jiff::SignedDuration::from_hours(7);
            for request in Play::new(Scenario::ToolShape, seed, start).requests() {
                load.spans += request.groups.iter().map(|(_, spans)| spans.len()).sum::<usize>();
                let body = wire::protobuf(&request.groups);
                load.bytes += body.len();
                load.bodies.push(body);
            }
        }
        load
    }
}

/// The limit: the same bodies appended to a file, each synced before the next.
fn append_and_sync(directory: &Path, load: &Load) -> Result<Duration> {
    let mut file = File::create(directory.join("limit"))?;
    let began = Instant::now();
    for body in &load.bodies {
        file.write_all(body)?;
        file.sync_data()?;
    }
    Ok(began.elapsed())
}
