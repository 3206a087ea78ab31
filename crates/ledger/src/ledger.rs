//! The ledger itself: a few verbs over a closed set of engines.

use std::io::BufRead;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use model::{ContentHash, Entry};

use crate::append::{Append, Draft};
use crate::chain::Verified;
use crate::embedded::Embedded;
use crate::error::LedgerError;
use crate::follow::{Bell, Follow};
use crate::import::{ImportError, Imported, Lines};
use crate::memory::Memory;
use crate::row::Row;
use crate::snapshot::{Shelf, Snapshot, Unfit};
use crate::stored::Stored;
use crate::verify;

/// An append-only, hash-chained sequence of facts.
///
/// May be shared between threads. Appends that wait at the same time are committed and synced
/// together; readers do not wait for them. Calls block, an append for a sync of the disk: call from
/// async code through `spawn_blocking`.
#[derive(Debug)]
pub struct Ledger {
    engine: Engine,
    bell: Bell,
    shelf: Shelf,
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

/// How much to read at once, and from where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    pub(crate) from: i64,
    pub(crate) entries: usize,
    /// Once so many bytes are read no more is; one entry always is.
    pub(crate) bytes: usize,
}

#[derive(Debug)]
enum Engine {
    Embedded(Embedded),
    Memory(Memory),
}

impl Ledger {
    /// Opens or creates the ledger, the file `ledger.db` of an existing directory, with snapshots
    /// in `snapshots` beside it.
    ///
    /// Fails without touching the file if its format is not one this version knows.
    pub fn open(dir: &Path) -> Result<Self, LedgerError> {
        let engine = Embedded::open(&dir.join("ledger.db"))?;
        let bell = Bell::at(engine.newest()?);
        let shelf = Shelf::Directory(dir.join("snapshots"));
        Ok(Self { engine: Engine::Embedded(engine), bell, shelf })
    }

    /// An empty ledger that lives as long as the process, for tests and trials.
    pub fn in_memory() -> Self {
        let (engine, shelf) = (Engine::Memory(Memory::default()), Shelf::Memory(Mutex::default()));
        Self { engine, bell: Bell::default(), shelf }
    }

    /// Appends the facts of one decision: all of them or none.
    ///
    /// Durable when it returns the entries made. Fails with [`LedgerError::Conflict`] if the
    /// stream is not at the version expected; then read the stream again and decide anew.
    pub fn append(&self, append: Append<'_>) -> Result<Vec<Entry>, LedgerError> {
        let draft = Draft::new(&append)?;
        let rows = match &self.engine {
            Engine::Embedded(engine) => engine.append(draft)?,
            Engine::Memory(engine) => engine.append(&draft)?,
        };
        let entries = rows.iter().zip(append.facts).map(|(row, fact)| row.entry(fact.clone()));
        let entries: Vec<Entry> = entries.collect::<Result<_, _>>()?;
        if let Some(last) = entries.last() {
            self.bell.ring(last.seq);
        }
        Ok(entries)
    }

    /// Up to `limit` entries, in the order of the ledger, beginning at `from_seq`.
    ///
    /// A fact of a later version comes as [`model::Fact::Unknown`]. Fails with
    /// [`LedgerError::Unreadable`] at an entry that is no fact of any version.
    pub fn read(&self, from_seq: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        self.page(Page::of(from_seq, limit))?.iter().map(Row::read).collect()
    }

    /// Entries as they are stored, beginning at `from_seq`: up to `limit` and about `most_bytes`,
    /// at least one if there is one. Fails as [`Ledger::read`] does.
    pub fn stored(
        &self,
        from_seq: u64,
        limit: usize,
        most_bytes: usize,
    ) -> Result<Vec<Stored>, LedgerError> {
        let page = Page { bytes: most_bytes, ..Page::of(from_seq, limit) };
        self.page(page)?.into_iter().map(Stored::try_from).collect()
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

    /// The place of the newest entry; 0 if there is none.
    pub fn newest(&self) -> u64 {
        self.bell.newest()
    }

    /// Entries from a place on: [`Follow::next`] waits where the ledger ends.
    pub fn follow(&self, from_seq: u64) -> Follow<'_> {
        Follow::new(self, from_seq)
    }

