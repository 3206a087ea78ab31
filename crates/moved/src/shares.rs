//! What the runs ran under, before and during: the raw material of the six fields.

use jiff::Timestamp;
use model::report::{FactorShares, LevelCount, Shares};

use crate::census::Side;
use crate::exposure::Sides;
use crate::table::{Column, State, Table};

/// How many levels of a factor are listed; the number of the others is told.
const LISTED: usize = 4;

/// Every factor's commonest levels on both sides.
pub fn of(table: &Table, sides: &Sides) -> Vec<FactorShares> {
    let shares = |column: &Column| FactorShares {
        factor: column.factor.to_string(),
        surface: column.surface.clone(),
        before: shares(sides, column, Side::Before),
        during: shares(sides, column, Side::During),
        since: since(table, column, sides),
    };
    table.columns.iter().map(shares).collect()
}

/// The first run after the baseline at a level that no run of the baseline had.
fn since(table: &Table, column: &Column, sides: &Sides) -> Option<Timestamp> {
    let mut old = vec![false; column.levels.len()];
    for (state, runs) in sides.census.runs(column, Side::Before) {
        if runs > 0 {
            state.known().iter().for_each(|level| old[*level as usize] = true);
        }
    }
    let is_new = |state: &State| state.known().iter().any(|level| !old[*level as usize]);
    let new: Vec<bool> = column.states.iter().map(is_new).collect();
    let seen = sides.census.runs(column, Side::During).zip(&new);
    let between = sides.before.end < sides.during.start;
    if !between && seen.into_iter().all(|((_, runs), new)| runs == 0 || !new) {
        return None;
    }
    let after = sides.before.end..sides.during.end;
    let first = after.into_iter().find(|row| new[column.codes[*row] as usize]);
    first.map(|row| table.at[row])
}

fn shares(sides: &Sides, column: &Column, side: Side) -> Shares {
    let mut counts: Vec<(u64, usize)> = (0..column.levels.len()).map(|level| (0, level)).collect();
    let (mut recorded, mut missing) = (0, 0);
    for (state, runs) in sides.census.runs(column, side) {
        match state {
            State::NotApplicable => {}
            State::NotRecorded => missing += runs,
            State::Levels(levels) | State::Partly(levels) => {
                recorded += runs;
                levels.iter().for_each(|level| counts[*level as usize].0 += runs);
            }
        }
    }
    counts.retain(|(runs, _)| *runs > 0);
    counts.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let listed = counts.iter().take(LISTED);
    let listed = listed
        .map(|(runs, level)| LevelCount { level: column.levels[*level].clone(), runs: *runs });
    Shares {
        recorded,
        missing,
        levels: listed.collect(),
        others: counts.len().saturating_sub(LISTED) as u64,
    }
}
