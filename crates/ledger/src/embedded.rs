//! The engine on one SQLite file, synced before every answer.
//!
//! One connection writes, under one lock; readers have their own. The head of the chain is read
//! inside the transaction that extends it, so even two processes on one file would take turns and
//! never fork the chain.

mod read;
mod write;

use std::path::Path;

use rusqlite::{Connection, params};

use crate::append::Draft;
use crate::error::LedgerError;
use crate::ledger::{Durability, Page};
use crate::row::Row;
use read::Readers;
use write::Writer;

/// The format that `schema.sql` creates, kept in `PRAGMA user_version`.
const FORMAT: i32 = 1;

const CONFIGURE: &str = include_str!("embedded/configure.sql");
const SCHEMA: &str = include_str!("embedded/schema.sql");
const PAGE: &str = include_str!("embedded/page.sql");
const BACK_UP: &str = include_str!("embedded/back_up.sql");
const STREAM: &str = include_str!("embedded/stream.sql");

/// A ledger in a file.
#[derive(Debug)]
pub(crate) struct Embedded {
    writer: Writer,
    readers: Readers,
}

impl Embedded {
    pub(crate) fn open(path: &Path) -> Result<Self, LedgerError> {
        let failed = |source| LedgerError::Open { path: path.to_owned(), source };
        let mut connection = Connection::open(path).map_err(failed)?;
        let found = format(&connection).map_err(failed)?;
        if found != 0 && found != FORMAT {
            let path = path.to_owned();
            return Err(LedgerError::UnknownFormat { path, found, known: FORMAT });
        }
        connection.execute_batch(CONFIGURE).map_err(failed)?;
        if found == 0 {
            create(&mut connection).map_err(failed)?;
        }
        Ok(Self { writer: Writer::new(connection), readers: Readers::of(path) })
    }

    /// The place of the newest entry; 0 if there is none.
    pub(crate) fn newest(&self) -> Result<u64, LedgerError> {
        let newest = write::head(&self.writer.connection());
        let (seq, _) = newest.map_err(|source| LedgerError::Read { source })?;
        Ok(seq.try_into().unwrap_or(0))
    }

    pub(crate) fn back_up(&self, to: &Path) -> Result<(), LedgerError> {
        let failed = |source| LedgerError::Open { path: to.to_owned(), source };
        let copied = self.writer.connection().execute(BACK_UP, params![to.to_string_lossy()]);
        copied.map(|_| ()).map_err(failed)
    }

    pub(crate) fn append(&self, draft: Draft) -> Result<Vec<Row>, LedgerError> {
        self.writer.append(draft)
    }

    pub(crate) fn fill<E: From<LedgerError>>(
        &self,
        rows: impl Iterator<Item = Result<Row, E>>,
    ) -> Result<(), E> {
        self.writer.fill(rows)
    }

    pub(crate) fn page(&self, page: Page) -> Result<Vec<Row>, LedgerError> {
        let limit = i64::try_from(page.entries).unwrap_or(i64::MAX);
        let rows = self.readers.rows(PAGE, params![page.from, limit], page);
        rows.map_err(|source| LedgerError::Read { source })
    }

    pub(crate) fn stream(&self, stream: &str) -> Result<Vec<Row>, LedgerError> {
        let rows = self.readers.rows(STREAM, params![stream], Page::ALL);
        rows.map_err(|source| LedgerError::Read { source })
    }

    pub(crate) fn durability(&self) -> Result<Durability, LedgerError> {
        let failed = |source| LedgerError::Read { source };
        let connection = self.writer.connection();
        Ok(Durability::OnDisk {
            journal_mode: connection
                .pragma_query_value(None, "journal_mode", |row| row.get(0))
                .map_err(failed)?,
            synchronous: connection
                .pragma_query_value(None, "synchronous", |row| row.get(0))
                .map_err(failed)?,
        })
    }
}

fn format(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Creates the tables, unless another process was quicker.
fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = write::immediate(connection)?;
    if format(&transaction)? == 0 {
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
    }
    transaction.commit()
}
