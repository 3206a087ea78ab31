//! `mayday features`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use response::wording;

use crate::door::Source;
use crate::world;

/// List the AI features that have runs.
#[derive(Debug, Args)]
pub(crate) struct Features {
    /// Print them as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

impl Features {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let features = self.source.open().await?.features().await?;
        if self.json {
            world::print_json(&features)?;
            return Ok(ExitCode::SUCCESS);
        }
        if features.is_empty() {
            world::print("no runs yet: point an app's OTLP exporter here, then ask again");
        }
        for feature in features {
            let (name, runs) = (&feature.feature, feature.runs);
            let (rate, latest) = (wording::rate(&feature.rate), wording::moment(feature.latest));
            world::print(&format!("{name}  {runs} runs  bad {rate}  latest {latest}"));
        }
        Ok(ExitCode::SUCCESS)
    }
}
