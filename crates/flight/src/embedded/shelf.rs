//! What those who pack, the one who writes and those who read have in common.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::{HashMap, HashSet};
use model::{Address, Label, Pivot, TraceId};

use super::day::{self, Days};
use super::filter::Filters;
use super::fresh::Fresh;
use super::pieces::Packer;
use super::places::Places;
use super::roll::Roll;
use super::traces::{Kept, KeptKeys, TraceKeys};
use crate::error::FlightError;
use crate::keys::TenantKeys;
use crate::secret::Secret;

/// Addresses remembered as stored; beyond, a text may be compressed once more for nothing.
const MOST_STORED: usize = 500_000;

/// Labels that may wait for a run that names what they are about.
const MOST_AWAITED: usize = 100_000;

/// One tenant's flights: keys, day files, and what is known of what is in them.
#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) directory: PathBuf,
    pub(super) days: Days,
    /// The same for whoever packs, who must not wait for one who reads long.
    pub(super) lookups: Days,
    pub(super) tenant: Arc<TenantKeys>,
    pub(super) keys: TraceKeys,
    /// Addresses content that is everybody's.
    pub(super) shared: Secret,
    /// Makes digests.
    pub(super) chain: Secret,
    /// What came in the last moments.
    pub(super) fresh: Fresh,
    /// What days that are over can hold.
    pub(super) filters: Filters,
    /// What the newest days can hold.
    pub(super) roll: Roll,
    /// Where the rows are of traces that came last.
    pub(super) places: Places,
    people: Secret,
    pivots: Secret,
    stored: Mutex<(i32, HashSet<Address>)>,
    packers: Mutex<Vec<Packer>>,
    awaited: Mutex<HashMap<Address, Label>>,
}

impl Shelf {
    pub(super) fn new(directory: PathBuf, tenant: TenantKeys) -> Self {
        let tenant = Arc::new(tenant);
        Self {
            days: Days::new(directory.clone()),
            lookups: Days::new(directory.clone()),
            directory,
            keys: TraceKeys::new(Arc::clone(&tenant)),
            shared: tenant.secret("shared"),
            chain: tenant.secret("chain"),
            fresh: Fresh::default(),
            filters: Filters::default(),
            roll: Roll::default(),
            places: Places::default(),
            people: tenant.secret("people"),
            pivots: tenant.secret("pivots"),
            tenant,
            stored: Mutex::default(),
            packers: Mutex::default(),
            awaited: Mutex::default(),
        }
    }

    /// Who a person is, to all who have the tenant's key and to nobody else.
    pub(super) fn person(&self, subject: &str) -> Address {
        self.people.address(subject.as_bytes())
    }

    /// The keyed hash of a pivot.
    pub(super) fn pivot(&self, pivot: &Pivot) -> Address {
        self.pivots(&pivot.kind).address(pivot.value.as_bytes())
    }

    /// The secret that makes the keyed hashes of all pivots of a kind.
    pub(super) fn pivots(&self, kind: &str) -> Secret {
        self.pivots.derive(kind.as_bytes())
    }

    /// The key of a trace as it stands in the file of a day.
    pub(super) fn kept_key(&self, day: i32, trace: TraceId) -> Result<Option<Kept>, FlightError> {
        KeptKeys::on(BTreeMap::from([(day, HashSet::from_iter([trace]))]), self)?
            .as_of_now()?
            .key(day, trace)
    }

    /// Lets go of a day.
    pub(super) fn close(&self, path: &Path) {
        self.days.close(path);
        self.lookups.close(path);
        self.filters.forget(day::number_of(path));
        self.places.forget(path);
    }

    /// Leaves of some content what is not known to be stored on a day.
    pub(super) fn retain_new<T>(
        &self,
        day: i32,
        contents: &mut Vec<T>,
        address: impl Fn(&T) -> &Address,
    ) {
        let stored = self.stored();
        if stored.0 == day {
            contents.retain(|content| !stored.1.contains(address(content)));
        }
    }

    /// Remembers what has been made durable on a day.
    pub(super) fn note_stored(&self, day: i32, addresses: impl IntoIterator<Item = Address>) {
        let mut stored = self.stored();
        if stored.0 != day || stored.1.len() >= MOST_STORED {
            stored.0 = day;
            stored.1.clear();
        }
        stored.1.extend(addresses);
    }

    /// A packer, used before if there is one.
    pub(super) fn packer(&self) -> Result<Packer, FlightError> {
        let used = self.packers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        used.map_or_else(Packer::new, Ok).map_err(FlightError::Pack)
    }

    /// Takes a packer back.
    pub(super) fn put_back(&self, packer: Packer) {
        self.packers.lock().unwrap_or_else(PoisonError::into_inner).push(packer);
    }

    /// The label that was given about a pivot before any run named it.
    pub(super) fn awaited(&self, pivot: &Pivot) -> Option<Label> {
        let awaited = self.awaited.lock().unwrap_or_else(PoisonError::into_inner);
        if awaited.is_empty() { None } else { awaited.get(&self.pivot(pivot)).cloned() }
    }

    /// Keeps a label about a pivot that no run on record names.
    pub(super) fn await_run(&self, pivot: Address, label: Label) {
        let mut awaited = self.awaited.lock().unwrap_or_else(PoisonError::into_inner);
        if awaited.len() < MOST_AWAITED {
            awaited.insert(pivot, label);
        } else {
            tracing::warn!("a label is about a run that is not here, and too many such wait");
        }
    }

    fn stored(&self) -> MutexGuard<'_, (i32, HashSet<Address>)> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
