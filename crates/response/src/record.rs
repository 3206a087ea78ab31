//! Recording: bytes in, durable, then answered.

use std::collections::HashMap;
use std::iter;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use flight::{Append, Finished, FlightError};
use jiff::{SignedDuration, Timestamp};
use model::{About, Batch, Claim, Label, Receipt, Rejection, Source, Step, Subject, TraceId};
use recorder::{Encoding, Measured, Opened, Signal};
use watch::Arrival;

use crate::error::RecordError;
use crate::open::Mayday;
use crate::tally::Counted;

/// What became of an export request. Given only once everything accepted is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// What was kept.
    pub receipt: Receipt,
    /// What was not, and why.
    pub rejections: Vec<Rejection>,
}

impl Recorded {
    /// How many spans or log records there were.
    pub fn items(&self) -> u64 {
        self.receipt.stored + self.receipt.duplicate + self.rejections.len() as u64
    }
}

/// Bytes of spans that are worth a thread of their own.
const PART: usize = 256 * 1_024;

/// Longest source of a label.
const LONGEST_SOURCE: usize = 200;

impl Mayday {
    /// Records one OTLP export request.
    pub async fn record(
        &self,
        signal: Signal,
        body: &[u8],
        encoding: Encoding,
        now: Timestamp,
    ) -> Result<Recorded, RecordError> {
        let measured = self.measure(signal, body, encoding)?;
        self.record_measured(measured, now).await
    }

