//! `mayday bench load`: a load as files, so that other servers can be sent the same bytes.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use model::TraceId;
use model::time::parse_time;
use serde::Serialize;

use super::ingest::start;
use super::load::{Load, Packing, Recipe, Request};
use crate::world::{self, Usage};

/// Write a load as files: one OTLP/protobuf request each, and a manifest.
#[derive(Debug, Args)]
pub(crate) struct LoadFiles {
    /// Write into this directory; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// What to write
    #[arg(long, value_name = "LOAD", default_value = "3k")]
    load: Load,

    /// How many spans at least, in whole traces
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=4_000_000))]
    spans: u64,

    /// The same seed and start give the same bytes
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// When the first trace starts: RFC 3339 or Unix seconds; by default some hours ago
    #[arg(long, value_name = "TIME")]
    start: Option<String>,
}

/// What was written; stands beside the requests as `manifest.json`.
#[derive(Debug, Serialize)]
struct Manifest {
    load: &'static str,
    seed: u64,
    spans: usize,
    bytes: usize,
    steps_per_trace: usize,
    requests: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    file: String,
    spans: usize,
    bytes: usize,
    /// The traces whose last span is in it.
    traces: Vec<TraceId>,
}

impl LoadFiles {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let given = self.start.as_deref().map(parse_time).transpose();
        let recipe = Recipe {
            load: self.load,
            seed: self.seed,
            spans: self.spans as usize,
            start: given.map_err(|error| Usage(error.to_string()))?.unwrap_or_else(start),
            packing: Packing::Full,
        };
        let failed = || format!("could not write to {}", self.out.display());
        let manifest = self.write(recipe).with_context(failed)?;
        world::tell(&format!(
            "{} spans in {} requests, {:.1} MB",
            manifest.spans,
            manifest.requests.len(),
            manifest.bytes as f64 / 1e6
        ));
        Ok(ExitCode::SUCCESS)
    }

    fn write(&self, recipe: Recipe) -> Result<Manifest> {
        std::fs::create_dir_all(&self.out)?;
        let mut manifest = Manifest {
            load: self.load.name(),
            seed: self.seed,
            spans: 0,
            bytes: 0,
            steps_per_trace: self.load.trace_spans(),
            requests: Vec::new(),
        };
        for (number, Request { body, spans, ended }) in recipe.requests().enumerate() {
            let file = format!("{number:06}.otlp");
            std::fs::write(self.out.join(&file), &body)?;
            manifest.spans += spans;
            manifest.bytes += body.len();
            manifest.requests.push(Entry { file, spans, bytes: body.len(), traces: ended });
        }
        let json = serde_json::to_string_pretty(&manifest)?;
        std::fs::write(self.out.join("manifest.json"), json)?;
        Ok(manifest)
    }
}
