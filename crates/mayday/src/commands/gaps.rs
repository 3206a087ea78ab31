//! `mayday gaps`.

use std::process::ExitCode;

use anyhow::Result;
use api::gaps::DismissingJson;
use clap::{Args, Subcommand};
use response::{GapState, GapView};

use super::listing::Listing;
use crate::door::Source;
use crate::world;

/// Say what incidents lacked in the record, and how it stands now.
#[derive(Debug, Subcommand)]
pub(crate) enum Gaps {
    List(List),
    Dismiss(Dismiss),
}

/// List what is missing, by feature and attribute.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    listing: Listing,
}

/// Say that something does not apply and will not be recorded.
#[derive(Debug, Args)]
pub(crate) struct Dismiss {
    /// The feature
    feature: String,

    /// What was asked for, such as mayday.index.build
    attribute: String,

    /// Why it does not apply
    #[arg(long, value_name = "TEXT")]
    because: String,

    #[command(flatten)]
    source: Source,
}

impl Gaps {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Gaps::List(list) => list.run().await,
            Gaps::Dismiss(dismiss) => dismiss.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<ExitCode> {
        let gaps = self.listing.open().await?.gaps().await?;
        self.listing.print(&gaps, "no incident lacked anything", told)
    }
}

impl Dismiss {
    async fn run(self) -> Result<ExitCode> {
        let Dismiss { feature, attribute, because, source } = self;
        let dismissing = DismissingJson { feature, attribute, because, by: None };
        world::print(&told(&source.open().await?.dismiss_gap(dismissing).await?));
        Ok(ExitCode::SUCCESS)
    }
}

fn told(view: &GapView) -> String {
    let GapView { gap, state, recorded, lacking, silent } = view;
    let state = match state {
        GapState::Open => "open",
        GapState::Recorded => "recorded",
        GapState::Dismissed => "dismissed",
    };
    let incidents: Vec<&str> = gap.incidents.iter().map(model::IncidentId::as_str).collect();
    format!(
        "{state:<9}  {}  {}  for {}, lacked in {}; runs of the last day: {recorded} have it, \
         {lacking} lack it, {silent} do not show that it had a part",
        gap.feature,
        gap.attribute,
        gap.owner,
        incidents.join(", ")
    )
}
