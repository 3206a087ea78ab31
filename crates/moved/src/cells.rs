//! Where the rate rose: the smallest set of combinations of levels that accounts for it.
//!
//! The model of a fault in a cell: a share of its runs fails that would not have failed. Every leaf
//! keeps its own rate from the baseline, and in the cell all lose the same share of what was good.
//! The combination at which that fits best is at the right height by itself: one that is too wide
//! holds leaves that did not rise, one that is too narrow misses some that did.

use std::cmp::Ordering;

use crate::exposure::Sides;
use crate::lattice::{Condition, walk};
use crate::leaves::Leaves;
use crate::reference::Reference;
use crate::table::Table;
use crate::weigh::{SAME_RUNS, TOLD_APART};
use crate::windows::FOUND_BY_SEARCH;

mod excess;
#[cfg(test)]
mod tests;

use excess::{Excess, Tell};

/// Smallest part of the rise that makes a further cell worth naming.
const LEAST_FURTHER: f64 = 0.1;

/// Smallest part of the rise that the cells named must account for together.
pub const LEAST_TOGETHER: f64 = 0.5;

/// Fewest bad runs in a cell during the incident.
const LEAST_BAD: u64 = 5;

/// Most cells that are named.
const MOST_NAMED: usize = 3;

/// How many cells are ranked; those beyond are the same runs again, or far behind.
const RANKED: usize = 100;

/// How many of them are listed beside those named.
const LISTED: usize = 10;

/// A combination of levels whose bad rate rose.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Factors and levels, in the order of the table.
    pub conditions: Vec<Condition>,
    /// How much better the model of a fault in it fits than none, in nats.
    pub gain: f64,
    /// The part of the whole excess of bad runs that lies in it.
    pub share: f64,
    leaves: Vec<u32>,
}

impl Cell {
    /// Whether a row of the table lies in it.
    pub fn holds(&self, table: &Table, row: usize) -> bool {
        self.conditions.iter().all(|(place, level)| {
            let column = &table.columns[*place];
            column.states[column.codes[row] as usize].known().contains(level)
        })
    }
}

/// What the search can say.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The set that accounts for the rise; or cells that can't be told apart; or nothing.
    pub named: Vec<Cell>,
    /// Whether those named are rivals rather than a set.
    pub rivals: bool,
    /// Other cells in which the rate rose, best first.
    pub suspects: Vec<Cell>,
}

impl Found {
    /// The gain and the share of what is named: of all together, or of the first of rivals.
    fn weight(&self) -> (f64, f64) {
        let counted = if self.rivals { 1 } else { self.named.len() };
        let counted = &self.named[..counted.min(self.named.len())];
        counted.iter().fold((0.0, 0.0), |sum, cell| (sum.0 + cell.gain, sum.1 + cell.share))
    }
}

/// Looks for the cells in which the rate rose.
pub fn find(table: &Table, sides: &Sides, reference: &Reference) -> Found {
    let leaves = Leaves::of(table, sides, reference);
    let excess = Excess::of(table, &leaves, Tell::AsOneLeaf);
    among(table, &leaves, (excess, MOST_NAMED), |found| is_exceeded(table, sides, reference, found))
}

/// The one place that holds most of the rise, if one does; nothing but places is asked.
///
/// Runs of a place have little in common but it, so they count as runs and not as one leaf.
pub fn place(
    table: &Table,
    sides: &Sides,
    reference: &Reference,
    design_effect: f64,
) -> Option<Cell> {
    let leaves = Leaves::by_place(table, sides, reference)?;
    let excess = Excess::of(table, &leaves, Tell::AsRuns(design_effect));
    let found = among(table, &leaves, (excess, 1), |found| {
        let is_named = |row: usize| found.named.iter().any(|cell| cell.holds(table, row));
        let during = || sides.during.clone();
        reference.is_short()
            || reference.is_exceeded(table, during(), |_| true)
            || reference.is_exceeded(table, during(), is_named)
    });
    match found.named.as_slice() {
        [only] if !found.rivals => Some(only.clone()),
        _ => None,
    }
}

/// The cells among these leaves, at most so many, if what is named is local and `stands_out`.
fn among(
    table: &Table,
    leaves: &Leaves,
    (mut excess, most): (Excess, usize),
    stands_out: impl Fn(&Found) -> bool,
) -> Found {
    if excess.total() <= 0.0 {
        return Found::default();
    }
    let whole: Vec<u32> = (0..leaves.len() as u32).collect();
    let whole = excess.gain(&whole);
    let first = ranked(table, leaves, &excess);
    let mut found = named(table, leaves, (&mut excess, most), &first);
    let (gain, share) = found.weight();
    let local = gain >= whole + TOLD_APART && share >= LEAST_TOGETHER;
    if !local || !stands_out(&found) {
        found = Found::default();
    }
    let is_named =
        |cell: &&Cell| found.named.iter().any(|named| named.conditions == cell.conditions);
    found.suspects = first.iter().filter(|cell| !is_named(cell)).take(LISTED).cloned().collect();
    found
}

