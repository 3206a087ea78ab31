//! Opening a data directory: the lock, the stores, and what is rebuilt from them.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use flight::{Flight, Recent};
use incident::Incidents;
use jiff::{SignedDuration, Timestamp};
use ledger::{Ledger, Verified};
use model::{Catalogue, Window};
use recorder::{ContentMode, Limits};
use tokio::sync::Notify;
use watch::{Due, SettleAfter};

use crate::access::{Principals, Reads};
use crate::error::OpenError;
use crate::tally::Tally;

/// What can be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What may be kept of content.
    pub content: ContentMode,
    /// How long to wait for the rest of a trace.
    pub settle_after: SettleAfter,
    /// Most runs in the window in memory.
    pub window_runs: usize,
    /// How far back a question without windows looks.
    pub lookback: SignedDuration,
    /// What one request may hold.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            content: ContentMode::Full,
            settle_after: SettleAfter {
                root_ended: SignedDuration::from_secs(10),
                last_span: SignedDuration::from_secs(60),
            },
            window_runs: 1_000_000,
            lookback: SignedDuration::from_hours(24),
            limits: Limits::default(),
        }
    }
}

/// Mayday, open on its stores.
#[derive(Debug)]
pub struct Mayday {
    pub(crate) settings: Settings,
    pub(crate) catalogue: Catalogue,
    pub(crate) flight: Arc<Flight>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) recent: RwLock<Recent>,
    pub(crate) due: Mutex<Due>,
    pub(crate) came: Notify,
    pub(crate) in_hand: AtomicUsize,
    pub(crate) settling: tokio::sync::Mutex<()>,
    pub(crate) incidents: RwLock<Incidents>,
    pub(crate) principals: RwLock<Principals>,
    pub(crate) reads: Reads,
    pub(crate) tally: Tally,
    _lock: Option<File>,
}

/// Facts read at a time when following the ledger.
const PAGE: usize = 512;

impl Mayday {
    /// Opens a data directory under its exclusive lock, and makes it if it is not there.
    pub fn open(directory: &Path, settings: Settings, now: Timestamp) -> Result<Self, OpenError> {
        let lock = lock(directory)?;
        let flight = Flight::open(&directory.join("flights")).map_err(OpenError::Flight)?;
        let ledger = Ledger::open(directory).map_err(OpenError::Ledger)?;
        Self::on(flight, ledger, settings, now).map(|mayday| Self { _lock: Some(lock), ..mayday })
    }

    /// Opens on stores in memory, which are forgotten with the process.
    pub fn in_memory(settings: Settings, now: Timestamp) -> Result<Self, OpenError> {
        Self::on(Flight::in_memory(), Ledger::in_memory(), settings, now)
    }

    fn on(
        flight: Flight,
        ledger: Ledger,
        settings: Settings,
        now: Timestamp,
    ) -> Result<Self, OpenError> {
        let mut recent = Recent::new(settings.window_runs);
        let since = now.checked_sub(settings.lookback * 8).unwrap_or(Timestamp::MIN);
        let window = Window { start: since, end: Timestamp::MAX };
        for settlement in flight.settlements(window).map_err(OpenError::Flight)? {
            recent.apply(&settlement);
        }
        recent.complete_only_since(since);
        let mut due = Due::default();
        for trace in flight.unsettled().map_err(OpenError::Flight)? {
            due.now(trace);
        }
        let (incidents, principals) = follow(&ledger).map_err(OpenError::Ledger)?;
        let ledger = Arc::new(ledger);
        Ok(Self {
            settings,
            catalogue: incident::surfaces(),
            incidents: RwLock::new(incidents),
            principals: RwLock::new(principals),
            reads: Reads::new(Arc::clone(&ledger)),
            flight: Arc::new(flight),
            ledger,
            recent: RwLock::new(recent),
            due: Mutex::new(due),
            came: Notify::new(),
            in_hand: AtomicUsize::new(0),
            settling: tokio::sync::Mutex::default(),
            tally: Tally::default(),
            _lock: None,
        })
    }

    /// What was counted since the start.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// How many runs the window in memory holds, and how many traces wait to settle.
    pub fn gauges(&self) -> (usize, usize) {
        let due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = due.waiting() + self.in_hand.load(Ordering::Relaxed);
        drop(due);
        (self.recent().len(), waiting)
    }

    pub(crate) fn recent(&self) -> RwLockReadGuard<'_, Recent> {
        self.recent.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn incidents(&self) -> RwLockReadGuard<'_, Incidents> {
        self.incidents.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Checks the hash chain of a directory's ledger, which may be too damaged to be opened for use.
pub fn verify_ledger_in(directory: &Path) -> Result<Verified, OpenError> {
    if !directory.join("ledger.db").is_file() {
        return Err(OpenError::NoLedger(directory.to_path_buf()));
    }
    let _lock = lock(directory)?;
    let ledger = Ledger::open(directory).map_err(OpenError::Ledger)?;
    ledger.verify().map_err(OpenError::Ledger)
}

/// Takes the directory's lock; it is held until the file is closed.
fn lock(directory: &Path) -> Result<File, OpenError> {
    let unusable = |source| OpenError::Directory { path: directory.to_path_buf(), source };
    std::fs::create_dir_all(directory).map_err(unusable)?;
    let path: PathBuf = directory.join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(directory.to_path_buf())),
        Err(TryLockError::Error(source)) => Err(unusable(source)),
    }
}

/// Folds every fact of the ledger.
fn follow(ledger: &Ledger) -> Result<(Incidents, Principals), ledger::LedgerError> {
    let (mut incidents, mut principals) = (Incidents::default(), Principals::default());
    let mut next = 1;
    loop {
        let entries = ledger.read(next, PAGE)?;
        let Some(last) = entries.last() else { return Ok((incidents, principals)) };
        next = last.seq + 1;
        for entry in &entries {
            incidents.apply(entry);
            principals.apply(entry);
        }
    }
}
