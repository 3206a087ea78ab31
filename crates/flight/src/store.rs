//! The seam: what can be asked of flights, whichever engine keeps them.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use model::run::{Payload, Through};
use model::{Address, Batch, Label, Pivot, Receipt, Settlement, Sketch, Step, TraceId, Window};

use serde::Serialize;

use crate::embedded::Embedded;
use crate::error::FlightError;
use crate::keys::{Keyring, TenantKeys};
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

/// A place in the order in which traces came: after all that came with an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The day, counted from 1970.
    pub day: i32,
    /// Which trace of that day, counted from 1.
    pub number: i64,
}

/// What became of the wish to erase a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// How many keys were destroyed; none if nothing is on record about that person.
    pub keys: usize,
}

/// What a check of the record found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Verified {
    /// Days that are intact, with the head of each one's chain.
    pub days: Vec<DayHead>,
    /// Versions of steps checked.
    pub steps: u64,
    /// Labels checked.
    pub labels: u64,
    /// Settlements checked.
    pub settlements: u64,
    /// Pieces of content that can't be read because a person was erased.
    pub erased: u64,
    /// The first record that fails; nothing after it was checked.
    pub broken: Option<Broken>,
}

/// A day and the head of its chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayHead {
    /// The day, as `2026-11-23`.
    pub day: String,
    /// The head, in hexadecimal.
    pub head: String,
    /// Versions of steps in it.
    pub steps: u64,
}

/// What is to outlive its days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Traces, with their content.
    pub traces: Vec<TraceId>,
    /// Windows; of the runs that began in one, how they were settled.
    pub runs: Vec<Window>,
}

/// A day on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptDay {
    /// The day, counted from 1970.
    pub number: i32,
    /// Bytes it takes.
    pub bytes: u64,
    /// The head of its chain as it now stands.
    pub head: DayHead,
}

/// A record that fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// The day it is in.
    pub day: String,
    /// Which one.
    pub record: String,
    /// What is wrong with it.
    pub why: String,
}

/// A request that is appended as it is read: the steps of it are packed some at a time.
pub struct Appending<'a>(Engine<'a>);

enum Engine<'a> {
    Embedded(Box<crate::embedded::Appending<'a>>),
    Memory(&'a Memory, Append),
}

impl<'a> Appending<'a> {
    /// Takes some steps more.
    pub fn add(&mut self, mut steps: Vec<Step>) -> Result<(), FlightError> {
        match &mut self.0 {
            Engine::Embedded(appending) => appending.add(steps),
            Engine::Memory(_, append) => {
                append.batch.steps.append(&mut steps);
                Ok(())
            }
        }
    }

    /// All of it, ready to be made durable.
    pub fn finish(self) -> Result<Finished<'a>, FlightError> {
        Ok(Finished(match self.0 {
            Engine::Embedded(appending) => Packed::Embedded(appending.finish()?),
            Engine::Memory(engine, append) => Packed::Memory(engine, append),
        }))
    }
}

/// A request that is ready to be made durable, in one part or several.
pub struct Finished<'a>(Packed<'a>);

enum Packed<'a> {
    Embedded(crate::embedded::Finished<'a>),
    Memory(&'a Memory, Append),
}

impl Finished<'_> {
    /// Takes in what comes after it in the same request.
    ///
    /// # Panics
    ///
    /// If the other is a part of what other flights were to take.
    pub fn join(&mut self, other: Self) {
        match (&mut self.0, other.0) {
            (Packed::Embedded(all), Packed::Embedded(more)) => all.join(more),
            (Packed::Memory(_, all), Packed::Memory(_, mut more)) => {
                all.batch.steps.append(&mut more.batch.steps);
            }
            _ => unreachable!("invariant: parts of a request are of the same flights"),
        }
    }

    /// Makes all of it durable, with late outcomes, or none. Answers once it is.
    pub async fn commit(self, labels: Vec<Label>) -> Result<Receipt, FlightError> {
        match self.0 {
            Packed::Embedded(finished) => finished.commit(labels, Vec::new()).await,
            Packed::Memory(engine, append) => Ok(engine.append(Append { labels, ..append })),
        }
    }
}

impl Flight {
    /// Opens a tenant's flights in a directory, and makes it if it is not there.
    pub fn open(directory: &Path, keys: &Arc<Keyring>, tenant: &str) -> Result<Self, FlightError> {
        if Embedded::has_days(directory) && !TenantKeys::are_in(keys, tenant)? {
            return Err(FlightError::MissingKey);
        }
        let keys = TenantKeys::of(keys, tenant)?;
        Ok(Self::Embedded(Embedded::open(directory, keys)?))
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

    /// Begins to append what was received then.
    pub fn begin(&self, received: Timestamp) -> Result<Appending<'_>, FlightError> {
        Ok(Appending(match self {
            Flight::Embedded(engine) => Engine::Embedded(Box::new(engine.begin(received)?)),
            Flight::Memory(engine) => {
                Engine::Memory(engine, Append { received, ..Append::default() })
            }
        }))
    }

