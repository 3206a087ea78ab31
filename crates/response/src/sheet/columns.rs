//! Which column is what.

use ::moved::Tally;
use csv::StringRecord;
use jiff::Timestamp;
use model::time::parse_time;

use super::cell::{self, Expected};
use super::{Measure, SheetError, SheetQuestion};

/// Most names of columns that an error lists.
const LISTED: usize = 20;

/// The places of what was asked for, and the names for errors.
#[derive(Debug)]
pub(super) struct Columns {
    names: Vec<String>,
    time: usize,
    measure: Measured,
    /// Places and names of the columns to search.
    pub(super) factors: Vec<(usize, String)>,
}

#[derive(Debug)]
enum Measured {
    Outcome(usize),
    Counts { bad: usize, total: Option<usize> },
    Value(usize),
}

/// What a row counts for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Counted {
    /// Runs, with their outcomes.
    Runs(Tally),
    /// A number.
    Value(f64),
}

impl Columns {
    pub(super) fn find(
        header: &StringRecord,
        question: &SheetQuestion,
    ) -> Result<Self, SheetError> {
        let names: Vec<String> = header
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
        let place = |wanted: &str| place(&names, wanted);
        let time = place(&question.time)?;
        let measure = match &question.measure {
            Measure::Outcome(outcome) => Measured::Outcome(place(outcome)?),
            Measure::Counts { bad, total } => Measured::Counts {
                bad: place(bad)?,
                total: total.as_deref().map(place).transpose()?,
            },
            Measure::Value(value) => Measured::Value(place(value)?),
        };
        let mut taken = vec![time];
        match measure {
            Measured::Outcome(column) | Measured::Value(column) => taken.push(column),
            Measured::Counts { bad, total } => taken.extend([bad].into_iter().chain(total)),
        }
        let places: Vec<usize> = match question.factors.as_slice() {
            [] => (0..names.len()).filter(|place| !taken.contains(place)).collect(),
            factors => factors.iter().map(|name| place(name)).collect::<Result<_, _>>()?,
        };
        if let Some(both) = places.iter().find(|place| taken.contains(place)) {
            return Err(SheetError::NotAFactor(names[*both].clone()));
        }
        if places.is_empty() {
            return Err(SheetError::NoFactor);
        }
        let factors = places.into_iter().map(|place| (place, names[place].clone())).collect();
        Ok(Self { names, time, measure, factors })
    }

    /// Every place that is read.
    pub(super) fn places(&self) -> Vec<usize> {
        let mut places: Vec<usize> = self.factors.iter().map(|(place, _)| *place).collect();
        places.push(self.time);
        match self.measure {
            Measured::Outcome(column) | Measured::Value(column) => places.push(column),
            Measured::Counts { bad, total } => places.extend([bad].into_iter().chain(total)),
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    /// When the row was.
    pub(super) fn at(&self, record: &StringRecord, line: u64) -> Result<Timestamp, SheetError> {
        parse_time(&record[self.time])
            .map_err(|_| self.wrong(record, line, self.time, Expected::Time))
    }

    /// What the row counts for.
    pub(super) fn counted(&self, record: &StringRecord, line: u64) -> Result<Counted, SheetError> {
        let count = |place: usize| {
            cell::count(&record[place])
                .ok_or_else(|| self.wrong(record, line, place, Expected::Count))
        };
        match self.measure {
            Measured::Outcome(place) => cell::outcome(&record[place])
                .map(Counted::Runs)
                .ok_or_else(|| self.wrong(record, line, place, Expected::Outcome)),
            Measured::Value(place) => cell::value(&record[place])
                .map(Counted::Value)
                .ok_or_else(|| self.wrong(record, line, place, Expected::Value)),
            Measured::Counts { bad, total } => {
                let (bad, total) = (count(bad)?, total.map_or(Ok(1), count)?);
                let good = total.checked_sub(bad).ok_or(SheetError::MoreBadThanAll {
                    line,
                    bad,
                    total,
                })?;
                Ok(Counted::Runs(Tally { good, bad, unknown: 0 }))
            }
        }
    }

    fn wrong(
        &self,
        record: &StringRecord,
        line: u64,
        place: usize,
        expected: Expected,
    ) -> SheetError {
        let text = record[place].chars().take(40).collect();
        SheetError::Cell { line, column: self.names[place].clone(), text, expected }
    }
}

/// The one column of that name.
fn place(names: &[String], wanted: &str) -> Result<usize, SheetError> {
    let mut places = names.iter().enumerate().filter(|(_, name)| *name == wanted);
    let listed = || {
        let mut listed = names.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
        listed += if names.len() > LISTED { ", …" } else { "" };
        listed
    };
    let (place, _) = places
        .next()
        .ok_or_else(|| SheetError::NoColumn { wanted: wanted.to_owned(), header: listed() })?;
    match places.next() {
        None => Ok(place),
        Some(_) => Err(SheetError::TwoColumns(wanted.to_owned())),
    }
}
