//! Following: entries from a place on, as they are made, without asking again and again.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::Entry;

use crate::error::LedgerError;
use crate::ledger::Ledger;

/// A reader that goes on from a place, and waits where the ledger ends.
#[derive(Debug)]
pub struct Follow<'a> {
    ledger: &'a Ledger,
    next: u64,
}

/// What tells those who wait that the ledger has grown.
#[derive(Default)]
pub(crate) struct Bell {
    newest: Mutex<u64>,
    rung: Condvar,
    watchers: Mutex<Vec<Watcher>>,
}

type Watcher = Box<dyn Fn(u64) + Send + Sync>;

impl<'a> Follow<'a> {
    pub(crate) fn new(ledger: &'a Ledger, next: u64) -> Self {
        Self { ledger, next: next.max(1) }
    }

    /// The entries that come next, up to `limit`. Where there are none yet it waits for them,
    /// `at_most` so long; none then. Blocking.
    pub fn next(&mut self, limit: usize, at_most: Duration) -> Result<Vec<Entry>, LedgerError> {
        self.ledger.wait_for(self.next, at_most);
        let entries = self.ledger.read(self.next, limit)?;
        self.next = entries.last().map_or(self.next, |last| last.seq + 1);
        Ok(entries)
    }
}

impl Bell {
    pub(crate) fn at(newest: u64) -> Self {
        Self { newest: Mutex::new(newest), ..Self::default() }
    }

    /// Tells everybody that the ledger holds entries up to this one.
    pub(crate) fn ring(&self, seq: u64) {
        let mut newest = self.lock();
        if seq <= *newest {
            return;
        }
        *newest = seq;
        self.rung.notify_all();
        // Under the lock, so that no watcher is told of an earlier entry after a later one.
        self.watchers().iter().for_each(|watcher| watcher(seq));
    }

    pub(crate) fn newest(&self) -> u64 {
        *self.lock()
    }

    /// Waits until an entry is there, at most so long; gives the newest.
    pub(crate) fn wait_for(&self, seq: u64, at_most: Duration) -> u64 {
        let newest = self.lock();
        let waited = self.rung.wait_timeout_while(newest, at_most, |newest| *newest < seq);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Calls with the newest entry's place, now and whenever it has changed.
    pub(crate) fn watch(&self, watcher: Watcher) {
        let newest = self.lock();
        watcher(*newest);
        self.watchers().push(watcher);
    }

    /// A number and a list are whole whoever died holding them.
    fn lock(&self) -> MutexGuard<'_, u64> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watchers(&self) -> MutexGuard<'_, Vec<Watcher>> {
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Bell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bell").field("newest", &self.newest()).finish_non_exhaustive()
    }
}
