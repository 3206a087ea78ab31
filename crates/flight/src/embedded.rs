//! The engine on disk: one SQLite file for each UTC day on which something was received.
//!
//! A request is packed by whoever brings it ([`pack`]), waits for the one writer ([`write`]), whose
//! [`log`] is kept short beside it, and is answered once it is durable. Readers ([`read`]) have
//! connections of their own; what came in the last moments is [`fresh`]. The [`shelf`] is what they
//! share.

mod body;
mod chain;
mod codec;
mod day;
mod evidence;
mod file;
mod filter;
mod fresh;
mod keep;
mod known;
mod log;
mod pack;
mod pieces;
mod pivots;
mod places;
mod read;
mod received;
mod roll;
mod rows;
mod shelf;
mod traces;
mod verify;
mod write;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use jiff::Timestamp;
use model::run::Payload;
use model::{Address, Label, Pivot, Receipt, Settlement, Step, Subject, TraceId, Window};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::error::FlightError;
use crate::keys::TenantKeys;
use crate::store::{Append, DayHead, Erased, KeptDay, Place, TraceRecord, Verified, Wanted};
use log::Shortener;
use pack::{Packed, Packing};
use shelf::Shelf;
use write::Writer;

pub use day::Durability;
pub use pieces::LEVEL as COMPRESSION_LEVEL;

/// Requests that may wait for the writer before more are refused.
const QUEUE: usize = 256;

/// Packed bytes that may wait for the writer before more are refused.
const QUEUE_BYTES: usize = 32 << 20;

/// Most traces that one late label about a pivot is given to.
const MOST_NAMED: usize = 1_000;

/// Flights on disk. One thread writes; readers have connections of their own.
#[derive(Debug)]
pub struct Embedded {
    /// None once it is being dropped.
    queue: Option<mpsc::Sender<Waiting>>,
    /// The writer, and its helper, which ends after it.
    threads: Vec<JoinHandle<()>>,
    room: Arc<Semaphore>,
    shelf: Arc<Shelf>,
}

/// A request that waits to be durable.
pub(crate) struct Waiting {
    /// What was read side by side, in the order in which it came; there is one at least.
    parts: Vec<Packed>,
    answer: oneshot::Sender<Result<Receipt, FlightError>>,
    _room: OwnedSemaphorePermit,
}

impl Embedded {
    /// Whether a directory holds the file of some day.
    pub(crate) fn has_days(directory: &Path) -> bool {
        let found = std::fs::read_dir(directory).into_iter().flatten().flatten();
        found.map(|entry| entry.path()).any(|path| {
            path.metadata().is_ok_and(|file| file.len() > 0)
                && path.extension().is_some_and(|extension| extension == "db")
        })
    }

    /// Opens a tenant's flights in a directory, and makes it if it is not there.
    pub(crate) fn open(directory: &Path, tenant: TenantKeys) -> Result<Self, FlightError> {
        let unusable = |source| FlightError::Directory { path: directory.to_path_buf(), source };
        std::fs::create_dir_all(directory).map_err(unusable)?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        let shelf = Arc::new(Shelf::new(directory.to_path_buf(), tenant));
        shelf.days.check()?;
        for (pivot, label) in read::awaited(&shelf)? {
            shelf.await_run(pivot, label);
        }
        let (shortener, helper) = Shortener::new();
        let writer = Writer::new(Arc::clone(&shelf), shortener);
        let thread = |name: &str| std::thread::Builder::new().name(name.to_owned());
        let writer = thread("flight-writer").spawn(move || writer.run(waiting));
        let helper = thread("flight-log").spawn(move || helper.run());
        let threads = vec![writer.map_err(unusable)?, helper.map_err(unusable)?];
        Ok(Self { queue: Some(queue), threads, room: Arc::new(Semaphore::new(QUEUE_BYTES)), shelf })
    }

    /// How the newest day file is made durable, as its pragmas tell; none before the first append.
    pub fn durability(&self) -> Result<Option<Durability>, FlightError> {
        self.shelf.days.durability()
    }