    /// Everything on record of a trace, without payload.
    pub fn trace(&self, trace: TraceId) -> Result<TraceRecord, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.trace(trace),
            Flight::Memory(engine) => Ok(engine.trace(trace)),
        }
    }

    /// The same of several traces, read together. One that can't be read spoils no other.
    pub fn traces(
        &self,
        traces: &[TraceId],
    ) -> Result<Vec<Result<TraceRecord, FlightError>>, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.traces(traces),
            Flight::Memory(engine) => Ok(traces.iter().map(|one| Ok(engine.trace(*one))).collect()),
        }
    }

    /// The steps of a trace as recorded, in order of their beginning.
    pub fn steps(&self, trace: TraceId) -> Result<Vec<Step>, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.steps(trace),
            Flight::Memory(engine) => Ok(engine.steps(trace)),
        }
    }

    /// The keyed hash by which runs are found that name something.
    pub fn pivot(&self, pivot: &Pivot) -> Address {
        match self {
            Flight::Embedded(engine) => engine.pivot(pivot),
            Flight::Memory(engine) => engine.pivot(pivot),
        }
    }

    /// Traces that name something, the newest first, up to so many.
    pub fn find(&self, pivot: Address, most: usize) -> Result<Vec<TraceId>, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.find(pivot, most),
            Flight::Memory(engine) => Ok(engine.find(pivot, most)),
        }
    }

    /// How many people some traces are about, as far as keyed hashes tell them apart.
    pub fn people(&self, traces: &[TraceId]) -> Result<u64, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.people(traces),
            Flight::Memory(engine) => Ok(engine.people(traces)),
        }
    }

    /// Destroys the keys of a person. What was said in traces about that person can't be read any
    /// more, here or in any copy; that it was said still stands in the record.
    pub fn erase(&self, subject: &str, now: Timestamp) -> Result<Erased, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.erase(subject, now),
            Flight::Memory(engine) => Ok(engine.erase(subject)),
        }
    }

    /// Who a person is, by keyed hash.
    pub fn person(&self, subject: &str) -> Address {
        match self {
            Flight::Embedded(engine) => engine.person(subject),
            Flight::Memory(engine) => engine.person(subject),
        }
    }

    /// How many traces on record are about a person.
    pub fn about(&self, subject: &str) -> Result<u64, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.about(subject),
            Flight::Memory(engine) => Ok(engine.about(subject)),
        }
    }

    /// The days on disk, oldest first.
    pub fn days(&self) -> Result<Vec<KeptDay>, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.days(),
            Flight::Memory(_) => Ok(Vec::new()),
        }
    }

    /// Bytes on disk of the evidence that was copied out of days.
    pub fn evidence_bytes(&self) -> Result<u64, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.evidence_bytes(),
            Flight::Memory(_) => Ok(0),
        }
    }

    /// Deletes a day, counted from 1970. False if there is none.
    pub fn retire(&self, day: i32) -> Result<bool, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.retire(day),
            Flight::Memory(_) => Ok(false),
        }
    }

    /// Copies what is wanted under a name, such as an incident's id, so that it stays when its days
    /// are retired. What was copied before stands. Gives the head of each excerpt.
    pub fn keep(&self, name: &str, wanted: &Wanted) -> Result<Vec<DayHead>, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.keep(name, wanted),
            Flight::Memory(_) => Ok(Vec::new()),
        }
    }

    /// Checks what was kept under a name, as [`Flight::verify`] does the days.
    pub fn verify_kept(&self, name: &str) -> Result<Verified, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.verify_kept(name),
            Flight::Memory(_) => Ok(Verified::default()),
        }
    }

    /// Copies every day into a directory, each as of one moment, while others write. Gives their
    /// names.
    pub fn back_up(&self, to: &Path) -> Result<Vec<String>, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.back_up(to),
            Flight::Memory(_) => Ok(Vec::new()),
        }
    }

    /// The traces in which an intent came last, the newest first, up to so many.
    pub fn with_intents(&self, most: usize) -> Result<Vec<TraceId>, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.with_intents(most),
            Flight::Memory(engine) => Ok(engine.with_intents(most)),
        }
    }

    /// The traces that came after a place, in order, up to so many. One that came on several days
    /// has its place on the first of those that are not before `since`.
    pub fn received(
        &self,
        since: i32,
        after: Place,
        most: usize,
    ) -> Result<Vec<(Place, TraceId)>, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.received(since, after, most),
            Flight::Memory(engine) => Ok(engine.received(after, most)),
        }
    }

    /// What was last decided of a trace's payload; none while it has not settled.
    pub fn payload(&self, trace: TraceId) -> Result<Option<Payload>, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.payload(trace),
            Flight::Memory(engine) => Ok(engine.payload(trace)),
        }
    }

    /// The traces that came last, the newest first, up to so many.
    pub fn newest(&self, most: usize) -> Result<Vec<TraceId>, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.newest(most),
            Flight::Memory(engine) => Ok(engine.newest(most)),
        }
    }

    /// Checks every version against its digest, and every digest against the chain of its day.
    pub fn verify(&self) -> Result<Verified, FlightError> {
        match self {
            Flight::Embedded(engine) => engine.verify(),
            Flight::Memory(_) => Ok(Verified::default()),
        }
    }

    /// Hands over settlements in the order they were made, from the first day with runs that
    /// started in a window and from every later one, where the same traces may have settled again.
    pub fn settlements(
        &self,
        window: Window,
        take: impl FnMut(Settlement),
    ) -> Result<(), FlightError> {
        match self {
            Flight::Embedded(engine) => engine.settlements(window, take),
            Flight::Memory(engine) => {
                engine.settlements().into_iter().for_each(take);
                Ok(())
            }
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
