//! Runs in order of time, gathered in bins, so that a curve can be fitted to their rate.

use std::ops::Range;

use jiff::Timestamp;

use crate::likelihood::Counts;
use crate::table::Table;

/// Most bins; fewer runs than that are each a bin of their own.
const MOST_BINS: usize = 512;

/// The known outcomes of runs that followed each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bin {
    /// When the first of them was.
    pub first: Timestamp,
    /// When the last was.
    pub last: Timestamp,
    /// How they ended.
    pub counts: Counts,
}

impl Bin {
    /// The middle of its time, in seconds.
    pub fn middle(&self) -> f64 {
        f64::midpoint(self.first.as_duration().as_secs_f64(), self.last.as_duration().as_secs_f64())
    }
}

/// Both sides in bins of about as many runs; runs of one moment stay together.
pub fn of(table: &Table, before: &Range<usize>, during: &Range<usize>) -> Vec<Bin> {
    let size = (before.len() + during.len()).div_ceil(MOST_BINS).max(1);
    let mut bins: Vec<Bin> = Vec::new();
    let mut held = 0;
    for run in before.clone().chain(during.clone()) {
        let (at, counts) = (table.at[run], table.counts(run));
        match bins.last_mut() {
            Some(bin) if held < size && run != during.start || bin.last == at => {
                bin.last = at;
                bin.counts.add(counts);
                held += 1;
            }
            _ => {
                bins.push(Bin { first: at, last: at, counts });
                held = 1;
            }
        }
    }
    bins.retain(|bin| bin.counts.n > 0);
    bins
}
