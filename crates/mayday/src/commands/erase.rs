//! `mayday erase`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::door::Source;
use crate::world;

/// Make what was said about a person unreadable, for good.
///
/// The person's keys are destroyed: messages, arguments and results of every trace about that
/// person can't be read any more, here or in any copy. That they were there still stands in the
/// record, and its hash chain still holds. Without --yes nothing happens, and what would is told.
#[derive(Debug, Args)]
pub(crate) struct Erase {
    /// The id by which spans name the person: `user.id` or `mayday.subject`
    #[arg(long, value_name = "ID")]
    subject: String,

    /// Do it; there is no way back
    #[arg(long)]
    yes: bool,

    /// Print what was done as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

impl Erase {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let erasure = self.source.open().await?.erase(&self.subject, self.yes).await?;
        if self.json {
            world::print_json(&erasure)?;
        } else if self.yes {
            world::print(&format!(
                "erased: {} keys destroyed; what was said in {} traces can't be read any more",
                erasure.keys, erasure.traces
            ));
        } else {
            world::print(&format!(
                "dry run: {} traces are about this person, and what was said in them would become \
                 unreadable for good; add --yes to do it",
                erasure.traces
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}
