//! Keeping: how large the days are, which of them go, copies of all or of some.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use model::TraceId;
use rusqlite::params;

use super::chain::{GENESIS, Head};
use super::day;
use super::file::DayFile;
use super::places::Table;
use super::shelf::Shelf;
use crate::error::FlightError;
use crate::store::{DayHead, KeptDay};

/// The days on disk, oldest first.
pub(super) fn days(shelf: &Shelf) -> Result<Vec<KeptDay>, FlightError> {
    let mut days = Vec::new();
    for (path, reader) in shelf.days.readers()? {
        let connection = reader.lock().unwrap_or_else(PoisonError::into_inner);
        let file = DayFile::new(&connection, shelf);
        let head = head(&file, &path)?;
        days.push(KeptDay { number: day::number_of(&path), bytes: size(&path), head });
    }
    Ok(days)
}

/// The head of a file's chain.
pub(super) fn head(file: &DayFile, path: &Path) -> Result<DayHead, FlightError> {
    let head = |row: &rusqlite::Row| row.get(0);
    let heads: Vec<Head> = file.rows(include_str!("../sql/last_link.sql"), [], head)?;
    let steps = |row: &rusqlite::Row| row.get::<_, i64>(0);
    let steps: Vec<i64> = file.rows(include_str!("../sql/last_ids.sql"), [], steps)?;
    let head = model::id::hex(heads.first().unwrap_or(&GENESIS));
    Ok(DayHead { day: day::name(path), head, steps: steps[0] as u64 })
}

/// Bytes of a day file and of what the database keeps beside it.
fn size(path: &Path) -> u64 {
    let beside = ["", "-wal", "-shm"].map(|end| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        std::fs::metadata(PathBuf::from(name)).map_or(0, |found| found.len())
    });
    beside.iter().sum()
}

/// Bytes of all evidence, which outlives the days.
pub(super) fn evidence_bytes(shelf: &Shelf) -> Result<u64, FlightError> {
    Ok(super::evidence::paths(shelf)?.iter().map(|path| size(path)).sum())
}

/// Deletes a day. False if there is none.
pub(super) fn retire(shelf: &Shelf, number: i32) -> Result<bool, FlightError> {
    let path = day::path_of(&shelf.directory, number);
    let unusable = |source| FlightError::Directory { path: path.clone(), source };
    super::evidence::refresh(shelf)?;
    shelf.close(&path);
    if !path.exists() {
        return Ok(false);
    }
    for end in ["-wal", "-shm", ""] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        match std::fs::remove_file(PathBuf::from(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(unusable(error));
            }
            _ => {}
        }
    }
    day::sync_directory(&path)?;
    Ok(true)
}

/// How many traces on record are about a person.
pub(super) fn about(shelf: &Shelf, subject: &str) -> Result<u64, FlightError> {
    let keys = shelf.tenant.ids(shelf.person(subject))?;
    let mut traces = 0;
    let mut ask = |_, file: &mut DayFile| {
        for key in &keys {
            let count = |row: &rusqlite::Row| row.get::<_, i64>(0);
            let counts = file.rows(include_str!("../sql/about.sql"), [key], count)?;
            traces += counts.iter().sum::<i64>() as u64;
        }
        Ok(())
    };
    super::evidence::each_of_retired(shelf, &mut ask)?;
    super::read::each_day(shelf, ask)?;
    Ok(traces)
}

/// How many people some traces are about. Each has one key, until it is destroyed.
pub(super) fn people(shelf: &Shelf, traces: &[TraceId]) -> Result<u64, FlightError> {
    let mut people: BTreeSet<[u8; 16]> = BTreeSet::new();
    super::read::each_day(shelf, |_, file| {
        for trace in traces {
            let keys = |row: &rusqlite::Row| row.get::<_, Vec<u8>>(0);
            let place = file.row_of(Table::Trace, *trace)?;
            for keys in file.rows(include_str!("../sql/people.sql"), [place], keys)? {
                people.extend(keys.as_chunks::<16>().0);
            }
        }
        Ok(())
    })?;
    Ok(people.len() as u64)
}

/// Copies every day into a directory, each as of one moment, while others write.
pub(super) fn back_up(shelf: &Shelf, to: &Path) -> Result<Vec<String>, FlightError> {
    let unusable = |source| FlightError::Directory { path: to.to_path_buf(), source };
    std::fs::create_dir_all(to).map_err(unusable)?;
    let mut copied = Vec::new();
    for (path, reader) in shelf.days.readers()? {
        let name = format!("{}.db", day::name(&path));
        let target = to.join(&name);
        let connection = reader.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |source| FlightError::Open { path: target.clone(), source }.at(&path);
        let text = target.to_string_lossy();
        connection.execute(include_str!("../sql/back_up.sql"), params![text]).map_err(failed)?;
        let synced = std::fs::File::open(&target).and_then(|file| file.sync_all());
        synced.map_err(unusable)?;
        copied.push(name);
    }
    for path in super::evidence::paths(shelf)? {
        let name = path.strip_prefix(&shelf.directory).unwrap_or(&path);
        let target = to.join(name);
        std::fs::create_dir_all(target.parent().unwrap_or(to)).map_err(unusable)?;
        std::fs::copy(&path, &target).map_err(unusable)?;
        std::fs::File::open(&target).and_then(|file| file.sync_all()).map_err(unusable)?;
        copied.push(name.display().to_string());
    }
    Ok(copied)
}

/// The traces that came last.
pub(super) fn newest(shelf: &Shelf, most: usize) -> Result<Vec<TraceId>, FlightError> {
    backwards(shelf, include_str!("../sql/newest.sql"), most)
}

/// The traces in which an intent came last.
pub(super) fn with_intents(shelf: &Shelf, most: usize) -> Result<Vec<TraceId>, FlightError> {
    backwards(shelf, include_str!("../sql/with_intents.sql"), most)
}

/// Up to so many traces that a question finds in the newest days.
fn backwards(shelf: &Shelf, sql: &'static str, most: usize) -> Result<Vec<TraceId>, FlightError> {
    let mut traces = Vec::new();
    for (_, reader) in shelf.days.readers()?.into_iter().rev() {
        let connection = reader.lock().unwrap_or_else(PoisonError::into_inner);
        let file = DayFile::new(&connection, shelf);
        let wanted = most.saturating_sub(traces.len()) as i64;
        let trace = |row: &rusqlite::Row| super::codec::Columns::of(row, 0).trace();
        traces.extend(file.rows(sql, [wanted], trace)?);
        if traces.len() >= most {
            break;
        }
    }
    Ok(traces)
}
