//! Reading: each question asked of every day file it can concern, oldest first.

use std::collections::{BTreeMap, HashMap};
use std::sync::PoisonError;

use model::run::{Payload, Through};
use model::{
    Address, Factor, Label, Run, RunId, Seen, Settlement, Sketch, SpanId, Step, Subject, TraceId,
    Window,
};
use rusqlite::{Connection, Row};

use super::codec::{Columns, corrupt, unreadable};
use super::day;
use super::evidence;
use super::file::DayFile;
use super::fresh::FreshTrace;
use super::pivots;
use super::places::Table;
use super::shelf::Shelf;
use crate::error::FlightError;
use crate::memory::latest_versions;
use crate::store::TraceRecord;

/// How many of the newest days may hold traces that no settlement has seen.
const UNSETTLED_DAYS: usize = 2;

/// Asks every day file, oldest first.
pub(super) fn each_day(
    shelf: &Shelf,
    mut ask: impl FnMut(i32, &mut DayFile) -> Result<(), FlightError>,
) -> Result<(), FlightError> {
    for (path, reader) in shelf.days.readers()? {
        let connection = reader.lock().unwrap_or_else(PoisonError::into_inner);
        ask(day::number_of(&path), &mut DayFile::new(&connection, shelf))?;
    }
    Ok(())
}

/// All that is on record of each of some traces, without payload. A trace that can't be read spoils
/// no other. Days that are over are asked only about what they may hold; the filters that tell are
/// made one at a time, so that nobody waits for all of them.
pub(super) fn traces(
    shelf: &Shelf,
    traces: &[TraceId],
) -> Result<Vec<Result<TraceRecord, FlightError>>, FlightError> {
    let fresh = |trace: &TraceId| shelf.fresh.take(*trace);
    let mut records: Vec<Result<Reading, FlightError>> = traces
        .iter()
        .map(|trace| Ok(Reading { fresh: fresh(trace), ..Reading::default() }))
        .collect();
    let days = shelf.days.readers()?;
    let over = days.len().saturating_sub(UNSETTLED_DAYS);
    let mut made = false;
    for (place, (path, reader)) in days.iter().enumerate() {
        let connection = reader.lock().unwrap_or_else(PoisonError::into_inner);
        let (day, mut file) = (day::number_of(path), DayFile::new(&connection, shelf));
        if place < over && !made {
            made = shelf.filters.make(day, &file);
        }
        let filter = if place < over { shelf.filters.get(day) } else { None };
        let _snapshot = connection.unchecked_transaction().map_err(unreadable(&connection))?;
        for (trace, record) in traces.iter().zip(&mut records) {
            if filter.as_ref().is_some_and(|filter| !filter.may_hold(*trace)) {
                continue;
            }
            let Ok(reading) = record else { continue };
            if let Err(error) = reading.read(day, &mut file, *trace) {
                *record = Err(error);
            }
        }
    }
    Ok(records.into_iter().map(|record| record.map(Reading::done)).collect())
}

/// The same of one, which may have outlived its days as evidence.
pub(super) fn trace(shelf: &Shelf, trace: TraceId) -> Result<TraceRecord, FlightError> {
    let mut reading = Reading::default();
    let mut ask = |day, file: &mut DayFile| reading.read(day, file, trace);
    evidence::each_of_retired(shelf, &mut ask)?;
    each_day(shelf, ask)?;
    Ok(reading.done())
}

/// A trace's record while day after day is read.
#[derive(Default)]
struct Reading {
    /// What need not be read of it.
    fresh: Option<FreshTrace>,
    latest: BTreeMap<SpanId, Sketch>,
    record: TraceRecord,
}

impl Reading {
    fn read(&mut self, day: i32, file: &mut DayFile, trace: TraceId) -> Result<(), FlightError> {
        let mut through = Through { day, ..Through::default() };
        through.step = match self.fresh.take_if(|fresh| fresh.day == day) {
            Some(fresh) => {
                fresh.sketches.into_iter().for_each(|sketch| self.take(sketch));
                fresh.last
            }
            None => self.read_steps(file, trace)?,
        };
        let record = &mut self.record;
        for (id, label) in
            file.rows(include_str!("../sql/labels.sql"), [trace.as_bytes()], label)?
        {
            through.label = id;
            record.labels.push(label);
        }
        if (through.step, through.label) != (0, 0) {
            record.through = through;
        }
        Ok(())
    }

    /// Reads the steps of a trace, and says which row was the last.
    fn read_steps(&mut self, file: &mut DayFile, trace: TraceId) -> Result<i64, FlightError> {
        let mut last = 0;
        for row in file.step_rows(trace)? {
            last = row.id;
            let before = self.latest.get(&row.span);
            if before.is_none_or(|before| before.ended <= row.ended) {
                self.take(file.sketch(&row)?);
            }
        }
        Ok(last)
    }

