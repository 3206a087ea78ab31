//! The one writer: requests that wait are committed together, then answered.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use model::{Receipt, Sketch};
use tokio::sync::mpsc;

use super::chain::{GENESIS, Head, Link};
use super::codec::unreadable;
use super::fresh::Stored;
use super::pack::Packed;
use super::rows::{Known, StoredStep, Writing, Written};
use super::shelf::Shelf;
use super::{Waiting, day};
use crate::error::FlightError;

/// Most requests in one commit.
const GROUP: usize = 64;

/// Most bytes in one commit, unless one request alone has more.
const GROUP_BYTES: usize = 8 << 20;

/// Pages in the log of a day at which they are written back: 8 MB.
const LOG_PAGES: i64 = 1000;

/// The writing side. Lives on a thread of its own.
pub(super) struct Writer {
    shelf: Arc<Shelf>,
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
    pub(super) fn new(shelf: Arc<Shelf>) -> Self {
        Self { shelf, open: None }
    }

    /// Commits what waits, group by group, until nobody can send any more.
    pub(super) fn run(mut self, mut waiting: mpsc::Receiver<Waiting>) {
        while let Some(first) = waiting.blocking_recv() {
            let mut bytes = first.packed.size();
            let mut days: BTreeMap<i32, Vec<Waiting>> = BTreeMap::new();
            let mut requests = 1;
            days.entry(first.packed.day).or_default().push(first);
            while requests < GROUP && bytes < GROUP_BYTES {
                let Ok(next) = waiting.try_recv() else { break };
                bytes += next.packed.size();
                requests += 1;
                days.entry(next.packed.day).or_default().push(next);
            }
            for (day, group) in days {
                self.commit(day, group);
                self.write_back();
            }
        }
    }

    /// Commits one group and answers each request in it. If the commit fails, all of them fail.
    fn commit(&mut self, day: i32, group: Vec<Waiting>) {
        let (packed, answers): (Vec<Packed>, Vec<_>) =
            group.into_iter().map(|waiting| (waiting.packed, waiting.answer)).unzip();
        let shelf = Arc::clone(&self.shelf);
        let path = day::path_of(&shelf.directory, day);
        let written = self.day(day).and_then(|open| open.write(&shelf, &packed));
        shelf.filters.forget(day);
        let written = written.map_err(|error| error.at(&path));
        let written = written.and_then(|written| self.day_before(day, &packed).map(|()| written));
        if !matches!(&written, Ok(written) if written.iter().all(Result::is_ok)) {
            let traces = packed.iter().flat_map(|packed| &packed.traces);
            traces.for_each(|trace| shelf.keys.forget(day, trace.trace));
        }
        match written {
            Ok(written) => {
                for ((answer, written), packed) in answers.into_iter().zip(written).zip(packed) {
                    _ = answer.send(written.map(|written| remembered(&shelf, packed, written)));
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

    /// Brings the log of the day into its file once it is long: after the answers, because nobody
    /// has to wait for that. If it fails, all is in the log still, and the next commit tries again.
    fn write_back(&self) {
        let Some(open) = &self.open else { return };
        if let Err(error) = open.write_back() {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, path = %open.path.display(), "the log could not be written back");
        }
    }

    /// What a request means for the file of the day before: keys to wrap again, payloads to drop.
    fn day_before(&mut self, day: i32, group: &[Packed]) -> Result<(), FlightError> {
        let mut tasks = Vec::new();
        for packed in group {
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
        let by_itself = connection.pragma_update(None, "wal_autocheckpoint", 0);
        by_itself.map_err(FlightError::Append)?;
        let head = last_head(&connection)?;
        Ok(Self { day, path, connection, known: Known::default(), head })
    }

    /// Writes all requests in one transaction. A request that can't be written fails alone: the
    /// others are written again without it, which is rare, where a savepoint for each is not.
    fn write(
        &mut self,
        shelf: &Shelf,
        group: &[Packed],
    ) -> Result<Vec<Result<Written, FlightError>>, FlightError> {
        let mut failed: BTreeMap<usize, FlightError> = BTreeMap::new();
        loop {
            let left = group.iter().enumerate().filter(|(place, _)| !failed.contains_key(place));
            match self.try_write(shelf, &left.collect::<Vec<_>>()) {
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
    fn try_write(
        &mut self,
        shelf: &Shelf,
        group: &[(usize, &Packed)],
    ) -> Result<Vec<Written>, Undone> {
        let all = |error| Undone::All(FlightError::Append(error));
        let transaction = self.connection.transaction().map_err(all)?;
        let link = Link::after(&self.head);
        let mut writing = Writing { to: &transaction, known: &mut self.known, link };
        let mut done = Vec::with_capacity(group.len());
        for (place, packed) in group {
            match writing.request(packed) {
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
        let chunks = group.iter().flat_map(|(_, packed)| &packed.chunks);
        let addresses = chunks.flat_map(|chunk| &chunk.addresses);
        shelf.note_stored(self.day, addresses.copied());
        Ok(done)
    }

    /// Writes the log back into the file, if it is long.
    fn write_back(&self) -> rusqlite::Result<()> {
        let pages = |sql: &str| {
            self.connection.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(1))
        };
        if pages("PRAGMA wal_checkpoint(NOOP)")? >= LOG_PAGES {
            pages("PRAGMA wal_checkpoint(PASSIVE)")?;
        }
        Ok(())
    }
}

/// Remembers without payload what was made durable of a request.
fn remembered(shelf: &Shelf, packed: Packed, Written { receipt, stored }: Written) -> Receipt {
    let mut sketches: Vec<Option<Sketch>> = packed.sketches.into_iter().map(Some).collect();
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
