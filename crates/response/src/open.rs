//! Opening a data directory: the lock, the stores, and what is rebuilt from them.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLockReadGuard};

use comms::Breaker;
use flight::{Flight, Keyring};
use incident::Incidents;
use jiff::{SignedDuration, Timestamp};
use ledger::{Append, Ledger, LedgerError, Verified};
use model::{Catalogue, Entry, TenantName};
use recorder::Limits;
use tokio::sync::{Notify, watch as watched};
use watch::{Sampling, SettleAfter};

use crate::access::first::FirstCode;
use crate::access::session::Sessions;
use crate::access::throttle::Throttle;
use crate::access::{Reads, SessionLimits};
use crate::channels::{Channel, Paging};
use crate::contents::Contents;
use crate::error::OpenError;
use crate::inbound::Inbound;
use crate::keeping::{ClosedDays, Keeping};
use crate::notices::Desk;
use crate::outbox::Out;
use crate::projections::Projections;
use crate::room::Room;
use crate::tally::{Counted, Tally};

/// What can be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What may be kept of content.
    pub content: Contents,
    /// Whose payload stays once a run has settled.
    pub sampling: Sampling,
    /// How long to wait for the rest of a trace.
    pub settle_after: SettleAfter,
    /// Most runs in the window in memory.
    pub window_runs: usize,
    /// How far back a question without windows looks.
    pub lookback: SignedDuration,
    /// What one request may hold.
    pub limits: Limits,
    /// How long days stay and how much room they may take.
    pub keeping: Keeping,
    /// What is made of what others send.
    pub inbound: Inbound,
    /// Whom to tell.
    pub out: Out,
    /// How long sessions on the pages last.
    pub sessions: SessionLimits,
    /// The ways by which providers tell things.
    pub channels: Vec<Channel>,
    /// Which notices page.
    pub paging: Paging,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            content: Contents::default(),
            sampling: Sampling::default(),
            settle_after: SettleAfter {
                root_ended: SignedDuration::from_secs(10),
                last_span: SignedDuration::from_secs(60),
            },
            window_runs: 1_000_000,
            lookback: SignedDuration::from_hours(24),
            limits: Limits::default(),
            keeping: Keeping::default(),
            inbound: Inbound::default(),
            out: Out::default(),
            sessions: SessionLimits::default(),
            channels: Vec::new(),
            paging: Paging::default(),
        }
    }
}

/// Mayday, open on its stores, as one tenant sees it.
#[derive(Debug, Clone)]
pub struct Mayday {
    pub(crate) house: Arc<House>,
    pub(crate) room: Arc<Room>,
}

/// What all tenants have in common.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) settings: Settings,
    pub(crate) catalogue: Catalogue,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) projections: Projections,
    /// The place of the newest fact.
    pub(crate) newest: watched::Receiver<u64>,
    /// Whether an orderly end has begun.
    pub(crate) leaving: watched::Sender<bool>,
    pub(crate) reads: Reads,
    /// Held by whoever decides what depends on what was decided before.
    pub(crate) deciding: Mutex<()>,
    pub(crate) sessions: Sessions,
    pub(crate) throttle: Throttle,
    pub(crate) first: FirstCode,
    pub(crate) outgoing: Notify,
    pub(crate) announcing: Mutex<()>,
    pub(crate) breakers: Mutex<BTreeMap<String, Breaker>>,
    pub(crate) full: AtomicBool,
    /// Whether they take nearly all of it.
    pub(crate) near: AtomicBool,
    pub(crate) bytes: AtomicU64,
    pub(crate) came: Notify,
    /// One at a time decides what to make of something that came.
    pub(crate) taking_in: Mutex<()>,
    /// One at a time weighs what follows from it.
    pub(crate) weighing: Mutex<()>,
    /// One at a time states what flights show.
    pub(crate) observing: Mutex<()>,
    pub(crate) tally: Tally,
    pub(crate) desk: Desk,
    rooms: Mutex<BTreeMap<TenantName, Arc<Room>>>,
    place: Place,
}

