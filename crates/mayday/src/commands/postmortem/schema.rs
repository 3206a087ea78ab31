//! `mayday postmortem schema`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::world;

/// Print the JSON Schema of a postmortem
#[derive(Debug, Args)]
pub(crate) struct Schema {}

impl Schema {
    pub(crate) fn run(self) -> Result<ExitCode> {
        world::print_json(&model::postmortem::schema())?;
        Ok(ExitCode::SUCCESS)
    }
}