    fn take(&mut self, sketch: Sketch) {
        let before = self.latest.get(&sketch.span);
        if before.is_none_or(|before| before.rank() <= sketch.rank()) {
            self.latest.insert(sketch.span, sketch);
        }
    }

    fn done(mut self) -> TraceRecord {
        self.record.steps = self.latest.into_values().collect();
        self.record.steps.sort_by_key(|step| (step.started, step.span));
        self.record
    }
}

pub(super) fn label(row: &Row) -> rusqlite::Result<(i64, Label)> {
    let mut columns = Columns::of(row, 0);
    let id = columns.get()?;
    let subject: String = columns.get()?;
    let subject: Subject = serde_json::from_str(&subject).map_err(|error| {
        let kind = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(1, kind, error.into())
    })?;
    let outcome = columns.outcome()?;
    Ok((id, Label { subject, outcome, source: columns.get()?, at: columns.instant()? }))
}

pub(super) fn steps(shelf: &Shelf, trace: TraceId) -> Result<Vec<Step>, FlightError> {
    let mut steps = Vec::new();
    let mut ask = |_, file: &mut DayFile| {
        steps.extend(file.steps(trace)?);
        Ok(())
    };
    evidence::each_of_retired(shelf, &mut ask)?;
    each_day(shelf, ask)?;
    Ok(latest_versions(steps))
}

/// The traces in which something was named, the newest first.
pub(super) fn find(
    shelf: &Shelf,
    pivot: Address,
    most: usize,
) -> Result<Vec<TraceId>, FlightError> {
    let mut traces = Vec::new();
    let mut ask = |_, file: &mut DayFile| {
        let trace = |row: &Row| Columns::of(row, 0).trace();
        let mut found = Vec::new();
        for row in pivots::find(file.day, pivot, most).map_err(unreadable(file.day))? {
            found.extend(file.rows(include_str!("../sql/trace_of_row.sql"), [row], trace)?);
        }
        found.append(&mut traces);
        traces = found;
        Ok(())
    };
    evidence::each_of_retired(shelf, &mut ask)?;
    each_day(shelf, ask)?;
    let mut met = std::collections::HashSet::new();
    traces.retain(|trace| met.insert(*trace));
    traces.truncate(most);
    Ok(traces)
}

/// Labels of the newest days about what no run on record names.
pub(super) fn awaited(shelf: &Shelf) -> Result<Vec<(Address, Label)>, FlightError> {
    let readers = shelf.days.readers()?;
    let mut awaited = Vec::new();
    for (_, reader) in readers.iter().rev().take(UNSETTLED_DAYS) {
        let connection = reader.lock().unwrap_or_else(PoisonError::into_inner);
        let file = DayFile::new(&connection, shelf);
        for (_, label) in file.rows(include_str!("../sql/awaited.sql"), [], label)? {
            if let Subject::Pivot(pivot) = label.subject {
                awaited.push((pivot, label));
            }
        }
    }
    Ok(awaited)
}

/// Hands over settlements, in the order they were made.
pub(super) fn settlements(
    shelf: &Shelf,
    window: Window,
    mut take: impl FnMut(Settlement),
) -> Result<(), FlightError> {
    let mut begun = false;
    each_day(shelf, |_, file| {
        // Later days may settle the same traces again, with other starts.
        begun = begun || holds_runs_in(file.day, window)?;
        match begun {
            true => settlements_of(file, |settled| take(settled.settlement)),
            false => Ok(()),
        }
    })
}

fn holds_runs_in(day: &Connection, window: Window) -> Result<bool, FlightError> {
    let span = |row: &Row| Ok((row.get(0)?, row.get(1)?));
    let span: (Option<i64>, Option<i64>) = day
        .query_row(include_str!("../sql/span_of_runs.sql"), [], span)
        .map_err(unreadable(day))?;
    let (Some(first), Some(last)) = span else { return Ok(false) };
    let before_end = i128::from(first) < window.end.as_nanosecond();
    Ok(before_end && i128::from(last) >= window.start.as_nanosecond())
}

/// A row of `runs.sql`: a settlement, and one of its runs if it has any.
struct SettledRow {
    id: i64,
    settlement: Settlement,
    digest: [u8; 16],
    run: Option<(Run, Vec<u8>)>,
}

/// A settlement as it is stored.
pub(super) struct Settled {
    pub(super) id: i64,
    pub(super) settlement: Settlement,
    pub(super) digest: [u8; 16],
}