    pub(crate) async fn append(&self, append: Append) -> Result<Receipt, FlightError> {
        let mut appending = self.begin(append.received)?;
        appending.add(append.batch.steps)?;
        appending.finish()?.commit(append.labels, append.settlements).await
    }

    /// Lets a request wait for the writer.
    fn queue(
        &self,
        parts: Vec<Packed>,
    ) -> Result<oneshot::Receiver<Result<Receipt, FlightError>>, FlightError> {
        let size = size(&parts).clamp(1, QUEUE_BYTES) as u32;
        let room = Arc::clone(&self.room).try_acquire_many_owned(size);
        let room = room.map_err(|_| FlightError::Overloaded)?;
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { parts, answer, _room: room };
        let queue = self.queue.as_ref().ok_or(FlightError::Closed)?;
        queue.try_send(waiting).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => FlightError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => FlightError::Closed,
        })?;
        Ok(answered)
    }

    pub(crate) fn begin(&self, received: Timestamp) -> Result<Appending<'_>, FlightError> {
        let packing = Packing::new(&self.shelf, received)?;
        Ok(Appending { engine: self, packing, joined: Joined::default() })
    }

    pub(crate) fn traces(
        &self,
        traces: &[TraceId],
    ) -> Result<Vec<Result<TraceRecord, FlightError>>, FlightError> {
        read::traces(&self.shelf, traces)
    }

    pub(crate) fn trace(&self, trace: TraceId) -> Result<TraceRecord, FlightError> {
        read::trace(&self.shelf, trace)
    }

    pub(crate) fn steps(&self, trace: TraceId) -> Result<Vec<Step>, FlightError> {
        read::steps(&self.shelf, trace)
    }

    pub(crate) fn pivot(&self, pivot: &Pivot) -> Address {
        self.shelf.pivot(pivot)
    }

    pub(crate) fn find(&self, pivot: Address, most: usize) -> Result<Vec<TraceId>, FlightError> {
        read::find(&self.shelf, pivot, most)
    }

    pub(crate) fn settlements(
        &self,
        window: Window,
        take: impl FnMut(Settlement),
    ) -> Result<(), FlightError> {
        read::settlements(&self.shelf, window, take)
    }

    pub(crate) fn unsettled(&self) -> Result<Vec<TraceId>, FlightError> {
        read::unsettled(&self.shelf)
    }

    pub(crate) fn erase(&self, subject: &str, now: Timestamp) -> Result<Erased, FlightError> {
        evidence::refresh(&self.shelf)?;
        let keys = self.shelf.tenant.destroy(self.shelf.person(subject), now)?;
        self.shelf.keys.forget_all();
        Ok(Erased { keys })
    }

    pub(crate) fn person(&self, subject: &str) -> Address {
        self.shelf.person(subject)
    }

    pub(crate) fn about(&self, subject: &str) -> Result<u64, FlightError> {
        keep::about(&self.shelf, subject)
    }

    pub(crate) fn people(&self, traces: &[TraceId]) -> Result<u64, FlightError> {
        keep::people(&self.shelf, traces)
    }

    pub(crate) fn days(&self) -> Result<Vec<KeptDay>, FlightError> {
        keep::days(&self.shelf)
    }

    pub(crate) fn evidence_bytes(&self) -> Result<u64, FlightError> {
        keep::evidence_bytes(&self.shelf)
    }

    pub(crate) fn retire(&self, day: i32) -> Result<bool, FlightError> {
        keep::retire(&self.shelf, day)
    }

    pub(crate) fn keep(&self, name: &str, wanted: &Wanted) -> Result<Vec<DayHead>, FlightError> {
        evidence::keep(&self.shelf, name, wanted)
    }

    pub(crate) fn back_up(&self, to: &Path) -> Result<Vec<String>, FlightError> {
        keep::back_up(&self.shelf, to)
    }

    pub(crate) fn with_intents(&self, most: usize) -> Result<Vec<TraceId>, FlightError> {
        keep::with_intents(&self.shelf, most)
    }

    pub(crate) fn received(
        &self,
        since: i32,
        after: Place,
        most: usize,
    ) -> Result<Vec<(Place, TraceId)>, FlightError> {
        received::received(&self.shelf, since, after, most)
    }

    pub(crate) fn payload(&self, trace: TraceId) -> Result<Option<Payload>, FlightError> {
        received::payload(&self.shelf, trace)
    }

    pub(crate) fn newest(&self, most: usize) -> Result<Vec<TraceId>, FlightError> {
        keep::newest(&self.shelf, most)
    }

    pub(crate) fn verify(&self) -> Result<Verified, FlightError> {
        verify::verify(&self.shelf)
    }

    pub(crate) fn verify_kept(&self, name: &str) -> Result<Verified, FlightError> {
        evidence::verify(&self.shelf, name)
    }
}

