//! What traces can be found by: keys that are spread over a whole day, sorted in many at a time.
//!
//! Each key alone would write a page of the index, and a page again when the log is written back.
//! So the entries of a request first wait in a row of their own ([`Entries`]), in order; who asks
//! looks into the index and into the rows that wait. Once many wait, all are sorted in together,
//! some of them with each commit: nobody waits long, and each page of the index is written once.

use std::collections::BTreeSet;

use model::Address;
use rusqlite::{Connection, params};

/// Most entries that wait.
const MOST_WAITING: usize = 64 * 1_024;

/// Most rows of them: each is looked into by whoever asks.
const MOST_ROWS: usize = 1_024;

/// Entries that are sorted in with one commit.
const AT_ONCE: usize = 2 * 1_024;

/// Bytes of an entry: of its key and of its trace.
const ENTRY: usize = 24;

/// The entries of one request.
#[derive(Debug, Default)]
pub(super) struct Entries(Vec<[u8; ENTRY]>);

/// How much waits in the file of a day.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    entries: usize,
    rows: usize,
    sorting: Option<Sorting>,
}

/// Entries on their way into the index, in order. Until the last is there they wait as before: if
/// nobody goes on, nothing is lost, and what is there already is put there again.
#[derive(Debug, Default)]
struct Sorting {
    entries: Vec<[u8; ENTRY]>,
    done: usize,
    /// The rows in which they wait, up to the last.
    rows: usize,
    last: i64,
}

impl Entries {
    pub(super) fn push(&mut self, key: &Address, trace: i64) {
        let mut entry = [0; ENTRY];
        entry[..16].copy_from_slice(key.as_bytes());
        entry[16..].copy_from_slice(&trace.to_le_bytes());
        self.0.push(entry);
    }

    /// Writes them where they wait.
    pub(super) fn write(mut self, to: &Connection, waiting: &mut Waiting) -> rusqlite::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        self.0.sort_unstable();
        let mut insert = to.prepare_cached(include_str!("../sql/insert_waiting_pivots.sql"))?;
        insert.execute([self.0.as_flattened()])?;
        waiting.entries += self.0.len();
        waiting.rows += 1;
        Ok(())
    }
}

impl Waiting {
    /// How much waits in a file.
    pub(super) fn of(file: &Connection) -> rusqlite::Result<Self> {
        let mut waiting = Self::default();
        each(file, |_, entries| {
            waiting.entries += entries.len();
            waiting.rows += 1;
        })?;
        Ok(waiting)
    }

    /// Sorts in some of what waits, if it is much.
    pub(super) fn sort_in_if_much(&mut self, file: &Connection) -> rusqlite::Result<()> {
        let sorting = match &mut self.sorting {
            Some(sorting) => sorting,
            None if self.entries < MOST_WAITING && self.rows < MOST_ROWS => return Ok(()),
            none => none.insert(Sorting::of(file, |_| true)?),
        };
        sorting.go_on(file, AT_ONCE)?;
        if sorting.done == sorting.entries.len() {
            sorting.end(file)?;
            self.entries -= sorting.done;
            self.rows -= sorting.rows;
            self.sorting = None;
        }
        Ok(())
    }
}

impl Sorting {
    /// Begins with what waits in a file and is wanted.
    fn of(file: &Connection, is_wanted: impl Fn(&[u8; ENTRY]) -> bool) -> rusqlite::Result<Self> {
        let mut sorting = Self::default();
        each(file, |row, entries| {
            sorting.entries.extend(entries.iter().filter(|entry| is_wanted(entry)));
            sorting.rows += 1;
            sorting.last = sorting.last.max(row);
        })?;
        sorting.entries.sort_unstable();
        Ok(sorting)
    }

    fn go_on(&mut self, file: &Connection, most: usize) -> rusqlite::Result<()> {
        let left = &self.entries[self.done..];
        let next = &left[..most.min(left.len())];
        let mut insert = file.prepare_cached(include_str!("../sql/insert_pivot.sql"))?;
        for entry in next {
            insert.execute(params![&entry[..16], trace_of(entry)])?;
        }
        self.done += next.len();
        Ok(())
    }

    fn end(&self, file: &Connection) -> rusqlite::Result<()> {
        let mut delete = file.prepare_cached(include_str!("../sql/delete_waiting_pivots.sql"))?;
        delete.execute([self.last]).map(|_| ())
    }
}

/// Sorts in what waits in an excerpt, as far as it is about the traces there.
pub(super) fn sort_in_for(traces: &BTreeSet<i64>, file: &Connection) -> rusqlite::Result<()> {
    let mut sorting = Sorting::of(file, |entry| traces.contains(&trace_of(entry)))?;
    sorting.go_on(file, usize::MAX)?;
    sorting.end(file)
}

