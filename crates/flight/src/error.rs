//! What can go wrong with flights.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Fault, Faulty};

/// Why flights could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum FlightError {
    /// The directory can't be used.
    #[error("could not open the flight directory {path}")]
    Directory {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A day's file can't be opened.
    #[error("could not open the day file {path}")]
    Open {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// A day's file is no whole database any more.
    #[error(
        "the day file {path} is damaged: `mayday verify` says what is, `mayday restore` makes a \
         data directory from a copy"
    )]
    Damaged {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// A file of a later Mayday.
    #[error("{path} has format {found}, and this Mayday reads up to {known}: use a newer Mayday")]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest we know.
        known: i64,
    },
    /// A file of an earlier Mayday that this one can't read.
    #[error("{path} has format {found}, and this Mayday reads {known}: move it away to go on")]
    Older {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The format we know.
        known: i64,
    },
    /// The keys can't be read or written.
    #[error("could not use the keys")]
    Keys(#[source] rusqlite::Error),
    /// The keys were wrapped by another master key.
    #[error("the keys were wrapped by another master key: give the one they were made with")]
    WrongMasterKey,
    /// Flights are there, and the keys they were made with are not.
    #[error("the keys that these flights were made with are not here: put the whole of them back")]
    MissingKey,
    /// Two requests of one trace met while its key was being made.
    #[error("the trace's key was being made by another request: send again in a second")]
    Crossed,
    /// A request could not be packed.
    #[error("could not compress the request; nothing of it was kept")]
    Pack(#[source] std::io::Error),
    /// An append failed; nothing of it was kept.
    #[error("could not append to the flight record; nothing of the request was kept")]
    Append(#[source] rusqlite::Error),
    /// The commit of several requests failed; nothing of any of them was kept.
    #[error(transparent)]
    Together(Arc<FlightError>),
    /// A read failed.
    #[error("could not read the flight record")]
    Read(#[source] rusqlite::Error),
    /// A stored value can't be understood.
    #[error("the flight record holds a {what} that can't be read")]
    Corrupt {
        /// What kind of value.
        what: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// More is coming in than can be written.
    #[error("more is coming in than can be made durable: send again in a second")]
    Overloaded,
    /// The writer has ended.
    #[error("the flight record is closed")]
    Closed,
}

impl FlightError {
    /// The same, told as damage to a file where that is why.
    pub(crate) fn at(self, path: &Path) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        let is_damage = |source: &rusqlite::Error| {
            matches!(source.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
        };
        match self {
            Self::Open { source, .. } | Self::Append(source) | Self::Read(source)
                if is_damage(&source) =>
            {
                Self::Damaged { path: path.to_path_buf(), source }
            }
            other => other,
        }
    }
}

impl Faulty for FlightError {
    fn fault(&self) -> Fault {
        match self {
            FlightError::Overloaded => Fault::Limited,
            FlightError::Together(error) => error.fault(),
            FlightError::Newer { .. }
            | FlightError::Older { .. }
            | FlightError::MissingKey
            | FlightError::WrongMasterKey => Fault::Conflict,
            FlightError::Corrupt { .. } => Fault::Bug,
            FlightError::Directory { .. }
            | FlightError::Open { .. }
            | FlightError::Damaged { .. }
            | FlightError::Pack(_)
            | FlightError::Append(_)
            | FlightError::Read(_)
            | FlightError::Keys(_)
            | FlightError::Crossed
            | FlightError::Closed => Fault::Unavailable,
        }
    }
}
