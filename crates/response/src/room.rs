//! A room: what is one tenant's own. Its flights, the window in memory, and what waits to settle.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use flight::{Flight, FlightError, Recent};
use jiff::Timestamp;
use model::{Catalogue, TenantName, Window};
use recorder::Policy;
use watch::{Due, FirstSeen, Sampling};

use crate::inventory::Inventory;
use crate::observed::observed_families;
use crate::open::Settings;

/// One tenant's own.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) tenant: TenantName,
    pub(crate) policy: Policy,
    pub(crate) sampling: Sampling,
    pub(crate) flight: Flight,
    pub(crate) recent: RwLock<Recent>,
    pub(crate) first_seen: RwLock<FirstSeen>,
    pub(crate) due: Mutex<Due>,
    pub(crate) in_hand: AtomicUsize,
    pub(crate) settling: tokio::sync::Mutex<()>,
    /// What is used, as it was last counted.
    pub(crate) inventory: Mutex<Option<Arc<Inventory>>>,
    /// How much was refused since the start, by reason.
    pub(crate) refused: Mutex<BTreeMap<&'static str, u64>>,
    /// Held by whoever looks whether an intent is open, and then says what became of it.
    pub(crate) resolving: tokio::sync::Mutex<()>,
    /// When traces became runs last, in seconds since 1970; 0 if none did.
    pub(crate) settled: AtomicI64,
}

impl Room {
    /// Rebuilds from flights what is held in memory of them.
    pub(crate) fn on(
        tenant: &TenantName,
        flight: Flight,
        (settings, catalogue): (&Settings, &Catalogue),
        now: Timestamp,
    ) -> Result<Self, FlightError> {
        let mut recent = Recent::new(settings.window_runs);
        let since = now.checked_sub(settings.lookback * 8).unwrap_or(Timestamp::MIN);
        let window = Window { start: since, end: Timestamp::MAX };
        let mut first_seen = FirstSeen::of(observed_families(catalogue));
        flight.settlements(window, |settlement| {
            recent.apply(&settlement);
            settlement.runs.iter().for_each(|run| first_seen.take(run));
        })?;
        recent.complete_only_since(since);
        let mut due = Due::default();
        for trace in flight.unsettled()? {
            due.now(trace);
        }
        Ok(Self {
            policy: settings.content.of(tenant),
            sampling: settings.sampling.of(tenant.as_str()),
            tenant: tenant.clone(),
            flight,
            recent: RwLock::new(recent),
            first_seen: RwLock::new(first_seen),
            due: Mutex::new(due),
            in_hand: AtomicUsize::new(0),
            settling: tokio::sync::Mutex::default(),
            inventory: Mutex::default(),
            refused: Mutex::default(),
            resolving: tokio::sync::Mutex::default(),
            settled: AtomicI64::new(0),
        })
    }

    /// How many runs the window in memory holds, and how many traces wait to settle.
    pub(crate) fn gauges(&self) -> (usize, usize) {
        let due = self.due();
        let waiting = due.waiting() + self.in_hand.load(Ordering::Relaxed);
        drop(due);
        (self.recent().len(), waiting)
    }

    /// When traces became runs last; none since the start.
    pub(crate) fn settled(&self) -> Option<Timestamp> {
        let seconds = self.settled.load(Ordering::Relaxed);
        (seconds > 0).then(|| Timestamp::from_second(seconds).ok()).flatten()
    }

    pub(crate) fn recent(&self) -> RwLockReadGuard<'_, Recent> {
        self.recent.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn first_seen(&self) -> RwLockReadGuard<'_, FirstSeen> {
        self.first_seen.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn first_seen_mut(&self) -> RwLockWriteGuard<'_, FirstSeen> {
        self.first_seen.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn due(&self) -> MutexGuard<'_, Due> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
