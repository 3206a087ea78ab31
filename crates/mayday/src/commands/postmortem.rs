//! `mayday postmortem`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use model::IncidentId;

use crate::door::Source;
use crate::world;

/// Draft postmortems.
#[derive(Debug, Subcommand)]
pub(crate) enum Postmortem {
    /// Write the draft of an incident's postmortem, in Markdown
    Draft(Draft),
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
        let Postmortem::Draft(command) = self;
        let markdown = command.source.open().await?.draft(&command.incident).await?;
        match &command.out {
            Some(path) => std::fs::write(path, markdown)
                .with_context(|| format!("could not write {}", path.display()))?,
            None => world::print(markdown.trim_end()),
        }
        Ok(ExitCode::SUCCESS)
    }
}
