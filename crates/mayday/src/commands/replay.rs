//! `mayday replay`.

use std::process::ExitCode;

use anyhow::Result;
use api::lessons::ExportAsked;
use clap::{Args, Subcommand};
use model::IncidentId;

use crate::door::Source;
use crate::world;

/// Take out what models were given, to run it again elsewhere.
#[derive(Debug, Subcommand)]
pub(crate) enum Replay {
    Export(Export),
}

/// Take out an incident's bad calls as they were recorded, one on each line. Not anonymised.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Of which incident
    incident: IncidentId,

    /// Most runs
    #[arg(long, value_name = "NUMBER")]
    most: Option<usize>,

    #[command(flatten)]
    source: Source,
}

impl Replay {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let Replay::Export(Export { incident, most, source }) = self;
        let bundles = source.open().await?.bundles(&incident, ExportAsked { most }).await?;
        for bundle in &bundles {
            world::print(&serde_json::to_string(bundle)?);
        }
        world::tell(&format!(
            "{} calls as they were recorded, with what people said in them: keep them safe",
            bundles.len()
        ));
        Ok(ExitCode::SUCCESS)
    }
}
