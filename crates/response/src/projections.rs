//! Projections: what is folded from the ledger and held in memory, each with its snapshot.
//!
//! To add one: give it `Default`, `Serialize`, `Deserialize` and `apply(&mut self, &Entry)`, and
//! a line in the list below, with a version of 1. It then follows every fact, is there as
//! `house.projections.NAME.read()`, and begins where its snapshot ends. State facts with
//! [`House::state`](crate::open::House), which has them folded before it returns. Sets and maps are
//! `BTreeSet` and `BTreeMap`, so that the same state is the same bytes.
//!
//! Whoever changes what a projection keeps, or how it folds, gives it the next version: snapshots
//! of earlier ones are then not used, and it is folded from the first fact once. The test
//! `what_is_kept_changes_with_its_version_alone` watches over that.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use incident::gaps::Dismissals;
use incident::observed::Learned;
use incident::playbooks::Rehearsals;
use incident::{Alerts, Changes, Complaints, Incidents, Lessons, Links, Measures};
use ledger::{Ledger, LedgerError, Snapshot, Unfit};
use model::{Entry, Fact};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::access::Principals;
use crate::evals::Suites;
use crate::keeping::ClosedDays;
use crate::notices::Notices;
use crate::outbox::Outbox;

/// Something that is folded from facts.
pub(crate) trait Projection: Default + Serialize + DeserializeOwned + Send + Sync {
    /// What its snapshot is called.
    const NAME: &'static str;
    /// Which way of folding and keeping this is.
    const VERSION: u32;

    /// Takes in one entry; facts about other things change nothing.
    fn apply(&mut self, entry: &Entry);
}

