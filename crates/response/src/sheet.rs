//! A table of anybody's own: a CSV or Parquet in, a report out. No server, no data directory.
//!
//! [`columns`] finds what was asked for in the header, [`cell`] reads single values, [`bounded`]
//! keeps a record from growing without end. Rows outside both windows are read and let go.

mod bounded;
mod cell;
mod columns;
mod error;
mod parquet;
mod words;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::Read;

use ::moved::{Sheet, SumReport, Table, drivers, locate};
use csv::{Reader, ReaderBuilder, StringRecord};
use jiff::Timestamp;
use model::report::Windows;
use model::{Report, Window};
use serde::Serialize;

pub use error::SheetError;
pub use words::sum_in_words;

use bounded::Bounded;
use columns::{Columns, Counted};

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
    /// A row has a number of its own, such as what it cost; its sum is asked about.
    Value(String),
}

/// A report, and what of the table it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SheetAnswer {
    /// The report.
    #[serde(flatten)]
    pub report: SheetReport,
    /// Rows of the table.
    pub rows: u64,
    /// Those in either window.
    pub compared: u64,
    /// Columns left out because nearly every row has a level of its own: ids, not factors.
    pub left_out: Vec<String>,
}

/// What is reported: of a rate or of a sum.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum SheetReport {
    /// Where the rate rose.
    Rate(Box<Report>),
    /// Where the sum grew.
    Sum {
        /// The column that was added up.
        value: String,
        /// Its sum, before and during.
        #[serde(flatten)]
        report: Box<SumReport>,
    },
}

/// Reads a CSV and says where its rate rose, or its sum grew.
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
    reading.answer(question)
}

/// The same of a Parquet file.
pub fn ask_parquet(
    table: File,
    question: &SheetQuestion,
    now: Timestamp,
) -> Result<SheetAnswer, SheetError> {
    let (baseline, incident) = question.windows;
    let windows = ::moved::check(baseline, incident, now)?;
    parquet::guarded(|| {
        let table = parquet::Rows::open(table)?;
        let columns = Columns::find(&table.header(), question)?;
        let mut reading = Reading::new(&columns, windows);
        table.each(&columns.places(), |record, number| reading.row(record, number))?;
        reading.answer(question)
    })
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
        let counted = self.columns.counted(record, line)?;
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
        match counted {
            Counted::Runs(tally) => self.sheet.push(at, tally, levels),
            Counted::Value(value) => self.sheet.push_value(at, value, levels),
        }
        Ok(())
    }

    /// What the rows say together.
    fn answer(mut self, question: &SheetQuestion) -> Result<SheetAnswer, SheetError> {
        self.check()?;
        let left_out = match question.factors.is_empty() {
            true => self.sheet.without_ids(),
            false => self.sheet.without_overflow(),
        };
        let (rows, compared) = (self.rows, self.sheet.len() as u64);
        let report = match &question.measure {
            Measure::Value(value) => SheetReport::Sum {
                value: value.clone(),
                report: Box::new(drivers(&self.sheet, self.windows)),
            },
            _ => {
                let table: Table = self.sheet.into_table();
                let feature = question.feature.clone();
                SheetReport::Rate(Box::new(Report { feature, ..locate(&table, self.windows) }))
            }
        };
        Ok(SheetAnswer { report, rows, compared, left_out })
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
