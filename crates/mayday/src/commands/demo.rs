//! `mayday demo`: the whole loop on a simulated product, from spans to a postmortem draft.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use ::sim::{Play, Request, Scenario, wire};
use anyhow::{Context, Result};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::SignedDuration;
use model::{Report, Verdict};
use response::{Act, Declaration, Mayday, Question, brief};
use serde_json::json;

use crate::commands::sim::{Exporter, before, truth_json};
use crate::config::Config;
use crate::server::Server;
use crate::world;

/// Play six hours of a simulated AI product with a fault, and find what moved.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// prompt-edit, model-alias, tool-shape, index-rebuild, nothing, quiet, region-skew, canary,
    /// alias-silent, prompt-silent, tool-timeouts, new-customer, two-faults or behind-a-deploy
    #[arg(long, value_name = "NAME", default_value_t = Scenario::ToolShape)]
    scenario: Scenario,

    /// Another seed plays another six hours
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Keep the data here; without it, in a temporary directory that is removed at the end
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// End after the answer instead of serving on
    #[arg(long)]
    once: bool,

    /// Print the truth, the report and the postmortem as JSON
    #[arg(long)]
    json: bool,
}

/// What the demo found.
struct Found {
    report: Report,
    incident: Option<String>,
    postmortem: Option<String>,
}

impl Demo {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let temporary = tempfile::Builder::new().prefix("mayday-demo-").tempdir()?;
        let directory = self.data_dir.as_deref().unwrap_or(temporary.path());
        let config = Config::read(None)?;
        let mayday = Arc::new(config.open(directory)?);
        let server = start(&mayday, config).await?;
        let start = before(world::now(), SignedDuration::from_mins(6 * 60 + 1));
        let play = Play::new(self.scenario, self.seed, start);
        send(&play, &server).await?;
        mayday.settle(world::now()).await?;
        let found = find(&mayday, directory)?;
        self.print(&play, &server, &found)?;
        if !self.once {
            world::tell("serving until you press Ctrl-C");
            tokio::signal::ctrl_c().await?;
        }
        server.stop().await;
        Ok(ExitCode::SUCCESS)
    }

    fn print(&self, play: &Play, server: &Server, found: &Found) -> Result<()> {
        let url = server.url();
        let page = match &found.incident {
            Some(incident) => format!("{url}/incidents/{incident}"),
            None => format!("{url}/"),
        };
        if self.json {
            return world::print_json(&json!({
                "scenario": self.scenario.to_string(),
                "seed": self.seed,
                "truth": truth_json(play.truth().as_ref()),
                "report": found.report,
                "incident": found.incident,
                "postmortem": found.postmortem,
                "page": page,
            }));
        }
        world::print(&brief(&found.report).lines().join("\n"));
        if let Some(incident) = &found.incident {
            world::print(&format!("  incident  {incident}, declared"));
            world::print(&format!("  draft     mayday postmortem draft {incident} --server {url}"));
        }
        world::print(&format!("  page      {page}"));
        Ok(())
    }
}

/// Starts the server, on other ports if the usual ones are taken.
async fn start(mayday: &Arc<Mayday>, mut config: Config) -> Result<Server> {
    match Server::start(Arc::clone(mayday), &config).await {
        Ok(server) => Ok(server),
        Err(_) => {
            config.listen.otlp = "127.0.0.1:0".to_owned();
            config.listen.grpc = "127.0.0.1:0".to_owned();
            config.listen.http = "127.0.0.1:0".to_owned();
            let server = Server::start(Arc::clone(mayday), &config).await?;
            world::tell(&format!("the usual ports are taken; serving at {}", server.url()));
            Ok(server)
        }
    }
}

/// Plays the six hours into the server's own OTLP port.
async fn send(play: &Play, server: &Server) -> Result<()> {
    let exporter = Exporter::to(&format!("http://{}", server.otlp), None)?;
    let bar = ProgressBar::with_draw_target(
        Some(play.length().as_secs().unsigned_abs()),
        ProgressDrawTarget::stderr(),
    );
    bar.set_style(ProgressStyle::with_template("{msg} {wide_bar} {percent} %")?);
    let mut began = None;
    let mut spans = 0;
    for Request { at, groups, .. } in play.requests() {
        let began = *began.get_or_insert(at);
        spans += groups.iter().map(|(_, spans)| spans.len()).sum::<usize>();
        let body = wire::protobuf(&groups);
        exporter.export(body).await.context("the demo could not reach its own OTLP port")?;
        bar.set_position(at.duration_since(began).as_secs().unsigned_abs());
        bar.set_message(format!("playing six hours: {spans} spans"));
    }
    bar.finish_and_clear();
    Ok(())
}

/// Asks what moved; if something did, declares the incident and drafts its postmortem.
fn find(mayday: &Mayday, directory: &Path) -> Result<Found> {
    let question = Question::default();
    let report = mayday.moved(&question, world::now())?;
    if matches!(report.verdict, Verdict::NoChange | Verdict::InsufficientData) {
        return Ok(Found { report, incident: None, postmortem: None });
    }
    let act = || Act::by_itself(world::now(), world::random());
    let incident = mayday.declare(&Declaration { question, ..Declaration::default() }, act())?;
    let draft = mayday.draft(&incident.id, act())?;
    let path = directory.join(format!("{}.md", incident.id));
    std::fs::write(&path, &draft.markdown)
        .with_context(|| format!("could not write {}", path.display()))?;
    Ok(Found { report, incident: Some(incident.id.to_string()), postmortem: Some(draft.markdown) })
}
