//! Evidence: what an incident rests on, copied out of the days so that it outlives them.
//!
//! An excerpt is a file like a day's, with some of its rows under the same ids, and one link over
//! their digests: its head is the root that a fact can state. Content stays sealed with the keys it
//! was sealed with, so that who is erased is unreadable here too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use rusqlite::{Connection, Transaction, params};

use super::body::{Body, Kept};
use super::chain::{Digest, GENESIS, Link, Table};
use super::codec::nanos;
use super::day::{self, Reader};
use super::file::{DayFile, step_row};
use super::pieces::Pieces;
use super::pivots;
use super::places;
use super::shelf::Shelf;
use super::verify::{self, Rows};
use crate::error::FlightError;
use crate::store::{DayHead, Verified, Wanted};

/// Where the excerpts are that were made under a name.
fn place(shelf: &Shelf, name: &str) -> PathBuf {
    shelf.directory.join("evidence").join(name)
}

/// Copies what is wanted of every day, unless that was done before.
pub(super) fn keep(
    shelf: &Shelf,
    name: &str,
    wanted: &Wanted,
) -> Result<Vec<DayHead>, FlightError> {
    let place = place(shelf, name);
    let unusable = |source| FlightError::Directory { path: place.clone(), source };
    fs::create_dir_all(&place).map_err(unusable)?;
    for (day, reader) in shelf.days.readers()? {
        let target = place.join(format!("{}.db", day::name(&day)));
        if target.exists() {
            continue;
        }
        let part = target.with_extension("part");
        if part.exists() {
            fs::remove_file(&part).map_err(unusable)?;
        }
        if excerpt(shelf, &day, &reader, &part, wanted)? {
            fs::rename(&part, &target).map_err(unusable)?;
        } else {
            fs::remove_file(&part).map_err(unusable)?;
        }
    }
    day::sync_directory(&place.join("day"))?;
    day::sync_directory(&place)?;
    heads(shelf, name)
}

/// Writes one excerpt. False if the day holds nothing that is wanted.
fn excerpt(
    shelf: &Shelf,
    day: &Path,
    reader: &Reader,
    part: &Path,
    wanted: &Wanted,
) -> Result<bool, FlightError> {
    let mut to = attached(part, day)?;
    let written = to.transaction().map_err(FlightError::Append)?;
    let reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
    let mut from = DayFile::new(&reader, shelf);
    ask(&written, &from, wanted)?;
    for trace in &wanted.traces {
        for row in from.step_rows(*trace)? {
            shared_by(&written, from.body(&row)?)?;
        }
    }
    written.execute_batch(include_str!("../sql/excerpt.sql")).map_err(FlightError::Append)?;
    waiting_pivots(&written).map_err(FlightError::Append)?;
    places(&written).map_err(FlightError::Append)?;
    levels(&written).map_err(FlightError::Append)?;
    let found =
        bodies(shelf, &written, &mut from)? | link(&written).map_err(FlightError::Append)?;
    written.commit().map_err(FlightError::Append)?;
    Ok(found)
}

/// A new file with the schema of a day, and a day beside it.
fn attached(part: &Path, day: &Path) -> Result<Connection, FlightError> {
    let failed = |source| FlightError::Open { path: part.to_path_buf(), source };
    let to = day::excerpt(part)?;
    to.execute(include_str!("../sql/attach_day.sql"), [day.to_string_lossy()]).map_err(failed)?;
    Ok(to)
}

/// Says what the excerpt is to hold.
fn ask(to: &Transaction, from: &DayFile, wanted: &Wanted) -> Result<(), FlightError> {
    to.execute_batch(include_str!("../sql/wanted.sql")).map_err(FlightError::Append)?;
    for trace in &wanted.traces {
        let row = params![trace.as_bytes(), from.row_of(places::Table::Trace, *trace)?];
        to.execute(include_str!("../sql/insert_wanted.sql"), row).map_err(FlightError::Append)?;
    }
    for window in &wanted.runs {
        let span = [nanos(window.start), nanos(window.end)];
        to.execute(include_str!("../sql/insert_span.sql"), span).map_err(FlightError::Append)?;
    }
    Ok(())
}

/// Notes the content in the body of a step that is everybody's.
fn shared_by(to: &Transaction, body: &[u8]) -> Result<(), FlightError> {
    let body = Body::read(body)?;
    let parts = body.fields.iter().flat_map(|field| &field.parts);
    for part in parts.filter(|part| part.kept == Kept::Text) {
        to.execute(include_str!("../sql/insert_shared.sql"), [part.address.as_bytes()])
            .map_err(FlightError::Append)?;
    }
    Ok(())
}

/// Of what traces can be found by, and waits to be sorted in, leaves what is of the traces here.
fn waiting_pivots(to: &Transaction) -> rusqlite::Result<()> {
    let mut traces = to.prepare(include_str!("../sql/ids_of_traces.sql"))?;
    let traces = traces.query_map([], |row| row.get(0))?;
    pivots::sort_in_for(&traces.collect::<rusqlite::Result<_>>()?, to)
}

/// Places all rows.
fn places(to: &Transaction) -> rusqlite::Result<()> {
    let mut tables = places::Table::ALL.into_iter();
    tables.try_for_each(|table| places::Progress::of(to, table)?.catch_up(to, table))
}

