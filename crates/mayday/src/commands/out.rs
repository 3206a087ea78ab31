//! `mayday out`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use api::deliveries::Wanted;
use clap::{Args, Subcommand};
use response::{Delivery, DeliveryState};

use super::delivery::told;
use crate::door::{Door, Source};
use crate::world;

/// Prove that targets can be reached.
#[derive(Debug, Subcommand)]
pub(crate) enum Out {
    Test(Test),
}

/// Tell a target that this is a test, and wait until it has arrived.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The target, by its name in the settings
    target: String,

    /// Print what would be sent, without secrets, and send nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    source: Source,
}

/// How often it is asked what came of it, and how many times.
const EVERY: Duration = Duration::from_millis(250);
const TIMES: u32 = 80;

impl Out {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Out::Test(test) => test.run().await,
        }
    }
}

impl Test {
    async fn run(self) -> Result<ExitCode> {
        let door = self.source.open().await?;
        if self.dry_run {
            world::print(&door.shown_to_target(&self.target).await?);
            return Ok(ExitCode::SUCCESS);
        }
        let begun = door.test_target(&self.target).await?;
        let delivery = settled(&door, begun).await?;
        world::print(&told(&delivery));
        match delivery.state {
            DeliveryState::Delivered => Ok(ExitCode::SUCCESS),
            _ => Ok(ExitCode::FAILURE),
        }
    }
}

/// The delivery once its first attempt was made, or as it then stands.
async fn settled(door: &Door, begun: Delivery) -> Result<Delivery> {
    let mut last = begun;
    for _ in 0..TIMES {
        if last.attempts > 0 {
            break;
        }
        tokio::time::sleep(EVERY).await;
        let all = door.deliveries(&Wanted::default()).await?;
        let found = all.into_iter().find(|it| it.wanted.delivery == last.wanted.delivery);
        last = found.context("the delivery is not on record any more")?;
    }
    Ok(last)
}
