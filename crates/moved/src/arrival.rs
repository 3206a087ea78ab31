//! Levels that arrive and are worse than everything beside them: a fault in a few runs, which the
//! rate of all runs does not show.

use std::ops::Range;

use model::Role;
use model::surface::Effect;

use crate::halves::side_by_side;
use crate::likelihood::{Counts, LEAST_BAD, LEAST_KNOWN, gain};
use crate::table::{Column, Table};
use crate::windows::FOUND_BY_SEARCH;

/// The part of the time in which every level is new, because the record begins there.
const SETTLING: f64 = 0.05;

/// A level that arrived.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrival {
    /// The first run with it.
    pub first: usize,
    /// How much better its runs having a rate of their own fits, in nats.
    pub gain: f64,
}

/// The level of which it is surest that its runs are worse, above the mark for so many levels.
pub fn worst(table: &Table, rows: Range<usize>) -> Option<Arrival> {
    let can_be_cause =
        |column: &&Column| column.role == Role::Input && column.effect != Effect::Mix;
    let total = table.total(rows.clone());
    let columns: Vec<&Column> = table.columns.iter().filter(can_be_cause).collect();
    let all = |columns: &[&Column]| -> Vec<Arrival> {
        let of = |column: &&Column| arrivals(table, column, rows.clone(), total);
        columns.iter().flat_map(of).collect()
    };
    let found = side_by_side(&columns, rows.len(), all);
    let tested = found.len() as u32;
    let mut best: Option<Arrival> = None;
    for arrival in found {
        if best.is_none_or(|best| arrival.gain > best.gain) {
            best = Some(arrival);
        }
    }
    let mark = (FOUND_BY_SEARCH + f64::from(tested.max(1)).ln()) * table.inflation();
    best.filter(|best| best.gain >= mark)
}

/// The levels of a factor that arrived after the record began, with runs enough to be told of.
fn arrivals(table: &Table, column: &Column, rows: Range<usize>, total: Counts) -> Vec<Arrival> {
    let settled = rows.start + (rows.len() as f64 * SETTLING) as usize;
    let mut states = vec![(usize::MAX, Counts::default()); column.states.len()];
    for row in rows {
        let (first, counts) = &mut states[column.codes[row] as usize];
        if *first == usize::MAX {
            *first = row;
        }
        counts.add(table.counts(row));
    }
    let mut levels = vec![(usize::MAX, Counts::default()); column.levels.len()];
    for (state, (first, counts)) in column.states.iter().zip(states) {
        for level in state.known() {
            let (first_of, counts_of) = &mut levels[*level as usize];
            *first_of = (*first_of).min(first);
            counts_of.add(counts);
        }
    }
    let arrived = levels.into_iter().filter(|(first, counts)| {
        *first >= settled
            && *first != usize::MAX
            && counts.n >= LEAST_KNOWN
            && counts.k >= LEAST_BAD
    });
    let worse = arrived.filter(|(_, counts)| counts.rate() > total.without(*counts).rate());
    worse.map(|(first, with)| Arrival { first, gain: gain(with, total.without(with)) }).collect()
}

#[cfg(test)]
mod tests {
    use model::Verdict;

    use crate::tests::worlds::{Told, draw, report, table, windows};

    #[test]
    fn a_level_that_arrived_proves_no_rise_where_one_side_is_empty() {
        for (from, to) in [(3000, 6000), (0, 3000)] {
            let world = table(from..to, |second| {
                let (prompt, chance) =
                    if second % 3000 < 1500 { ("v6", 0.02) } else { ("v7", 0.5) };
                Told::ended(draw(7, second), chance, &[("prompt:main", prompt)])
            });
            let report = report(&world, windows(3000, 6000));
            assert_eq!(report.verdict, Verdict::InsufficientData, "{}", report.why);
            assert!(report.movers.is_empty() && report.suspects.is_empty());
        }
    }
}
