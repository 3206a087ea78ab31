//! Which movers carry a rise, and how several of them stand to each other.

use model::Role;
use model::surface::Effect;

use crate::contrast::{contrast, surely_worse_beside, worse_within};
use crate::exposure::{Exposure, Sides, risen};
use crate::table::Table;
use crate::weigh::{self, BESIDE, Beside, Mover};

#[cfg(test)]
mod tests;

/// Smallest part of the rise that makes a second mover worth naming.
const LEAST_SECOND: f64 = 0.1;

/// Most candidates that are asked whether two of them carry the rise together.
const MOST_IN_PAIRS: usize = 6;

/// How several movers stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Each could carry the rise alone; the data does not say which.
    Competing,
    /// Each carries a part of it.
    Together,
}

/// The movers, and how they stand to each other.
pub fn movers(table: &Table, sides: &Sides, beside: Beside) -> (Vec<Mover>, Relation) {
    let exposures = risen(table, sides, Role::Input);
    let mut movers = weigh::fitting(table, sides, &exposures, beside, |_| true);
    if movers.is_empty() {
        let pair = pair(table, sides, &exposures, beside);
        return pair.map_or((movers, Relation::Competing), |pair| (pair, Relation::Together));
    }
    if movers.len() == 1 {
        movers.extend(above(table, sides, &exposures, &movers[0]));
    }
    if movers.len() != 1 {
        return (movers, Relation::Competing);
    }
    match second(table, sides, &exposures, (&movers[0], beside)) {
        None => (movers, Relation::Competing),
        Some(second) => {
            movers.push(second);
            (movers, Relation::Together)
        }
    }
}

/// A second mover: among runs without the first, if the rate rose there as well; else among runs
/// with it and runs without it, each with rates of their own.
fn second(
    table: &Table,
    sides: &Sides,
    exposures: &[Exposure],
    (first, beside): (&Mover, Beside),
) -> Option<Mover> {
    let runs = first.runs();
    let untouched = |run: usize| runs[run] == Some(false);
    let is_other = |one: &&Exposure| first.exposures.iter().all(|own| own.column != one.column);
    let others: Vec<Exposure> = exposures.iter().filter(is_other).cloned().collect();
    let beside = Beside { plain: None, ..beside };
    let among_untouched = || {
        let rises = weigh::still_rises(table, sides, untouched);
        rises.then(|| weigh::fitting(table, sides, &others, beside, untouched))
    };
    let within_both = || {
        let worse = |one: &&Exposure| worse_within(table, sides, &runs, &one.runs) >= BESIDE;
        let others: Vec<Exposure> = others.iter().filter(worse).cloned().collect();
        let given = Beside { given: Some(&runs), ..beside };
        weigh::fitting(table, sides, &others, given, |_| true)
    };
    let is_worth = |mover: &Mover| {
        mover.score >= weigh::TOLD_APART
            && contrast(table, sides, &mover.runs()).carried.est >= LEAST_SECOND
    };
    let found = among_untouched().and_then(|found| found.into_iter().next()).filter(is_worth);
    found.or_else(|| within_both().into_iter().next().filter(is_worth))
}

/// Two changes that carry the rise together where neither fits it alone: runs with each are surely
/// worse than those beside them, each fits within runs with and without the other, and both
/// together fit as well as the best step.
fn pair(
    table: &Table,
    sides: &Sides,
    exposures: &[Exposure],
    beside: Beside,
) -> Option<Vec<Mover>> {
    let mut surely: Vec<(f64, &Exposure)> = exposures
        .iter()
        .filter(|one| one.column(table).effect == Effect::Behaviour)
        .map(|one| (surely_worse_beside(table, sides, &one.runs), one))
        .filter(|(z, _)| *z >= BESIDE)
        .collect();
    surely.sort_by(|a, b| b.0.total_cmp(&a.0));
    surely.truncate(MOST_IN_PAIRS);
    let within = |given: &Exposure| {
        let others: Vec<Exposure> = surely
            .iter()
            .filter(|(_, one)| one.column != given.column)
            .map(|(_, one)| (*one).clone())
            .collect();
        let beside = Beside { plain: None, given: Some(&given.runs), ..beside };
        let found = weigh::fitting(table, sides, &others, beside, |_| true);
        let first = found.into_iter().next();
        first.filter(|mover| mover.score >= weigh::TOLD_APART)
    };
    surely.iter().find_map(|(_, first)| {
        let second = within(first)?;
        let first = within(&second.exposures[0])?;
        let [a, b] = [&first, &second].map(|mover| &mover.exposures[0]);
        let parts = [&first, &second].map(|one| contrast(table, sides, &one.runs()).carried.est);
        let both = parts.iter().all(|part| *part >= LEAST_SECOND);
        (both && weigh::fit_together(table, sides, a, b)).then(|| vec![first, second])
    })
}

/// What may lie above a mover whose levels can follow from other inputs: changes that it follows
/// as closely as it follows any moment. The data can't tell then which of the two was first.
fn above(table: &Table, sides: &Sides, exposures: &[Exposure], mover: &Mover) -> Vec<Mover> {
    if !mover.exposures[0].column(table).follows {
        return Vec::new();
    }
    let runs = mover.runs();
    let others = exposures.iter().filter(|other| {
        let column = other.column(table);
        column.effect == Effect::Behaviour && !column.follows
    });
    let above = others.filter(|other| weigh::could_cause(table, sides, other, &runs));
    above.map(|other| Mover { exposures: vec![other.clone()], score: mover.score }).collect()
}
