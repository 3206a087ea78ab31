//! Telling others: a task for each target that brings what waits, and one for each tracker.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use response::{Courier, Mayday, Worked};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::server::told;
use crate::world;

/// How long nothing is sent after it could not be stated what came of a delivery.
const AFTER_A_FAILURE: Duration = Duration::from_secs(30);

/// Brings what others are to be told to each target, until told to stop.
pub(crate) fn keep_delivering(
    mayday: &Mayday,
    stopped: &watch::Receiver<bool>,
) -> Result<Vec<JoinHandle<()>>> {
    let mut tasks = Vec::new();
    for courier in mayday.couriers()? {
        let courier = Arc::new(courier);
        tasks.push(tokio::spawn(deliver(Arc::clone(&courier), stopped.clone())));
        if let Some(every) = courier.asks_every() {
            tasks.push(tokio::spawn(ask_tracker(courier, every, stopped.clone())));
        }
    }
    Ok(tasks)
}

async fn deliver(courier: Arc<Courier>, stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let pause = match courier.work(world::now, world::random).await {
            Ok(Worked::Tried) => continue,
            Ok(Worked::Nothing) => Duration::ZERO,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "could not state what came of a delivery; it is sent again");
                AFTER_A_FAILURE
            }
        };
        let rest = async {
            tokio::time::sleep(pause).await;
            courier.wait().await;
        };
        tokio::select! {
            () = told(stopped.clone()) => return,
            () = rest => {}
        }
    }
}

async fn ask_tracker(courier: Arc<Courier>, every: Duration, stopped: watch::Receiver<bool>) {
    let mut pause = tokio::time::interval(every);
    pause.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = told(stopped.clone()) => return,
            _ = pause.tick() => {}
        }
        if let Err(error) = courier.ask_tracker(world::now).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "could not state what was closed in a tracker");
        }
    }
}
