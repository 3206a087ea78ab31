//! Which traces a day that is over can't hold: asked before its file is.
//!
//! A trace that settles may have begun on any day that is kept, and labels about it may have come
//! on any, so each day would have to be asked, however many there are. A day that is over gets
//! nothing more, so what can be in it is told by a filter after Bloom: a few bits for each trace,
//! which say `no` for certain or `maybe`.

use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::HashMap;
use foldhash::fast::RandomState;
use model::TraceId;

use super::codec::Columns;
use super::file::DayFile;

/// Bits for each trace: with [`PROBES`] of them looked at, six `maybe` in 10 000 are for nothing.
const BITS: usize = 16;

/// Bits looked at for each question.
const PROBES: u64 = 8;

/// Bytes that all filters may take; days beyond are asked each time.
const MOST_BYTES: usize = 32 << 20;

/// What can be in days that are over.
#[derive(Debug, Default)]
pub(super) struct Filters {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// None of a day that has no filter: there was no room for it, or it could not be read.
    days: HashMap<i32, Option<Arc<Filter>>>,
    bytes: usize,
    /// How often a day was forgotten.
    forgotten: u64,
}

/// What can be in one day.
#[derive(Debug)]
pub(super) struct Filter {
    bits: Vec<u64>,
    hasher: RandomState,
}

impl Filters {
    /// The filter of a day, if it was made.
    pub(super) fn get(&self, day: i32) -> Option<Arc<Filter>> {
        self.known().days.get(&day).cloned().flatten()
    }

    /// Makes the filter of a day that is over, unless that was done. Says whether the day had to be
    /// read for it. A day that can't be read has none, and whoever asks it is told so.
    pub(super) fn make(&self, day: i32, file: &DayFile) -> bool {
        let forgotten = match &*self.known() {
            known if known.days.contains_key(&day) => return false,
            known => known.forgotten,
        };
        let trace = |row: &rusqlite::Row| Columns::of(row, 0).trace();
        let traces = file.rows(include_str!("../sql/mentioned.sql"), [], trace);
        let filter = traces.ok().map(|traces| Filter::of(&traces));
        let mut known = self.known();
        // Something may have been written to the day after it was read.
        if known.forgotten == forgotten {
            let left = MOST_BYTES.saturating_sub(known.bytes);
            let filter = filter.filter(|filter| filter.bytes() <= left).map(Arc::new);
            known.bytes += filter.as_ref().map_or(0, |filter| filter.bytes());
            known.days.insert(day, filter);
        }
        true
    }

    /// Forgets a day that something was written to, or that is gone.
    pub(super) fn forget(&self, day: i32) {
        let mut known = self.known();
        known.forgotten += 1;
        if let Some(Some(filter)) = known.days.remove(&day) {
            known.bytes -= filter.bytes();
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Filter {
    fn of(traces: &[TraceId]) -> Self {
        let mut filter = Self::for_so_many(traces.len());
        traces.iter().for_each(|trace| filter.put(*trace));
        filter
    }

    /// An empty one, with room for so many traces.
    pub(super) fn for_so_many(traces: usize) -> Self {
        let words = (traces * BITS).div_ceil(64).max(1);
        Self { bits: vec![0; words], hasher: RandomState::default() }
    }

    pub(super) fn put(&mut self, trace: TraceId) {
        for place in self.places(trace) {
            self.bits[place / 64] |= 1 << (place % 64);
        }
    }

    /// Whether the day may hold something of a trace, or about it.
    pub(super) fn may_hold(&self, trace: TraceId) -> bool {
        self.places(trace).all(|place| self.bits[place / 64] >> (place % 64) & 1 == 1)
    }

    fn places(&self, trace: TraceId) -> impl Iterator<Item = usize> + use<> {
        let (first, bits) = (self.hasher.hash_one(trace), self.bits.len() as u64 * 64);
        let step = (first >> 32) | 1;
        (0..PROBES).map(move |probe| (first.wrapping_add(probe.wrapping_mul(step)) % bits) as usize)
    }

    fn bytes(&self) -> usize {
        8 * self.bits.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(number: u64) -> TraceId {
        TraceId::from_bytes(&[[7; 8], number.to_be_bytes()].concat()).unwrap()
    }

    #[test]
    fn what_is_there_may_be_there_and_hardly_anything_else() {
        let there: Vec<TraceId> = (0..5_000).map(trace).collect();
        let filter = Filter::of(&there);
        assert!(there.iter().all(|trace| filter.may_hold(*trace)));
        let for_nothing = (5_000..25_000).filter(|number| filter.may_hold(trace(*number))).count();
        assert!(for_nothing < 60, "{for_nothing} of 20 000");
        assert!(!Filter::of(&[]).may_hold(trace(1)));
    }
}
