//! `mayday playbook`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use api::playbooks::RehearsalJson;
use clap::{Args, Subcommand};
use model::IncidentId;
use response::playbooks::{Lack, PlaybookView, lint, read};
use response::wording;

use crate::door::Source;
use crate::world;

/// List and check playbooks: what to do about one shape of failure each.
#[derive(Debug, Subcommand)]
pub(crate) enum Playbook {
    List(List),
    Show(Show),
    Lint(Lint),
    Rehearsed(Rehearsed),
    Preflight(Preflight),
}

/// List them, with when each was walked through last.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print them as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// Show one, step by step.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Which one
    playbook: String,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// Find what would fail at night in a playbook of your own. Exits with 1 if anything is found.
#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// The TOML file
    file: PathBuf,

    /// Print what is found as JSON
    #[arg(long)]
    json: bool,
}

/// Say that one was walked through, and what was found.
#[derive(Debug, Args)]
pub(crate) struct Rehearsed {
    /// Which one
    playbook: String,

    /// The incident, if it was in earnest and no drill
    #[arg(long, value_name = "INCIDENT")]
    incident: Option<IncidentId>,

    /// A step that failed, or access that lacked; once for each
    #[arg(long, value_name = "TEXT")]
    finding: Vec<String>,

    #[command(flatten)]
    source: Source,
}

/// Say which step who could not do, by the rights of their keys. Exits with 1 if there is one.
#[derive(Debug, Args)]
pub(crate) struct Preflight {
    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

impl Playbook {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Playbook::List(command) => command.run().await,
            Playbook::Show(command) => command.run().await,
            Playbook::Lint(command) => command.run(),
            Playbook::Rehearsed(command) => command.run().await,
            Playbook::Preflight(command) => command.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<ExitCode> {
        let playbooks = self.source.open().await?.playbooks().await?;
        match self.json {
            true => world::print_json(&playbooks)?,
            false => playbooks.iter().for_each(|view| world::print(&line(view))),
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Show {
    async fn run(self) -> Result<ExitCode> {
        let view = self.source.open().await?.playbook(&self.playbook).await?;
        if self.json {
            world::print_json(&view)?;
            return Ok(ExitCode::SUCCESS);
        }
        let playbook = &view.playbook;
        world::print(&line(&view));
        for trigger in &playbook.triggers {
            world::print(&format!("  when      {trigger}"));
        }
        world::print(&format!("  severity  {}", playbook.severity));
        for (place, step) in playbook.steps.iter().enumerate() {
            let minutes = step.minutes.map_or("–".to_owned(), |minutes| minutes.to_string());
            let access = step.access.map_or("unknown", |access| access.as_str());
            let number = place + 1;
            world::print(&format!(
                "  {number}. {}  ({minutes} min, to {access})",
                step.instruction
            ));
            world::print(&format!("     look      {}", step.probe));
            world::print(&format!("     expected  {}", step.expected));
            world::print(&format!("     if not    {}", step.if_not));
        }
        for (name, text) in [
            ("escalate", &playbook.escalation),
            ("tell", &playbook.comms),
            ("keep", &playbook.evidence),
            ("over", &playbook.exit),
        ] {
            world::print(&format!("  {name:<9} {text}"));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Lint {
    fn run(self) -> Result<ExitCode> {
        let file = self.file.display();
        let text = std::fs::read_to_string(&self.file);
        let text = text.with_context(|| format!("could not read {file}"))?;
        let playbook = read(&text).with_context(|| format!("could not read {file}"))?;
        let findings = lint(&playbook);
        if self.json {
            world::print_json(&findings)?;
        } else if findings.is_empty() {
            let steps = playbook.steps.len();
            world::print(&format!("{}: nothing found in {steps} steps", playbook.id));
        } else {
            findings.iter().for_each(|finding| world::print(&finding.to_string()));
        }
        Ok(exit(&findings))
    }
}

impl Rehearsed {
    async fn run(self) -> Result<ExitCode> {
        let Rehearsed { playbook, incident, finding: findings, source } = self;
        let told = RehearsalJson { incident, findings, by: None };
        world::print(&line(&source.open().await?.rehearse(&playbook, told).await?));
        Ok(ExitCode::SUCCESS)
    }
}

impl Preflight {
    async fn run(self) -> Result<ExitCode> {
        let lacks = self.source.open().await?.preflight().await?;
        if self.json {
            world::print_json(&lacks)?;
        } else if lacks.is_empty() {
            world::print("whoever has a person's key can do every step");
        }
        if !self.json {
            for Lack { playbook, step, who, lacks } in &lacks {
                world::print(&format!("{playbook}  step {step}: {who} may not {}", lacks.as_str()));
            }
        }
        Ok(exit(&lacks))
    }
}

/// 1 if anything is found.
fn exit<T>(found: &[T]) -> ExitCode {
    if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn line(PlaybookView { playbook, freshness, rehearsed }: &PlaybookView) -> String {
    let last = rehearsed.as_ref().map_or(String::new(), |last| {
        let findings = match last.findings.as_slice() {
            [] => String::new(),
            findings => format!(": {}", findings.join("; ")),
        };
        format!(", last {} by {}{findings}", wording::moment(last.at), last.by)
    });
    let (id, version, title) = (&playbook.id, playbook.version, &playbook.title);
    let minutes = playbook.minutes();
    format!("{id}  v{version}  {title}  {minutes} min  {}{last}", freshness.words())
}
