//! Which traces the files of the newest two days may hold.
//!
//! Whoever packs a trace must know whether a key of it stands in a file already, and mostly none
//! does. A day is on the roll before anything more is written to it: its file is read once, and
//! each trace that is met goes on the roll before it goes into the file.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use foldhash::HashSet;
use model::TraceId;

use super::codec::{Columns, unreadable};
use super::day;
use super::filter::Filter;
use super::shelf::Shelf;
use crate::error::FlightError;

/// Days on the roll.
const DAYS: usize = 2;

/// Traces for which the first filter of a day has room; the next has room for twice as many.
const FIRST: usize = 4_096;

/// The newest days, each with what its file may hold.
#[derive(Debug, Default)]
pub(super) struct Roll {
    days: Mutex<BTreeMap<i32, Filters>>,
}

/// Filters that grow with what is put in: all but the last are full.
#[derive(Debug, Default)]
struct Filters {
    filters: Vec<Filter>,
    /// For how many more traces the last has room.
    left: usize,
}

impl Roll {
    /// Puts traces on the roll of a day, and says which of them its file may hold already.
    pub(super) fn meet<'t>(
        &self,
        shelf: &Shelf,
        day: i32,
        traces: impl Iterator<Item = &'t TraceId>,
    ) -> Result<HashSet<TraceId>, FlightError> {
        let mut days = self.of(shelf, day)?;
        let Some(filters) = days.get_mut(&day) else { return Ok(traces.copied().collect()) };
        Ok(traces.copied().filter(|trace| filters.put(*trace)).collect())
    }

    /// Which of some traces the file of a day may hold.
    pub(super) fn may_hold<'t>(
        &self,
        shelf: &Shelf,
        day: i32,
        traces: impl Iterator<Item = &'t TraceId>,
    ) -> Result<HashSet<TraceId>, FlightError> {
        let days = self.of(shelf, day)?;
        let filters = days.get(&day);
        let may_hold = |trace: &TraceId| filters.is_none_or(|filters| filters.may_hold(*trace));
        Ok(traces.copied().filter(may_hold).collect())
    }

    /// The roll with a day on it, unless that is older than those there is room for.
    fn of(
        &self,
        shelf: &Shelf,
        day: i32,
    ) -> Result<MutexGuard<'_, BTreeMap<i32, Filters>>, FlightError> {
        let mut days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        let is_older = days.len() == DAYS && days.keys().next().is_some_and(|oldest| day < *oldest);
        if !is_older && !days.contains_key(&day) {
            let mut filters = Filters::default();
            stored(shelf, day)?.into_iter().for_each(|trace| _ = filters.put(trace));
            days.insert(day, filters);
            if days.len() > DAYS {
                days.pop_first();
            }
        }
        Ok(days)
    }
}

/// The traces in the file of a day.
fn stored(shelf: &Shelf, day: i32) -> Result<Vec<TraceId>, FlightError> {
    let Some(reader) = shelf.lookups.reader(&day::path_of(&shelf.directory, day))? else {
        return Ok(Vec::new());
    };
    let reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
    let traces = || {
        let mut traces = reader.prepare_cached(include_str!("../sql/traces.sql"))?;
        let traces = traces.query_map([], |row| Columns::of(row, 0).trace())?;
        traces.collect::<rusqlite::Result<_>>()
    };
    traces().map_err(unreadable(&reader))
}

impl Filters {
    /// Puts a trace in, and says whether it may have been there.
    fn put(&mut self, trace: TraceId) -> bool {
        if self.may_hold(trace) {
            return true;
        }
        if self.left == 0 {
            let room = FIRST << self.filters.len();
            self.filters.push(Filter::for_so_many(room));
            self.left = room;
        }
        self.filters.last_mut().into_iter().for_each(|last| last.put(trace));
        self.left -= 1;
        false
    }

    fn may_hold(&self, trace: TraceId) -> bool {
        self.filters.iter().any(|filter| filter.may_hold(trace))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(number: u64) -> TraceId {
        TraceId::from_bytes(&[[7; 8], number.to_be_bytes()].concat()).unwrap()
    }

    #[test]
    fn filters_grow_and_hold_all_that_was_put_in_and_hardly_anything_else() {
        let mut filters = Filters::default();
        let for_nothing = (0..100_000).filter(|number| filters.put(trace(*number))).count();
        assert!(filters.filters.len() > 3 && for_nothing < 500, "{for_nothing} of 100 000");
        assert!((0..100_000).all(|number| filters.may_hold(trace(number))));
    }
}
