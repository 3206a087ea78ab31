//! How steps and runs become columns, and columns become steps and runs.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use model::step::Sketch;
use model::time::at_nanos;
use model::{Attribute, ContentField, Outcome, SpanId, Step, StepKind, TraceId, Traits};
use rusqlite::Row;
use rusqlite::types::Type;
use serde::{Deserialize, Serialize};

use crate::error::FlightError;

/// Compression level: the fastest that still halves JSON several times over.
const LEVEL: i32 = 1;

/// Values shorter than this are kept as they are: a frame around them would be longer.
const WORTH_COMPRESSING: usize = 96;

/// A packed value that is kept as it is.
const PLAIN: u8 = 0;

/// A packed value that is a zstd frame.
const ZSTD: u8 = 1;

/// A stored value that can't be read, with what kind of value it is.
pub(super) fn corrupt(
    what: &'static str,
) -> impl Fn(Box<dyn std::error::Error + Send + Sync>) -> FlightError {
    move |source| FlightError::Corrupt { what, source }
}

/// A row that the database can't give, or that holds what no column of ours holds.
pub(super) fn unreadable(error: rusqlite::Error) -> FlightError {
    match error {
        rusqlite::Error::FromSqlConversionFailure(_, _, source) => corrupt("row")(source),
        other => FlightError::Read(other),
    }
}

/// What of a step is compressed together.
#[derive(Serialize, Deserialize)]
pub(super) struct Body<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) attributes: Cow<'a, [Attribute]>,
    pub(super) content: Cow<'a, [ContentField]>,
}

const KINDS: [StepKind; 8] = [
    StepKind::Agent,
    StepKind::Model,
    StepKind::Tool,
    StepKind::Retrieval,
    StepKind::Embedding,
    StepKind::Guardrail,
    StepKind::Evaluation,
    StepKind::Other,
];

const OUTCOMES: [Outcome; 3] = [Outcome::Good, Outcome::Bad, Outcome::Unknown];

pub(super) fn kind_code(kind: StepKind) -> i64 {
    KINDS.iter().position(|other| *other == kind).unwrap_or(KINDS.len() - 1) as i64
}

pub(super) fn outcome_code(outcome: Outcome) -> i64 {
    OUTCOMES.iter().position(|other| *other == outcome).unwrap_or(OUTCOMES.len() - 1) as i64
}

/// Nanoseconds since 1970. A time outside 1677 to 2262 is stored as the nearer edge.
pub(super) fn nanos(at: Timestamp) -> i64 {
    at.as_nanosecond().clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>, rusqlite::Error> {
    serde_json::to_vec(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// Compresses values, one after the other. The first byte of a packed value says how it is packed.
pub(super) struct Packer {
    compressor: zstd::bulk::Compressor<'static>,
}

impl Packer {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self { compressor: zstd::bulk::Compressor::new(LEVEL)? })
    }

    pub(super) fn pack(&mut self, bytes: &[u8]) -> Result<Vec<u8>, rusqlite::Error> {
        if bytes.len() < WORTH_COMPRESSING {
            return Ok([&[PLAIN], bytes].concat());
        }
        let compressed = self.compressor.compress(bytes);
        let compressed =
            compressed.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        Ok([&[ZSTD], compressed.as_slice()].concat())
    }
}

pub(super) fn unpack(packed: &[u8]) -> Result<Vec<u8>, FlightError> {
    let broken = corrupt("packed value");
    match packed.split_first() {
        Some((&PLAIN, bytes)) => Ok(bytes.to_vec()),
        Some((&ZSTD, bytes)) => {
            zstd::stream::decode_all(bytes).map_err(|error| broken(error.into()))
        }
        _ => Err(broken("it does not say how it is packed".into())),
    }
}

pub(super) fn unpack_json<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T, FlightError> {
    let bytes = unpack(bytes)?;
    serde_json::from_slice(&bytes).map_err(|error| corrupt("step")(error.into()))
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

    pub(super) fn kind(&mut self) -> rusqlite::Result<StepKind> {
        let code: i64 = self.get()?;
        self.known(
            usize::try_from(code).ok().and_then(|code| KINDS.get(code).copied()),
            Type::Integer,
        )
    }

    pub(super) fn outcome(&mut self) -> rusqlite::Result<Outcome> {
        let code: i64 = self.get()?;
        let outcome = usize::try_from(code).ok().and_then(|code| OUTCOMES.get(code).copied());
        self.known(outcome, Type::Integer)
    }

    pub(super) fn traits(&mut self) -> rusqlite::Result<Traits> {
        let bytes: Vec<u8> = self.get()?;
        self.known(serde_json::from_slice(&bytes).ok(), Type::Blob)
    }

    fn known<T>(&self, value: Option<T>, kind: Type) -> rusqlite::Result<T> {
        value.ok_or_else(|| {
            let what = "a stored value is not of the kind its column holds";
            rusqlite::Error::FromSqlConversionFailure(self.next - 1, kind, what.into())
        })
    }
}

/// A row of `sketches.sql`: the step's number and the step without payload.
pub(super) fn sketch(row: &Row) -> rusqlite::Result<(i64, Sketch)> {
    let mut columns = Columns::of(row, 0);
    let id = columns.get()?;
    let sketch = Sketch {
        span: columns.span()?,
        parent: columns.maybe_span()?,
        kind: columns.kind()?,
        started: columns.instant()?,
        ended: columns.instant()?,
        traits: columns.traits()?,
    };
    Ok((id, sketch))
}

/// A row of `steps.sql`, still packed.
pub(super) struct PackedStep {
    sketch: Sketch,
    failed: bool,
    body: Vec<u8>,
    origin: Vec<u8>,
}

pub(super) fn packed_step(row: &Row) -> rusqlite::Result<PackedStep> {
    let mut columns = Columns::of(row, 0);
    let (span, parent, kind) = (columns.span()?, columns.maybe_span()?, columns.kind()?);
    let failed = columns.get()?;
    let (started, ended) = (columns.instant()?, columns.instant()?);
    let traits = columns.traits()?;
    let sketch = Sketch { span, parent, kind, started, ended, traits };
    Ok(PackedStep { sketch, failed, body: columns.get()?, origin: columns.get()? })
}

impl PackedStep {
    pub(super) fn unpack(self, trace: TraceId) -> Result<Step, FlightError> {
        let Body { name, attributes, content } = unpack_json(&self.body)?;
        let origin: Vec<Attribute> = unpack_json(&self.origin)?;
        let Sketch { span, parent, kind, started, ended, traits } = self.sketch;
        Ok(Step {
            trace,
            span,
            parent,
            kind,
            name: name.into_owned(),
            started,
            ended,
            failed: self.failed,
            traits,
            attributes: attributes.into_owned(),
            content: content.into_owned(),
            origin: Arc::from(origin),
        })
    }
}
