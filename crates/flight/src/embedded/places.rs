//! Where the rows of a trace are: an index that many rows are put into at a time.
//!
//! The ids of traces are random, so that each row alone would write a page of the index, and a page
//! again when the log is written back; the larger the day, the fewer rows share one. So rows are
//! placed in the index once many have come. The table itself tells of those that came later: they
//! stand at its end, and whoever asks remembers what is there ([`Places`]).

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use foldhash::{HashMap, HashMapExt};
use model::TraceId;
use rusqlite::{Connection, OptionalExtension, params};

use super::codec::Columns;

/// Most rows of a table that are not placed: each is gone through by whoever asks first.
const MOST_UNPLACED: i64 = 16 * 1_024;

/// A table whose rows are found by a trace.
#[derive(Debug, Clone, Copy)]
pub(super) enum Table {
    Trace,
    Settlement,
}

impl Table {
    pub(super) const ALL: [Self; 2] = [Table::Trace, Table::Settlement];

    fn name(self) -> &'static str {
        match self {
            Table::Trace => "trace",
            Table::Settlement => "settlement",
        }
    }

    fn last(self) -> &'static str {
        match self {
            Table::Trace => include_str!("../sql/last_trace.sql"),
            Table::Settlement => include_str!("../sql/last_settlement.sql"),
        }
    }

    fn unplaced(self) -> &'static str {
        match self {
            Table::Trace => include_str!("../sql/unplaced_traces.sql"),
            Table::Settlement => include_str!("../sql/unplaced_settlements.sql"),
        }
    }

    fn place_of(self) -> &'static str {
        match self {
            Table::Trace => include_str!("../sql/place_of_trace.sql"),
            Table::Settlement => include_str!("../sql/place_of_settlement.sql"),
        }
    }

    fn place(self) -> &'static str {
        match self {
            Table::Trace => include_str!("../sql/place_traces.sql"),
            Table::Settlement => include_str!("../sql/place_settlements.sql"),
        }
    }
}

/// The last row of a table that is placed; 0 if none is.
fn placed(file: &Connection, table: Table) -> rusqlite::Result<i64> {
    let mut placed = file.prepare_cached(include_str!("../sql/placed.sql"))?;
    let placed = placed.query_row([table.name()], |row| row.get(0)).optional()?;
    Ok(placed.unwrap_or_default())
}

/// The last row of a trace among those that are placed.
pub(super) fn find_placed(
    file: &Connection,
    table: Table,
    trace: TraceId,
) -> rusqlite::Result<Option<i64>> {
    let mut find = file.prepare_cached(table.place_of())?;
    find.query_row([trace.as_bytes()], |row| row.get(0)).optional()
}

/// When to place rows.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    /// Once many are not.
    Many,
    /// If any is not: the day is over.
    Any,
}

/// How far the rows of a table are placed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    pub(super) placed: i64,
    pub(super) last: i64,
}

impl Progress {
    pub(super) fn of(file: &Connection, table: Table) -> rusqlite::Result<Self> {
        let last = file.prepare_cached(table.last())?.query_row([], |row| row.get(0))?;
        Ok(Self { placed: placed(file, table)?, last })
    }

    /// Whether it is time to place rows.
    pub(super) fn is_due(self, when: When) -> bool {
        let unplaced = self.last - self.placed;
        match when {
            When::Many => unplaced >= MOST_UNPLACED,
            When::Any => unplaced > 0,
        }
    }

    /// Places all rows.
    pub(super) fn catch_up(&mut self, file: &Connection, table: Table) -> rusqlite::Result<()> {
        if self.placed < self.last {
            file.prepare_cached(table.place())?.execute([self.placed])?;
            let mut set = file.prepare_cached(include_str!("../sql/set_placed.sql"))?;
            set.execute(params![table.name(), self.last])?;
            self.placed = self.last;
        }
        Ok(())
    }
}

/// Rows of a file that came after those that are placed, by their trace: of each the last.
#[derive(Debug)]
struct Tail {
    after: i64,
    through: i64,
    rows: HashMap<TraceId, i64>,
}

impl Tail {
    fn after(placed: i64) -> Self {
        Self { after: placed, through: placed, rows: HashMap::new() }
    }

    /// Takes in what came since.
    fn catch_up(&mut self, file: &Connection, table: Table) -> rusqlite::Result<()> {
        let mut unplaced = file.prepare_cached(table.unplaced())?;
        let mut rows = unplaced.query([self.through])?;
        while let Some(row) = rows.next()? {
            let mut columns = Columns::of(row, 0);
            self.through = columns.get()?;
            self.rows.insert(columns.trace()?, self.through);
        }
        Ok(())
    }

    /// Forgets what is placed by now.
    fn begin_anew(&mut self, placed: i64) {
        self.after = placed;
        self.through = self.through.max(placed);
        self.rows.retain(|_, row| *row > placed);
    }
}

/// What is remembered of files, for those who read them.
#[derive(Debug, Default)]
pub(super) struct Places {
    tails: Mutex<HashMap<String, [Option<Tail>; 2]>>,
}

