//! How many runs are in which state of which factor, on both sides: counted once for all questions.

use std::ops::Range;

use model::Outcome;

use crate::halves::side_by_side;
use crate::likelihood::Counts;
use crate::table::{Column, State, Table};

/// How many runs ended in which way, by the outcome's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ended([u64; 3]);

impl Ended {
    /// All of them.
    pub fn runs(self) -> u64 {
        self.0.iter().sum()
    }

    /// Those with this outcome.
    pub fn with(self, outcome: Outcome) -> u64 {
        self.0[outcome as usize]
    }

    /// Those whose outcome is known.
    pub fn counts(self) -> Counts {
        let bad = self.with(Outcome::Bad);
        Counts { n: bad + self.with(Outcome::Good), k: bad }
    }
}

/// One of the two windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The baseline.
    Before,
    /// The incident.
    During,
}

/// For every factor and each of its states, the runs before and during.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Census {
    columns: Vec<Vec<[Ended; 2]>>,
}

impl Census {
    /// Counts every cell of the table once.
    pub fn of(table: &Table, before: &Range<usize>, during: &Range<usize>) -> Self {
        let sides = [before.clone(), during.clone()];
        let count = |columns: &[Column]| -> Vec<Vec<[Ended; 2]>> {
            columns.iter().map(|column| of_column(table, column, &sides)).collect()
        };
        let rows = before.len() + during.len();
        Self { columns: side_by_side(&table.columns, rows, count) }
    }

    /// The states of a factor with their runs on one side.
    pub fn runs<'a>(
        &'a self,
        column: &'a Column,
        side: Side,
    ) -> impl Iterator<Item = (&'a State, u64)> {
        let ended = self.column(column).iter().map(move |ended| ended[side as usize].runs());
        column.states.iter().zip(ended)
    }

    /// The states of a factor, in their order.
    pub fn column(&self, column: &Column) -> &[[Ended; 2]] {
        &self.columns[column.place]
    }
}

fn of_column(table: &Table, column: &Column, sides: &[Range<usize>; 2]) -> Vec<[Ended; 2]> {
    let mut states = vec![[Ended::default(); 2]; column.states.len()];
    for (side, rows) in sides.iter().enumerate() {
        let codes = column.codes[rows.clone()].iter().zip(&table.outcomes[rows.clone()]);
        match table.weights.get(rows.clone()) {
            Some(weights) if !weights.is_empty() => {
                for ((code, outcome), weight) in codes.zip(weights) {
                    states[*code as usize][side].0[*outcome as usize] += weight;
                }
            }
            _ => {
                for (code, outcome) in codes {
                    states[*code as usize][side].0[*outcome as usize] += 1;
                }
            }
        }
    }
    states
}
