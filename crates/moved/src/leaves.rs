//! Runs that are alike in every factor, counted: what the search for cells works on.

use std::collections::HashMap;

use model::Role;

use crate::exposure::Sides;
use crate::likelihood::{Counts, gain};
use crate::reference::Reference;
use crate::table::{Column, State, Table};
use crate::weigh::SAME_RUNS;

/// Most factors that take part: those with a level whose rate changed most surely.
const MOST_COLUMNS: usize = 12;

/// Groups of alike runs, each at one state of every factor that takes part.
#[derive(Debug)]
pub struct Leaves {
    /// The factors, as places in the table, in its order.
    pub columns: Vec<usize>,
    /// For each of them, the state of every leaf.
    pub codes: Vec<Vec<u32>>,
    /// Ordinary runs of the baseline in each leaf.
    pub before: Vec<Counts>,
    /// Runs of the incident in each leaf.
    pub during: Vec<Counts>,
}

impl Leaves {
    /// Sorts the runs of both windows into leaves.
    pub fn of(table: &Table, sides: &Sides, reference: &Reference) -> Self {
        Self::by(table, sides, reference, columns(table, sides, reference))
    }

    /// The same by nothing but where they ran; none where that is not recorded.
    pub fn by_place(table: &Table, sides: &Sides, reference: &Reference) -> Option<Self> {
        let is_place = |column: &&Column| column.role == Role::Place;
        let places: Vec<usize> =
            table.columns.iter().filter(is_place).map(|column| column.place).collect();
        (!places.is_empty()).then(|| Self::by(table, sides, reference, places))
    }

    fn by(table: &Table, sides: &Sides, reference: &Reference, columns: Vec<usize>) -> Self {
        let rows: Vec<usize> = reference.rows().chain(sides.during.clone()).collect();
        let mut leaf_of = vec![0; rows.len()];
        let mut leaves = 1;
        for column in &columns {
            leaves = refine(&mut leaf_of, leaves, &table.columns[*column], &rows);
        }
        let mut codes = vec![vec![0; leaves]; columns.len()];
        let (mut before, mut during) =
            (vec![Counts::default(); leaves], vec![Counts::default(); leaves]);
        for (row, leaf) in rows.into_iter().zip(leaf_of) {
            let leaf = leaf as usize;
            for (codes, column) in codes.iter_mut().zip(&columns) {
                codes[leaf] = table.columns[*column].codes[row];
            }
            let side = if sides.during.contains(&row) { &mut during } else { &mut before };
            side[leaf].add(table.counts(row));
        }
        Self { columns, codes, before, during }
    }

    /// How many leaves there are.
    pub fn len(&self) -> usize {
        self.during.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.during.is_empty()
    }
}

/// Most pairs of a leaf and a state that are numbered by a table of all of them.
const MOST_PAIRS: usize = 1 << 22;

/// Numbers the pairs of a leaf and a state; says how many there are.
fn refine(leaf_of: &mut [u32], leaves: usize, column: &Column, rows: &[usize]) -> usize {
    let mut next = 0;
    let mut number = |seen: &mut u32| {
        if *seen == u32::MAX {
            (*seen, next) = (next, next + 1);
        }
        *seen
    };
    let states = column.states.len();
    let pairs = leaf_of.iter_mut().zip(rows);
    if leaves * states <= MOST_PAIRS {
        let mut numbers = vec![u32::MAX; leaves * states];
        for (leaf, row) in pairs {
            *leaf = number(&mut numbers[*leaf as usize * states + column.codes[*row] as usize]);
        }
    } else {
        let mut numbers: HashMap<(u32, u32), u32> = HashMap::with_capacity(2 * leaves);
        for (leaf, row) in pairs {
            *leaf = number(numbers.entry((*leaf, column.codes[*row])).or_insert(u32::MAX));
        }
    }
    next as usize
}

/// The inputs that are not the same in every run, at most so many, in the table's order.
fn columns(table: &Table, sides: &Sides, reference: &Reference) -> Vec<usize> {
    let can_hold_a_fault = |column: &Column| matches!(column.role, Role::Input | Role::Place);
    let inputs = table.columns.iter().enumerate().filter(|(_, one)| can_hold_a_fault(one));
    let mut telling: Vec<(usize, f64)> = inputs
        .filter_map(|(place, column)| {
            let before = by_state(table, column, reference.rows());
            let during = by_state(table, column, sides.during.clone());
            Some((place, surest_change(column, &before, &during)?))
        })
        .collect();
    telling.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    telling.truncate(MOST_COLUMNS);
    let mut places: Vec<usize> = telling.into_iter().map(|(place, _)| place).collect();
    places.sort_unstable();
    places
}

fn by_state(table: &Table, column: &Column, rows: impl Iterator<Item = usize>) -> Vec<Counts> {
    let mut counts = vec![Counts::default(); column.states.len()];
    rows.for_each(|row| counts[column.codes[row] as usize].add(table.counts(row)));
    counts
}

/// The gain of the level whose rate changed most surely. None where all runs are alike, and where
/// the factor has no part in some: whether it has can follow from how a run goes.
fn surest_change(column: &Column, before: &[Counts], during: &[Counts]) -> Option<f64> {
    let states = || before.iter().zip(during).zip(&column.states);
    let runs = |wanted: &dyn Fn(&State) -> bool| -> u64 {
        states().filter(|(_, state)| wanted(state)).map(|((a, b), _)| a.n + b.n).sum()
    };
    let absent = runs(&|state| *state == State::NotApplicable);
    let seen = states().filter(|((before, during), _)| before.n + during.n > 0).count();
    let gains = states().map(|((before, during), _)| gain(*before, *during));
    let telling = seen > 1 && absent as f64 <= SAME_RUNS * runs(&|_| true) as f64;
    telling.then(|| gains.fold(0.0, f64::max))
}