/// Whether the incident is worse than ordinary slices: by all its runs, or, where few slices tell
/// nearly nothing of the whole, by those of the cells that are named.
fn is_exceeded(table: &Table, sides: &Sides, reference: &Reference, found: &Found) -> bool {
    if reference.is_exceeded(table, sides.during.clone(), |_| true) {
        return true;
    }
    let counted = if found.rivals { 1 } else { found.named.len() };
    let named = &found.named[..counted.min(found.named.len())];
    let is_named = |row: usize| named.iter().any(|cell| cell.holds(table, row));
    reference.is_short() && reference.is_exceeded(table, sides.during.clone(), is_named)
}

/// The best cell, and further ones among the runs outside of those before.
fn named(
    table: &Table,
    leaves: &Leaves,
    (excess, most): (&mut Excess, usize),
    first: &[Cell],
) -> Found {
    let mut found = Found::default();
    let mut ranking = first.to_vec();
    while let [best, others @ ..] = rivals(&ranking) {
        let by_chance = excess.gain_by_counts(&best.leaves) < FOUND_BY_SEARCH;
        let tied = !others.is_empty();
        if by_chance || best.share < LEAST_FURTHER || tied && !found.named.is_empty() {
            break;
        }
        if tied {
            found.rivals = true;
            found.named = rivals(&ranking).to_vec();
            break;
        }
        excess.settle(&best.leaves);
        found.named.push(best.clone());
        if found.named.len() == most {
            break;
        }
        ranking = ranked(table, leaves, excess);
    }
    found
}

/// Those at the head of a ranking that can't be told apart.
fn rivals(ranked: &[Cell]) -> &[Cell] {
    let Some(best) = ranked.first() else { return &[] };
    let tied = ranked.iter().take_while(|cell| best.gain - cell.gain < TOLD_APART);
    &ranked[..tied.count()]
}

/// The cells in which the rate rose, best first; of those on the same runs, the simplest.
fn ranked(table: &Table, leaves: &Leaves, excess: &Excess) -> Vec<Cell> {
    let least = (LEAST_FURTHER * excess.total()).max(LEAST_BAD as f64);
    let mut best: Vec<Cell> = Vec::new();
    let keep = |part: &[u32]| excess.bad(part) as f64 >= least;
    walk(table, leaves, &keep, &mut |conditions, part| {
        let gain = excess.gain(part);
        let full = best.len() == RANKED;
        if gain <= 0.0 || full && best.last().is_some_and(|last| last.gain >= gain) {
            return;
        }
        let place = best.partition_point(|cell| {
            cell.gain > gain || cell.gain == gain && cell.conditions.len() <= conditions.len()
        });
        best.truncate(RANKED - 1);
        best.insert(
            place,
            Cell {
                conditions: conditions.to_vec(),
                gain,
                share: excess.of_cell(part) / excess.total(),
                leaves: part.to_vec(),
            },
        );
    });
    distinct(best, excess)
}

/// Leaves out a cell that holds the same runs as a simpler one.
fn distinct(ranked: Vec<Cell>, excess: &Excess) -> Vec<Cell> {
    let mut kept: Vec<Cell> = Vec::new();
    for cell in ranked {
        let same = kept.iter_mut().find(|other| same_runs(other, &cell, excess));
        let simpler = same.as_ref().map(|other| cell.conditions.len().cmp(&other.conditions.len()));
        match (same, simpler) {
            (Some(other), Some(Ordering::Less)) => *other = cell,
            (Some(_), Some(Ordering::Greater)) => {}
            _ => kept.push(cell),
        }
    }
    kept
}

/// Whether two cells hold the same runs of the incident, but for at most one in a hundred.
fn same_runs(a: &Cell, b: &Cell, excess: &Excess) -> bool {
    let runs = |cell: &Cell, other: Option<&Cell>| -> u64 {
        let held = cell
            .leaves
            .iter()
            .filter(|leaf| other.is_none_or(|other| other.leaves.binary_search(leaf).is_ok()));
        held.map(|leaf| excess.runs(*leaf)).sum()
    };
    let both = runs(a, Some(b));
    let either = runs(a, None) + runs(b, None) - both;
    (either - both) as f64 <= SAME_RUNS * either as f64
}
