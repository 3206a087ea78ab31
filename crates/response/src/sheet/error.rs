//! What can be wrong with a table, where, and how to mend it.

use ::moved::QuestionError;
use jiff::Timestamp;
use model::{Fault, Faulty, Window};

use super::bounded::TOO_LONG;
use super::cell::Expected;

/// Why a table can't be asked.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The windows can't be compared.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// The file can't be read.
    #[error("could not read the table")]
    Read(#[source] std::io::Error),
    /// It is no Parquet file, or a damaged one.
    #[error("this is no Parquet file that can be read, or a part of it is missing")]
    NoParquet(#[source] parquet::errors::ParquetError),
    /// A quote is never closed, or it is no CSV at all.
    #[error("a record is longer than 1 MiB: is a quote left open, or the file no CSV?")]
    TooLong,
    /// Other bytes than UTF-8.
    #[error(
        "line {line}, field {field} is not UTF-8: convert the file first, as in \
         `iconv -f latin1 -t utf-8`"
    )]
    Encoding {
        /// The line.
        line: u64,
        /// The field, counted from 1.
        field: usize,
    },
    /// A row with more or fewer fields than the header.
    #[error(
        "line {line} has {found} fields and the header {expected}: put fields with commas in \
         quotes, or mend the row"
    )]
    Ragged {
        /// The line.
        line: u64,
        /// Fields in the header.
        expected: u64,
        /// Fields in the row.
        found: u64,
    },
    /// A column that the header does not have.
    #[error(
        "there is no column `{wanted}`: the first row must name the columns, and it reads: {header}"
    )]
    NoColumn {
        /// The name asked for.
        wanted: String,
        /// The names there are.
        header: String,
    },
    /// A name that the header has twice.
    #[error("two columns are called `{0}`: rename one")]
    TwoColumns(String),
    /// A column asked for as time or outcome and as a factor.
    #[error("`{0}` is the time or the outcome and can't be a factor: leave it out of --factor")]
    NotAFactor(String),
    /// Nothing to search.
    #[error("no column is left to search: the table has only its time and its outcome")]
    NoFactor,
    /// A cell that is not what its column should hold.
    #[error("line {line}, column `{column}`: `{text}` is {expected}")]
    Cell {
        /// The line.
        line: u64,
        /// The column.
        column: String,
        /// The beginning of what is there.
        text: String,
        /// What should be.
        expected: Expected,
    },
    /// More bad ones than there are.
    #[error("line {line}: {bad} bad of {total}: check which column is --bad and which --total")]
    MoreBadThanAll {
        /// The line.
        line: u64,
        /// Bad ones.
        bad: u32,
        /// All.
        total: u32,
    },
    /// A header, or not even that.
    #[error("the table has no rows")]
    NoRow,
    /// A window without a row.
    #[error("no row lies in {window}: the rows lie from {first} to {last}")]
    EmptyWindow {
        /// The window.
        window: Window,
        /// The first row's time.
        first: Timestamp,
        /// The last row's.
        last: Timestamp,
    },
    /// More than is held in memory.
    #[error(
        "line {line}: the two windows hold more than {most} cells: name fewer columns with \
         --factor, or choose shorter windows"
    )]
    TooLarge {
        /// The line.
        line: u64,
        /// The limit.
        most: usize,
    },
}

impl Faulty for SheetError {
    fn fault(&self) -> Fault {
        match self {
            Self::Read(_) => Fault::Unavailable,
            _ => Fault::Invalid,
        }
    }
}

impl From<csv::Error> for SheetError {
    fn from(error: csv::Error) -> Self {
        let line = error.position().map_or(0, csv::Position::line);
        match error.into_kind() {
            csv::ErrorKind::Utf8 { err, .. } => Self::Encoding { line, field: err.field() + 1 },
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                Self::Ragged { line, expected: expected_len, found: len }
            }
            csv::ErrorKind::Io(source) if source.to_string() == TOO_LONG => Self::TooLong,
            csv::ErrorKind::Io(source) => Self::Read(source),
            other => Self::Read(std::io::Error::other(format!("{other:?}"))),
        }
    }
}
