//! `mayday ledger tail`: the newest facts, and those that come.

use std::process::ExitCode;

use anyhow::{Context, Result};
use api::ledger::{Asked, MOST};
use clap::Args;
use model::{Fact, time};
use response::Stored;

use crate::commands::export::is_closed_pipe;
use crate::door::{Door, Source};
use crate::world::{self, Usage};

/// How long a server is asked to wait for the next fact; then it is asked again.
const WAIT: &str = "30s";

/// Show the newest facts, and those that come.
#[derive(Debug, Args)]
pub(crate) struct Tail {
    /// Begin with so many of the newest
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=MOST))]
    lines: u64,

    /// Go on with facts as they are stated, until interrupted
    #[arg(long, short)]
    follow: bool,

    /// Print entries as they are stored, a line of JSON each
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

impl Tail {
    pub(super) async fn run(self) -> Result<ExitCode> {
        if self.follow && self.source.is_directory() {
            let why =
                "nothing is stated in a directory while this command holds it: follow a server";
            return Err(Usage(why.to_owned()).into());
        }
        let door = self.source.open().await?;
        match self.show(&door).await {
            Err(error) if is_closed_pipe(&error) => Ok(ExitCode::SUCCESS),
            shown => shown.map(|()| ExitCode::SUCCESS),
        }
    }

    async fn show(&self, door: &Door) -> Result<()> {
        let newest = Asked { last: Some(self.lines.max(1)), ..Asked::default() };
        let mut page = door.entries(&newest).await?;
        let mut next = 1;
        let mut skip = self.lines == 0;
        loop {
            for line in page.lines() {
                let entry = super::entry(line)?;
                next = entry.seq.checked_add(1).context("the ledger has no end")?;
                if !skip {
                    world::print_on(&if self.json { line.to_owned() } else { told(&entry) })?;
                }
            }
            skip = false;
            if !self.follow {
                return Ok(());
            }
            let wait = Some(WAIT.to_owned());
            page = door.entries(&Asked { from: Some(next), wait, ..Asked::default() }).await?;
        }
    }
}

/// An entry for people: where, when, what, about what, by whom.
fn told(entry: &Stored) -> String {
    let at = time::at_nanos(entry.at.into()).map_or_else(|| "?".to_owned(), |at| at.to_string());
    let what = match entry.fact() {
        Ok(Fact::Unknown { kind, .. }) => format!("{kind} (unknown to this version)"),
        Ok(_) => kind(&entry.body),
        Err(_) => "unreadable".to_owned(),
    };
    format!("{:>7}  {at}  {what}  {}  by {}", entry.seq, entry.stream, entry.actor)
}

/// The type that a fact names.
fn kind(body: &str) -> String {
    let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    body["type"].as_str().unwrap_or("?").to_owned()
}
