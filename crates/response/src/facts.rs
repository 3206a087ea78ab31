//! Facts as they are stored: read in pages, waited for, taken out and taken in.

use std::io::BufRead;
use std::path::Path;
use std::time::Duration;

use ledger::{ImportError, Imported, Ledger, Stored};
use model::{Entry, Fault, Faulty};

use crate::error::{LookError, OpenError};
use crate::open::{Mayday, lock};

/// Why an export was not taken in. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum TakeInError {
    /// The directory can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The export or the ledger is not what it must be.
    #[error(transparent)]
    Import(#[from] ImportError),
}

impl Faulty for TakeInError {
    fn fault(&self) -> Fault {
        match self {
            TakeInError::Open(error) => error.fault(),
            TakeInError::Import(error) => error.fault(),
        }
    }
}

impl Mayday {
    /// Facts of all tenants as they are stored, from a place on: up to `limit`, and up to about
    /// `most_bytes`; at least one if there is one. Blocking.
    pub fn stored_facts(
        &self,
        from: u64,
        limit: usize,
        most_bytes: usize,
    ) -> Result<Vec<Stored>, LookError> {
        self.house.ledger.stored(from, limit, most_bytes).map_err(LookError::Ledger)
    }

    /// Facts of all tenants with what they state, from a place on: for reconcilers. Blocking.
    pub fn facts(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LookError> {
        self.house.ledger.read(from, limit).map_err(LookError::Ledger)
    }

    /// The place of the newest fact; 0 if there is none.
    pub fn newest_fact(&self) -> u64 {
        self.house.ledger.newest()
    }

    /// Waits until there is a fact at a place, at most so long; gives the newest one's place.
    ///
    /// Ends early once [`Mayday::stop_waiting`] was called.
    pub async fn wait_for_fact(&self, seq: u64, at_most: Duration) -> u64 {
        let mut newest = self.house.newest.clone();
        let mut leaving = self.house.leaving.subscribe();
        tokio::select! {
            _ = newest.wait_for(|newest| *newest >= seq) => {}
            _ = leaving.wait_for(|leaving| *leaving) => {}
            () = tokio::time::sleep(at_most) => {}
        }
        *newest.borrow()
    }

    /// Lets nobody wait for facts any more: an orderly end begins.
    pub fn stop_waiting(&self) {
        self.house.leaving.send_replace(true);
    }
}

/// Takes an export of a ledger into a directory where nothing was stated yet: all or nothing.
///
/// The directory is made if it is not there, and held under its lock meanwhile. Blocking.
pub fn import_ledger_into(directory: &Path, lines: impl BufRead) -> Result<Imported, TakeInError> {
    let _lock = lock(directory)?;
    let ledger = Ledger::open(directory).map_err(OpenError::Ledger)?;
    Ok(ledger.import(lines)?)
}
