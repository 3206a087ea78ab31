//! What can go wrong with the ledger, by what was being done.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use model::{Fault, Faulty};

use crate::append::Expected;

/// Why the ledger could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file can't be opened, created or set up.
    #[error("opening the ledger {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// The file has a format that this version does not know.
    #[error(
        "the ledger {} has format {found} and this version of mayday reads format {known}: \
         start the version that wrote it, or a newer one",
        path.display()
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// The format it has.
        found: i32,
        /// The newest format known here.
        known: i32,
    },
    /// The stream has moved on since the decision was made.
    #[error("`{stream}` is at version {actual}, not at {expected}: read it again, then decide")]
    Conflict {
        /// The stream.
        stream: String,
        /// Where the caller thought it was.
        expected: Expected,
        /// Where it is.
        actual: u64,
    },
    /// A fact must be about something, and somebody must have stated it.
    #[error("a fact for the stream `{stream}` lacks a stream or an actor: name both")]
    Nameless {
        /// The stream, which may be the name that is missing.
        stream: String,
    },
    /// The time does not fit into 64 bits of nanoseconds.
    #[error("{at} can't be stored: a fact is stated between the years 1678 and 2262")]
    Time {
        /// The time.
        at: Timestamp,
    },
    /// A fact does not survive being written as JSON.
    #[error("writing a fact for `{stream}` so that it can be read again")]
    Unwritable {
        /// The stream it was for.
        stream: String,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The store failed during an append; nothing of it was kept.
    #[error("appending to `{stream}`")]
    Append {
        /// The stream.
        stream: String,
        /// Why; the same for all that were to be committed together.
        #[source]
        source: Arc<rusqlite::Error>,
    },
    /// The thread that was to commit an append died.
    #[error("appending to `{stream}` ended unexpectedly: read it again to see whether it was kept")]
    Lost {
        /// The stream.
        stream: String,
    },
    /// An export can only be taken in where nothing was stated yet.
    #[error("the ledger holds {entries} entries: an export is taken into an empty one")]
    NotEmpty {
        /// How many there are.
        entries: u64,
    },
    /// A snapshot can't be kept, which loses nothing: it is made from entries.
    #[error("keeping the snapshot {name}")]
    Snapshot {
        /// Of which projection.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The store failed during a read.
    #[error("reading the ledger")]
    Read {
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// An entry is there, and what it says can't be understood.
    #[error("entry {seq} of the ledger is no fact of any version: run `mayday ledger verify`")]
    Unreadable {
        /// The entry's place.
        seq: i64,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

impl Faulty for LedgerError {
    fn fault(&self) -> Fault {
        match self {
            LedgerError::Conflict { .. } | LedgerError::NotEmpty { .. } => Fault::Conflict,
            LedgerError::Nameless { .. } | LedgerError::Time { .. } => Fault::Invalid,
            LedgerError::Unwritable { .. } | LedgerError::Lost { .. } => Fault::Bug,
            LedgerError::Open { .. }
            | LedgerError::UnknownFormat { .. }
            | LedgerError::Append { .. }
            | LedgerError::Read { .. }
            | LedgerError::Snapshot { .. }
            | LedgerError::Unreadable { .. } => Fault::Unavailable,
        }
    }
}
