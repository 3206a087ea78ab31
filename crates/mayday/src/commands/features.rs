//! `mayday features`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use response::wording;

use super::listing::Listing;

/// List the AI features that have runs.
#[derive(Debug, Args)]
pub(crate) struct Features {
    #[command(flatten)]
    listing: Listing,
}

impl Features {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let features = self.listing.open().await?.features().await?;
        let none = "no runs yet: point an app's OTLP exporter here, then ask again";
        self.listing.print(&features, none, |feature| {
            let (name, runs) = (&feature.feature, feature.runs);
            let (rate, latest) = (wording::rate(&feature.rate), wording::moment(feature.latest));
            format!("{name}  {runs} runs  bad {rate}  latest {latest}")
        })
    }
}
