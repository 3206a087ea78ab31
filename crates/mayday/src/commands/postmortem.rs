//! `mayday postmortem`.

mod file;
mod lint;
mod propose;
mod schema;
mod show;
mod template;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use model::IncidentId;

use crate::door::Source;
use crate::world;

/// Draft, file, show and check postmortems.
#[derive(Debug, Subcommand)]
pub(crate) enum Postmortem {
    /// Write the draft of an incident's postmortem, in Markdown
    Draft(Draft),
    File(file::File),
    Show(show::Show),
    Propose(propose::Propose),
    Template(template::Template),
    Schema(schema::Schema),
    /// Check postmortems in files: Markdown from anywhere, or JSON
    Lint(lint::Lint),
}

/// Write a draft.
#[derive(Debug, Args)]
pub(crate) struct Draft {
    /// Which incident
    incident: IncidentId,

    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    source: Source,
}

impl Postmortem {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Postmortem::Draft(draft) => draft.run().await,
            Postmortem::File(file) => file.run().await,
            Postmortem::Show(show) => show.run().await,
            Postmortem::Propose(propose) => propose.run().await,
            Postmortem::Template(template) => template.run(),
            Postmortem::Schema(schema) => schema.run(),
            Postmortem::Lint(lint) => lint.run().await,
        }
    }
}

impl Draft {
    async fn run(self) -> Result<ExitCode> {
        let markdown = self.source.open().await?.draft(&self.incident).await?;
        match &self.out {
            Some(path) => std::fs::write(path, markdown)
                .with_context(|| format!("could not write {}", path.display()))?,
            None => world::print(markdown.trim_end()),
        }
        Ok(ExitCode::SUCCESS)
    }
}
