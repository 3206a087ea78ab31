//! Reading: each question asked of every day file it can concern, oldest first.

use std::collections::{BTreeMap, HashMap};
use std::sync::PoisonError;

use model::run::Through;
use model::{
    ContentHash, Factor, Label, Run, RunId, Seen, Settlement, Sketch, SpanId, Step, Subject,
    TraceId, Window,
};
use rusqlite::{Connection, OptionalExtension, Row};

use super::codec::{Columns, corrupt, packed_step, sketch, unpack, unreadable};
use super::day::Days;
use crate::error::FlightError;
use crate::memory::latest_versions;
use crate::store::TraceRecord;

/// How many of the newest days may hold traces that no settlement has seen.
const UNSETTLED_DAYS: usize = 2;

/// Asks every day file, oldest first.
fn each_day(
    days: &Days,
    mut ask: impl FnMut(&Connection) -> Result<(), FlightError>,
) -> Result<(), FlightError> {
    for reader in days.readers()? {
        ask(&reader.lock().unwrap_or_else(PoisonError::into_inner))?;
    }
    Ok(())
}

/// All rows of a question that a parameter narrows.
fn rows<T>(
    day: &Connection,
    sql: &'static str,
    parameters: impl rusqlite::Params,
    read: impl FnMut(&Row) -> rusqlite::Result<T>,
) -> Result<Vec<T>, FlightError> {
    let mut statement = day.prepare_cached(sql).map_err(FlightError::Read)?;
    let rows = statement.query_map(parameters, read).map_err(FlightError::Read)?;
    rows.collect::<rusqlite::Result<Vec<T>>>().map_err(unreadable)
}

pub(super) fn trace(days: &Days, trace: TraceId) -> Result<TraceRecord, FlightError> {
    let mut latest: BTreeMap<SpanId, Sketch> = BTreeMap::new();
    let mut record = TraceRecord::default();
    each_day(days, |day| {
        record.through = Through::default();
        for (id, step) in
            rows(day, include_str!("../sql/sketches.sql"), [trace.as_bytes()], sketch)?
        {
            record.through.step = id;
            if latest.get(&step.span).is_none_or(|kept| kept.ended <= step.ended) {
                latest.insert(step.span, step);
            }
        }
        for (id, label) in rows(day, include_str!("../sql/labels.sql"), [trace.as_bytes()], label)?
        {
            record.through.label = id;
            record.labels.push(label);
        }
        Ok(())
    })?;
    record.steps = latest.into_values().collect();
    record.steps.sort_by_key(|step| (step.started, step.span));
    Ok(record)
}

