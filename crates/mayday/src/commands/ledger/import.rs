//! `mayday ledger import`: a ledger made from an export, once every line is checked.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;

use crate::world;

/// Make a ledger from an export, once every line is checked.
///
/// The chain is followed from the first line to the last. The first line that does not follow from
/// those before it is named, and nothing is taken in; nor is anything into a ledger that holds a
/// fact already. Compare the head that is printed with the one you noted elsewhere: only that shows
/// that no line is missing at the end.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// What `mayday ledger export` wrote; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Take it into this data directory, made if it is not there; no server may be using it
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,

    /// Print what was taken in as JSON
    #[arg(long)]
    json: bool,
}

impl Import {
    pub(super) fn run(self) -> Result<ExitCode> {
        let from: Box<dyn Read> = if self.file == Path::new("-") {
            Box::new(std::io::stdin())
        } else {
            let file = File::open(&self.file);
            Box::new(file.with_context(|| format!("could not open {}", self.file.display()))?)
        };
        let imported = response::import_ledger_into(&self.data_dir, BufReader::new(from))?;
        let response::Imported { entries, head } = imported;
        match self.json {
            true => world::print_json(&json!({ "entries": entries, "head": head }))?,
            false => world::print(&format!("imported {entries} entries, head {head}")),
        }
        Ok(ExitCode::SUCCESS)
    }
}
