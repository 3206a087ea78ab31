//! The engine on disk: one SQLite file for each UTC day on which something was received.

mod codec;
mod day;
mod read;
mod write;

use std::path::Path;

use model::{ContentHash, Receipt, Settlement, Step, TraceId, Window};
use tokio::sync::{mpsc, oneshot};

use crate::error::FlightError;
use crate::store::{Append, TraceRecord};
use day::Days;

pub use day::Durability;

/// Requests that may wait for the writer before more are refused.
const QUEUE: usize = 64;

/// Flights on disk. One thread writes; readers have connections of their own.
#[derive(Debug)]
pub struct Embedded {
    queue: mpsc::Sender<Waiting>,
    days: Days,
}

/// A request that waits to be durable.
pub(crate) struct Waiting {
    append: Append,
    answer: oneshot::Sender<Result<Receipt, FlightError>>,
}

impl Embedded {
    /// Opens the flights in a directory, and makes it if it is not there.
    pub fn open(directory: &Path) -> Result<Self, FlightError> {
        let unusable = |source| FlightError::Directory { path: directory.to_path_buf(), source };
        std::fs::create_dir_all(directory).map_err(unusable)?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        let writer = write::Writer::new(directory.to_path_buf());
        let thread = std::thread::Builder::new().name("flight-writer".to_owned());
        thread.spawn(move || writer.run(waiting)).map_err(unusable)?;
        let days = Days::new(directory.to_path_buf());
        days.check()?;
        Ok(Self { queue, days })
    }

    /// How the newest day file is made durable, as its pragmas tell; none before the first append.
    pub fn durability(&self) -> Result<Option<Durability>, FlightError> {
        self.days.durability()
    }

    pub(crate) async fn append(&self, append: Append) -> Result<Receipt, FlightError> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Waiting { append, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => FlightError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => FlightError::Closed,
        })?;
        answered.await.map_err(|_| FlightError::Closed)?
    }

    pub(crate) fn trace(&self, trace: TraceId) -> Result<TraceRecord, FlightError> {
        read::trace(&self.days, trace)
    }

    pub(crate) fn steps(&self, trace: TraceId) -> Result<Vec<Step>, FlightError> {
        read::steps(&self.days, trace)
    }

    pub(crate) fn content(&self, hash: &ContentHash) -> Result<Option<Vec<u8>>, FlightError> {
        read::content(&self.days, hash)
    }

    pub(crate) fn settlements(&self, window: Window) -> Result<Vec<Settlement>, FlightError> {
        read::settlements(&self.days, window)
    }

    pub(crate) fn unsettled(&self) -> Result<Vec<TraceId>, FlightError> {
        read::unsettled(&self.days)
    }
}
