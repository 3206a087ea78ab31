//! `mayday ledger`.

mod export;
mod import;
mod tail;
mod verify;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Subcommand;
use response::Stored;

/// Check, take out, take in and watch the ledger of facts.
#[derive(Debug, Subcommand)]
pub(crate) enum Ledger {
    /// Check the hash chain; exit status 1 names the first entry that fails
    Verify(verify::Verify),
    /// Write every fact as a line of JSON, with all that its hash covers
    Export(export::Export),
    /// Make a ledger from an export, once every line is checked
    Import(import::Import),
    /// Show the newest facts, and those that come
    Tail(tail::Tail),
}

impl Ledger {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Ledger::Verify(command) => command.run().await,
            Ledger::Export(command) => command.run().await,
            Ledger::Import(command) => command.run(),
            Ledger::Tail(command) => command.run().await,
        }
    }
}

/// An entry on a line of an answer.
fn entry(line: &str) -> Result<Stored> {
    serde_json::from_str(line).context("the answer holds a line that is no entry of a ledger")
}