/// Copies the levels that the runs are at.
fn levels(to: &Transaction) -> rusqlite::Result<()> {
    let mut runs = to.prepare(include_str!("../sql/levels_of_runs.sql"))?;
    let mut used: BTreeSet<u32> = BTreeSet::new();
    for levels in runs.query_map([], |row| row.get::<_, Vec<u8>>(0))? {
        used.extend(levels?.as_chunks::<4>().0.iter().map(|id| u32::from_le_bytes(*id)));
    }
    let mut copy = to.prepare(include_str!("../sql/copy_level.sql"))?;
    for level in used {
        copy.execute([level])?;
    }
    Ok(())
}

/// Puts the bodies of the steps into a block of their own: those of the day hold others' too.
fn bodies(shelf: &Shelf, to: &Transaction, from: &mut DayFile) -> Result<bool, FlightError> {
    let mut rows = to.prepare(include_str!("../sql/all_steps.sql")).map_err(FlightError::Append)?;
    let rows = rows.query_map([], step_row).map_err(FlightError::Append)?;
    let mut pieces = Pieces::default();
    let mut places = Vec::new();
    for row in rows {
        let row = row.map_err(FlightError::Append)?;
        places.push((row.id, pieces.push(from.body(&row)?)));
    }
    if places.is_empty() {
        return Ok(false);
    }
    let mut packer = shelf.packer()?;
    let packed = packer.pack(pieces.join()).map_err(FlightError::Pack)?;
    shelf.put_back(packer);
    to.execute(include_str!("../sql/insert_block.sql"), [packed]).map_err(FlightError::Append)?;
    let block = to.last_insert_rowid();
    for (id, place) in places {
        to.execute(include_str!("../sql/update_place.sql"), params![block, place, id])
            .map_err(FlightError::Append)?;
    }
    Ok(true)
}

/// Links what was copied. False if that is nothing.
fn link(to: &Transaction) -> rusqlite::Result<bool> {
    let mut link = Link::after(&GENESIS);
    let mut digests = to.prepare(include_str!("../sql/digests.sql"))?;
    let mut digests = digests.query([])?;
    while let Some(row) = digests.next()? {
        let table = [Table::Step, Table::Label, Table::Settlement][row.get::<_, u8>(0)? as usize];
        link.take(table, row.get(1)?, &row.get::<_, Digest>(2)?);
    }
    Ok(link.close(to)?.is_some())
}

/// The excerpts made under a name, with the head of each, oldest first.
fn heads(shelf: &Shelf, name: &str) -> Result<Vec<DayHead>, FlightError> {
    let mut heads = Vec::new();
    for path in day::paths(&place(shelf, name))? {
        let Some(reader) = day::reader(&path)? else { continue };
        let file = DayFile::new(&reader, shelf);
        let count = |row: &rusqlite::Row| row.get::<_, i64>(0);
        let steps: Vec<i64> = file.rows(include_str!("../sql/count_steps.sql"), [], count)?;
        heads.push(DayHead { steps: steps[0] as u64, ..super::keep::head(&file, &path)? });
    }
    Ok(heads)
}

/// Checks the excerpts made under a name, oldest first, up to the first record that fails.
pub(super) fn verify(shelf: &Shelf, name: &str) -> Result<Verified, FlightError> {
    let place = place(shelf, name);
    let mut verified = Verified::default();
    for path in if place.exists() { day::paths(&place)? } else { Vec::new() } {
        let Some(reader) = day::reader(&path)? else { continue };
        verify::file(DayFile::new(&reader, shelf), &path, Rows::Some, &mut verified)?;
        if verified.broken.is_some() {
            break;
        }
    }
    Ok(verified)
}

/// Every excerpt, whoever it was made for.
pub(super) fn paths(shelf: &Shelf) -> Result<Vec<PathBuf>, FlightError> {
    let directory = shelf.directory.join("evidence");
    let unreadable = |source| FlightError::Directory { path: directory.clone(), source };
    if !directory.exists() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(&directory).map_err(unreadable)? {
        let place = entry.map_err(unreadable)?.path();
        paths.extend(if place.is_dir() { day::paths(&place)? } else { Vec::new() });
    }
    Ok(paths)
}

/// Asks the excerpts of days that are no longer there.
pub(super) fn each_of_retired(
    shelf: &Shelf,
    mut ask: impl FnMut(i32, &mut DayFile) -> Result<(), FlightError>,
) -> Result<(), FlightError> {
    for path in paths(shelf)? {
        let number = day::number_of(&path);
        if day::path_of(&shelf.directory, number).exists() {
            continue;
        }
        if let Some(reader) = day::reader(&path)? {
            ask(number, &mut DayFile::new(&reader, shelf))?;
        }
    }
    Ok(())
}

/// Wraps the keys in excerpts as they are wrapped in the days by now: a trace may have become that
/// of more people since.
pub(super) fn refresh(shelf: &Shelf) -> Result<(), FlightError> {
    for path in paths(shelf)? {
        let day = day::path_of(&shelf.directory, day::number_of(&path));
        if !day.exists() {
            continue;
        }
        let excerpt = attached(&path, &day)?;
        excerpt
            .execute(include_str!("../sql/refresh_keys.sql"), [])
            .map_err(FlightError::Append)?;
    }
    Ok(())
}