    /// Waits until there is an entry at a place, at most so long; gives the newest one's place.
    ///
    /// Blocking. It hears of what is appended through this value, not through another process.
    pub fn wait_for(&self, seq: u64, at_most: Duration) -> u64 {
        self.bell.wait_for(seq, at_most)
    }

    /// Calls with the newest entry's place: at once, and after each append until the ledger is
    /// dropped. The call must be quick, and must not call the ledger.
    pub fn watch(&self, call: impl Fn(u64) + Send + Sync + 'static) {
        self.bell.watch(Box::new(call));
    }

    /// Follows the hash chain from the first entry to the newest.
    ///
    /// What this can show and what it can't is written in [`crate::chain`].
    pub fn verify(&self) -> Result<Verified, LedgerError> {
        verify::verify(|page| self.page(page))
    }

    /// Takes in an export, lines of [`Stored`], into a ledger that holds nothing yet: all or none.
    ///
    /// The chain is checked on the way. Memory is bounded by the longest line.
    pub fn import(&self, lines: impl BufRead) -> Result<Imported, ImportError> {
        let mut lines = Lines::new(lines);
        match &self.engine {
            Engine::Embedded(engine) => engine.fill(&mut lines)?,
            Engine::Memory(engine) => engine.fill(&mut lines)?,
        }
        let imported = lines.imported();
        self.bell.ring(imported.entries);
        Ok(imported)
    }

    /// Keeps what a projection made of the entries so far, in the place of what it kept earlier.
    pub fn keep_snapshot(&self, snapshot: &Snapshot) -> Result<(), LedgerError> {
        let failed = |source| LedgerError::Snapshot { name: snapshot.name.clone(), source };
        let head = self.hash_of(snapshot.seq)?;
        let head = head.ok_or_else(|| failed(std::io::ErrorKind::InvalidInput.into()))?;
        self.shelf.keep(snapshot, head).map_err(failed)
    }

    /// What a projection of this version kept, if it fits this ledger to the last byte.
    pub fn snapshot(&self, name: &str, version: u32) -> Result<Snapshot, Unfit> {
        let (snapshot, head) = self.shelf.find(name)?;
        if snapshot.version != version {
            return Err(Unfit::Version { found: snapshot.version });
        }
        match self.hash_of(snapshot.seq) {
            Ok(Some(hash)) if hash == head => Ok(snapshot),
            Ok(_) | Err(_) => Err(Unfit::OtherChain { seq: snapshot.seq }),
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

    /// The stored hash of the entry at a place.
    fn hash_of(&self, seq: u64) -> Result<Option<ContentHash>, LedgerError> {
        let rows = self.page(Page::of(seq, 1))?;
        let row = rows.first().filter(|row| u64::try_from(row.seq) == Ok(seq));
        Ok(row.and_then(|row| ContentHash::from_bytes(&row.hash)))
    }

    fn page(&self, page: Page) -> Result<Vec<Row>, LedgerError> {
        match &self.engine {
            Engine::Embedded(engine) => engine.page(page),
            Engine::Memory(engine) => Ok(engine.page(page)),
        }
    }
}

impl Page {
    /// Everything, however much it is.
    pub(crate) const ALL: Self = Self { from: i64::MIN, entries: usize::MAX, bytes: usize::MAX };

    /// So many entries from a place on.
    fn of(seq: u64, entries: usize) -> Self {
        match i64::try_from(seq) {
            Ok(from) => Self { from: from.max(1), entries, ..Self::ALL },
            Err(_) => Self { entries: 0, ..Self::ALL },
        }
    }

    /// As many of these rows as it has room for.
    pub(crate) fn cut<E>(self, rows: impl Iterator<Item = Result<Row, E>>) -> Result<Vec<Row>, E> {
        let (mut bytes, mut taken) = (0, Vec::new());
        for row in rows.take(self.entries) {
            let row = row?;
            bytes += row.bytes();
            taken.push(row);
            if bytes >= self.bytes {
                break;
            }
        }
        Ok(taken)
    }
}
