//! The most that a surface's recorded changes can carry: an equivalence statement.

use model::rate::wilson_at;
use model::report::Basis;
use model::surface::Effect;
use model::{Outcome, Proof, Role};

use crate::census::Ended;
use crate::contrast::basis;
use crate::dependence::{self, Sum};
use crate::exposure::{LEAST_RISE, RISEN, STILL_NEW, Sides};
use crate::likelihood::{Counts, z_score};
use crate::mix::LIMIT_95;
use crate::surface::COVERAGE;
use crate::table::{Column, State, Table};

#[cfg(test)]
mod tests;

/// The upper 95 % limit, in points, of what changes of these factors carry together. None where a
/// run may not say at which level it was, where a new level has no run without it beside it, and
/// where nothing shows that a change would have been recorded.
pub fn limit(table: &Table, sides: &Sides, columns: &[&Column]) -> Option<f64> {
    let inputs: Vec<&&Column> =
        columns.iter().filter(|column| column.role == Role::Input).collect();
    let telling = |column: &&&Column| {
        let groups = groups(sides, column);
        column.effect == Effect::Mix || column.proof == Proof::Content || has_changed(&groups)
    };
    let covered = inputs.iter().all(|column| is_covered(sides, column));
    if !covered || !inputs.iter().any(telling) {
        return None;
    }
    let limits = inputs.iter().map(|column| of_column(table, sides, column));
    let sum: f64 = limits.sum::<Option<f64>>()?;
    Some(100.0 * sum)
}

/// Whether nearly all good runs and nearly all bad ones say at which level they were. One in which
/// the factor had no part may be one that was not instrumented.
pub fn is_covered(sides: &Sides, column: &Column) -> bool {
    [Outcome::Good, Outcome::Bad].iter().all(|outcome| {
        let (mut told, mut all) = (0, 0);
        for (state, ended) in column.states.iter().zip(sides.census.column(column)) {
            let runs = ended[0].with(*outcome) + ended[1].with(*outcome);
            let is_told = matches!(state, State::Levels(_));
            (told, all) = (told + if is_told { runs } else { 0 }, all + runs);
        }
        told as f64 >= COVERAGE * all as f64
    })
}

/// Runs of a state before and during, whatever their outcome, and its known outcomes.
#[derive(Clone, Copy, Default)]
struct Group {
    runs: [Counts; 2],
    outcomes: [Counts; 2],
}

/// The groups of runs by state of a factor; in `runs`, k is the state's part of all n.
fn groups(sides: &Sides, column: &Column) -> Vec<Group> {
    let states = sides.census.column(column);
    let all = [0, 1].map(|side| states.iter().map(|ended| ended[side].runs()).sum());
    let group = |ended: &[Ended; 2]| Group {
        runs: [0, 1].map(|side| Counts { n: all[side], k: ended[side].runs() }),
        outcomes: ended.map(Ended::counts),
    };
    states.iter().map(group).collect()
}

fn has_changed(groups: &[Group]) -> bool {
    groups.iter().any(|group| group.more().abs() >= LEAST_RISE && group.surely())
}

impl Group {
    /// By how much its share of the runs rose.
    fn more(&self) -> f64 {
        self.runs[1].rate() - self.runs[0].rate()
    }

    fn surely(&self) -> bool {
        z_score(self.runs[0], self.runs[1]).abs() >= RISEN
    }

    /// Whether the baseline hardly had it.
    fn is_new(&self) -> bool {
        self.runs[0].rate() <= STILL_NEW * self.runs[1].rate()
    }

    /// How far what it adds may lie above the estimate, and the estimate.
    fn part(&self, design_effect: f64) -> (f64, f64) {
        let counts = if self.outcomes[1].n > 0 { self.outcomes[1] } else { self.outcomes[0] };
        let [k, n] = [counts.k, counts.n].map(|runs| runs as f64 / design_effect);
        let (low, high) = wilson_at(k, n, LIMIT_95);
        let reach = if self.more() > 0.0 { high - counts.rate() } else { counts.rate() - low };
        (self.more() * counts.rate(), self.more() * reach)
    }
}

/// What other shares of a factor's levels carry, at the rates during the incident: its upper limit.
fn of_column(table: &Table, sides: &Sides, column: &Column) -> Option<f64> {
    let groups = groups(sides, column);
    let new: Vec<bool> = groups.iter().map(|group| group.more() > 0.0 && group.is_new()).collect();
    let share: f64 = groups.iter().zip(&new).filter(|(_, new)| **new).map(|(g, _)| g.more()).sum();
    if column.effect != Effect::Mix && share >= LEAST_RISE {
        let exposed: Vec<Option<bool>> =
            column.codes.iter().map(|code| Some(new[*code as usize])).collect();
        if basis(table, sides, &exposed) == Basis::BeforeAfter {
            return None;
        }
    }
    let rates: Vec<Counts> = groups.iter().map(|group| group.outcomes[1]).collect();
    let weights: Vec<f64> = groups.iter().map(Group::more).collect();
    let sum = Sum { rates: &rates, weights: &weights };
    let state = |row: usize| Some(column.codes[row] as usize);
    let design_effect = dependence::design_effect(table, sides.during.clone(), state, sum);
    let parts = groups.iter().map(|group| group.part(design_effect));
    let (est, squares) =
        parts.fold((0.0, 0.0), |sum, (est, reach)| (sum.0 + est, sum.1 + reach * reach));
    Some((est + squares.sqrt()).max(0.0))
}
