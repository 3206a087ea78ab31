//! `mayday incident`.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use model::{IncidentId, RunId, Triage};
use response::{brief, wording};

use crate::commands::moved::Asked;
use crate::door::{Declared, Source};
use crate::world;

/// Declare, list and show incidents.
#[derive(Debug, Subcommand)]
pub(crate) enum Incident {
    /// Declare an incident: the windows, the verdict and the evidence become facts
    Declare(Declare),
    /// List incidents, latest first
    List(List),
    /// Show one incident
    Show(Show),
}

/// Declare an incident.
#[derive(Debug, Args)]
pub(crate) struct Declare {
    #[command(flatten)]
    asked: Asked,

    /// The one run that did harm; then no rate is waited for
    #[arg(long, value_name = "RUN")]
    run: Option<RunId>,

    /// One line for lists; made from the verdict if not given
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// Print the incident as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// List incidents.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print them as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// Show one incident.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Which one
    incident: IncidentId,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

impl Incident {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Incident::Declare(command) => command.run().await?,
            Incident::List(command) => command.run().await?,
            Incident::Show(command) => command.run().await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Declare {
    async fn run(self) -> Result<()> {
        let question = self.asked.question()?;
        let door = self.source.open().await?;
        let declared = Declared { question, run: self.run, title: self.title };
        let incident = door.declare(declared).await?;
        if self.json {
            return world::print_json(&incident);
        }
        world::print(&format!("{}  {}", incident.id, incident.title));
        world::print(&format!("next: mayday postmortem draft {}", incident.id));
        Ok(())
    }
}

impl List {
    async fn run(self) -> Result<()> {
        let incidents = self.source.open().await?.incidents().await?;
        if self.json {
            return world::print_json(&incidents);
        }
        if incidents.is_empty() {
            world::print("no incident was declared");
        }
        for incident in incidents {
            let (id, at) = (&incident.id, wording::moment(incident.declared_at));
            world::print(&format!("{id}  {at}  {}", incident.title));
        }
        Ok(())
    }
}

impl Show {
    async fn run(self) -> Result<()> {
        let incident = self.source.open().await?.incident(&self.incident).await?;
        if self.json {
            return world::print_json(&incident);
        }
        let at = wording::moment(incident.declared_at);
        world::print(&format!("{}  {}", incident.id, incident.title));
        world::print(&format!("  declared  {at} by {}", incident.declared_by));
        world::print(&brief(&incident.report).lines().join("\n"));
        incident.triage.iter().for_each(print_triage);
        for evidence in &incident.evidence {
            world::print(&format!("  evidence  {}  {}", evidence.run, evidence.role));
        }
        Ok(())
    }
}

fn print_triage(triage: &Triage) {
    for row in &triage.rows {
        world::print(&format!("  {:<9} {}: {}", row.answer.as_str(), row.node, row.why));
    }
    world::print(&format!("  triage    {}", triage.next));
}
