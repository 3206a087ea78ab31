//! `mayday ledger`.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::door::Source;
use crate::world;

/// Check the ledger of facts.
#[derive(Debug, Subcommand)]
pub(crate) enum Ledger {
    /// Check the hash chain; exit status 1 names the first entry that fails
    Verify(Verify),
}

/// Check the hash chain.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

impl Ledger {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let Ledger::Verify(command) = self;
        let state = command.source.verify_ledger().await?;
        if command.json {
            world::print_json(&state)?;
        } else if state.intact {
            let (entries, head) =
                (state.entries.unwrap_or(0), state.head.as_deref().unwrap_or("–"));
            world::print(&format!("intact: {entries} entries, head {head}"));
        } else {
            let (seq, why) = (state.first_broken.unwrap_or(0), state.why.as_deref().unwrap_or(""));
            world::print(&format!("broken at entry {seq}: {why}"));
        }
        Ok(if state.intact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
