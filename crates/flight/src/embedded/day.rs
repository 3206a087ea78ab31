//! Day files: their names, their schema, and how they are made durable.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OpenFlags};

use crate::error::FlightError;

/// The format of the day files that this Mayday writes.
const FORMAT: i64 = 5;

/// The oldest that it can bring up to that.
const OLDEST: i64 = 2;

/// What the database itself says of how it is made durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durability {
    /// `wal`.
    pub journal_mode: String,
    /// 2 is FULL: the log is synced to disk before a commit returns.
    pub synchronous: i64,
}

/// The day files of a directory, opened for reading as they are needed.
#[derive(Debug)]
pub(super) struct Days {
    directory: PathBuf,
    open: Mutex<BTreeMap<PathBuf, Reader>>,
}

/// A connection that reads a day.
pub(super) type Reader = Arc<Mutex<Connection>>;

impl Days {
    pub(super) fn new(directory: PathBuf) -> Self {
        Self { directory, open: Mutex::default() }
    }

    /// The day files, oldest first.
    pub(super) fn paths(&self) -> Result<Vec<PathBuf>, FlightError> {
        paths(&self.directory)
    }

    /// A connection that reads each day, oldest first.
    pub(super) fn readers(&self) -> Result<Vec<(PathBuf, Reader)>, FlightError> {
        let mut readers = Vec::new();
        for path in self.paths()? {
            let reader = self.reader(&path)?;
            readers.extend(reader.map(|reader| (path, reader)));
        }
        Ok(readers)
    }

    /// A connection that reads a day; none while there is no such day.
    pub(super) fn reader(&self, path: &Path) -> Result<Option<Reader>, FlightError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reader) = open.get(path) {
            return Ok(Some(Arc::clone(reader)));
        }
        if !path.exists() {
            return Ok(None);
        }
        let Some(reader) = reader(path)? else { return Ok(None) };
        let reader = Arc::new(Mutex::new(reader));
        open.insert(path.to_path_buf(), Arc::clone(&reader));
        Ok(Some(reader))
    }

    /// Lets go of a day.
    pub(super) fn close(&self, path: &Path) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
    }

    /// Fails if any day file can't be read by this Mayday.
    pub(super) fn check(&self) -> Result<(), FlightError> {
        self.readers().map(|_| ())
    }

    pub(super) fn durability(&self) -> Result<Option<Durability>, FlightError> {
        let Some(newest) = self.paths()?.pop() else { return Ok(None) };
        let connection = writer(&newest)?;
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get(0));
        let journal_mode: String = connection
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .map_err(FlightError::Read)?;
        Ok(Some(Durability {
            journal_mode,
            synchronous: pragma("synchronous").map_err(FlightError::Read)?,
        }))
    }
}

