//! `mayday delivery`.

use std::process::ExitCode;

use anyhow::Result;
use api::deliveries::Wanted;
use clap::{Args, Subcommand};
use model::DeliveryId;
use response::{Delivery, wording};

use super::listing::Listing;
use crate::door::Source;
use crate::world;

/// Say what others were told, and try again what could not be brought to them.
#[derive(Debug, Subcommand)]
pub(crate) enum Deliveries {
    List(List),
    Retry(Retry),
}

/// List deliveries, latest first.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only those given up, and those that failed and wait to be tried again
    #[arg(long)]
    failed: bool,

    #[command(flatten)]
    listing: Listing,
}

/// Try a delivery again that was given up.
#[derive(Debug, Args)]
pub(crate) struct Retry {
    /// The delivery, such as dlv_7h2k9q4m
    #[arg(value_name = "ID")]
    delivery: DeliveryId,

    #[command(flatten)]
    source: Source,
}

impl Deliveries {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Deliveries::List(list) => list.run().await,
            Deliveries::Retry(retry) => retry.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<ExitCode> {
        let Self { failed, listing } = self;
        let deliveries = listing.open().await?.deliveries(&Wanted { failed }).await?;
        let none = match failed {
            true => "nothing failed",
            false => "nobody was told anything: [[out.target]] in the settings says who is",
        };
        listing.print(&deliveries, none, told)
    }
}

impl Retry {
    async fn run(self) -> Result<ExitCode> {
        let retried = self.source.open().await?.retry_delivery(&self.delivery).await?;
        world::print(&told(&retried));
        Ok(ExitCode::SUCCESS)
    }
}

/// A delivery in one line, and why in another if something is to be said of that.
pub(super) fn told(delivery: &Delivery) -> String {
    let wanted = &delivery.wanted;
    let (id, state, target) = (&wanted.delivery, delivery.state.as_str(), &wanted.target);
    let wakes = if wanted.pages { "  page" } else { "" };
    let at = wording::moment(delivery.at);
    let (topic, about, title) = (&wanted.topic, &wanted.about, &wanted.title);
    let mut line = format!("{id}  {state:<9}  {target}{wakes}  {at}  {topic}  {about}  {title}");
    if let (Some(page), Some(cause)) = (&wanted.covered_by, &wanted.cause) {
        line += &format!("\n    not sent: {page} paged for the same within the hour ({cause})");
    }
    if let Some(because) = &delivery.because {
        line += &format!("\n    attempt {}: {because}", delivery.attempts);
    }
    if let Some(next) = delivery.next {
        line += &format!("; tried again at {}", wording::moment(next));
    }
    line
}
