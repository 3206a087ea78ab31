//! A table of anybody's own: a CSV in, a report out. No server, no data directory.
//!
//! [`columns`] finds what was asked for in the header, [`cell`] reads single values, [`bounded`]
//! keeps a record from growing without end. Rows outside both windows are read and let go.

mod bounded;
mod cell;
mod columns;
mod error;

#[cfg(test)]
mod tests;

use std::io::Read;

use ::moved::{Sheet, Table, locate};
use csv::{Reader, ReaderBuilder, StringRecord};
use jiff::Timestamp;
use model::report::Windows;
use model::{Report, Window};
use serde::Serialize;

pub use error::SheetError;

use bounded::Bounded;
use columns::Columns;

/// Most cells that are held: rows of both windows times columns. About a gigabyte.
const MOST_CELLS: usize = 150_000_000;

/// What is asked of a table.
#[derive(Debug, Clone)]
pub struct SheetQuestion {
    /// The column with the time: RFC 3339 or Unix seconds.
    pub time: String,
    /// What is bad.
    pub measure: Measure,
    /// The columns to search; none for all others.
    pub factors: Vec<String>,
    /// Baseline and incident.
    pub windows: (Window, Window),
    /// What the table is about, for the report.
    pub feature: Option<String>,
}

/// Where a row says what was bad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// A row is a run, and this column says good, bad or unknown.
    Outcome(String),
    /// A row is so many runs, bad ones and all; without the column of all it is one run.
    Counts {
        /// The column with the number of bad ones.
        bad: String,
        /// The column with the number of all.
        total: Option<String>,
    },
}

/// A report, and what of the table it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SheetAnswer {
    /// The report.
    #[serde(flatten)]
    pub report: Report,
    /// Rows of the table.
    pub rows: u64,
    /// Those in either window.
    pub compared: u64,
    /// Columns left out because nearly every row has a level of its own: ids, not factors.
    pub left_out: Vec<String>,
}

/// Reads a table and says where its rate rose.
pub fn ask(
    table: impl Read,
    question: &SheetQuestion,
    now: Timestamp,
) -> Result<SheetAnswer, SheetError> {
    let (baseline, incident) = question.windows;
    let windows = ::moved::check(baseline, incident, now)?;
    let bounded = Bounded::new(table);
    let mut reader = ReaderBuilder::new().buffer_capacity(bounded::BUFFER).from_reader(&bounded);
    let columns = Columns::find(reader.headers()?, question)?;
    let mut reading = Reading::new(&columns, windows);
    reading.all(&mut reader, &bounded)?;
    reading.check()?;
    let left_out = match question.factors.is_empty() {
        true => reading.sheet.without_ids(),
        false => reading.sheet.without_overflow(),
    };
    let (rows, compared) = (reading.rows, reading.sheet.len() as u64);
    let table: Table = reading.sheet.into_table();
    let mut report = locate(&table, windows);
    report.feature.clone_from(&question.feature);
    Ok(SheetAnswer { report, rows, compared, left_out })
}

/// A table while it is read.
struct Reading<'a> {
    columns: &'a Columns,
    windows: Windows,
    sheet: Sheet,
    rows: u64,
    in_baseline: u64,
    in_incident: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl<'a> Reading<'a> {
    fn new(columns: &'a Columns, windows: Windows) -> Self {
        Self {
            columns,
            windows,
            sheet: Sheet::new(columns.factors.iter().map(|(_, name)| name.as_str())),
            rows: 0,
            in_baseline: 0,
            in_incident: 0,
            first: None,
            last: None,
        }
    }

    fn all<R: Read>(
        &mut self,
        reader: &mut Reader<&Bounded<R>>,
        bounded: &Bounded<R>,
    ) -> Result<(), SheetError> {
        let mut record = StringRecord::new();
        while reader.read_record(&mut record)? {
            bounded.start_record();
            let line = record.position().map_or(0, csv::Position::line);
            self.row(&record, line)?;
        }
        Ok(())
    }

    fn row(&mut self, record: &StringRecord, line: u64) -> Result<(), SheetError> {
        let at = self.columns.at(record, line)?;
        let tally = self.columns.tally(record, line)?;
        self.rows += 1;
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
        match () {
            () if self.windows.baseline.contains(at) => self.in_baseline += 1,
            () if self.windows.incident.contains(at) => self.in_incident += 1,
            () => return Ok(()),
        }
        if self.sheet.len() * self.columns.factors.len().max(1) >= MOST_CELLS {
            return Err(SheetError::TooLarge { line, most: MOST_CELLS });
        }
        let levels = self.columns.factors.iter().map(|(place, _)| &record[*place]);
        self.sheet.push(at, tally, levels);
        Ok(())
    }

    /// Whether both windows hold rows.
    fn check(&self) -> Result<(), SheetError> {
        let (Some(first), Some(last)) = (self.first, self.last) else {
            return Err(SheetError::NoRow);
        };
        let windows =
            [(self.in_baseline, self.windows.baseline), (self.in_incident, self.windows.incident)];
        match windows.into_iter().find(|(rows, _)| *rows == 0) {
            Some((_, window)) => Err(SheetError::EmptyWindow { window, first, last }),
            None => Ok(()),
        }
    }
}
