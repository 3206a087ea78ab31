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
    /// The run from which on it came. A rare level may have been seen now and then before.
    pub first: usize,
    /// How much better its runs having a rate of their own fits, in nats.
    pub gain: f64,
}

/// A level that arrived and is worse: by how much its having a rate of its own fits better.
#[derive(Debug, Clone, Copy)]
struct Worse {
    column: usize,
    level: u32,
    gain: f64,
}

/// The level of which it is surest that its runs are worse, above the mark for so many levels.
pub fn worst(table: &Table, rows: Range<usize>) -> Option<Arrival> {
    let can_be_cause =
        |column: &&Column| column.role == Role::Input && column.effect != Effect::Mix;
    let total = table.total(rows.clone());
    let columns: Vec<&Column> = table.columns.iter().filter(can_be_cause).collect();
    let all = |columns: &[&Column]| -> Vec<Worse> {
        let of = |column: &&Column| arrivals(table, column, rows.clone(), total);
        columns.iter().flat_map(of).collect()
    };
    let found = side_by_side(&columns, rows.len(), all);
    let tested = found.len() as u32;
    let mut best: Option<Worse> = None;
    for arrival in found {
        if best.is_none_or(|best| arrival.gain > best.gain) {
            best = Some(arrival);
        }
    }
    let mark = (FOUND_BY_SEARCH + f64::from(tested.max(1)).ln()) * table.inflation();
    let Worse { column, level, gain } = best.filter(|best| best.gain >= mark)?;
    let holds = table.columns[column].holds(&[level]);
    let has = |row: usize| holds[table.columns[column].codes[row] as usize] == Some(true);
    Some(Arrival { first: came(table, rows, has)?, gain })
}

/// The run from which on a level came: where a step in its share of the runs fits best.
fn came(table: &Table, rows: Range<usize>, has: impl Fn(usize) -> bool) -> Option<usize> {
    let of = |row: usize| {
        let weight = table.weight(row);
        Counts { n: weight, k: if has(row) { weight } else { 0 } }
    };
    let all = rows.clone().fold(Counts::default(), |sum, row| sum.with(of(row)));
    let mut before = Counts::default();
    let mut best: Option<(usize, f64)> = None;
    for row in rows {
        let counts = of(row);
        if counts.k > 0 {
            let fit = before.fit() + all.without(before).fit();
            if best.is_none_or(|(_, other)| fit > other) {
                best = Some((row, fit));
            }
        }
        before.add(counts);
    }
    best.map(|(row, _)| row)
}

/// The levels of a factor that arrived after the record began, with runs enough to be told of.
fn arrivals(table: &Table, column: &Column, rows: Range<usize>, total: Counts) -> Vec<Worse> {
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
    let arrived = levels.into_iter().zip(0..).filter(|((first, counts), _)| {
        *first >= settled
            && *first != usize::MAX
            && counts.n >= LEAST_KNOWN
            && counts.k >= LEAST_BAD
    });
    let worse = arrived.filter(|((_, with), _)| with.rate() > total.without(*with).rate());
    let with_gain = |((_, with), level): ((usize, Counts), u32)| Worse {
        column: column.place,
        level,
        gain: gain(with, total.without(with)),
    };
    worse.map(with_gain).collect()
}

#[cfg(test)]
mod tests {
    use model::Verdict;

    use super::worst;
    use crate::tests::worlds::{Told, draw, report, table, windows};

    #[test]
    fn a_rare_level_arrives_when_it_becomes_frequent_and_not_at_first_sight() {
        let world = table(0..8000, |second| {
            let share = if second >= 6000 { 0.06 } else { 0.005 };
            let shape = if second >= 900 && draw(5, second) < share { "error:e1" } else { "s1" };
            let chance = if shape == "error:e1" && second >= 6000 { 0.9 } else { 0.02 };
            Told::ended(draw(6, second), chance, &[("tool_shape:kb", shape)])
        });
        let arrival = worst(&world, 0..8000).unwrap();
        assert!((5900..6300).contains(&arrival.first), "{arrival:?}");
    }

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
