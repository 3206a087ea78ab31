//! The engine on one SQLite file, synced before every answer.
//!
//! One connection under one lock. The head of the chain is read inside the transaction that
//! extends it, so even two processes on one file would take turns and never fork the chain.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Params, Transaction, TransactionBehavior, params};

use crate::append::Draft;
use crate::error::LedgerError;
use crate::ledger::Durability;
use crate::row::{Place, Row};

/// The format that `schema.sql` creates, kept in `PRAGMA user_version`.
const FORMAT: i32 = 1;

const CONFIGURE: &str = include_str!("embedded/configure.sql");
const SCHEMA: &str = include_str!("embedded/schema.sql");
const PLACE: &str = include_str!("embedded/place.sql");
const INSERT: &str = include_str!("embedded/insert.sql");
const PAGE: &str = include_str!("embedded/page.sql");
const BACK_UP: &str = include_str!("embedded/back_up.sql");
const STREAM: &str = include_str!("embedded/stream.sql");

/// A ledger in a file.
#[derive(Debug)]
pub(crate) struct Embedded {
    connection: Mutex<Connection>,
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
        Ok(Self { connection: Mutex::new(connection) })
    }

    pub(crate) fn back_up(&self, to: &Path) -> Result<(), LedgerError> {
        let failed = |source| LedgerError::Open { path: to.to_owned(), source };
        let copied = self.connection().execute(BACK_UP, params![to.to_string_lossy()]);
        copied.map(|_| ()).map_err(failed)
    }

    pub(crate) fn append(&self, draft: &Draft<'_>) -> Result<Vec<Row>, LedgerError> {
        let stream = || draft.stream.to_owned();
        let failed = |source| LedgerError::Append { stream: stream(), source };
        let mut connection = self.connection();
        let transaction = immediate(&mut connection).map_err(failed)?;
        let rows = draft.chained_to(&place(&transaction, draft.stream).map_err(failed)?)?;
        for row in &rows {
            insert(&transaction, row).map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
        Ok(rows)
    }

    pub(crate) fn page(&self, from: i64, limit: usize) -> Result<Vec<Row>, LedgerError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.rows(PAGE, params![from, limit])
    }

    pub(crate) fn stream(&self, stream: &str) -> Result<Vec<Row>, LedgerError> {
        self.rows(STREAM, params![stream])
    }

    pub(crate) fn durability(&self) -> Result<Durability, LedgerError> {
        let failed = |source| LedgerError::Read { source };
        let connection = self.connection();
        Ok(Durability::OnDisk {
            journal_mode: connection
                .pragma_query_value(None, "journal_mode", |row| row.get(0))
                .map_err(failed)?,
            synchronous: connection
                .pragma_query_value(None, "synchronous", |row| row.get(0))
                .map_err(failed)?,
        })
    }

    fn rows(&self, sql: &str, params: impl Params) -> Result<Vec<Row>, LedgerError> {
        let failed = |source| LedgerError::Read { source };
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql).map_err(failed)?;
        let rows = statement.query_map(params, stored).map_err(failed)?;
        rows.collect::<Result<_, _>>().map_err(failed)
    }

    /// A thread that died holding the lock left no transaction: dropping rolled it back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn format(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Creates the tables, unless another process was quicker.
fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = immediate(connection)?;
    if format(&transaction)? == 0 {
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
    }
    transaction.commit()
}

/// Takes the write lock at once, so that what is read stays true until the commit.
fn immediate(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn place(connection: &Connection, stream: &str) -> rusqlite::Result<Place> {
    let place = |row: &rusqlite::Row<'_>| {
        Ok(Place { seq: row.get(0)?, hash: row.get(1)?, version: row.get(2)? })
    };
    let mut statement = connection.prepare_cached(PLACE)?;
    Ok(statement.query_row([stream], place).optional()?.unwrap_or_default())
}

fn insert(connection: &Connection, row: &Row) -> rusqlite::Result<usize> {
    let text = |bytes| ToSqlOutput::Borrowed(ValueRef::Text(bytes));
    let Row { seq, stream, version, at, actor, body, prev, hash } = row;
    connection.prepare_cached(INSERT)?.execute(params![
        seq,
        text(stream),
        version,
        at,
        text(actor),
        text(body),
        prev,
        hash
    ])
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
