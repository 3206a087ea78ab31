//! What was packed of a request on its way into the rows of a day file.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use model::run::Keep;
use model::{Address, Label, Level, Receipt, Run, Seen, Settlement, TraceId};
use rusqlite::{Connection, OptionalExtension, params};

use super::chain::{self, Digest, Link};
use super::codec::{nanos, outcome_code};
use super::known::{Known, KnownTrace, MOST_KNOWN, remember};
use super::pack::{Packed, PackedBlock, PackedChunk, PackedOrigin, PackedStep, PackedTrace};
use super::pivots::{Entries, Waiting};
use super::places::{self, Table};
use super::traces::TraceKey;
use crate::error::FlightError;
use crate::keys::KeyId;

/// Stands in the place of a trace where content is everybody's.
const EVERYBODY: i64 = 0;

/// What became of a request.
#[derive(Default)]
pub(super) struct Written {
    pub(super) receipt: Receipt,
    pub(super) stored: Vec<StoredStep>,
}

/// A step that was stored.
pub(super) struct StoredStep {
    /// Which of the request's steps.
    pub(super) place: usize,
    pub(super) trace: TraceId,
    pub(super) row: i64,
    /// Whether the file had nothing of its trace before the request.
    pub(super) is_new: bool,
}

/// What is written of a group of requests, on its way into the file.
pub(super) struct Writing<'a> {
    pub(super) to: &'a Connection,
    pub(super) known: &'a mut Known,
    pub(super) link: Link,
}

