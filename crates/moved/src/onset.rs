//! When a rate changed: the likeliest moment, and the range that can't be ruled out.

use model::Outcome;
use model::report::Onset;

use crate::exposure::Sides;
use crate::likelihood::{Counts, Logs};
use crate::table::Table;

#[cfg(test)]
mod tests;

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
#[derive(Debug, Clone, Copy)]
struct Cut {
    last: usize,
    first: usize,
    gain: f64,
    /// The first run after the cut that was looked at before this one.
    since: usize,
}

/// The likeliest single change in one direction. None when no cut leaves enough on both sides, or
/// the rate went the other way everywhere.
///
/// The first cut within reach of the best is better than all before it, and the last one better
/// than all after it: so one pass that keeps those two rows finds the range. A rise gains with
/// every good run that comes to lie before it, so only cuts just before a bad run need be looked
/// at, and for the beginning of the range those since the one before.
pub fn step(table: &Table, search: &Search<impl Iterator<Item = usize> + Clone>) -> Option<Step> {
    let mut risen: Vec<Cut> = Vec::new();
    let mut falling: Vec<Cut> = Vec::new();
    let is_peak = |run: usize| search.direction == Direction::Fall || brings_bad(table, run);
    each_cut(table, search, is_peak, |cut| {
        if risen.last().is_none_or(|best| cut.gain > best.gain) {
            risen.push(cut);
        }
        while falling.last().is_some_and(|last| last.gain <= cut.gain) {
            falling.pop();
        }
        falling.push(cut);
    });
    let best = risen.last().copied().filter(|best| best.gain > 0.0)?;
    let range = RANGE_90 * table.inflation();
    let possible = |cut: &&Cut| best.gain - cut.gain <= range;
    let peak = risen.iter().find(possible).copied().unwrap_or(best);
    let mut earliest = peak.last;
    each_cut(
        table,
        search,
        |run| peak.since < run && run < peak.first,
        |cut| {
            if possible(&&cut) {
                earliest = earliest.min(cut.last);
            }
        },
    );
    Some(Step {
        first: best.first,
        gain: best.gain,
        earliest,
        latest: falling.iter().rfind(possible).map_or(best.first, |cut| cut.first),
    })
}

/// Whether a run, or another of the same moment, ended badly.
pub fn brings_bad(table: &Table, run: usize) -> bool {
    let at = table.at[run];
    let outcomes = table.at[run..].iter().zip(&table.outcomes[run..]);
    let mut of_moment = outcomes.take_while(|(other, _)| **other == at);
    of_moment.any(|(_, outcome)| *outcome == Outcome::Bad)
}

/// Places at which runs can be cut, in order of time: those before a run that is `asked` about, and
/// the last.
fn each_cut(
    table: &Table,
    search: &Search<impl Iterator<Item = usize> + Clone>,
    asked: impl Fn(usize) -> bool,
    mut visit: impl FnMut(Cut),
) {
    let logs = Logs::at_hand();
    let total = table.total(search.runs.clone());
    let whole = logs.fit(total);
    let mut since = 0;
    let mut look = |last: usize, first: usize, before: Counts| {
        let after = total.without(before);
        let went = match search.direction {
            Direction::Rise => after.rate() > before.rate(),
            Direction::Fall => after.rate() < before.rate(),
        };
        let gain = if went { logs.fit(before) + logs.fit(after) - whole } else { 0.0 };
        visit(Cut { last, first, gain: gain.max(0.0), since });
        since = first;
    };
    let mut before = Counts::default();
    let mut last = None;
    let mut passed = None;
    for run in search.runs.clone() {
        let counts = table.counts(run);
        if counts.n == 0 {
            continue;
        }
        let apart = last.filter(|last| run >= search.earliest && table.at[*last] != table.at[run]);
        if let Some(last) = apart
            && before.n >= search.least
            && total.n - before.n >= search.least
        {
            passed = Some((last, run, before));
            if asked(run) {
                look(last, run, before);
                passed = None;
            }
        }
        before.add(counts);
        last = Some(run);
    }
    if let Some((last, first, before)) = passed {
        look(last, first, before);
    }
}

/// How well the best step fits, or one rate where there is none, in nats.
pub fn fit(table: &Table, sides: &Sides, step: Option<Step>) -> f64 {
    table.total(sides.runs()).fit() + step.map_or(0.0, |step| step.gain)
}

/// The likeliest rise between two sides; none where the rate nowhere rose.
pub fn of(table: &Table, sides: &Sides) -> Option<Step> {
    let search = Search {
        runs: sides.runs(),
        earliest: sides.earliest_change,
        direction: Direction::Rise,
        least: 1,
    };
    step(table, &search)
}

/// How long the moments last at which the rise can have come, each counted by how well it fits: the
/// integral of the likelihood over its maximum, in seconds. Time between two windows that do not
/// touch does not count, because nobody asked about it.
pub fn effective_width(table: &Table, sides: &Sides) -> f64 {
    let Some(best) = of(table, sides) else { return 0.0 };
    let search = Search {
        runs: sides.runs(),
        earliest: sides.earliest_change,
        direction: Direction::Rise,
        least: 1,
    };
    let mut width = 0.0;
    each_cut(
        table,
        &search,
        |_| true,
        |cut| {
            if cut.first != sides.during.start {
                let lasts = table.at[cut.first].duration_since(table.at[cut.last]).as_secs_f64();
                width += ((cut.gain - best.gain) / table.inflation()).exp() * lasts;
            }
        },
    );
    width
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
