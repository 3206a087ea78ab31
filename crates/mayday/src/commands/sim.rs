//! `mayday sim`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use ::sim::{Artefact, Play, Scenario, Truth, wire};
use anyhow::{Context, Result};
use clap::Args;
use jiff::Timestamp;
use model::time::parse_time;
use serde_json::{Value, json};

use crate::door::authorization;
use crate::world::{self, Secret, Usage};

/// Simulate an AI product with a fault whose cause is known.
#[derive(Debug, Args)]
pub(crate) struct Sim {
    /// prompt-edit, model-alias, tool-shape, index-rebuild, nothing, quiet, region-skew, canary,
    /// alias-silent, prompt-silent, tool-timeouts, new-customer, two-faults or behind-a-deploy
    #[arg(long, value_name = "NAME", default_value_t = Scenario::ToolShape)]
    scenario: Scenario,

    /// The same seed gives the same bytes
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// When the six hours begin: RFC 3339 or Unix seconds
    #[arg(long, value_name = "TIME")]
    start: String,

    /// Send the spans to this OTLP endpoint, as in http://127.0.0.1:4318
    #[arg(long, value_name = "URL", conflicts_with = "out")]
    send: Option<String>,

    /// Send with this ingest key's token; better in MAYDAY_TOKEN
    #[arg(long, value_name = "TOKEN")]
    token: Option<Secret>,

    /// Write the spans to this file: one OTLP/JSON request a line
    #[arg(long, value_name = "FILE", required_unless_present = "send")]
    out: Option<PathBuf>,
}

impl Sim {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let start = parse_time(&self.start).map_err(|error| Usage(error.to_string()))?;
        let play = Play::new(self.scenario, self.seed, start);
        if let Some(url) = &self.send {
            let token = self.token.clone().or_else(world::token);
            send(&play, Exporter::to(url, token.as_ref())?).await?;
        }
        if let Some(path) = &self.out {
            write(&play, path).with_context(|| format!("could not write {}", path.display()))?;
        }
        world::print_json(&json!({
            "scenario": self.scenario.to_string(),
            "seed": self.seed,
            "start": start,
            "onset": play.onset(),
            "truth": truth_json(play.truth().as_ref()),
        }))?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn send(play: &Play, exporter: Exporter) -> Result<()> {
    for request in play.requests() {
        exporter.export(wire::protobuf(&request.groups)).await?;
    }
    Ok(())
}

fn write(play: &Play, path: &PathBuf) -> Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for request in play.requests() {
        writeln!(out, "{}", wire::json_line(&request.groups))?;
    }
    Ok(out.flush()?)
}

/// Sends export requests, one after the other, as an SDK's exporter does.
#[derive(Clone)]
pub(crate) struct Exporter {
    client: reqwest::Client,
    url: String,
}

impl Exporter {
    /// To an OTLP endpoint's base address, with the token of an ingest key if it wants one.
    pub(crate) fn to(url: &str, token: Option<&Secret>) -> Result<Self> {
        let headers = token.map(authorization).transpose()?.unwrap_or_default();
        let client = reqwest::Client::builder().default_headers(headers);
        let client = client.build().context("could not set up HTTP")?;
        Ok(Self { client, url: format!("{}/v1/traces", url.trim_end_matches('/')) })
    }

    /// Sends one request, and fails unless it is accepted.
    pub(crate) async fn export(&self, body: Vec<u8>) -> Result<()> {
        let request = self.client.post(&self.url).header("content-type", "application/x-protobuf");
        let answer = request.body(body).send().await;
        let answer = answer.with_context(|| format!("nothing takes OTLP at {}", self.url))?;
        answer.error_for_status().context("the spans were not accepted")?;
        Ok(())
    }
}

/// The truth in JSON, with the level that the record derives from the artefact.
pub(crate) fn truth_json(truth: Option<&Truth>) -> Value {
    let Some(truth) = truth else { return Value::Null };
    let to = match &truth.to {
        Artefact::Prompt(text) => response::levels::prompt(text),
        Artefact::ToolResult(answer) => response::levels::tool_shape(answer),
        Artefact::Label(label) => label.clone(),
    };
    let mut json = json!({ "surface": truth.surface, "factor": truth.factor, "to": to });
    if !truth.also.is_empty() {
        json["also"] = json!(truth.also);
    }
    json
}

/// An instant so long before another.
pub(crate) fn before(at: Timestamp, length: jiff::SignedDuration) -> Timestamp {
    at.checked_sub(length).unwrap_or(Timestamp::MIN)
}
