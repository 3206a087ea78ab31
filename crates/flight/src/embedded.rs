//! The engine on disk: one SQLite file for each UTC day on which something was received.
//!
//! A request is packed by whoever brings it ([`pack`]), waits for the one writer ([`write`]) and is
//! answered once it is durable. Readers ([`read`]) have connections of their own; what came in the
//! last moments is [`fresh`]. The [`shelf`] is what they share.

mod body;
mod chain;
mod codec;
mod day;
mod evidence;
mod file;
mod filter;
mod fresh;
mod keep;
mod pack;
mod pieces;
mod pivots;
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
use pack::{Packed, Packing};
use shelf::Shelf;

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
    writer: Option<JoinHandle<()>>,
    room: Arc<Semaphore>,
    shelf: Arc<Shelf>,
}

/// A request that waits to be durable.
pub(crate) struct Waiting {
    packed: Packed,
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
        let writer = write::Writer::new(Arc::clone(&shelf));
        let thread = std::thread::Builder::new().name("flight-writer".to_owned());
        let writer = Some(thread.spawn(move || writer.run(waiting)).map_err(unusable)?);
        Ok(Self { queue: Some(queue), writer, room: Arc::new(Semaphore::new(QUEUE_BYTES)), shelf })
    }

    /// How the newest day file is made durable, as its pragmas tell; none before the first append.
    pub fn durability(&self) -> Result<Option<Durability>, FlightError> {
        self.shelf.days.durability()
    }

    pub(crate) async fn append(&self, append: Append) -> Result<Receipt, FlightError> {
        let mut appending = self.begin(append.received)?;
        appending.add(append.batch.steps)?;
        appending.commit(append.labels, append.settlements).await
    }

    /// Lets a request wait for the writer.
    fn queue(
        &self,
        packed: Packed,
    ) -> Result<oneshot::Receiver<Result<Receipt, FlightError>>, FlightError> {
        let size = packed.size().clamp(1, QUEUE_BYTES) as u32;
        let room = Arc::clone(&self.room).try_acquire_many_owned(size);
        let room = room.map_err(|_| FlightError::Overloaded)?;
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { packed, answer, _room: room };
        let queue = self.queue.as_ref().ok_or(FlightError::Closed)?;
        queue.try_send(waiting).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => FlightError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => FlightError::Closed,
        })?;
        Ok(answered)
    }

    pub(crate) fn begin(&self, received: Timestamp) -> Result<Appending<'_>, FlightError> {
        let packing = Packing::new(&self.shelf, received)?;
        Ok(Appending { engine: self, packing, joined: Vec::new(), met: HashSet::new() })
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

/// A request that is packed as it is read.
pub(crate) struct Appending<'a> {
    engine: &'a Embedded,
    packing: Packing<'a>,
    /// Labels that waited for what steps of it name.
    joined: Vec<Label>,
    met: HashSet<(TraceId, Subject)>,
}

impl Appending<'_> {
    pub(crate) fn add(&mut self, steps: Vec<Step>) -> Result<(), FlightError> {
        for step in &steps {
            let labels = step.pivots.iter().filter_map(|pivot| self.engine.shelf.awaited(pivot));
            for label in labels.filter(|label| self.met.insert((step.trace, label.subject))) {
                self.joined.push(about(step.trace, &label));
            }
        }
        self.packing.add(steps)
    }

    pub(crate) async fn commit(
        mut self,
        mut labels: Vec<Label>,
        settlements: Vec<Settlement>,
    ) -> Result<Receipt, FlightError> {
        for label in &labels {
            self.join(label)?;
        }
        labels.append(&mut self.joined);
        let packed = self.packing.finish(labels, settlements)?;
        self.engine.queue(packed)?.await.map_err(|_| FlightError::Closed)?
    }

    /// Gives a label about a pivot to the traces on record that name it; if there is none, to those
    /// of this request that do, and to those that come.
    fn join(&mut self, label: &Label) -> Result<(), FlightError> {
        let Subject::Pivot(pivot) = label.subject else { return Ok(()) };
        let mut traces = read::find(&self.engine.shelf, pivot, MOST_NAMED)?;
        if traces.is_empty() {
            self.engine.shelf.await_run(pivot, label.clone());
            traces.extend(self.packing.naming(pivot));
        }
        self.joined.extend(traces.into_iter().map(|trace| about(trace, label)));
        Ok(())
    }
}

/// Whoever drops flights may take the files away afterwards: the writer has let go of them.
impl Drop for Embedded {
    fn drop(&mut self) {
        self.queue = None;
        _ = self.writer.take().map(JoinHandle::join);
    }
}

/// The same label, about a trace.
fn about(trace: TraceId, label: &Label) -> Label {
    Label { subject: Subject::Trace(trace), ..label.clone() }
}
