//! `mayday ledger verify`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::door::Source;
use crate::world;

/// Check the hash chain.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

impl Verify {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let state = self.source.verify_ledger().await?;
        if self.json {
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