/// Where tenants' flights are.
#[derive(Debug)]
enum Place {
    Directory { flights: PathBuf, keys: Arc<Keyring>, _lock: File },
    Memory,
}

/// How full a Mayday is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gauges {
    /// Runs in the windows in memory.
    pub runs: u64,
    /// Traces that wait to settle.
    pub waiting: u64,
    /// Bytes of flights on disk, as they were when last looked at.
    pub bytes: u64,
    /// Bytes that they may take; 0 for no limit.
    pub quota: u64,
    /// Deliveries that have not arrived yet.
    pub deliveries: u64,
    /// Targets that are let be because they fail again and again.
    pub breakers: u64,
}

impl Mayday {
    /// Opens a data directory under its exclusive lock, and makes it if it is not there.
    pub fn open(
        directory: &Path,
        keys: &Arc<Keyring>,
        settings: Settings,
        now: Timestamp,
    ) -> Result<Self, OpenError> {
        let place = Place::Directory {
            _lock: lock(directory)?,
            flights: directory.join("flights"),
            keys: Arc::clone(keys),
        };
        let ledger = Ledger::open(directory).map_err(OpenError::Ledger)?;
        let house = Arc::new(House::new(place, ledger, settings)?);
        for tenant in house.tenants_on_disk()? {
            house.room(&tenant, now)?;
        }
        let room = house.room(&TenantName::standard(), now)?;
        Ok(Self { house, room })
    }

    /// Opens on stores in memory, which are forgotten with the process.
    pub fn in_memory(settings: Settings, now: Timestamp) -> Result<Self, OpenError> {
        let house = Arc::new(House::new(Place::Memory, Ledger::in_memory(), settings)?);
        let room = house.room(&TenantName::standard(), now)?;
        Ok(Self { house, room })
    }

    /// Whether this is what a tenant sees.
    pub fn is_of(&self, tenant: &TenantName) -> bool {
        self.room.tenant == *tenant
    }

    /// The same, as another tenant sees it. Blocking where that tenant comes for the first time.
    pub fn of(&self, tenant: &TenantName, now: Timestamp) -> Result<Self, OpenError> {
        if self.is_of(tenant) {
            return Ok(self.clone());
        }
        Ok(Self { house: Arc::clone(&self.house), room: self.house.room(tenant, now)? })
    }

    /// The same, as the tenant of a room sees it.
    pub(crate) fn of_room(&self, room: &Arc<Room>) -> Self {
        Self { house: Arc::clone(&self.house), room: Arc::clone(room) }
    }

    /// What was counted since the start, of all tenants.
    pub fn tally(&self) -> &Tally {
        &self.house.tally
    }

    /// How full it is, of all tenants.
    pub fn gauges(&self) -> Gauges {
        let bytes = self.house.bytes.load(Ordering::Relaxed);
        let (deliveries, breakers) = self.house.outgoing();
        let quota = self.house.settings.keeping.quota.unwrap_or_default();
        let mut gauges = Gauges { runs: 0, waiting: 0, bytes, quota, deliveries, breakers };
        for room in self.house.rooms() {
            let (runs, waiting) = room.gauges();
            gauges.runs += runs as u64;
            gauges.waiting += waiting as u64;
        }
        gauges
    }
}

impl House {
    fn new(place: Place, ledger: Ledger, settings: Settings) -> Result<Self, OpenError> {
        let projections = Projections::open(&ledger).map_err(OpenError::Ledger)?;
        let (told, newest) = watched::channel(0);
        ledger.watch(move |seq| _ = told.send_replace(seq));
        let ledger = Arc::new(ledger);
        Ok(Self {
            settings,
            catalogue: incident::surfaces(),
            projections,
            newest,
            leaving: watched::Sender::new(false),
            reads: Reads::new(Arc::clone(&ledger)),
            deciding: Mutex::default(),
            sessions: Sessions::default(),
            throttle: Throttle::default(),
            first: FirstCode::default(),
            outgoing: Notify::new(),
            announcing: Mutex::default(),
            breakers: Mutex::default(),
            full: AtomicBool::new(false),
            near: AtomicBool::new(false),
            bytes: AtomicU64::new(0),
            ledger,
            came: Notify::new(),
            taking_in: Mutex::default(),
            weighing: Mutex::default(),
            observing: Mutex::default(),
            tally: Tally::default(),
            desk: Desk::default(),
            rooms: Mutex::default(),
            place,
        })
    }

