//! Lists: as JSON, or some lines for each thing, or a word that there is none.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use crate::door::{Door, Source};
use crate::world;

/// Where a list comes from, and how it is printed.
#[derive(Debug, Args)]
pub(crate) struct Listing {
    /// Print them as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

impl Listing {
    /// Opens the door to what is listed.
    pub(crate) async fn open(&self) -> Result<Door> {
        self.source.open().await
    }

    /// Prints what was found; `none` where that is nothing.
    pub(crate) fn print<T: Serialize>(
        &self,
        found: &[T],
        none: &str,
        told: impl Fn(&T) -> String,
    ) -> Result<ExitCode> {
        if self.json {
            world::print_json(&found)?;
        } else if found.is_empty() {
            world::print(none);
        } else {
            found.iter().for_each(|one| world::print(&told(one)));
        }
        Ok(ExitCode::SUCCESS)
    }
}
