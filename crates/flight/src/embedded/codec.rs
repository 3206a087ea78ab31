//! How steps and runs become columns, and columns become steps and runs.

use std::path::Path;

use jiff::Timestamp;
use model::run::Keep;
use model::time::at_nanos;
use model::{Outcome, Source, SpanId, StepKind, TraceId};
use rusqlite::types::Type;
use rusqlite::{Connection, Row};

use crate::error::FlightError;

/// A stored value that can't be read, with what kind of value it is.
pub(super) fn corrupt(
    what: &'static str,
) -> impl Fn(Box<dyn std::error::Error + Send + Sync>) -> FlightError {
    move |source| FlightError::Corrupt { what, source }
}

/// A row that a day's file can't give, or that holds what no column of ours holds.
pub(super) fn unreadable(day: &Connection) -> impl Fn(rusqlite::Error) -> FlightError {
    move |error| match error {
        rusqlite::Error::FromSqlConversionFailure(_, _, source) => corrupt("row")(source),
        other => FlightError::Read(other).at(Path::new(day.path().unwrap_or_default())),
    }
}

const KINDS: [StepKind; 12] = [
    StepKind::Agent,
    StepKind::Model,
    StepKind::Tool,
    StepKind::Retrieval,
    StepKind::Embedding,
    StepKind::Guardrail,
    StepKind::Evaluation,
    StepKind::Other,
    StepKind::Memory,
    StepKind::Context,
    StepKind::Approval,
    StepKind::Intent,
];

const SOURCES: [Source; 2] = [Source::Span, Source::Log];

const OUTCOMES: [Outcome; 3] = [Outcome::Good, Outcome::Bad, Outcome::Unknown];

pub(super) fn kind_code(kind: StepKind) -> i64 {
    KINDS.iter().position(|other| *other == kind).unwrap_or_default() as i64
}

pub(super) fn source_code(source: Source) -> i64 {
    SOURCES.iter().position(|other| *other == source).unwrap_or_default() as i64
}

pub(super) fn outcome_code(outcome: Outcome) -> i64 {
    OUTCOMES.iter().position(|other| *other == outcome).unwrap_or_default() as i64
}

/// Nanoseconds since 1970. A time outside 1677 to 2262 is stored as the nearer edge.
pub(super) fn nanos(at: Timestamp) -> i64 {
    at.as_nanosecond().clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

/// Reads column after column of a row, each as the type that the model wants.
pub(super) struct Columns<'a> {
    row: &'a Row<'a>,
    next: usize,
}

impl<'a> Columns<'a> {
    pub(super) fn of(row: &'a Row<'a>, first: usize) -> Self {
        Self { row, next: first }
    }

    pub(super) fn get<T: rusqlite::types::FromSql>(&mut self) -> rusqlite::Result<T> {
        self.next += 1;
        self.row.get(self.next - 1)
    }

    pub(super) fn trace(&mut self) -> rusqlite::Result<TraceId> {
        let bytes: Vec<u8> = self.get()?;
        self.known(TraceId::from_bytes(&bytes), Type::Blob)
    }

    pub(super) fn span(&mut self) -> rusqlite::Result<SpanId> {
        let bytes: Vec<u8> = self.get()?;
        self.known(SpanId::from_bytes(&bytes), Type::Blob)
    }

    pub(super) fn maybe_span(&mut self) -> rusqlite::Result<Option<SpanId>> {
        let bytes: Option<Vec<u8>> = self.get()?;
        bytes.map(|bytes| self.known(SpanId::from_bytes(&bytes), Type::Blob)).transpose()
    }

    pub(super) fn instant(&mut self) -> rusqlite::Result<Timestamp> {
        let nanos: i64 = self.get()?;
        self.known(at_nanos(i128::from(nanos)), Type::Integer)
    }

    pub(super) fn maybe_instant(&mut self) -> rusqlite::Result<Option<Timestamp>> {
        let nanos: Option<i64> = self.get()?;
        nanos.map(|nanos| self.known(at_nanos(i128::from(nanos)), Type::Integer)).transpose()
    }

    pub(super) fn kind(&mut self) -> rusqlite::Result<StepKind> {
        let code: i64 = self.get()?;
        self.known(
            usize::try_from(code).ok().and_then(|code| KINDS.get(code).copied()),
            Type::Integer,
        )
    }

    pub(super) fn source(&mut self) -> rusqlite::Result<Source> {
        let code: i64 = self.get()?;
        let source = usize::try_from(code).ok().and_then(|code| SOURCES.get(code).copied());
        self.known(source, Type::Integer)
    }

    pub(super) fn outcome(&mut self) -> rusqlite::Result<Outcome> {
        let code: i64 = self.get()?;
        let outcome = usize::try_from(code).ok().and_then(|code| OUTCOMES.get(code).copied());
        self.known(outcome, Type::Integer)
    }

    pub(super) fn keep(&mut self) -> rusqlite::Result<Keep> {
        let word: String = self.get()?;
        self.known(serde_json::from_str(&word).ok(), Type::Text)
    }

    fn known<T>(&self, value: Option<T>, kind: Type) -> rusqlite::Result<T> {
        value.ok_or_else(|| {
            let what = "a stored value is not of the kind its column holds";
            rusqlite::Error::FromSqlConversionFailure(self.next - 1, kind, what.into())
        })
    }
}