/// Lists the projections: each a field of [`Projections`], its type and its version.
macro_rules! projections {
    ($($(#[$says:meta])* $name:ident: $projection:ty, version $version:literal;)*) => {
        /// Everything that is folded from the ledger.
        #[derive(Debug, Default)]
        pub(crate) struct Projections {
            place: Mutex<Place>,
            $($(#[$says])* pub(crate) $name: Folded<$projection>,)*
        }

        impl Projections {
            fn each(&self) -> Vec<&dyn Fold> {
                vec![$(&self.$name),*]
            }
        }

        $(impl Projection for $projection {
            const NAME: &'static str = stringify!($name);
            const VERSION: u32 = $version;

            fn apply(&mut self, entry: &Entry) {
                <$projection>::apply(self, entry);
            }
        })*
    };
}

projections! {
    /// Every incident.
    incidents: Incidents, version 2;
    /// Every key that was issued.
    principals: Principals, version 2;
    /// Days of flights that are over.
    days: ClosedDays, version 1;
    /// Suites of evaluations.
    suites: Suites, version 1;
    /// What will not be recorded.
    dismissals: Dismissals, version 1;
    /// Changes of surfaces.
    changes: Changes, version 1;
    /// Alerts.
    alerts: Alerts, version 2;
    /// Complaints, and signals of them.
    complaints: Complaints, version 2;
    /// What belongs to which incident.
    links: Links, version 1;
    /// Levels that are no news.
    learned: Learned, version 1;
    /// When playbooks were walked through.
    rehearsals: Rehearsals, version 1;
    /// What others are to be told.
    outbox: Outbox, version 2;
    /// Notices of providers, their channels and tickets.
    notices: Notices, version 2;
    /// Documents, their items, and what reviews said of them.
    lessons: Lessons, version 1;
    /// What evals measured.
    measures: Measures, version 1;
}

/// A projection as far as it has followed the ledger.
#[derive(Debug, Default)]
pub(crate) struct Folded<P> {
    state: RwLock<P>,
}

/// Where all projections stand.
#[derive(Debug, Default)]
struct Place {
    /// The last entry that all of them took in.
    seq: u64,
    /// The entry that snapshots were last made of.
    kept: u64,
    /// Facts of later versions among them. Who knows these facts must fold them, so nothing that
    /// left them out may be kept.
    unknown: u64,
}

/// What is done to each projection, whatever it folds.
trait Fold {
    /// What its snapshot is called.
    fn name(&self) -> &'static str;
    /// Takes its snapshot up; gives the last entry in it, 0 if it begins with the first.
    fn begin(&self, ledger: &Ledger) -> u64;
    /// Takes in entries.
    fn take(&self, entries: &[Entry]);
    /// A snapshot of it, to be kept.
    fn snapshot(&self, seq: u64) -> Result<Snapshot, rmp_serde::encode::Error>;
}

/// Facts read at a time.
const PAGE: usize = 512;

/// New facts that are worth a snapshot while others wait to state more.
const WORTH_KEEPING: u64 = 4_096;

/// New facts that are worth a snapshot at the end.
const WORTH_KEEPING_AT_THE_END: u64 = 512;

/// Of a long ledger only such a part again is worth a snapshot while others wait.
const PART_WORTH_KEEPING: u64 = 16;

impl Projections {
    /// Folds the whole ledger, but for what snapshots spare.
    pub(crate) fn open(ledger: &Ledger) -> Result<Self, LedgerError> {
        let projections = Self::default();
        let each = projections.each();
        let begun: Vec<u64> = each.iter().map(|one| one.begin(ledger)).collect();
        let mut next = begun.iter().min().map_or(1, |seq| seq + 1);
        let mut place = Place { kept: next - 1, ..Place::default() };
        loop {
            let entries = ledger.read(next, PAGE)?;
            let Some(last) = entries.last() else { break };
            for (one, begun) in each.iter().zip(&begun) {
                let known = begun.saturating_sub(next - 1).min(entries.len() as u64);
                one.take(&entries[known as usize..]);
            }
            place.unknown += unknown(&entries);
            next = last.seq + 1;
        }
        place.seq = next - 1;
        if place.unknown > 0 {
            let unknown = place.unknown;
            tracing::warn!(unknown, "facts that only a later version knows are left as they are");
        }
        drop(each);
        *projections.place() = place;
        Ok(projections)
    }

    /// Takes in what was just stated, and whatever others stated before it.
    ///
    /// The facts stand whether they are folded or not: should reading those in between fail, the
    /// next call makes good for it.
    pub(crate) fn follow(&self, ledger: &Ledger, stated: &[Entry]) -> Result<(), LedgerError> {
        let (Some(first), Some(last)) = (stated.first(), stated.last()) else { return Ok(()) };
        let mut place = self.place();
        while place.seq < last.seq {
            let next = place.seq + 1;
            if first.seq == next {
                self.take(&mut place, stated);
                continue;
            }
            let entries = ledger.read(next, PAGE)?;
            if entries.is_empty() {
                break;
            }
            self.take(&mut place, &entries);
        }
        Ok(())
    }

    /// Keeps a snapshot of each if enough was stated since. Blocking.
    pub(crate) fn keep_if_worth_it(&self, ledger: &Ledger) -> Result<(), LedgerError> {
        let place = self.place();
        let worth = WORTH_KEEPING.max(place.seq / PART_WORTH_KEEPING);
        self.keep(place, ledger, worth)
    }

    /// Keeps a snapshot of each at an orderly end.
    pub(crate) fn keep_at_the_end(&self, ledger: &Ledger) -> Result<(), LedgerError> {
        self.keep(self.place(), ledger, WORTH_KEEPING_AT_THE_END)
    }

    /// Keeps a snapshot of each if so many facts are new. Nothing is folded while states are
    /// written down; writing them to disk comes after.
    fn keep(
        &self,
        mut place: MutexGuard<'_, Place>,
        ledger: &Ledger,
        worth: u64,
    ) -> Result<(), LedgerError> {
        if place.unknown > 0 || place.seq < place.kept + worth {
            return Ok(());
        }
        let seq = place.seq;
        let made: Vec<_> =
            self.each().into_iter().map(|one| (one.name(), one.snapshot(seq))).collect();
        place.kept = seq;
        drop(place);
        for (name, snapshot) in made {
            match snapshot {
                Ok(snapshot) => ledger.keep_snapshot(&snapshot)?,
                Err(error) => tracing::error!(name, %error, "a projection can't be written down"),
            }
        }
        Ok(())
    }

    fn take(&self, place: &mut Place, entries: &[Entry]) {
        self.each().into_iter().for_each(|one| one.take(entries));
        place.unknown += unknown(entries);
        place.seq = entries.last().map_or(place.seq, |last| last.seq);
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown(entries: &[Entry]) -> u64 {
    entries.iter().filter(|entry| matches!(entry.fact, Fact::Unknown { .. })).count() as u64
}

impl<P> Folded<P> {
    /// What was folded so far.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, P> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<P: Projection> Fold for Folded<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn begin(&self, ledger: &Ledger) -> u64 {
        let name = P::NAME;
        match ledger.snapshot(name, P::VERSION) {
            Ok(snapshot) => match rmp_serde::from_slice(&snapshot.body) {
                Ok(state) => {
                    *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
                    return snapshot.seq;
                }
                Err(why) => tracing::warn!(name, %why, "a snapshot is not used"),
            },
            Err(Unfit::Missing) => {}
            Err(why) => tracing::warn!(name, %why, "a snapshot is not used"),
        }
        0
    }

    fn take(&self, entries: &[Entry]) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        entries.iter().for_each(|entry| Projection::apply(&mut *state, entry));
    }

    fn snapshot(&self, seq: u64) -> Result<Snapshot, rmp_serde::encode::Error> {
        let body = rmp_serde::to_vec_named(&*self.read())?;
        Ok(Snapshot { name: P::NAME.to_owned(), version: P::VERSION, seq, body })
    }
}

#[cfg(test)]
mod tests;
