//! The ledger itself: a few verbs over a closed set of engines.

use std::path::Path;

use model::Entry;

use crate::append::{Append, Draft};
use crate::chain::{Chain, Verified};
use crate::embedded::Embedded;
use crate::error::LedgerError;
use crate::memory::Memory;
use crate::row::Row;

/// How many entries `verify` reads at a time; appends get their turn in between.
const VERIFY_PAGE: usize = 512;

/// An append-only, hash-chained sequence of facts.
///
/// May be shared between threads. Each call takes one lock for as long as it lasts ([`verify`]
/// takes it page by page), so calls wait for each other. Calls block, an append for a sync of the
/// disk: call from async code through `spawn_blocking`.
///
/// [`verify`]: Ledger::verify
#[derive(Debug)]
pub struct Ledger {
    engine: Engine,
}

/// What an answered append survives, as the engine itself reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Durability {
    /// Kept in a SQLite file, under these settings of the connection that writes.
    OnDisk {
        /// `PRAGMA journal_mode`: `wal` is what `open` asks for.
        journal_mode: String,
        /// `PRAGMA synchronous`: at 2 (FULL) and above a power cut loses nothing answered.
        synchronous: u8,
    },
    /// Kept in memory; gone with the process.
    InMemory,
}

#[derive(Debug)]
enum Engine {
    Embedded(Embedded),
    Memory(Memory),
}

impl Ledger {
    /// Opens or creates the ledger, the file `ledger.db` of an existing directory.
    ///
    /// Fails without touching the file if its format is not one this version knows.
    pub fn open(dir: &Path) -> Result<Self, LedgerError> {
        Ok(Self { engine: Engine::Embedded(Embedded::open(&dir.join("ledger.db"))?) })
    }

    /// An empty ledger that lives as long as the process, for tests and trials.
    pub fn in_memory() -> Self {
        Self { engine: Engine::Memory(Memory::default()) }
    }

    /// Appends the facts of one decision: all of them or none.
    ///
    /// Durable when it returns the entries made. Fails with [`LedgerError::Conflict`] if the
    /// stream is not at the version expected; then read the stream again and decide anew.
    pub fn append(&self, append: Append<'_>) -> Result<Vec<Entry>, LedgerError> {
        let draft = Draft::new(append)?;
        let rows = match &self.engine {
            Engine::Embedded(engine) => engine.append(&draft)?,
            Engine::Memory(engine) => engine.append(&draft)?,
        };
        rows.iter().zip(append.facts).map(|(row, fact)| row.entry(fact.clone())).collect()
    }

    /// Up to `limit` entries, in the order of the ledger, beginning at `from_seq`.
    ///
    /// Fails with [`LedgerError::Unreadable`] at an entry whose fact this version does not know.
    pub fn read(&self, from_seq: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        let Ok(from) = i64::try_from(from_seq) else { return Ok(Vec::new()) };
        self.page(from.max(1), limit)?.iter().map(Row::read).collect()
    }

    /// All entries of one stream, in order; none if there is no such stream.
    ///
    /// Fails as [`Ledger::read`] does.
    pub fn stream(&self, stream: &str) -> Result<Vec<Entry>, LedgerError> {
        let rows = match &self.engine {
            Engine::Embedded(engine) => engine.stream(stream)?,
            Engine::Memory(engine) => engine.stream(stream),
        };
        rows.iter().map(Row::read).collect()
    }

    /// Follows the hash chain from the first entry to the newest.
    ///
    /// What this can show and what it can't is written in [`crate::chain`].
    pub fn verify(&self) -> Result<Verified, LedgerError> {
        let mut chain = Chain::default();
        let mut from = i64::MIN;
        loop {
            let rows = self.page(from, VERIFY_PAGE)?;
            let Some(last) = rows.last() else { return Ok(chain.intact()) };
            from = last.seq.saturating_add(1);
            for row in &rows {
                if let Err(why) = chain.follow(row) {
                    return Ok(Verified::Broken { seq: chain.next_seq(), why });
                }
            }
        }
    }

    /// Copies the ledger as of this moment into a file that is not there yet, while others write.
    pub fn back_up(&self, to: &Path) -> Result<(), LedgerError> {
        match &self.engine {
            Engine::Embedded(engine) => engine.back_up(to),
            Engine::Memory(_) => Ok(()),
        }
    }

    /// What an answered append survives, asked of the connection that writes.
    pub fn durability(&self) -> Result<Durability, LedgerError> {
        match &self.engine {
            Engine::Embedded(engine) => engine.durability(),
            Engine::Memory(_) => Ok(Durability::InMemory),
        }
    }

    fn page(&self, from: i64, limit: usize) -> Result<Vec<Row>, LedgerError> {
        match &self.engine {
            Engine::Embedded(engine) => engine.page(from, limit),
            Engine::Memory(engine) => Ok(engine.page(from, limit)),
        }
    }
}
