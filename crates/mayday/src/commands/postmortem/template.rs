//! `mayday postmortem template`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use response::postmortem::template;

use crate::world;

/// Print an empty postmortem, for teams that write theirs elsewhere; `lint` reads it back
#[derive(Debug, Args)]
pub(crate) struct Template {}

impl Template {
    pub(crate) fn run(self) -> Result<ExitCode> {
        world::print(template().trim_end());
        Ok(ExitCode::SUCCESS)
    }
}