fn label(row: &Row) -> rusqlite::Result<(i64, Label)> {
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

pub(super) fn steps(days: &Days, trace: TraceId) -> Result<Vec<Step>, FlightError> {
    let mut steps = Vec::new();
    each_day(days, |day| {
        for packed in rows(day, include_str!("../sql/steps.sql"), [trace.as_bytes()], packed_step)?
        {
            steps.push(packed.unpack(trace)?);
        }
        Ok(())
    })?;
    Ok(latest_versions(steps))
}

pub(super) fn content(days: &Days, hash: &ContentHash) -> Result<Option<Vec<u8>>, FlightError> {
    let mut found: Option<Vec<u8>> = None;
    each_day(days, |day| {
        if found.is_none() {
            let mut statement = day
                .prepare_cached(include_str!("../sql/content.sql"))
                .map_err(FlightError::Read)?;
            let row = statement.query_row([hash.as_bytes()], |row| row.get(0));
            found = row.optional().map_err(FlightError::Read)?;
        }
        Ok(())
    })?;
    let Some(bytes) = found.map(|packed| unpack(&packed)).transpose()? else { return Ok(None) };
    if ContentHash::of(&bytes) == *hash {
        Ok(Some(bytes))
    } else {
        Err(corrupt("content")("its bytes do not match its address".into()))
    }
}

pub(super) fn settlements(days: &Days, window: Window) -> Result<Vec<Settlement>, FlightError> {
    let mut settlements = Vec::new();
    each_day(days, |day| {
        // Later days may settle the same traces again, with other starts.
        if !settlements.is_empty() || holds_runs_in(day, window)? {
            settlements.extend(settlements_of(day)?);
        }
        Ok(())
    })?;
    Ok(settlements)
}

fn holds_runs_in(day: &Connection, window: Window) -> Result<bool, FlightError> {
    let span = |row: &Row| Ok((row.get(0)?, row.get(1)?));
    let span: (Option<i64>, Option<i64>) = day
        .query_row(include_str!("../sql/span_of_runs.sql"), [], span)
        .map_err(FlightError::Read)?;
    let (Some(first), Some(last)) = span else { return Ok(false) };
    let before_end = i128::from(first) < window.end.as_nanosecond();
    Ok(before_end && i128::from(last) >= window.start.as_nanosecond())
}

/// A row of `runs.sql`: a settlement, and one of its runs if it has any.
struct SettledRow {
    settlement: i64,
    trace: TraceId,
    run: Option<(i64, Run)>,
}

fn settlements_of(day: &Connection) -> Result<Vec<Settlement>, FlightError> {
    let dictionary = dictionary(day)?;
    let mut levels: HashMap<i64, Vec<Seen>> = HashMap::new();
    let pair = |row: &Row| Ok((row.get(0)?, row.get(1)?));
    for (run, level) in rows::<(i64, i64)>(day, include_str!("../sql/run_levels.sql"), [], pair)? {
        levels.entry(run).or_default().extend(dictionary.get(&level).cloned());
    }
    let mut settlements: Vec<(i64, Settlement)> = Vec::new();
    for row in rows(day, include_str!("../sql/runs.sql"), [], settled_row)? {
        if settlements.last().is_none_or(|(id, _)| *id != row.settlement) {
            let through = Through::default();
            let settlement = Settlement { trace: row.trace, runs: Vec::new(), through };
            settlements.push((row.settlement, settlement));
        }
        if let (Some((id, mut run)), Some((_, settlement))) = (row.run, settlements.last_mut()) {
            run.levels = levels.remove(&id).unwrap_or_default();
            settlement.runs.push(run);
        }
    }
    Ok(settlements.into_iter().map(|(_, settlement)| settlement).collect())
}

fn settled_row(row: &Row) -> rusqlite::Result<SettledRow> {
    let mut columns = Columns::of(row, 0);
    let (settlement, trace) = (columns.get()?, columns.trace()?);
    let Some(id) = columns.get::<Option<i64>>()? else {
        return Ok(SettledRow { settlement, trace, run: None });
    };
    let run = Run {
        id: RunId { trace, root: columns.maybe_span()? },
        feature: columns.get()?,
        started: columns.instant()?,
        ended: columns.instant()?,
        outcome: columns.outcome()?,
        steps: columns.get()?,
        levels: Vec::new(),
    };
    Ok(SettledRow { settlement, trace, run: Some((id, run)) })
}

fn dictionary(day: &Connection) -> Result<HashMap<i64, Seen>, FlightError> {
    let entry = |row: &Row| {
        let (id, factor, recorded) = (row.get(0)?, row.get::<_, String>(1)?, row.get(2)?);
        let factor = Factor::from(factor.as_str());
        let seen = match recorded {
            true => Seen::at(factor, row.get::<_, String>(3)?),
            false => Seen::unrecorded(factor),
        };
        Ok((id, seen))
    };
    Ok(rows(day, include_str!("../sql/levels.sql"), [], entry)?.into_iter().collect())
}

pub(super) fn unsettled(days: &Days) -> Result<Vec<TraceId>, FlightError> {
    let readers = days.readers()?;
    let mut traces = Vec::new();
    for reader in readers.iter().rev().take(UNSETTLED_DAYS) {
        let day = reader.lock().unwrap_or_else(PoisonError::into_inner);
        let trace = |row: &Row| Columns::of(row, 0).trace();
        traces.extend(rows(&day, include_str!("../sql/unsettled.sql"), [], trace)?);
    }
    traces.sort_unstable();
    traces.dedup();
    Ok(traces)
}