    /// Counts what an export request holds, unless that is more than it may be, or nothing more can
    /// be kept.
    pub fn measure<'a>(
        &self,
        signal: Signal,
        body: &'a [u8],
        encoding: Encoding,
    ) -> Result<Measured<'a>, RecordError> {
        if self.house.full.load(Ordering::Relaxed) {
            return Err(RecordError::Full);
        }
        let limits = &self.house.settings.limits;
        Ok(recorder::measure(body, encoding, signal, limits)?)
    }

    /// Records one OTLP export request that was measured.
    pub async fn record_measured(
        &self,
        measured: Measured<'_>,
        now: Timestamp,
    ) -> Result<Recorded, RecordError> {
        let signal = measured.signal();
        let (limits, policy) = (&self.house.settings.limits, &self.room.policy);
        let opened = Opened::of(measured, limits, policy)?;
        let (first, others) = opened.split(PART, rayon::current_num_threads());
        let read = match others.is_empty() {
            true => self.read(first, now)?,
            false => self.read_side_by_side(first, others, now)?,
        };
        let Read { finished, batch, arrivals } = read;
        let Batch { rejections, claims, .. } = batch;
        let labels: Vec<Label> = claims.into_iter().map(|claim| self.label_of(claim)).collect();
        let mut told = Vec::new();
        for label in &labels {
            told.extend(self.named(label)?);
        }
        let labelled = labels.len() as u64;
        let receipt = finished.commit(labels).await?;
        self.note(arrivals, told, now);
        self.count(signal, receipt, &rejections);
        self.house.tally.add(Counted::LabelsStored, labelled);
        Ok(Recorded { receipt, rejections })
    }

    /// Reads a request, or a part of one, and packs it meanwhile.
    fn read(&self, part: Opened<'_>, now: Timestamp) -> Result<Read<'_>, RecordError> {
        let (limits, policy) = (&self.house.settings.limits, &self.room.policy);
        let mut appending = self.room.flight.begin(now)?;
        let (mut arrivals, mut added) = (HashMap::new(), Ok(()));
        let mut take = |steps: Vec<Step>| {
            arrive(&mut arrivals, &steps);
            if added.is_ok() {
                added = appending.add(steps);
            }
        };
        let batch = part.read(limits, policy, &mut take);
        added?;
        Ok(Read { finished: appending.finish()?, batch, arrivals })
    }

    /// Reads the parts of a request on as many threads as there are processors. All large requests
    /// share these in the order in which they came, and no part waits for another, so that one
    /// request is done early rather than all of them late.
    fn read_side_by_side<'a>(
        &'a self,
        first: Opened<'_>,
        others: Vec<Opened<'_>>,
        now: Timestamp,
    ) -> Result<Read<'a>, RecordError> {
        let unread = || Err(RecordError::Flight(FlightError::Closed));
        let mut read: Vec<_> = (0..=others.len()).map(|_| unread()).collect();
        rayon::in_place_scope(|scope| {
            for (part, read) in iter::once(first).chain(others).zip(&mut read) {
                scope.spawn(move |_| *read = self.read(part, now));
            }
        });
        read.into_iter().reduce(|all, part| Ok(all?.with(part?))).unwrap_or_else(unread)
    }

    fn count(&self, signal: Signal, receipt: Receipt, rejections: &[Rejection]) {
        let [stored, duplicate, rejected] = match signal {
            Signal::Traces => {
                [Counted::SpansStored, Counted::SpansDuplicate, Counted::SpansRejected]
            }
            Signal::Logs => {
                [Counted::RecordsStored, Counted::RecordsDuplicate, Counted::RecordsRejected]
            }
        };
        let ignored = rejections.iter().filter(|rejection| rejection.why == recorder::NOT_OURS);
        let ignored = ignored.count() as u64;
        let tally = &self.house.tally;
        tally.add(stored, receipt.stored);
        tally.add(duplicate, receipt.duplicate);
        tally.add(rejected, rejections.len() as u64 - ignored);
        tally.add(Counted::RecordsIgnored, ignored);
        let mut refused = self.room.refused.lock().unwrap_or_else(PoisonError::into_inner);
        rejections.iter().for_each(|one| *refused.entry(one.why).or_default() += 1);
    }

    /// Remembers what must settle: traces whose spans came, and traces about which something was
    /// stated.
    pub(crate) fn note(
        &self,
        arrivals: HashMap<TraceId, Arrival>,
        told: Vec<TraceId>,
        now: Timestamp,
    ) {
        let mut due = self.room.due();
        for (trace, arrival) in arrivals {
            due.note(trace, arrival, now, self.house.settings.settle_after);
        }
        told.into_iter().for_each(|trace| due.now(trace));
        drop(due);
        self.house.came.notify_one();
    }

    /// The traces on record that a label is about.
    fn named(&self, label: &Label) -> Result<Vec<TraceId>, FlightError> {
        match label.subject {
            Subject::Run(run) => Ok(vec![run.trace]),
            Subject::Trace(trace) => Ok(vec![trace]),
            Subject::Pivot(pivot) => self.room.flight.find(pivot, MOST_NAMED),
        }
    }

    /// A claim as a label: what it names by a word of the user's own world, by its keyed hash.
    fn label_of(&self, claim: Claim) -> Label {
        let Claim { about, outcome, source, at } = claim;
        let subject = match about {
            About::Run(run) => Subject::Run(run),
            About::Trace(trace) => Subject::Trace(trace),
            About::Pivot(pivot) => Subject::Pivot(self.room.flight.pivot(&pivot)),
        };
        Label { subject, outcome, source, at }
    }

    /// Keeps a late outcome. The run it is about may come before or after it.
    pub async fn label(&self, claim: Claim, now: Timestamp) -> Result<(), RecordError> {
        let label = self.label_of(claim);
        if label.source.trim().is_empty() || label.source.len() > LONGEST_SOURCE {
            return Err(RecordError::Label("its source must have 1 to 200 bytes"));
        }
        let latest = now + SignedDuration::from_hours(24);
        if label.at < Timestamp::UNIX_EPOCH || label.at > latest {
            return Err(RecordError::Label("its time lies before 1970 or more than a day ahead"));
        }
        let traces = self.named(&label)?;
        let append = Append { received: now, labels: vec![label], ..Append::default() };
        self.room.flight.append(append).await?;
        self.note(HashMap::new(), traces, now);
        self.house.tally.add(Counted::LabelsStored, 1);
        Ok(())
    }
}

/// A request, or a part of one, that was read.
struct Read<'a> {
    finished: Finished<'a>,
    batch: Batch,
    arrivals: HashMap<TraceId, Arrival>,
}

impl Read<'_> {
    /// The same with what comes after it in the request.
    fn with(mut self, other: Self) -> Self {
        self.finished.join(other.finished);
        self.batch.claims.extend(other.batch.claims);
        self.batch.rejections.extend(other.batch.rejections);
        for (trace, came) in other.arrivals {
            let arrival = self.arrivals.entry(trace).or_insert(came);
            arrival.ended = arrival.ended.max(came.ended);
            arrival.root_ended = arrival.root_ended.max(came.root_ended);
        }
        self
    }
}

/// Traces that one label may be about.
const MOST_NAMED: usize = 1_000;

/// Notes when the spans of each trace ended, and when its root did, if it is among them.
fn arrive(arrivals: &mut HashMap<TraceId, Arrival>, steps: &[Step]) {
    for step in steps {
        let came = Arrival { ended: step.ended, root_ended: None };
        let arrival = arrivals.entry(step.trace).or_insert(came);
        arrival.ended = arrival.ended.max(step.ended);
        let has_ended = step.source == Source::Span && !recorder::is_open(step);
        if has_ended && (step.parent.is_none() || step.traits.marks_run) {
            arrival.root_ended = arrival.root_ended.max(Some(step.ended));
        }
    }
}
