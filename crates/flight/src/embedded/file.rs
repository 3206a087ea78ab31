//! One day file, read: steps with their bodies and their content back in place.

use std::collections::HashMap;
use std::sync::Arc;

use model::{
    Address, Attribute, Field, Gone, Held, Part, Scope, Sketch, SpanId, Step, StepKind, TraceId,
};
use rusqlite::{Connection, OptionalExtension, Row};

use super::body::{Body, FieldBody, Kept as PartKept, PartRef, traits_of};
use super::codec::{Columns, corrupt, unreadable};
use super::pieces::{piece, unpack};
use super::places::Table;
use super::shelf::Shelf;
use super::traces::Kept;
use crate::error::FlightError;
use crate::secret::Secret;

/// A day file, with what was unpacked of it while one question is answered.
pub(super) struct DayFile<'a> {
    pub(super) day: &'a Connection,
    pub(super) shelf: &'a Shelf,
    blocks: HashMap<i64, Vec<u8>>,
    origins: HashMap<i64, Arc<[Attribute]>>,
    chunks: HashMap<i64, Vec<u8>>,
    /// Where the content of traces is: of each, the chunk and the place in it.
    places: HashMap<i64, HashMap<Address, (i64, u32)>>,
}

/// Unpacked blocks or chunks, and contents of traces, held at once; beyond, they are read again.
const MOST_UNPACKED: usize = 64;

/// A step's row.
pub(super) struct StepRow {
    pub(super) id: i64,
    pub(super) span: SpanId,
    pub(super) parent: Option<SpanId>,
    pub(super) kind: StepKind,
    pub(super) source: model::Source,
    pub(super) failed: bool,
    pub(super) started: jiff::Timestamp,
    pub(super) ended: jiff::Timestamp,
    pub(super) block: i64,
    pub(super) place: u32,
    pub(super) origin: i64,
    pub(super) digest: [u8; 16],
}

/// What can be read of a trace's personal content.
struct Personal {
    trace: TraceId,
    row: i64,
    key: Result<Secret, Gone>,
    /// Why something is not there that this key does not open.
    otherwise: Gone,
}

impl<'a> DayFile<'a> {
    pub(super) fn new(day: &'a Connection, shelf: &'a Shelf) -> Self {
        let (blocks, origins) = (HashMap::new(), HashMap::new());
        let (chunks, places) = (HashMap::new(), HashMap::new());
        Self { day, shelf, blocks, origins, chunks, places }
    }

