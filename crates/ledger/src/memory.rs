//! The engine in memory: the embedded one's twin, for tests and trials.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::append::Draft;
use crate::error::LedgerError;
use crate::ledger::Page;
use crate::row::{Place, Row};

/// Rows in the order of the ledger. Finding a stream's version looks at all of them.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    rows: Mutex<Vec<Row>>,
}

impl Memory {
    pub(crate) fn append(&self, draft: &Draft) -> Result<Vec<Row>, LedgerError> {
        let mut rows = self.rows();
        let added = draft.chained_to(&place(&rows, &draft.stream))?;
        rows.extend_from_slice(&added);
        Ok(added)
    }

    /// Takes in all rows or none, and only where there are none yet.
    pub(crate) fn fill<E: From<LedgerError>>(
        &self,
        from: impl Iterator<Item = Result<Row, E>>,
    ) -> Result<(), E> {
        let mut rows = self.rows();
        if !rows.is_empty() {
            return Err(LedgerError::NotEmpty { entries: rows.len() as u64 }.into());
        }
        *rows = from.collect::<Result<_, E>>()?;
        Ok(())
    }

    pub(crate) fn page(&self, page: Page) -> Vec<Row> {
        let rows = self.rows();
        let start = rows.partition_point(|row| row.seq < page.from);
        page.cut(rows[start..].iter().cloned().map(Ok::<_, LedgerError>)).unwrap_or_default()
    }

    pub(crate) fn stream(&self, stream: &str) -> Vec<Row> {
        self.rows().iter().filter(|row| row.stream == stream.as_bytes()).cloned().collect()
    }

    /// The rows are whole even if a thread died holding them: one call changes them.
    fn rows(&self) -> MutexGuard<'_, Vec<Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(rows: &[Row], stream: &str) -> Place {
    let Some(last) = rows.last() else { return Place::default() };
    let newest = rows.iter().rfind(|row| row.stream == stream.as_bytes());
    let version = newest.map_or(0, |row| row.version);
    Place { seq: last.seq, version, hash: last.hash.clone() }
}
