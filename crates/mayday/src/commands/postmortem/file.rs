//! `mayday postmortem file`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use model::IncidentId;

use crate::commands::item;
use crate::commands::postmortem::show;
use crate::door::Source;
use crate::world;

/// File an incident's postmortem: Markdown as `show` gives it, or JSON.
///
/// Errors of the linter keep it out; findings are counted, and nothing of the incident waits for
/// them. Every new action item gets a number, by which it is closed.
#[derive(Debug, Args)]
pub(crate) struct File {
    /// Of which incident
    incident: IncidentId,

    /// The document
    file: PathBuf,

    /// The version that it was made from; then nobody else's is written over
    #[arg(long, value_name = "NUMBER")]
    version: Option<u32>,

    #[command(flatten)]
    source: Source,
}

impl File {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let Self { incident, file, version, source } = self;
        let text = std::fs::read_to_string(&file)
            .with_context(|| format!("could not read {}", file.display()))?;
        let filed = source.open().await?.file_document(&incident, text, version).await?;
        world::print(&show::headline(&filed));
        filed.items.iter().for_each(|one| world::print(&item::told(one)));
        let findings = filed.linted.found.len();
        if findings > 0 {
            world::tell(&format!(
                "{findings} findings: `mayday postmortem show {incident} --lint`"
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}
