//! The reading side: connections of its own, so that no reader waits for a sync.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Params};

use crate::ledger::Page;
use crate::row::Row;

/// Most connections kept for the next reader.
const KEPT: usize = 4;

const READ_ONLY: &str = include_str!("read_only.sql");

/// Connections that read, one for each reader at a time.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: Mutex::default() }
    }

    /// The rows that a query finds, as many of them as the page has room for.
    pub(super) fn rows(
        &self,
        sql: &str,
        params: impl Params,
        page: Page,
    ) -> rusqlite::Result<Vec<Row>> {
        let idle = self.idle().pop();
        let connection = idle.map_or_else(|| self.connect(), Ok)?;
        let mut statement = connection.prepare_cached(sql)?;
        let rows = page.cut(statement.query_map(params, stored)?)?;
        drop(statement);
        let mut idle = self.idle();
        if idle.len() < KEPT {
            idle.push(connection);
        }
        Ok(rows)
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open(&self.path)?;
        connection.execute_batch(READ_ONLY)?;
        Ok(connection)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The row as it is, byte for byte. The chain judges it, and the reader.
fn stored(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let bytes = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_bytes()?.to_vec());
    Ok(Row {
        seq: row.get(0)?,
        stream: bytes(1)?,
        version: row.get(2)?,
        at: row.get(3)?,
        actor: bytes(4)?,
        body: bytes(5)?,
        prev: bytes(6)?,
        hash: bytes(7)?,
    })
}
