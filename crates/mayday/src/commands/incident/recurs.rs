//! `mayday incident recurs`.

use anyhow::Result;
use api::lessons::RecurrenceJson;
use clap::Args;
use model::IncidentId;

use crate::door::Source;
use crate::world;

/// Say whether an incident is an earlier one that came back
#[derive(Debug, Args)]
pub(crate) struct Recurs {
    /// The later incident
    incident: IncidentId,

    /// The earlier one
    earlier: IncidentId,

    /// It is not
    #[arg(long)]
    not: bool,

    /// On what ground
    #[arg(long, value_name = "TEXT")]
    because: String,

    #[command(flatten)]
    source: Source,
}

impl Recurs {
    pub(crate) async fn run(self) -> Result<()> {
        let Self { incident, earlier, not, because, source } = self;
        let said = if not { "is not" } else { "is" };
        let told = format!("{incident} {said} {earlier} come back: on record");
        let it = RecurrenceJson { earlier, recurs: !not, because, by: None };
        source.open().await?.judge_recurrence(&incident, it).await?;
        world::print(&told);
        Ok(())
    }
}
