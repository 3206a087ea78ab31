//! `mayday verify`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::door::Source;
use crate::world;

/// Check every record: the ledger's facts and all flights; exit status 1 names the first that fails.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

impl Verify {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let proof = self.source.open().await?.prove().await?;
        if self.json {
            world::print_json(&proof)?;
        } else if let Some(broken) = &proof.broken {
            world::print(&format!("broken: {broken}"));
        } else {
            world::print(&format!("intact: {} facts", proof.facts));
            for flights in &proof.flights {
                world::print(&format!(
                    "intact: {} steps of {} days, tenant {}; {} pieces of content are erased",
                    flights.steps, flights.days, flights.tenant, flights.erased
                ));
            }
        }
        Ok(if proof.intact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
