//! The seam: what can be asked of flights, whichever engine keeps them.

use std::path::Path;

use jiff::Timestamp;
use model::run::Through;
use model::{Batch, ContentHash, Label, Receipt, Settlement, Sketch, Step, TraceId, Window};

use crate::embedded::Embedded;
use crate::error::FlightError;
use crate::memory::Memory;

/// Flights, in one of two engines.
#[derive(Debug)]
pub enum Flight {
    /// On disk, a file for each day.
    Embedded(Embedded),
    /// In memory, for tests.
    Memory(Memory),
}

/// What is appended together: all of it becomes durable, or none.
#[derive(Debug, Clone, Default)]
pub struct Append {
    /// When it was received: decides the day.
    pub received: Timestamp,
    /// Steps with their content.
    pub batch: Batch,
    /// Late outcomes.
    pub labels: Vec<Label>,
    /// Runs as they now stand.
    pub settlements: Vec<Settlement>,
}

/// All that is on record of a trace, without payload.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TraceRecord {
    /// Its steps: of several versions of one, the last to end.
    pub steps: Vec<Sketch>,
    /// Labels about it.
    pub labels: Vec<Label>,
    /// How far this reading went in the newest day.
    pub through: Through,
}

impl Flight {
    /// Opens the flights in a directory, and makes it if it is not there.
    pub fn open(directory: &Path) -> Result<Self, FlightError> {
        Ok(Self::Embedded(Embedded::open(directory)?))
    }

    /// Flights that are forgotten with the process.
    pub fn in_memory() -> Self {
        Self::Memory(Memory::default())
    }

    /// Appends, and returns once all of it is durable.
    pub async fn append(&self, append: Append) -> Result<Receipt, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.append(append).await,
            Flight::Memory(engine) => Ok(engine.append(append)),
        }
    }

    /// Everything on record of a trace, without payload.
    pub fn trace(&self, trace: TraceId) -> Result<TraceRecord, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.trace(trace),
            Flight::Memory(engine) => Ok(engine.trace(trace)),
        }
    }

    /// The steps of a trace as recorded, in order of their beginning.
    pub fn steps(&self, trace: TraceId) -> Result<Vec<Step>, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.steps(trace),
            Flight::Memory(engine) => Ok(engine.steps(trace)),
        }
    }

    /// The bytes at an address; none if they were never kept.
    pub fn content(&self, hash: &ContentHash) -> Result<Option<Vec<u8>>, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.content(hash),
            Flight::Memory(engine) => Ok(engine.content(hash)),
        }
    }

    /// Settlements in the order they were made, from the first day with runs that started in a
    /// window and from every later one, where the same traces may have settled again.
    pub fn settlements(&self, window: Window) -> Result<Vec<Settlement>, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.settlements(window),
            Flight::Memory(engine) => Ok(engine.settlements()),
        }
    }

    /// Traces with something on record that no settlement has seen, in the two newest days.
    pub fn unsettled(&self) -> Result<Vec<TraceId>, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.unsettled(),
            Flight::Memory(engine) => Ok(engine.unsettled()),
        }
    }
}
