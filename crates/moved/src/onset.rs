//! When a rate changed: the likeliest moment, and the range that can't be ruled out.

use model::Outcome;
use model::report::Onset;

use crate::exposure::Sides;
use crate::likelihood::{Counts, gain};
use crate::table::Table;

/// Drop in log-likelihood that bounds the 90 % range of a change point.
///
/// For a change between two known rates the loss at the true moment is the larger of two unit
/// exponentials (Bhattacharya 1987; Siegmund 1988), so 90 % of the time it stays below the x that
/// solves (1 - e^-x)^2 = 0.9.
pub const RANGE_90: f64 = 2.969;

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
    /// Last run before the change at the earliest (90 %).
    pub earliest: usize,
    /// First run after the change at the latest (90 %).
    pub latest: usize,
}

/// Where to look for a change.
#[derive(Debug, Clone)]
pub struct Search<I> {
    /// The runs that take part, ascending.
    pub runs: I,
    /// The first run at which the change can have come.
    pub earliest: usize,
    /// Which way.
    pub direction: Direction,
    /// Fewest known outcomes on either side.
    pub least: u64,
}

/// A place to cut: the runs on either side of it, and the gain in nats.
struct Cut {
    last: usize,
    first: usize,
    gain: f64,
}

/// The likeliest single change in one direction. None when no cut leaves enough on both sides, or
/// the rate went the other way everywhere.
pub fn step(table: &Table, search: Search<impl Iterator<Item = usize>>) -> Option<Step> {
    let cuts = cuts(table, search);
    let best = cuts.iter().max_by(|a, b| a.gain.total_cmp(&b.gain).then(b.first.cmp(&a.first)))?;
    let possible = |cut: &&Cut| best.gain - cut.gain <= RANGE_90;
    (best.gain > 0.0).then(|| Step {
        first: best.first,
        gain: best.gain,
        earliest: cuts.iter().find(possible).map_or(best.last, |cut| cut.last),
        latest: cuts.iter().rfind(possible).map_or(best.first, |cut| cut.first),
    })
}

/// When the rate rose between two sides; none where it did not.
pub fn of(table: &Table, sides: &Sides) -> Option<Onset> {
    let search = Search {
        runs: sides.runs(),
        earliest: sides.earliest_change,
        direction: Direction::Rise,
        least: 1,
    };
    step(table, search).map(|step| step.onset(table))
}

fn cuts(table: &Table, search: Search<impl Iterator<Item = usize>>) -> Vec<Cut> {
    let Search { runs, earliest, direction, least } = search;
    let known: Vec<usize> = runs.filter(|run| table.outcomes[*run] != Outcome::Unknown).collect();
    let total = table.total(known.iter().copied());
    let mut before = Counts::default();
    let mut cuts = Vec::with_capacity(known.len());
    let mut last = known.first().copied().unwrap_or(0);
    for run in known {
        let after = total.without(before);
        let apart = run >= earliest && table.at[last] != table.at[run];
        if before.n >= least && after.n >= least && apart {
            let went = match direction {
                Direction::Rise => after.rate() > before.rate(),
                Direction::Fall => after.rate() < before.rate(),
            };
            let gain = if went { gain(before, after) } else { 0.0 };
            cuts.push(Cut { last, first: run, gain });
        }
        before.add(table.counts(run));
        last = run;
    }
    cuts
}

impl Step {
    /// The step as instants: the change lies after the run before it, at the latest with it.
    pub fn onset(&self, table: &Table) -> Onset {
        Onset {
            at: table.at[self.first],
            earliest: table.at[self.earliest],
            latest: table.at[self.latest],
        }
    }
}