/// A request, or a part of one, that is packed as it is read.
pub(crate) struct Appending<'a> {
    engine: &'a Embedded,
    packing: Packing<'a>,
    joined: Joined,
}

/// Labels that waited for what steps name, each once for a trace that it is given to.
#[derive(Default)]
struct Joined {
    met: HashSet<(TraceId, Subject)>,
    labels: Vec<(TraceId, Label)>,
}

impl Joined {
    fn give(&mut self, trace: TraceId, label: Label) {
        if self.met.insert((trace, label.subject)) {
            self.labels.push((trace, label));
        }
    }
}

impl<'a> Appending<'a> {
    pub(crate) fn add(&mut self, steps: Vec<Step>) -> Result<(), FlightError> {
        for step in &steps {
            let labels = step.pivots.iter().filter_map(|pivot| self.engine.shelf.awaited(pivot));
            labels.for_each(|label| self.joined.give(step.trace, label));
        }
        self.packing.add(steps)
    }

    /// All of it, packed.
    pub(crate) fn finish(self) -> Result<Finished<'a>, FlightError> {
        let Self { engine, packing, joined } = self;
        Ok(Finished { engine, parts: vec![packing.finish()?], joined })
    }
}

/// A request that is packed, in one part or several.
pub(crate) struct Finished<'a> {
    engine: &'a Embedded,
    parts: Vec<Packed>,
    joined: Joined,
}

impl Finished<'_> {
    /// Takes in what comes after it in the same request.
    pub(crate) fn join(&mut self, mut other: Self) {
        self.parts.append(&mut other.parts);
        other.joined.labels.into_iter().for_each(|(trace, label)| self.joined.give(trace, label));
    }

    pub(crate) async fn commit(
        mut self,
        mut labels: Vec<Label>,
        settlements: Vec<Settlement>,
    ) -> Result<Receipt, FlightError> {
        let mut found = Vec::new();
        for label in &labels {
            found.extend(self.named(label)?.into_iter().map(|trace| about(trace, label)));
        }
        labels.extend(self.joined.labels.iter().map(|(trace, label)| about(*trace, label)));
        labels.append(&mut found);
        if let Some(last) = self.parts.last_mut() {
            last.tell(&self.engine.shelf, labels, settlements);
        }
        self.engine.queue(self.parts)?.await.map_err(|_| FlightError::Closed)?
    }

    /// The traces on record that name the pivot that a label is about; if there is none, those of
    /// this request that do, and it waits for those that come.
    fn named(&self, label: &Label) -> Result<Vec<TraceId>, FlightError> {
        let Subject::Pivot(pivot) = label.subject else { return Ok(Vec::new()) };
        let mut traces = read::find(&self.engine.shelf, pivot, MOST_NAMED)?;
        if traces.is_empty() {
            self.engine.shelf.await_run(pivot, label.clone());
            traces.extend(self.parts.iter().flat_map(|part| part.naming(pivot)));
            traces.sort_unstable();
            traces.dedup();
        }
        Ok(traces)
    }
}

/// Whoever drops flights may take the files away afterwards: the writer has let go of them.
impl Drop for Embedded {
    fn drop(&mut self) {
        self.queue = None;
        self.threads.drain(..).for_each(|thread| _ = thread.join());
    }
}

/// Bytes that a request holds while it waits.
fn size(parts: &[Packed]) -> usize {
    parts.iter().map(Packed::size).sum()
}

/// The same label, about a trace.
fn about(trace: TraceId, label: &Label) -> Label {
    Label { subject: Subject::Trace(trace), ..label.clone() }
}
