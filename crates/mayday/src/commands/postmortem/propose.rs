//! `mayday postmortem propose`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use model::IncidentId;
use response::postmortem::{markdown, proposal};
use serde_json::Value;

use crate::door::Source;
use crate::outward::{self, Trust};
use crate::world::{self, Usage};

/// Let a model propose sentences for an incident's postmortem. No model is needed for anything.
///
/// It is given the facts of the draft and nothing else. Sentences that cite none of them are
/// dropped, the others are marked as proposed until a person takes the mark away. Nothing is filed.
#[derive(Debug, Args)]
pub(crate) struct Propose {
    /// Of which incident
    incident: IncidentId,

    /// Where a model answers as OpenAI's interface does, without `/chat/completions`; a key for it
    /// is taken from `MAYDAY_MODEL_KEY`
    #[arg(long, value_name = "URL")]
    endpoint: String,

    /// Which model
    #[arg(long)]
    model: String,

    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    source: Source,
}

/// How long a model may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Largest answer that is read.
const LARGEST: usize = 1 << 20;

impl Propose {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let Self { incident, endpoint, model, out, source } = self;
        let document = source.open().await?.document(&incident).await?.document;
        let facts = proposal::facts(&document);
        let request = proposal::request(&model, &facts);
        let answer = tokio::time::timeout(PATIENCE, ask(&endpoint, &request)).await;
        let answer = answer.context("the model did not answer in two minutes")??;
        let made = proposal::take(&document, &facts, &answer)?;
        let text = markdown(&made.document);
        match out {
            Some(path) => std::fs::write(&path, text)
                .with_context(|| format!("could not write {}", path.display()))?,
            None => world::print(text.trim_end()),
        }
        world::tell(&format!(
            "{} sentences proposed, {} dropped because they cite no fact; nothing is filed",
            made.taken, made.dropped
        ));
        Ok(ExitCode::SUCCESS)
    }
}

async fn ask(endpoint: &str, body: &Value) -> Result<String> {
    let url = format!("{}/chat/completions", endpoint.trim_end_matches('/'));
    let trust = if url.starts_with("https://") { Trust::System } else { Trust::Nobody };
    let mut request = Request::post(&url)
        .header(USER_AGENT, "mayday")
        .header(CONTENT_TYPE, "application/json")
        .body(Full::<Bytes>::from(serde_json::to_vec(body)?))
        .map_err(|why| Usage(format!("--endpoint {endpoint} can't be asked: {why}")))?;
    if let Some(key) = world::variable("MAYDAY_MODEL_KEY") {
        let mut value = HeaderValue::try_from(format!("Bearer {key}"))?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    let answer = outward::client(trust)?.request(request).await;
    let answer = answer.with_context(|| format!("no model answers at {url}"))?;
    let status = answer.status();
    ensure!(status.is_success(), "the model's interface at {url} answers {status}");
    let read = Limited::new(answer.into_body(), LARGEST).collect().await;
    let read = read.map_err(|why| anyhow::anyhow!("the answer can't be read: {why}"))?.to_bytes();
    let read: Value = serde_json::from_slice(&read).context("the answer is no JSON")?;
    let said = read["choices"][0]["message"]["content"].as_str();
    Ok(said.context("the answer holds no message")?.to_owned())
}
