//! The one writer: requests that wait are committed together, then answered.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use model::{Receipt, Sketch};
use tokio::sync::mpsc;

use super::chain::{GENESIS, Head, Link};
use super::codec::unreadable;
use super::fresh::Stored;
use super::known::Known;
use super::log::Shortener;
use super::pack::Packed;
use super::places::When;
use super::rows::{StoredStep, Writing, Written};
use super::shelf::Shelf;
use super::{Waiting, day, size};
use crate::error::FlightError;

/// Most requests in one commit.
const GROUP: usize = 64;

/// Most bytes in one commit, unless one request alone has more.
const GROUP_BYTES: usize = 8 << 20;

/// The writing side. Lives on a thread of its own.
pub(super) struct Writer {
    shelf: Arc<Shelf>,
    shortener: Shortener,
    open: Option<OpenDay>,
}

/// A day file open for writing, with what is known to be in it.
struct OpenDay {
    day: i32,
    path: PathBuf,
    connection: rusqlite::Connection,
    known: Known,
    head: Head,
}

/// Why nothing of a group was written.
enum Undone {
    /// One request, at this place, can't be.
    Request(usize, FlightError),
    /// The transaction can't be.
    All(FlightError),
}

impl Writer {
    pub(super) fn new(shelf: Arc<Shelf>, shortener: Shortener) -> Self {
        Self { shelf, shortener, open: None }
    }

    /// Commits what waits, group by group, until nobody can send any more.
    pub(super) fn run(mut self, mut waiting: mpsc::Receiver<Waiting>) {
        while let Some(first) = waiting.blocking_recv() {
            let mut bytes = size(&first.parts);
            let mut days: BTreeMap<i32, Vec<Waiting>> = BTreeMap::new();
            let mut requests = 1;
            days.entry(day_of(&first.parts)).or_default().push(first);
            while requests < GROUP && bytes < GROUP_BYTES {
                let Ok(next) = waiting.try_recv() else { break };
                bytes += size(&next.parts);
                requests += 1;
                days.entry(day_of(&next.parts)).or_default().push(next);
            }
            for (day, group) in days {
                self.commit(day, group);
                self.tidy_up();
            }
        }
    }

    /// Commits one group and answers each request in it. If the commit fails, all of them fail.
    fn commit(&mut self, day: i32, group: Vec<Waiting>) {
        let (mut requests, answers): (Vec<Vec<Packed>>, Vec<_>) =
            group.into_iter().map(|waiting| (waiting.parts, waiting.answer)).unzip();
        let shelf = Arc::clone(&self.shelf);
        let path = day::path_of(&shelf.directory, day);
        let written = self.day(day).and_then(|open| open.write(&requests));
        shelf.filters.forget(day);
        let written = written.map_err(|error| error.at(&path));
        let written = written.and_then(|written| self.day_before(day, &requests).map(|()| written));
        if !matches!(&written, Ok(written) if written.iter().all(Result::is_ok)) {
            let traces = requests.iter().flatten().flat_map(|packed| &packed.traces);
            traces.for_each(|trace| shelf.keys.forget(day, trace.trace));
        }
        match written {
            Ok(written) => {
                // What was packed goes once all are answered: nobody has to wait for that.
                for ((answer, written), parts) in
                    answers.into_iter().zip(written).zip(&mut requests)
                {
                    let remembered = |written| remembered(&shelf, day, parts, written);
                    _ = answer.send(written.map(remembered));
                }
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "append failed");
                self.open = None;
                let error = Arc::new(error);
                for answer in answers {
                    _ = answer.send(Err(FlightError::Together(Arc::clone(&error))));
                }
            }
        }
    }

    /// After the answers, because nobody has to wait for that.
    fn tidy_up(&mut self) {
        self.place(When::Many);
        let Some(OpenDay { path, connection, .. }) = &self.open else { return };
        if let Err(error) = self.shortener.look_after(path, connection) {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, path = %path.display(), "the log was not written back");
        }
    }

    /// Places rows of the open day. What was not done is done another time.
    fn place(&mut self, when: When) {
        let Some(OpenDay { path, connection, known, .. }) = &mut self.open else { return };
        if let Err(error) = known.place(connection, when) {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, path = %path.display(), "rows were not placed");
            self.open = None;
        }
    }

    /// What a request means for the file of the day before: keys to wrap again, payloads to drop.
    fn day_before(&mut self, day: i32, group: &[Vec<Packed>]) -> Result<(), FlightError> {
        let mut tasks = Vec::new();
        for packed in group.iter().flatten() {
            let rewraps =
                packed.traces.iter().filter_map(|one| Some((one.trace, one.before.as_ref()?)));
            tasks.extend(rewraps.map(|(trace, key)| (trace, Some(key))));
            for trace in packed.dropped() {
                self.shelf.keys.forget(day, trace);
                let there = self.shelf.kept_key(day - 1, trace)?;
                tasks.extend(there.filter(|there| there.wrapped.is_some()).map(|_| (trace, None)));
            }
        }
        if tasks.is_empty() {
            return Ok(());
        }
        let mut before = day::writer(&day::path_of(&self.shelf.directory, day - 1))?;
        let transaction = before.transaction().map_err(FlightError::Append)?;
        let (mut known, link) = (Known::default(), Link::after(&GENESIS));
        let mut writing = Writing { to: &transaction, known: &mut known, link };
        for (trace, key) in tasks {
            let done = match key {
                Some(key) => writing.rewrap(trace, key),
                None => writing.drop_payload(trace),
            };
            done.map_err(FlightError::Append)?;
            self.shelf.keys.forget(day - 1, trace);
        }
        transaction.commit().map_err(FlightError::Append)
    }

    fn day(&mut self, day: i32) -> Result<&mut OpenDay, FlightError> {
        if self.open.as_ref().is_some_and(|open| open.day != day) {
            self.place(When::Any);
        }
        let open = match self.open.take().filter(|open| open.day == day && open.path.exists()) {
            Some(open) => open,
            None => OpenDay::new(&self.shelf, day)?,
        };
        Ok(self.open.insert(open))
    }
}