/// The files of days in a directory, oldest first.
pub(super) fn paths(directory: &Path) -> Result<Vec<PathBuf>, FlightError> {
    let unreadable = |source| FlightError::Directory { path: directory.to_path_buf(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "db") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The file for what is received at an instant.
pub(super) fn path(directory: &Path, received: Timestamp) -> PathBuf {
    let day = received.to_zoned(TimeZone::UTC).date();
    directory.join(format!("{day}.db"))
}

/// The file of a day, counted from 1970.
pub(super) fn path_of(directory: &Path, day: i32) -> PathBuf {
    let start = Timestamp::from_second(i64::from(day) * 24 * 60 * 60).unwrap_or_default();
    path(directory, start)
}

/// The day of a file, as it is written: `2026-11-23`.
pub(super) fn name(path: &Path) -> String {
    path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The day of a file, counted from 1970; 0 if its name is not a day's.
pub(super) fn number_of(path: &Path) -> i32 {
    let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let day: Result<jiff::civil::Date, _> = name.parse();
    let start = day.ok().and_then(|day| day.to_zoned(TimeZone::UTC).ok());
    start.map_or(0, |start| number(start.timestamp()))
}

/// The day of an instant, counted from 1970.
pub(super) fn number(received: Timestamp) -> i32 {
    received.as_second().div_euclid(24 * 60 * 60) as i32
}

/// Opens a day file for writing, and makes it if it is not there.
pub(super) fn writer(path: &Path) -> Result<Connection, FlightError> {
    let failed = |source| FlightError::Open { path: path.to_path_buf(), source }.at(path);
    let connection = Connection::open(path).map_err(failed)?;
    bring_up(path, &connection)?;
    let set = |name: &str, value: &str| connection.pragma_update(None, name, value).map_err(failed);
    // Most of a day is blobs of many pages: larger pages mean fewer writes.
    set("page_size", "8192")?;
    set("journal_mode", "WAL")?;
    set("synchronous", "FULL")?;
    set("busy_timeout", "5000")?;
    // What is deleted, such as the wrapping of a key by an older one, is overwritten.
    set("secure_delete", "ON")?;
    // Room for the pages of one commit. SQLite goes through all that are held whenever a page of an
    // index was split, which is at most commits.
    set("cache_size", "-8000")?;
    // What refers to a row is written after it; to look that up each time would cost a quarter.
    set("foreign_keys", "OFF")?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(include_str!("../sql/schema.sql")).map_err(failed)?;
    connection.pragma_update(None, "user_version", FORMAT).map_err(failed)?;
    sync_directory(path)?;
    Ok(connection)
}

/// Opens a file to hold an excerpt of a day, and makes it if it is not there. It is written once,
/// by one, so that it needs no log beside it.
pub(super) fn excerpt(path: &Path) -> Result<Connection, FlightError> {
    let failed = |source| FlightError::Open { path: path.to_path_buf(), source };
    let connection = Connection::open(path).map_err(failed)?;
    bring_up(path, &connection)?;
    let set = |name: &str, value: &str| connection.pragma_update(None, name, value).map_err(failed);
    set("synchronous", "FULL")?;
    set("busy_timeout", "5000")?;
    set("secure_delete", "ON")?;
    set("foreign_keys", "OFF")?;
    connection.execute_batch(include_str!("../sql/schema.sql")).map_err(failed)?;
    connection.pragma_update(None, "user_version", FORMAT).map_err(failed)?;
    Ok(connection)
}

/// Opens a day file for reading; none while its schema is not there yet.
pub(super) fn reader(path: &Path) -> Result<Option<Connection>, FlightError> {
    let failed = |source| FlightError::Open { path: path.to_path_buf(), source }.at(path);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.pragma_update(None, "busy_timeout", "5000").map_err(failed)?;
    let format = check_format(path, &connection)?;
    if (OLDEST..FORMAT).contains(&format) {
        bring_up(path, &Connection::open(path).map_err(failed)?)?;
        return Ok(Some(connection));
    }
    Ok((format == FORMAT).then_some(connection))
}

/// Adds to a file of an older format what it lacks. Whoever comes second finds it done.
fn bring_up(path: &Path, connection: &Connection) -> Result<(), FlightError> {
    let failed = |source| FlightError::Open { path: path.to_path_buf(), source }.at(path);
    if !(OLDEST..FORMAT).contains(&check_format(path, connection)?) {
        return Ok(());
    }
    connection.pragma_update(None, "busy_timeout", "5000").map_err(failed)?;
    connection.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
    let found = check_format(path, connection)?;
    if found != FORMAT {
        let file = path.display();
        tracing::info!(%file, found, "a day file is brought up to format {FORMAT}, once");
    }
    let steps = [
        (2, include_str!("../sql/from_format_2.sql")),
        (3, include_str!("../sql/from_format_3.sql")),
        (4, include_str!("../sql/from_format_4.sql")),
    ];
    for (_, step) in steps.into_iter().filter(|(from, _)| *from >= found) {
        connection.execute_batch(step).map_err(failed)?;
    }
    if found != FORMAT {
        connection.pragma_update(None, "user_version", FORMAT).map_err(failed)?;
    }
    connection.execute_batch("COMMIT").map_err(failed)
}

fn check_format(path: &Path, connection: &Connection) -> Result<i64, FlightError> {
    let found: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|source| FlightError::Open { path: path.to_path_buf(), source }.at(path))?;
    if found > FORMAT {
        return Err(FlightError::Newer { path: path.to_path_buf(), found, known: FORMAT });
    }
    if (1..OLDEST).contains(&found) {
        return Err(FlightError::Older { path: path.to_path_buf(), found, known: FORMAT });
    }
    Ok(found)
}

/// Makes a new file's name durable, not only its bytes.
pub(super) fn sync_directory(path: &Path) -> Result<(), FlightError> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let synced = std::fs::File::open(directory).and_then(|directory| directory.sync_all());
    synced.map_err(|source| FlightError::Directory { path: directory.to_path_buf(), source })
}