/// The rows of up to so many traces that can be found by a key, the newest first.
///
/// What waits is looked into first: what is sorted in meanwhile is then found in the index.
pub(super) fn find(file: &Connection, key: Address, most: usize) -> rusqlite::Result<Vec<i64>> {
    let mut found: Vec<i64> = Vec::new();
    each(file, |_, entries| {
        let from = entries.partition_point(|entry| entry[..16] < key.as_bytes()[..]);
        let these = entries[from..].iter().take_while(|entry| entry[..16] == key.as_bytes()[..]);
        found.extend(these.map(trace_of));
    })?;
    let mut find = file.prepare_cached(include_str!("../sql/find.sql"))?;
    for trace in find.query_map(params![key.as_bytes(), most as i64], |row| row.get(0))? {
        found.push(trace?);
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.dedup();
    found.truncate(most);
    Ok(found)
}

fn trace_of(entry: &[u8; ENTRY]) -> i64 {
    let mut trace = [0; 8];
    trace.copy_from_slice(&entry[16..]);
    i64::from_le_bytes(trace)
}

/// Looks at each row that waits, and the entries in it.
fn each(file: &Connection, mut look: impl FnMut(i64, &[[u8; ENTRY]])) -> rusqlite::Result<()> {
    let mut waiting = file.prepare_cached(include_str!("../sql/waiting_pivots.sql"))?;
    let mut rows = waiting.query([])?;
    while let Some(row) = rows.next()? {
        look(row.get(0)?, row.get_ref(1)?.as_blob()?.as_chunks().0);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Connection {
        let file = Connection::open_in_memory().unwrap();
        file.pragma_update(None, "foreign_keys", "OFF").unwrap();
        file.execute_batch(include_str!("../sql/schema.sql")).unwrap();
        file
    }

    fn key(number: usize) -> Address {
        let mut key = [0; 16];
        key[0] = (number as u8).wrapping_mul(151);
        key[8..].copy_from_slice(&(number as u64).to_be_bytes());
        Address::new(key)
    }

    fn waiting(file: &Connection) -> usize {
        Waiting::of(file).unwrap().rows
    }

    #[test]
    fn what_waits_and_what_is_sorted_in_is_found_alike() {
        let file = file();
        let mut known = Waiting::of(&file).unwrap();
        let mut sorted_in = 0;
        for request in 1..=MOST_ROWS + 100 {
            let mut entries = Entries::default();
            [request % 7, 1_000 + request].iter().for_each(|it| {
                entries.push(&key(*it), request as i64);
            });
            entries.write(&file, &mut known).unwrap();
            known.sort_in_if_much(&file).unwrap();
            sorted_in += usize::from(waiting(&file) == 0);
            if request % 97 == 0 || request > MOST_ROWS - 3 {
                let of_seven = (1..=request as i64).rev().filter(|it| *it as usize % 7 == 3);
                assert_eq!(find(&file, key(3), 20).unwrap(), Vec::from_iter(of_seven.take(20)));
                assert_eq!(find(&file, key(1_000 + request), 9).unwrap(), [request as i64]);
                assert_eq!(find(&file, key(999), 9).unwrap(), [0; 0]);
            }
        }
        assert_eq!((sorted_in, waiting(&file)), (1, 100));
    }

    #[test]
    fn what_was_sorted_in_by_half_waits_until_all_of_it_is() {
        let file = file();
        let mut known = Waiting::of(&file).unwrap();
        let most = (MOST_WAITING + 10) as i64;
        for first in (1..=most).step_by(1_000) {
            let mut entries = Entries::default();
            (first..first + 1_000).for_each(|it| entries.push(&key(it as usize), it));
            entries.write(&file, &mut known).unwrap();
        }
        let sorted_in = || {
            let count = |row: &rusqlite::Row| row.get::<_, u32>(0);
            file.query_row("select count(*) from pivot", [], count).unwrap() as usize
        };
        let rows = waiting(&file);
        known.sort_in_if_much(&file).unwrap();
        known.sort_in_if_much(&file).unwrap();
        assert_eq!((sorted_in(), waiting(&file)), (2 * AT_ONCE, rows));
        let mut again = Waiting::of(&file).unwrap();
        again.sort_in_if_much(&file).unwrap();
        let mut late = Entries::default();
        late.push(&key(0), most);
        late.write(&file, &mut again).unwrap();
        for commits in 2.. {
            assert!(commits < 100);
            again.sort_in_if_much(&file).unwrap();
            if waiting(&file) == 1 {
                break;
            }
        }
        assert_eq!((again.entries, again.rows, sorted_in()), (1, 1, 66_000));
        for it in [1, 777, most] {
            assert_eq!(find(&file, key(it as usize), 9).unwrap(), [it]);
        }
        assert_eq!(find(&file, key(0), 9).unwrap(), [most]);
    }

    #[test]
    fn of_an_excerpt_only_its_own_traces_stay() {
        let file = file();
        let mut known = Waiting::of(&file).unwrap();
        for trace in 1..=3 {
            let mut entries = Entries::default();
            entries.push(&key(5), trace);
            entries.write(&file, &mut known).unwrap();
        }
        sort_in_for(&BTreeSet::from([2]), &file).unwrap();
        assert_eq!(find(&file, key(5), 9).unwrap(), [2]);
        assert_eq!(waiting(&file), 0);
    }
}