impl Places {
    /// The row of a trace in a file, the last if there are several. It may have come after the
    /// moment as of which the file is read.
    pub(super) fn find(
        &self,
        file: &Connection,
        table: Table,
        trace: TraceId,
    ) -> rusqlite::Result<Option<i64>> {
        let placed = placed(file, table)?;
        match self.find_unplaced(file, table, placed, trace)? {
            Some(row) => Ok(Some(row)),
            None => find_placed(file, table, trace),
        }
    }

    fn find_unplaced(
        &self,
        file: &Connection,
        table: Table,
        placed: i64,
        trace: TraceId,
    ) -> rusqlite::Result<Option<i64>> {
        let mut tails = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
        let path = file.path().unwrap_or_default();
        if !tails.contains_key(path) {
            tails.insert(path.to_owned(), [None, None]);
        }
        let known = tails.get_mut(path).map(|known| &mut known[table as usize]);
        let mut apart = None;
        let tail = known.unwrap_or(&mut apart).get_or_insert_with(|| Tail::after(placed));
        // Who reads as of long ago finds less placed than others did who came before.
        if tail.after > placed {
            let mut whole = Tail::after(placed);
            whole.catch_up(file, table)?;
            return Ok(whole.rows.get(&trace).copied());
        }
        if tail.through < placed || tail.rows.len() as i64 > 2 * MOST_UNPLACED {
            tail.begin_anew(placed);
        }
        tail.catch_up(file, table)?;
        Ok(tail.rows.get(&trace).copied())
    }

    /// Forgets a file.
    pub(super) fn forget(&self, path: &Path) {
        let mut tails = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
        tails.remove(&*path.to_string_lossy());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(number: i64) -> TraceId {
        let spread = number.wrapping_mul(0x1e37_79b9_7f4a_7c15);
        TraceId::from_bytes(&[spread.to_be_bytes(), number.to_be_bytes()].concat()).unwrap()
    }

    fn add(file: &Connection, numbers: impl Iterator<Item = i64>) {
        let mut insert = file.prepare_cached(include_str!("../sql/insert_trace.sql")).unwrap();
        for number in numbers {
            insert
                .execute(params![trace(number).as_bytes(), [1u8; 16], [0u8; 0], [1u8; 32]])
                .unwrap();
        }
    }

    fn place_all(file: &Connection) {
        Progress::of(file, Table::Trace).unwrap().catch_up(file, Table::Trace).unwrap();
    }

    /// Two connections to one file, for the one who writes and the one who reads.
    fn file() -> (tempfile::TempDir, Connection, Connection) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("2026-11-22.db");
        let open = || Connection::open(&path).unwrap();
        let writer = open();
        writer.pragma_update(None, "journal_mode", "WAL").unwrap();
        writer.pragma_update(None, "synchronous", "OFF").unwrap();
        writer.execute_batch(include_str!("../sql/schema.sql")).unwrap();
        (dir, open(), writer)
    }

    fn found(places: &Places, reader: &Connection, number: i64) -> Option<i64> {
        places.find(reader, Table::Trace, trace(number)).unwrap()
    }

    #[test]
    fn rows_are_found_wherever_they_are() {
        let (_dir, reader, mut writer) = file();
        let places = Places::default();
        let most = 3 * MOST_UNPLACED;
        for first in (1..=most).step_by(1_000) {
            let transaction = writer.transaction().unwrap();
            add(&transaction, first..first + 1_000);
            transaction.commit().unwrap();
            if first / 1_000 % 7 == 0 {
                place_all(&writer);
            }
            for number in [1, first / 2 + 1, first, first + 999] {
                assert_eq!(found(&places, &reader, number), Some(number), "{first}");
            }
            assert_eq!(found(&places, &reader, first + 1_000), None);
        }
    }

    #[test]
    fn who_reads_as_of_long_ago_finds_what_was_there() {
        let (_dir, reader, writer) = file();
        let places = Places::default();
        add(&writer, 1..=5);
        reader.execute_batch("BEGIN").unwrap();
        assert_eq!(found(&places, &reader, 5), Some(5));
        writer.execute_batch("BEGIN").unwrap();
        add(&writer, 6..=3 * MOST_UNPLACED);
        writer.execute_batch("COMMIT").unwrap();
        // Somebody else reads meanwhile, and what is placed by then is forgotten.
        found(&places, &writer, 7);
        place_all(&writer);
        assert_eq!(found(&places, &writer, 7), Some(7));
        assert_eq!(found(&places, &reader, 5), Some(5));
        assert_eq!(found(&places, &reader, 7), None);
    }

    #[test]
    fn of_several_rows_the_last_is_found() {
        let (_dir, reader, writer) = file();
        let places = Places::default();
        for placed in [false, true] {
            add(&writer, [1, 2, 1].into_iter());
            if placed {
                place_all(&writer);
            }
            let last = Progress::of(&writer, Table::Trace).unwrap().last;
            assert_eq!(found(&places, &reader, 1), Some(last));
        }
    }
}
