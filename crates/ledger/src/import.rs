//! Taking an export in: line by line, the chain checked on the way, all of it or nothing.

use std::error::Error;
use std::io::{self, BufRead, Read};

use model::{ContentHash, Fault, Faulty};

use crate::chain::{Chain, Flaw};
use crate::error::LedgerError;
use crate::row::Row;
use crate::stored::Stored;

/// Longest line that is read.
const LONGEST_LINE: u64 = 64 << 20;

/// What was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// How many entries.
    pub entries: u64,
    /// The newest one's hash.
    pub head: ContentHash,
}

/// Why an export was not taken in. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file can't be read.
    #[error("reading line {line} of the export")]
    Read {
        /// The line, from 1.
        line: u64,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The line is longer than any entry.
    #[error("line {line} of the export is longer than {LONGEST_LINE} bytes")]
    TooLong {
        /// The line, from 1.
        line: u64,
    },
    /// The line is no entry.
    #[error("line {line} is no entry of a ledger: give what `mayday ledger export` wrote")]
    NoEntry {
        /// The line, from 1.
        line: u64,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The line is an entry, and not the one that comes next in the chain.
    #[error("the chain breaks at line {line} of the export: {why}")]
    Broken {
        /// The line, from 1.
        line: u64,
        /// What is wrong there.
        why: Flaw,
    },
    /// The ledger can't take it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Faulty for ImportError {
    fn fault(&self) -> Fault {
        match self {
            ImportError::Read { .. } => Fault::Unavailable,
            ImportError::TooLong { .. }
            | ImportError::NoEntry { .. }
            | ImportError::Broken { .. } => Fault::Invalid,
            ImportError::Ledger(error) => error.fault(),
        }
    }
}

/// The rows of an export, each followed in the chain as it is read.
pub(crate) struct Lines<R> {
    from: R,
    chain: Chain,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(from: R) -> Self {
        Self { from, chain: Chain::default(), line: Vec::new() }
    }

    pub(crate) fn imported(&self) -> Imported {
        Imported { entries: self.chain.entries(), head: self.chain.head() }
    }

    /// The row on the next line; every line must be the entry that comes next.
    fn row(&mut self) -> Result<Option<Row>, ImportError> {
        let line = self.chain.next_seq();
        self.line.clear();
        let read = self.from.by_ref().take(LONGEST_LINE + 1).read_until(b'\n', &mut self.line);
        if read.map_err(|source| ImportError::Read { line, source })? == 0 {
            return Ok(None);
        }
        if self.line.len() as u64 > LONGEST_LINE {
            return Err(ImportError::TooLong { line });
        }
        let no_entry = |source: serde_json::Error| {
            let source = source.into();
            ImportError::NoEntry { line, source }
        };
        let stored: Stored = serde_json::from_slice(&self.line).map_err(no_entry)?;
        stored.fact().map_err(no_entry)?;
        let row = Row::from(stored);
        self.chain.follow(&row, row.digest()).map_err(|why| ImportError::Broken { line, why })?;
        Ok(Some(row))
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<Row, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.row().transpose()
    }
}