impl OpenDay {
    fn new(shelf: &Shelf, day: i32) -> Result<Self, FlightError> {
        let path = day::path_of(&shelf.directory, day);
        let connection = day::writer(&path)?;
        // The log is written back as `log` says.
        let by_itself = connection.pragma_update(None, "wal_autocheckpoint", 0);
        by_itself.map_err(FlightError::Append)?;
        let head = last_head(&connection)?;
        Ok(Self { day, path, connection, known: Known::default(), head })
    }

    /// Writes all requests in one transaction. A request that can't be written fails alone: the
    /// others are written again without it, which is rare, where a savepoint for each is not.
    fn write(
        &mut self,
        group: &[Vec<Packed>],
    ) -> Result<Vec<Result<Vec<Written>, FlightError>>, FlightError> {
        let mut failed: BTreeMap<usize, FlightError> = BTreeMap::new();
        loop {
            let left = group.iter().enumerate().filter(|(place, _)| !failed.contains_key(place));
            match self.try_write(&left.collect::<Vec<_>>()) {
                Ok(written) => {
                    let mut written = written.into_iter();
                    let answers = (0..group.len()).map(|place| match failed.remove(&place) {
                        Some(error) => Err(error),
                        None => Ok(written.next().unwrap_or_default()),
                    });
                    return Ok(answers.collect());
                }
                Err(Undone::Request(place, error)) => _ = failed.insert(place, error),
                Err(Undone::All(error)) => return Err(error),
            }
        }
    }

    /// Writes all requests, or none.
    fn try_write(&mut self, group: &[(usize, &Vec<Packed>)]) -> Result<Vec<Vec<Written>>, Undone> {
        let all = |error| Undone::All(FlightError::Append(error));
        let transaction = self.connection.transaction().map_err(all)?;
        let link = Link::after(&self.head);
        let mut writing = Writing { to: &transaction, known: &mut self.known, link };
        let mut done = Vec::with_capacity(group.len());
        for (place, parts) in group {
            match parts.iter().map(|part| writing.part(part)).collect() {
                Ok(written) => done.push(written),
                Err(error) => {
                    drop(transaction);
                    self.known = Known::default();
                    return Err(Undone::Request(*place, error));
                }
            }
        }
        let sorted = writing.sort_in_pivots();
        let closed = sorted.and_then(|()| writing.link.close(&transaction));
        let committed = closed.and_then(|head| transaction.commit().map(|()| head));
        let head = committed.map_err(all)?;
        self.head = head.unwrap_or(self.head);
        Ok(done)
    }
}

/// The day of a request: all of it was received at once.
fn day_of(parts: &[Packed]) -> i32 {
    parts.first().map_or(0, |part| part.day)
}

/// Remembers without payload what was made durable of a request, and what need not be stored again.
fn remembered(shelf: &Shelf, day: i32, parts: &mut [Packed], written: Vec<Written>) -> Receipt {
    let chunks = parts.iter().flat_map(|packed| &packed.chunks);
    shelf.note_stored(day, chunks.flat_map(|chunk| &chunk.addresses).copied());
    let receipts = parts.iter_mut().zip(written);
    let receipts = receipts.map(|(part, written)| part_remembered(shelf, part, written));
    receipts.fold(Receipt::default(), |sum, one| Receipt {
        stored: sum.stored + one.stored,
        duplicate: sum.duplicate + one.duplicate,
    })
}

fn part_remembered(
    shelf: &Shelf,
    packed: &mut Packed,
    Written { receipt, stored }: Written,
) -> Receipt {
    let sketches = std::mem::take(&mut packed.sketches);
    let mut sketches: Vec<Option<Sketch>> = sketches.into_iter().map(Some).collect();
    let stored = stored.into_iter().filter_map(|StoredStep { place, trace, row, is_new }| {
        let sketch = sketches.get_mut(place)?.take()?;
        Some(Stored { trace, row, sketch, is_new })
    });
    shelf.fresh.note(packed.day, stored);
    receipt
}

fn last_head(connection: &rusqlite::Connection) -> Result<Head, FlightError> {
    use rusqlite::OptionalExtension;
    let head = connection.query_row(include_str!("../sql/last_link.sql"), [], |row| row.get(0));
    Ok(head.optional().map_err(unreadable(connection))?.unwrap_or(GENESIS))
}
