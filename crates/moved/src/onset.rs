//! When a rate changed: the likeliest moment, and the range that can't be ruled out.

use std::ops::Range;

use model::Outcome;
use model::report::Onset;

use crate::likelihood::{Counts, gain};
use crate::table::Table;

/// Drop in log-likelihood that bounds the 90 % range of a change point.
///
/// For a change between two known rates the loss at the true moment is the larger of two unit
/// exponentials (Bhattacharya 1987; Siegmund 1988), so 90 % of the time it stays below the x that
/// solves (1 - e^-x)^2 = 0.9.
const RANGE_90: f64 = 2.969;

/// The same for 99 %: a candidate that fits worse than this is ruled out.
pub const RANGE_99: f64 = 5.296;

/// Which way a rate went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Worse.
    Rise,
    /// Better again.
    Fall,
}

/// The best place to cut runs in two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// First run after the change, as a place in the table.
    pub first: usize,
    /// How much better two rates fit than one, in nats.
    pub gain: f64,
    /// First run at which the change may have come at the earliest (90 %).
    pub earliest: usize,
    /// First run at which it may have come at the latest (90 %).
    pub latest: usize,
}

/// The likeliest single change among some runs, in one direction.
///
/// `keep` says which runs take part; `least` is the fewest known outcomes on either side. None
/// when no cut leaves that many, or the rate went the other way everywhere.
pub fn step(
    table: &Table,
    rows: Range<usize>,
    direction: Direction,
    least: u64,
    keep: impl Fn(usize) -> bool,
) -> Option<Step> {
    let known = |run: &usize| table.outcomes[*run] != Outcome::Unknown && keep(*run);
    let known: Vec<usize> = rows.filter(known).collect();
    let total = Counts::of(known.iter().map(|run| &table.outcomes[*run]));
    let mut before = Counts::default();
    let mut cuts: Vec<(usize, f64)> = Vec::with_capacity(known.len());
    for run in known {
        let after = total.without(before);
        let same_instant = run > 0 && table.at[run - 1] == table.at[run];
        if before.n >= least && after.n >= least && !same_instant {
            let went = match direction {
                Direction::Rise => after.rate() > before.rate(),
                Direction::Fall => after.rate() < before.rate(),
            };
            cuts.push((run, if went { gain(before, after) } else { 0.0 }));
        }
        before.add(table.outcomes[run]);
    }
    let best = cuts.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
    let possible = |cut: &&(usize, f64)| best.1 - cut.1 <= RANGE_90;
    (best.1 > 0.0).then(|| Step {
        first: best.0,
        gain: best.1,
        earliest: cuts.iter().find(possible).map_or(best.0, |cut| cut.0),
        latest: cuts.iter().rfind(possible).map_or(best.0, |cut| cut.0),
    })
}

impl Step {
    /// The step as instants: the change lies after the run before it, at the latest with it.
    pub fn onset(&self, table: &Table) -> Onset {
        Onset {
            at: table.at[self.first],
            earliest: table.at[self.earliest.saturating_sub(1)],
            latest: table.at[self.latest],
        }
    }
}