    /// A tenant's room, opened when it is first asked for.
    fn room(&self, tenant: &TenantName, now: Timestamp) -> Result<Arc<Room>, OpenError> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(room) = rooms.get(tenant) {
            return Ok(Arc::clone(room));
        }
        let flight = match &self.place {
            Place::Directory { flights, keys, .. } => {
                Flight::open(&flights.join(tenant.as_str()), keys, tenant.as_str())
                    .map_err(OpenError::Flight)?
            }
            Place::Memory => Flight::in_memory(),
        };
        let room = Room::on(tenant, flight, (&self.settings, &self.catalogue), now)
            .map_err(OpenError::Flight)?;
        self.tally.add(Counted::LevelsCapped, room.recent().capped());
        let room = Arc::new(room);
        rooms.insert(tenant.clone(), Arc::clone(&room));
        Ok(room)
    }

    /// Every tenant's room.
    pub(crate) fn rooms(&self) -> Vec<Arc<Room>> {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.values().cloned().collect()
    }

    fn tenants_on_disk(&self) -> Result<Vec<TenantName>, OpenError> {
        let Place::Directory { flights, .. } = &self.place else { return Ok(Vec::new()) };
        let unusable = |source| OpenError::Directory { path: flights.clone(), source };
        std::fs::create_dir_all(flights).map_err(unusable)?;
        let mut tenants = Vec::new();
        for entry in std::fs::read_dir(flights).map_err(unusable)? {
            let entry = entry.map_err(unusable)?;
            if entry.file_type().map_err(unusable)?.is_dir() {
                let name = entry.file_name();
                tenants.extend(name.to_str().and_then(|name| name.parse::<TenantName>().ok()));
            }
        }
        Ok(tenants)
    }

    /// States facts: appended first, then folded, so that what is shown was stated. What others are
    /// to be told of them is stated with them, after them. Blocking.
    pub(crate) fn state(&self, append: Append<'_>) -> Result<Vec<Entry>, LedgerError> {
        let told = self.announced(&append);
        let facts = told.as_ref().map_or(append.facts, |told| &told.facts);
        let stated = self.ledger.append(Append { facts, ..append })?;
        self.fold(&stated);
        if told.is_some() {
            self.outgoing.notify_waiters();
        }
        Ok(stated)
    }

    /// Folds what was stated.
    pub(crate) fn fold(&self, stated: &[Entry]) {
        if let Err(error) = self.projections.follow(&self.ledger, stated) {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "what was stated is not folded yet: the next fact will do it");
        }
    }

    /// The data directory.
    pub(crate) fn directory(&self) -> Option<&Path> {
        match &self.place {
            Place::Directory { flights, .. } => flights.parent(),
            Place::Memory => None,
        }
    }

    pub(crate) fn days(&self) -> RwLockReadGuard<'_, ClosedDays> {
        self.projections.days.read()
    }

    pub(crate) fn incidents(&self) -> RwLockReadGuard<'_, Incidents> {
        self.projections.incidents.read()
    }
}

/// An orderly end: the next start need not fold everything.
impl Drop for House {
    fn drop(&mut self) {
        if let Err(error) = self.projections.keep_at_the_end(&self.ledger) {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "no snapshot was kept: the next start takes longer");
        }
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
pub(crate) fn lock(directory: &Path) -> Result<File, OpenError> {
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
