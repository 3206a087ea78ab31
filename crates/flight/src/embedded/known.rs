//! Rows that are known to be in the file of a day, for the one who writes it.

use std::hash::Hash;

use foldhash::{HashMap, HashSet};
use model::{Address, Seen, TraceId};
use rusqlite::Connection;

use super::codec::Columns;
use super::pivots::Waiting;
use super::places::{Progress, Table, When};
use crate::keys::KeyId;

/// Most entries remembered of each kind; a client that sends more distinct ones gains nothing.
pub(super) const MOST_KNOWN: usize = 100_000;

/// Rows that are known to be committed, by what they hold.
#[derive(Default)]
pub(super) struct Known {
    /// Among them are all that are not placed, once that was looked at.
    pub(super) traces: HashMap<TraceId, KnownTrace>,
    /// How far the rows of each table are placed, once that was looked at.
    placed: Option<[Progress; 2]>,
    pub(super) origins: HashMap<[u8; 16], i64>,
    /// Content of traces that were there before they were met.
    pub(super) contents: HashSet<Address>,
    pub(super) features: HashMap<String, i64>,
    pub(super) levels: HashMap<Seen, i64>,
    /// How many pivots wait to be sorted in, once that was looked at.
    pub(super) waiting: Option<Waiting>,
}

/// The row of a trace.
#[derive(Clone, Copy)]
pub(super) struct KnownTrace {
    pub(super) id: i64,
    pub(super) key: KeyId,
    pub(super) people_bytes: usize,
    /// Whether the row was made by the request at hand, so that no step of it can be there yet.
    pub(super) is_new: bool,
    /// Whether what was said in it before is among the contents that are known.
    pub(super) is_met: bool,
}

impl Known {
    /// How far rows are placed.
    pub(super) fn placed(&mut self, file: &Connection) -> rusqlite::Result<&mut [Progress; 2]> {
        let placed = match self.placed {
            Some(placed) => placed,
            None => self.look_at_placed(file)?,
        };
        Ok(self.placed.insert(placed))
    }

    /// Looks how far rows are placed, and at all traces that are not.
    fn look_at_placed(&mut self, file: &Connection) -> rusqlite::Result<[Progress; 2]> {
        let placed = [Progress::of(file, Table::Trace)?, Progress::of(file, Table::Settlement)?];
        let mut unplaced = file.prepare_cached(include_str!("../sql/traces_after.sql"))?;
        let mut rows = unplaced.query([placed[Table::Trace as usize].placed])?;
        while let Some(row) = rows.next()? {
            self.traces.insert(Columns::of(row, 0).trace()?, KnownTrace::of(row, 1)?);
        }
        Ok(placed)
    }

    /// Forgets all but what is not placed when there are too many.
    pub(super) fn remember_trace(&mut self, trace: TraceId, known: KnownTrace) {
        if self.traces.len() >= MOST_KNOWN {
            let placed = self.placed.map_or(0, |placed| placed[Table::Trace as usize].placed);
            self.traces.retain(|_, known| known.id > placed);
        }
        self.traces.insert(trace, known);
    }

    /// Places the rows of each table of which it is time to, in a transaction of their own.
    pub(super) fn place(&mut self, file: &mut Connection, when: When) -> rusqlite::Result<()> {
        let mut placed = *self.placed(file)?;
        if !placed.iter().any(|progress| progress.is_due(when)) {
            return Ok(());
        }
        let transaction = file.transaction()?;
        for (table, progress) in Table::ALL.into_iter().zip(&mut placed) {
            if progress.is_due(when) {
                progress.catch_up(&transaction, table)?;
            }
        }
        transaction.commit()?;
        self.placed = Some(placed);
        Ok(())
    }
}

impl KnownTrace {
    pub(super) fn of(row: &rusqlite::Row, first: usize) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row, first);
        let (id, key) = (columns.get()?, columns.get()?);
        let people_bytes = columns.get::<u32>()? as usize;
        Ok(Self { id, key, people_bytes, is_new: false, is_met: false })
    }
}

pub(super) fn remember<K: Hash + Eq, V>(known: &mut HashMap<K, V>, key: K, value: V) {
    if known.len() >= MOST_KNOWN {
        known.clear();
    }
    known.insert(key, value);
}