    /// All rows of a question that a parameter narrows.
    pub(super) fn rows<T>(
        &self,
        sql: &'static str,
        parameters: impl rusqlite::Params,
        read: impl FnMut(&Row) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, FlightError> {
        let mut statement = self.day.prepare_cached(sql).map_err(unreadable(self.day))?;
        let rows = statement.query_map(parameters, read).map_err(unreadable(self.day))?;
        rows.collect::<rusqlite::Result<Vec<T>>>().map_err(unreadable(self.day))
    }

    fn row<T>(
        &self,
        sql: &'static str,
        parameters: impl rusqlite::Params,
        read: impl FnOnce(&Row) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, FlightError> {
        let mut statement = self.day.prepare_cached(sql).map_err(unreadable(self.day))?;
        statement.query_row(parameters, read).optional().map_err(unreadable(self.day))
    }

    /// The row of a table that is about a trace, the last if there are several.
    pub(super) fn row_of(&self, table: Table, trace: TraceId) -> Result<Option<i64>, FlightError> {
        self.shelf.places.find(self.day, table, trace).map_err(unreadable(self.day))
    }

    /// The rows of a trace's steps, in the order they came.
    pub(super) fn step_rows(&self, trace: TraceId) -> Result<Vec<StepRow>, FlightError> {
        match self.row_of(Table::Trace, trace)? {
            Some(trace) => self.rows(include_str!("../sql/steps.sql"), [trace], step_row),
            None => Ok(Vec::new()),
        }
    }

    /// A step without payload.
    pub(super) fn sketch(&mut self, row: &StepRow) -> Result<Sketch, FlightError> {
        let body = self.body(row)?;
        let traits = traits_of(body)?;
        let StepRow { span, source, parent, kind, started, ended, failed, .. } = *row;
        Ok(Sketch { span, source, parent, kind, started, ended, failed, traits })
    }

    /// A trace's steps as recorded, every version.
    pub(super) fn steps(&mut self, trace: TraceId) -> Result<Vec<Step>, FlightError> {
        let rows = self.step_rows(trace)?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let personal = self.personal(trace)?;
        rows.iter().map(|row| self.step(row, &personal)).collect()
    }

    /// One of them.
    pub(super) fn step_of(&mut self, row: &StepRow, trace: TraceId) -> Result<Step, FlightError> {
        let personal = self.personal(trace)?;
        self.step(row, &personal)
    }

    fn personal(&self, trace: TraceId) -> Result<Personal, FlightError> {
        let kept = |row: &Row| {
            let kept = Kept { id: row.get(1)?, people: row.get(2)?, wrapped: row.get(3)? };
            Ok((row.get(0)?, kept, row.get::<_, i64>(4)?))
        };
        let place = self.row_of(Table::Trace, trace)?;
        let row = self.row(include_str!("../sql/trace.sql"), [place], kept)?;
        let Some((row, kept, lost)) = row else {
            return Ok(Personal { trace, row: -1, key: Err(Gone::Lost), otherwise: Gone::Lost });
        };
        let otherwise = match lost {
            1 => Gone::Erased,
            2 => Gone::SampledOut,
            _ => Gone::Lost,
        };
        let key = self.shelf.keys.opened(trace, &kept)?;
        let why = if kept.wrapped.is_none() { Gone::SampledOut } else { Gone::Erased };
        Ok(Personal { trace, row, key: key.map(|key| key.secret).ok_or(why), otherwise })
    }

    fn step(&mut self, row: &StepRow, personal: &Personal) -> Result<Step, FlightError> {
        let origin = self.origin(row.origin)?;
        let body = self.body(row)?.to_vec();
        let Body { name, attributes, fields, traits } = Body::read(&body)?;
        let content = fields.into_iter().map(|field| self.field(field, personal));
        let content = content.collect::<Result<_, _>>()?;
        Ok(Step {
            trace: personal.trace,
            span: row.span,
            source: row.source,
            parent: row.parent,
            kind: row.kind,
            name: name.into_owned(),
            started: row.started,
            ended: row.ended,
            failed: row.failed,
            traits: traits.into_owned(),
            attributes: attributes.into_owned(),
            content,
            origin,
            subjects: Vec::new(),
            pivots: Vec::new(),
        })
    }

    fn field(&mut self, field: FieldBody, personal: &Personal) -> Result<Field, FlightError> {
        let parts = field.parts.iter().map(|part| self.part(part, personal));
        Ok(Field {
            parts: parts.collect::<Result<_, _>>()?,
            key: field.key.into_owned().into(),
            form: field.form,
            glue: field.glue.into_owned(),
        })
    }

    fn part(&mut self, part: &PartRef, personal: &Personal) -> Result<Part, FlightError> {
        let held = match part.kept {
            PartKept::Address => Held::Gone(Gone::HashOnly),
            PartKept::Text => self.held(part, personal)?,
        };
        let address = part.piece.is_none().then_some(part.address);
        Ok(Part { scope: part.scope, address, held })
    }

    fn held(&mut self, part: &PartRef, personal: &Personal) -> Result<Held, FlightError> {
        let (found, key) = match (part.scope, &personal.key) {
            (Scope::Shared, _) => (self.shared_place(part.address)?, self.shelf.shared.clone()),
            (Scope::Personal, Ok(key)) => (self.place(personal.row, part.address)?, key.clone()),
            (Scope::Personal, Err(why)) => return Ok(Held::Gone(*why)),
        };
        let Some((chunk, place)) = found else {
            let is_shared = part.scope == Scope::Shared;
            return Ok(Held::Gone(if is_shared { Gone::Lost } else { personal.otherwise }));
        };
        let broken = corrupt("content");
        let opening = (part.scope == Scope::Personal).then_some((&key, personal.trace));
        let texts = self.chunk(chunk, opening)?;
        let text = piece(texts, place).ok_or_else(|| broken("it is not where it was".into()))?;
        if key.address(text) != part.address {
            return Err(broken("its bytes do not match its address".into()));
        }
        let text = match part.piece {
            Some((from, to)) => text.get(from as usize..to as usize).unwrap_or_default(),
            None => text,
        };
        let text = String::from_utf8(text.to_vec()).map_err(|error| broken(error.into()))?;
        Ok(Held::Text(text))
    }

    /// Where content is that is everybody's.
    fn shared_place(&self, address: Address) -> Result<Option<(i64, u32)>, FlightError> {
        let place = |row: &Row| Ok((row.get(0)?, row.get(1)?));
        self.row(include_str!("../sql/content.sql"), [address.as_bytes()], place)
    }

    /// Where content of a trace is, which has this row.
    fn place(&mut self, trace: i64, address: Address) -> Result<Option<(i64, u32)>, FlightError> {
        if !self.places.contains_key(&trace) {
            let chunk = |row: &Row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?));
            let chunks = self.rows(include_str!("../sql/addresses.sql"), [trace], chunk)?;
            let mut places = HashMap::new();
            for (chunk, addresses) in chunks {
                for (address, place) in addresses.as_chunks::<16>().0.iter().zip(0..) {
                    places.insert(Address::new(*address), (chunk, place));
                }
            }
            if self.places.len() >= MOST_UNPACKED {
                self.places.clear();
            }
            self.places.insert(trace, places);
        }
        Ok(self.places[&trace].get(&address).copied())
    }

