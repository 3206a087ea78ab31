//! Runs that are alike in every factor, counted: what the search for cells works on.

use std::collections::HashMap;

use model::Role;

use crate::exposure::Sides;
use crate::likelihood::{Counts, gain};
use crate::reference::Reference;
use crate::table::{Column, Table};

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
        let columns = columns(table, sides, reference);
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

/// Numbers the pairs of a leaf and a state; says how many there are.
fn refine(leaf_of: &mut [u32], leaves: usize, column: &Column, rows: &[usize]) -> usize {
    let mut numbers: HashMap<(u32, u32), u32> = HashMap::with_capacity(2 * leaves);
    for (leaf, row) in leaf_of.iter_mut().zip(rows) {
        let next = numbers.len() as u32;
        *leaf = *numbers.entry((*leaf, column.codes[*row])).or_insert(next);
    }
    numbers.len()
}

/// The inputs that are not the same in every run, at most so many, in the table's order.
fn columns(table: &Table, sides: &Sides, reference: &Reference) -> Vec<usize> {
    let inputs = table.columns.iter().enumerate().filter(|(_, column)| column.role == Role::Input);
    let mut telling: Vec<(usize, f64)> = inputs
        .filter_map(|(place, column)| {
            let by_state = |rows: &mut dyn Iterator<Item = usize>| {
                let mut counts = vec![Counts::default(); column.states.len()];
                rows.for_each(|row| counts[column.codes[row] as usize].add(table.counts(row)));
                counts
            };
            let before = by_state(&mut reference.rows());
            let during = by_state(&mut sides.during.clone());
            let pairs = || before.iter().zip(&during).filter(|(a, b)| a.n + b.n > 0);
            let changes = || pairs().map(|(before, during)| gain(*before, *during));
            (pairs().count() > 1).then(|| (place, changes().fold(0.0, f64::max)))
        })
        .collect();
    telling.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    telling.truncate(MOST_COLUMNS);
    let mut places: Vec<usize> = telling.into_iter().map(|(place, _)| place).collect();
    places.sort_unstable();
    places
}
