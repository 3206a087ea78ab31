//! `mayday ledger export`: every fact as a line, with all that its hash covers.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use api::ledger::Asked;
use clap::Args;

use crate::commands::export::{Out, is_closed_pipe};
use crate::door::{Door, Source};

/// Write every fact as a line of JSON, with all that its hash covers.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Write to this file, which appears once it is whole; - is standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,

    #[command(flatten)]
    source: Source,
}

impl Export {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let mut out = Out::to(&self.out)?;
        let door = self.source.open().await?;
        match write(&door, &mut out).await {
            Err(error) if is_closed_pipe(&error) => return Ok(ExitCode::SUCCESS),
            written => written?,
        }
        out.finish()?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes page after page, until one is empty.
async fn write(door: &Door, out: &mut Out<'_>) -> Result<()> {
    let mut next = 1;
    loop {
        let page = door.entries(&Asked { from: Some(next), ..Asked::default() }).await?;
        let Some(last) = page.lines().last() else { return Ok(()) };
        next = super::entry(last)?.seq.checked_add(1).context("the ledger has no end")?;
        out.write(page.as_bytes())?;
    }
}