/// Hands over every settlement of a day.
pub(super) fn settlements_of(
    file: &DayFile,
    mut take: impl FnMut(Settled),
) -> Result<(), FlightError> {
    let dictionary = dictionary(file)?;
    let mut statement =
        file.day.prepare_cached(include_str!("../sql/runs.sql")).map_err(unreadable(file.day))?;
    let rows = statement.query_map([], settled_row).map_err(unreadable(file.day))?;
    let mut whole: Option<Settled> = None;
    for row in rows {
        let SettledRow { id, settlement, digest, run } = row.map_err(unreadable(file.day))?;
        if whole.as_ref().is_none_or(|open| open.id != id) {
            whole.replace(Settled { id, settlement, digest }).into_iter().for_each(&mut take);
        }
        if let (Some((mut run, levels)), Some(whole)) = (run, &mut whole) {
            run.levels = levels_of(&levels, &dictionary)?;
            whole.settlement.runs.push(run);
        }
    }
    whole.into_iter().for_each(take);
    Ok(())
}

fn levels_of(ids: &[u8], dictionary: &HashMap<i64, Seen>) -> Result<Vec<Seen>, FlightError> {
    let ids = ids.as_chunks::<4>().0.iter().map(|id| i64::from(u32::from_le_bytes(*id)));
    let seen = ids.map(|id| dictionary.get(&id).cloned());
    seen.collect::<Option<_>>().ok_or_else(|| corrupt("run")("a level is not there".into()))
}

fn settled_row(row: &Row) -> rusqlite::Result<SettledRow> {
    let mut columns = Columns::of(row, 0);
    let (id, trace) = (columns.get()?, columns.trace()?);
    let payload = Payload { keep: columns.keep()?, rate: columns.get()? };
    let (day, step, label) = (columns.get()?, columns.get()?, columns.get()?);
    let through = Through { day, step, label };
    let settlement = Settlement { trace, runs: Vec::new(), payload, through };
    let digest = columns.get()?;
    let root = columns.maybe_span()?;
    let Some(feature) = columns.get::<Option<String>>()? else {
        return Ok(SettledRow { id, settlement, digest, run: None });
    };
    let run = Run {
        id: RunId { trace, root },
        feature,
        started: columns.instant()?,
        ended: columns.instant()?,
        outcome: columns.outcome()?,
        steps: columns.get()?,
        levels: Vec::new(),
        labelled: None,
        cluster: None,
    };
    let levels = columns.get()?;
    let run = Run { labelled: columns.maybe_instant()?, cluster: columns.get()?, ..run };
    Ok(SettledRow { id, settlement, digest, run: Some((run, levels)) })
}

fn dictionary(file: &DayFile) -> Result<HashMap<i64, Seen>, FlightError> {
    let entry = |row: &Row| {
        let (id, factor, recorded) = (row.get(0)?, row.get::<_, String>(1)?, row.get(2)?);
        let factor = Factor::from(factor.as_str());
        let seen = match recorded {
            true => Seen::at(factor, row.get::<_, String>(3)?),
            false => Seen::unrecorded(factor),
        };
        Ok((id, seen))
    };
    Ok(file.rows(include_str!("../sql/levels.sql"), [], entry)?.into_iter().collect())
}

/// Traces with something on record in the newest days that no settlement there has seen.
pub(super) fn unsettled(shelf: &Shelf) -> Result<Vec<TraceId>, FlightError> {
    let readers = shelf.days.readers()?;
    let from = readers.len().saturating_sub(UNSETTLED_DAYS);
    let mut traces: Vec<(TraceId, Through)> = Vec::new();
    for (path, reader) in &readers[from..] {
        let connection = reader.lock().unwrap_or_else(PoisonError::into_inner);
        let file = DayFile::new(&connection, shelf);
        let mut error = None;
        traces.retain(|(trace, last)| {
            let seen = settled(&file, *trace).map_err(|e| error = Some(e)).unwrap_or_default();
            !seen.is_some_and(|seen| covers(&seen, last))
        });
        error.map_or(Ok(()), Err)?;
        let day = day::number_of(path);
        let last = |row: &Row| {
            let mut columns = Columns::of(row, 0);
            let trace = columns.trace()?;
            Ok((trace, Through { day, step: columns.get()?, label: columns.get()? }))
        };
        traces.extend(file.rows(include_str!("../sql/unsettled.sql"), [day], last)?);
    }
    let mut traces: Vec<TraceId> = traces.into_iter().map(|(trace, _)| trace).collect();
    traces.sort_unstable();
    traces.dedup();
    Ok(traces)
}

/// How far the last settlement of a trace has seen.
fn settled(file: &DayFile, trace: TraceId) -> Result<Option<Through>, FlightError> {
    let place = file.row_of(Table::Settlement, trace)?;
    Ok(file.rows(include_str!("../sql/settled.sql"), [place], through)?.pop())
}

fn through(row: &Row) -> rusqlite::Result<Through> {
    let mut columns = Columns::of(row, 0);
    Ok(Through { day: columns.get()?, step: columns.get()?, label: columns.get()? })
}

/// Whether a settlement that saw so far has seen what came last.
fn covers(seen: &Through, last: &Through) -> bool {
    seen.day > last.day
        || (seen.day == last.day && seen.step >= last.step && seen.label >= last.label)
}
