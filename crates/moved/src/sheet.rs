//! A table of anybody's own: rows of runs or counts, with columns that nobody declared.

use std::collections::HashMap;

use jiff::Timestamp;
use model::surface::Effect;
use model::{Factor, Outcome, Proof, Role};

use crate::table::{Column, NOT_RECORDED, State, Table};

/// Most levels of one column; a column with more says which row, not what kind of row.
pub const MOST_LEVELS: usize = 100_000;

/// How many runs of a row ended in which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Good ones.
    pub good: u32,
    /// Bad ones.
    pub bad: u32,
    /// Those of which nobody knows.
    pub unknown: u32,
}

/// Rows as they are read, each column with a dictionary of its own.
#[derive(Debug, Default)]
pub struct Sheet {
    at: Vec<Timestamp>,
    tallies: Vec<Tally>,
    values: Vec<f64>,
    columns: Vec<Coded>,
}

/// A column: names once, places for each row. Place 0 is "not recorded".
#[derive(Debug, Default)]
pub(crate) struct Coded {
    name: String,
    places: HashMap<String, u32>,
    codes: Vec<u32>,
    overflown: bool,
}

impl Sheet {
    /// An empty sheet with these columns.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let column = |name: &str| Coded { name: name.to_owned(), ..Coded::default() };
        Self { columns: names.into_iter().map(column).collect(), ..Self::default() }
    }

    /// Adds a row: when, how its runs ended, and its level in each column; an empty one is not
    /// recorded.
    pub fn push<'a>(
        &mut self,
        at: Timestamp,
        tally: Tally,
        levels: impl IntoIterator<Item = &'a str>,
    ) {
        self.at.push(at);
        self.tallies.push(tally);
        self.columns.iter_mut().zip(levels).for_each(|(column, level)| column.push(level));
    }

    /// Adds a row that has a value and no outcome.
    pub fn push_value<'a>(
        &mut self,
        at: Timestamp,
        value: f64,
        levels: impl IntoIterator<Item = &'a str>,
    ) {
        self.values.push(value);
        self.push(at, Tally::default(), levels);
    }

    pub(crate) fn times(&self) -> &[Timestamp] {
        &self.at
    }

    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    pub(crate) fn columns(&self) -> &[Coded] {
        &self.columns
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Takes out the columns that name rows rather than kinds of rows: those with about as many
    /// levels as rows, and those with more levels than a sheet holds. Returns their names.
    pub fn without_ids(&mut self) -> Vec<String> {
        let rows = self.len();
        self.without(|column| column.overflown || 10 * column.places.len() > 9 * rows)
    }

    /// Takes out the columns with more levels than a sheet holds. Returns their names.
    pub fn without_overflow(&mut self) -> Vec<String> {
        self.without(|column| column.overflown)
    }

    fn without(&mut self, unfit: impl Fn(&Coded) -> bool) -> Vec<String> {
        let out = self.columns.extract_if(.., |column| unfit(column));
        out.map(|column| column.name).collect()
    }

    /// The rows in order of time, as a table. A row of counts becomes one row for each outcome.
    pub fn into_table(self) -> Table {
        let Self { at, tallies, columns, .. } = self;
        let mut order: Vec<usize> = (0..at.len()).collect();
        order.sort_by_key(|row| at[*row]);
        let mut rows = Vec::new();
        for row in order {
            let Tally { good, bad, unknown } = tallies[row];
            let parts = [(Outcome::Good, good), (Outcome::Bad, bad), (Outcome::Unknown, unknown)];
            rows.extend(parts.into_iter().filter(|part| part.1 > 0).map(|part| (row, part)));
        }
        let single = rows.iter().all(|(_, (_, runs))| *runs == 1);
        let weights = rows.iter().map(|(_, (_, runs))| u64::from(*runs));
        Table {
            at: rows.iter().map(|(row, _)| at[*row]).collect(),
            outcomes: rows.iter().map(|(_, (outcome, _))| *outcome).collect(),
            weights: if single { Vec::new() } else { weights.collect() },
            columns: columns
                .into_iter()
                .enumerate()
                .map(|(rank, column)| column.arranged(rank, rows.iter().map(|(row, _)| *row)))
                .collect(),
            ..Table::default()
        }
    }
}

impl Coded {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// How many levels there are, with the one that stands for none.
    pub(crate) fn count(&self) -> usize {
        self.places.len() + 1
    }

    /// The name of a level; empty where it is not recorded.
    pub(crate) fn level(&self, code: u32) -> &str {
        let named = self.places.iter().find(|(_, place)| **place == code);
        named.map_or("", |(name, _)| name)
    }

    fn push(&mut self, level: &str) {
        if self.overflown {
            return;
        }
        let next = self.places.len() as u32 + 1;
        let code = match self.places.get(level) {
            _ if level.is_empty() => 0,
            Some(code) => *code,
            None => *self.places.entry(level.to_owned()).or_insert(next),
        };
        self.codes.push(code);
        if self.places.len() > MOST_LEVELS {
            *self =
                Self { name: std::mem::take(&mut self.name), overflown: true, ..Self::default() };
        }
    }

    fn arranged(self, rank: usize, rows: impl Iterator<Item = usize>) -> Column {
        let mut levels = vec![String::new(); self.places.len()];
        for (level, code) in self.places {
            levels[code as usize - 1] = level;
        }
        let known = (0..levels.len() as u32).map(|level| State::Levels(vec![level]));
        let states = [State::NotApplicable, State::NotRecorded].into_iter().chain(known).collect();
        Column {
            factor: Factor::from(self.name.as_str()),
            surface: "column".to_owned(),
            rank,
            place: rank,
            effect: Effect::Behaviour,
            role: Role::Input,
            proof: Proof::Label,
            follows: false,
            levels,
            states,
            codes: rows.map(|row| NOT_RECORDED + self.codes[row]).collect(),
        }
    }
}