    fn chunk(
        &mut self,
        id: i64,
        opening: Option<(&Secret, TraceId)>,
    ) -> Result<&[u8], FlightError> {
        if !self.chunks.contains_key(&id) {
            let body: Option<Vec<u8>> =
                self.row(include_str!("../sql/chunk.sql"), [id], |row| row.get(0))?;
            let body = body.ok_or_else(|| corrupt("content")("its chunk is not there".into()))?;
            let packed = match opening {
                Some((key, trace)) => key
                    .open(&body, trace.as_bytes())
                    .ok_or_else(|| corrupt("content")("it does not open with its key".into()))?,
                None => body,
            };
            if self.chunks.len() >= MOST_UNPACKED {
                self.chunks.clear();
            }
            self.chunks.insert(id, unpack(&packed)?);
        }
        Ok(&self.chunks[&id])
    }

    /// The body of a step, as it was written.
    pub(super) fn body(&mut self, row: &StepRow) -> Result<&[u8], FlightError> {
        if !self.blocks.contains_key(&row.block) {
            let body: Option<Vec<u8>> =
                self.row(include_str!("../sql/block.sql"), [row.block], |row| row.get(0))?;
            let body = body.ok_or_else(|| corrupt("step")("its block is not there".into()))?;
            if self.blocks.len() >= MOST_UNPACKED {
                self.blocks.clear();
            }
            self.blocks.insert(row.block, unpack(&body)?);
        }
        let body = piece(&self.blocks[&row.block], row.place);
        body.ok_or_else(|| corrupt("step")("it is not where it was in its block".into()))
    }

    fn origin(&mut self, id: i64) -> Result<Arc<[Attribute]>, FlightError> {
        if let Some(origin) = self.origins.get(&id) {
            return Ok(Arc::clone(origin));
        }
        let (_, body) = self.origin_bytes(id)?;
        let origin: Vec<Attribute> =
            serde_json::from_slice(&body).map_err(|error| corrupt("origin")(error.into()))?;
        let origin: Arc<[Attribute]> = origin.into();
        self.origins.insert(id, Arc::clone(&origin));
        Ok(origin)
    }

    /// The hash of a sender's attributes, and the attributes as they were written.
    pub(super) fn origin_bytes(&self, id: i64) -> Result<([u8; 16], Vec<u8>), FlightError> {
        let both = |row: &Row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?));
        let found = self.row(include_str!("../sql/origin.sql"), [id], both)?;
        let (hash, body) = found.ok_or_else(|| corrupt("origin")("it is not there".into()))?;
        Ok((hash, unpack(&body)?))
    }
}

pub(super) fn step_row(row: &Row) -> rusqlite::Result<StepRow> {
    let mut columns = Columns::of(row, 0);
    Ok(StepRow {
        id: columns.get()?,
        span: columns.span()?,
        parent: columns.maybe_span()?,
        kind: columns.kind()?,
        source: columns.source()?,
        failed: columns.get()?,
        started: columns.instant()?,
        ended: columns.instant()?,
        block: columns.get()?,
        place: columns.get()?,
        origin: columns.get()?,
        digest: columns.get()?,
    })
}