impl Writing<'_> {
    pub(super) fn part(&mut self, packed: &Packed) -> Result<Written, FlightError> {
        let mut traces = HashMap::with_capacity(packed.traces.len());
        for trace in &packed.traces {
            traces.insert(trace.trace, self.trace(trace)?);
        }
        self.rest(packed, &traces).map_err(FlightError::Append)
    }

    fn rest(
        &mut self,
        packed: &Packed,
        traces: &HashMap<TraceId, KnownTrace>,
    ) -> rusqlite::Result<Written> {
        let origins: Vec<i64> =
            packed.origins.iter().map(|origin| self.origin(origin)).collect::<Result<_, _>>()?;
        let mut stored = Vec::new();
        let (mut met, mut steps) = (HashSet::new(), 0);
        for block in &packed.blocks {
            self.block(block, &origins, (steps, &mut stored), |step| {
                let trace = traces.get(&step.trace).copied()?;
                met.insert(step.digest).then_some(trace)
            })?;
            steps += block.steps.len();
        }
        let count = stored.len() as u64;
        let receipt = Receipt { stored: count, duplicate: steps as u64 - count };
        if receipt.stored > 0 {
            packed.chunks.iter().try_for_each(|chunk| self.chunk(chunk, traces))?;
            self.pivots(packed, traces)?;
        }
        packed.labels.iter().try_for_each(|(label, digest)| self.label(label, digest))?;
        let mut settlements = packed.settlements.iter();
        settlements.try_for_each(|(settlement, digest)| self.settlement(settlement, digest))?;
        Ok(Written { receipt, stored })
    }

    /// The row of a trace, with its key wrapped by the keys of all people known so far.
    fn trace(&mut self, packed: &PackedTrace) -> Result<KnownTrace, FlightError> {
        let found = self.meet_trace(packed.trace).map_err(FlightError::Append)?;
        let (key, people) = (packed.key.id, packed.key.people_bytes());
        let people_bytes = people.len();
        let known = match found {
            None => {
                let id = self.insert_trace(packed, key, &people).map_err(FlightError::Append)?;
                KnownTrace { id, key, people_bytes, is_new: true, is_met: true }
            }
            Some(found) if found.key == key && found.people_bytes >= people_bytes => found,
            Some(found) if found.key == key || packed.key.replaces == Some(found.key) => {
                if found.key != key {
                    self.delete_content(found.id).map_err(FlightError::Append)?;
                }
                self.update_trace(found.id, packed, key, &people).map_err(FlightError::Append)?;
                KnownTrace { key, people_bytes, ..found }
            }
            Some(_) => return Err(FlightError::Crossed),
        };
        self.known.remember_trace(packed.trace, known);
        Ok(known)
    }

    /// The row of a trace, if it is there; what was said in it is then known to be stored.
    fn meet_trace(&mut self, trace: TraceId) -> rusqlite::Result<Option<KnownTrace>> {
        let found = self.find_trace(trace)?;
        let Some(KnownTrace { id, is_met: false, .. }) = found else { return Ok(found) };
        let mut chunks = self.to.prepare_cached(include_str!("../sql/addresses.sql"))?;
        for addresses in chunks.query_map([id], |row| row.get::<_, Vec<u8>>(1))? {
            if self.known.contents.len() >= MOST_KNOWN {
                self.known.contents.clear();
            }
            let addresses = addresses?;
            let addresses = addresses.as_chunks::<16>().0.iter().map(|one| Address::new(*one));
            self.known.contents.extend(addresses);
        }
        Ok(found.map(|found| KnownTrace { is_met: true, ..found }))
    }

    fn find_trace(&mut self, trace: TraceId) -> rusqlite::Result<Option<KnownTrace>> {
        self.known.placed(self.to)?;
        if let Some(known) = self.known.traces.get(&trace) {
            return Ok(Some(KnownTrace { is_new: false, ..*known }));
        }
        let Some(row) = places::find_placed(self.to, Table::Trace, trace)? else { return Ok(None) };
        let mut find = self.to.prepare_cached(include_str!("../sql/find_trace.sql"))?;
        find.query_row([row], |row| KnownTrace::of(row, 0)).optional()
    }

    fn insert_trace(
        &mut self,
        packed: &PackedTrace,
        key: KeyId,
        people: &[u8],
    ) -> rusqlite::Result<i64> {
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_trace.sql"))?;
        let row = params![packed.trace.as_bytes(), key, people, packed.key.wrapped];
        let id = insert.insert(row)?;
        self.known.placed(self.to)?[Table::Trace as usize].last = id;
        Ok(id)
    }

    fn update_trace(
        &self,
        id: i64,
        packed: &PackedTrace,
        key: KeyId,
        people: &[u8],
    ) -> rusqlite::Result<usize> {
        let mut update = self.to.prepare_cached(include_str!("../sql/update_trace.sql"))?;
        update.execute(params![id, key, people, packed.key.wrapped])
    }

    /// Stores the steps that are not there yet, and the block, if there are such. Adds them to
    /// those stored, each with its place in the request, where the block has its own.
    ///
    /// `trace` gives the trace of a step that is the first of its kind in the request.
    fn block(
        &mut self,
        block: &PackedBlock,
        origins: &[i64],
        (place, stored): (usize, &mut Vec<StoredStep>),
        mut trace: impl FnMut(&PackedStep) -> Option<KnownTrace>,
    ) -> rusqlite::Result<()> {
        let mut has = self.to.prepare_cached(include_str!("../sql/has_step.sql"))?;
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_step.sql"))?;
        let mut row = None;
        for (step, place) in block.steps.iter().zip(place..) {
            let Some(KnownTrace { id: trace, is_new, .. }) = trace(step) else { continue };
            let key = params![trace, step.span.as_bytes(), step.digest];
            if !is_new && has.exists(key)? {
                continue;
            }
            let block = match row {
                Some(row) => row,
                None => *row.insert(self.insert_block(&block.body)?),
            };
            let id = insert.insert(params![
                trace,
                step.span.as_bytes(),
                step.parent.as_ref().map(|parent| parent.as_bytes().as_slice()),
                step.kind,
                step.source,
                step.failed,
                step.started,
                step.ended,
                step.digest,
                origins[step.origin],
                block,
                step.place,
            ])?;
            self.link.take(chain::Table::Step, id, &step.digest);
            stored.push(StoredStep { place, trace: step.trace, row: id, is_new });
        }
        Ok(())
    }

    fn insert_block(&self, body: &[u8]) -> rusqlite::Result<i64> {
        self.to.prepare_cached(include_str!("../sql/insert_block.sql"))?.insert([body])
    }

    /// Stores content, unless all of it is there already.
    fn chunk(
        &mut self,
        chunk: &PackedChunk,
        traces: &HashMap<TraceId, KnownTrace>,
    ) -> rusqlite::Result<()> {
        let Some(trace) = chunk.trace else { return self.shared_chunk(chunk) };
        let Some(trace) = traces.get(&trace) else { return Ok(()) };
        let contents = &self.known.contents;
        if contents.is_empty() || !chunk.addresses.iter().all(|one| contents.contains(one)) {
            self.insert_chunk(trace.id, chunk)?;
        }
        Ok(())
    }

    /// Stores content that is everybody's, and where to find it, unless all of it is there already.
    fn shared_chunk(&self, chunk: &PackedChunk) -> rusqlite::Result<()> {
        let mut has = self.to.prepare_cached(include_str!("../sql/has_content.sql"))?;
        let mut is_new = false;
        for address in &chunk.addresses {
            is_new = is_new || !has.exists([address.as_bytes()])?;
        }
        if !is_new {
            return Ok(());
        }
        let id = self.insert_chunk(EVERYBODY, chunk)?;
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_content.sql"))?;
        for (place, address) in chunk.addresses.iter().enumerate() {
            insert.execute(params![address.as_bytes(), id, place as i64])?;
        }
        Ok(())
    }

    fn insert_chunk(&self, owner: i64, chunk: &PackedChunk) -> rusqlite::Result<i64> {
        let addresses: Vec<[u8; 16]> = chunk.addresses.iter().map(|one| *one.as_bytes()).collect();
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_chunk.sql"))?;
        insert.insert(params![owner, addresses.as_flattened(), chunk.body])
    }

    /// Stores what the traces can be found by.
    fn pivots(
        &mut self,
        packed: &Packed,
        traces: &HashMap<TraceId, KnownTrace>,
    ) -> rusqlite::Result<()> {
        let mut entries = Entries::default();
        for packed in &packed.traces {
            let Some(trace) = traces.get(&packed.trace) else { continue };
            packed.pivots.iter().for_each(|pivot| entries.push(pivot, trace.id));
        }
        let waiting = match &mut self.known.waiting {
            Some(waiting) => waiting,
            none => none.insert(Waiting::of(self.to)?),
        };
        entries.write(self.to, waiting)
    }

    /// Sorts in what traces can be found by, where much of that waits.
    pub(super) fn sort_in_pivots(&mut self) -> rusqlite::Result<()> {
        match &mut self.known.waiting {
            Some(waiting) => waiting.sort_in_if_much(self.to).map(|_| ()),
            None => Ok(()),
        }
    }

    fn origin(&mut self, origin: &PackedOrigin) -> rusqlite::Result<i64> {
        if let Some(id) = self.known.origins.get(&origin.hash) {
            return Ok(*id);
        }
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_origin.sql"))?;
        let id = insert.query_row(params![origin.hash, origin.body], |row| row.get(0))?;
        remember(&mut self.known.origins, origin.hash, id);
        Ok(id)
    }

    fn label(&mut self, label: &Label, digest: &Digest) -> rusqlite::Result<()> {
        let subject = serde_json::to_string(&label.subject)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let pivot = match &label.subject {
            model::Subject::Pivot(pivot) => Some(*pivot.as_bytes()),
            model::Subject::Run(_) | model::Subject::Trace(_) => None,
        };
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_label.sql"))?;
        let id = insert.insert(params![
            label.subject.trace().map(|trace| *trace.as_bytes()),
            pivot,
            subject,
            outcome_code(label.outcome),
            label.source,
            nanos(label.at),
            digest,
        ])?;
        self.link.take(chain::Table::Label, id, digest);
        Ok(())
    }

    fn settlement(&mut self, settlement: &Settlement, digest: &Digest) -> rusqlite::Result<()> {
        let keep = serde_json::to_string(&settlement.payload.keep)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_settlement.sql"))?;
        let id = insert.insert(params![
            settlement.trace.as_bytes(),
            settlement.through.day,
            settlement.through.step,
            settlement.through.label,
            keep,
            settlement.payload.rate,
            digest,
        ])?;
        self.link.take(chain::Table::Settlement, id, digest);
        self.known.placed(self.to)?[Table::Settlement as usize].last = id;
        settlement.runs.iter().try_for_each(|run| self.run(id, run))?;
        if settlement.payload.keep == Keep::Dropped {
            self.drop_payload(settlement.trace)
        } else {
            Ok(())
        }
    }

    /// Wraps a trace's key again.
    pub(super) fn rewrap(&mut self, trace: TraceId, key: &TraceKey) -> rusqlite::Result<()> {
        let Some(found) = self.find_trace(trace)? else { return Ok(()) };
        let people = key.people_bytes();
        let mut update = self.to.prepare_cached(include_str!("../sql/update_trace.sql"))?;
        update.execute(params![found.id, key.id, people, key.wrapped])?;
        let wrapped = KnownTrace { key: key.id, people_bytes: people.len(), ..found };
        self.known.remember_trace(trace, wrapped);
        Ok(())
    }

    /// Takes away what was said in a trace.
    fn delete_content(&self, trace: i64) -> rusqlite::Result<()> {
        self.to.prepare_cached(include_str!("../sql/delete_content.sql"))?.execute([trace])?;
        Ok(())
    }

    /// Takes away what was said in a trace, and its key.
    pub(super) fn drop_payload(&mut self, trace: TraceId) -> rusqlite::Result<()> {
        let Some(KnownTrace { id, .. }) = self.find_trace(trace)? else { return Ok(()) };
        self.delete_content(id)?;
        self.to.prepare_cached(include_str!("../sql/drop_key.sql"))?.execute([id])?;
        Ok(())
    }

    fn run(&mut self, settlement: i64, run: &Run) -> rusqlite::Result<()> {
        let feature = self.feature(&run.feature)?;
        let mut levels = Vec::with_capacity(4 * run.levels.len());
        for seen in &run.levels {
            levels.extend_from_slice(&(self.level(seen)? as u32).to_le_bytes());
        }
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_run.sql"))?;
        insert.execute(params![
            settlement,
            run.id.root.as_ref().map(|root| root.as_bytes().as_slice()),
            feature,
            nanos(run.started),
            nanos(run.ended),
            outcome_code(run.outcome),
            run.steps,
            levels,
            run.labelled.map(nanos),
            run.cluster,
        ])?;
        Ok(())
    }

    fn feature(&mut self, name: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.known.features.get(name) {
            return Ok(*id);
        }
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_feature.sql"))?;
        let id = insert.query_row([name], |row| row.get(0))?;
        remember(&mut self.known.features, name.to_owned(), id);
        Ok(id)
    }

    fn level(&mut self, seen: &Seen) -> rusqlite::Result<i64> {
        if let Some(id) = self.known.levels.get(seen) {
            return Ok(*id);
        }
        let (recorded, name) = match &seen.level {
            Level::Is(name) => (true, name.as_str()),
            Level::NotRecorded => (false, ""),
        };
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_level.sql"))?;
        let row = params![seen.factor.as_str(), recorded, name];
        let id = insert.query_row(row, |row| row.get(0))?;
        remember(&mut self.known.levels, seen.clone(), id);
        Ok(id)
    }
}
