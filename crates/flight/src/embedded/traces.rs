//! The key of each trace: made at its first step, wrapped again when a person becomes known.
//!
//! A key is random and stands in the day file, wrapped by the tenant's key and by the keys of all
//! the people the trace is about, so that without any one of them it can't be had.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::{HashMap, HashSet};
use model::TraceId;
use rusqlite::{Connection, OptionalExtension};

use super::codec::unreadable;
use super::day::{self, Reader};
use super::places::{Places, Table};
use super::shelf::Shelf;
use crate::error::FlightError;
use crate::keys::{KeyId, SubjectKey, TenantKeys};
use crate::secret::Secret;

/// Trace keys remembered; beyond, they are read again from the day file.
const MOST_KNOWN: usize = 50_000;

/// A trace's key, and how it is wrapped.
#[derive(Debug, Clone)]
pub(super) struct TraceKey {
    /// Tells keys apart without telling anything of them.
    pub(super) id: KeyId,
    pub(super) secret: Secret,
    /// The people's keys that wrap it, in order.
    pub(super) people: Vec<KeyId>,
    pub(super) wrapped: Vec<u8>,
    /// The key that stood in its place and can't be had any more.
    pub(super) replaces: Option<KeyId>,
}

impl TraceKey {
    fn new(secret: Secret, people: Vec<KeyId>, wrapped: Vec<u8>) -> Self {
        let id = *secret.derive(b"id").address(b"").as_bytes();
        Self { id, secret, people, wrapped, replaces: None }
    }

    /// The people's keys, as they stand in the day file.
    pub(super) fn people_bytes(&self) -> Vec<u8> {
        self.people.concat()
    }
}

/// Wraps and unwraps trace keys, and remembers those in use.
#[derive(Debug)]
pub(super) struct TraceKeys {
    tenant: Arc<TenantKeys>,
    wrapping: Secret,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    keys: HashMap<(i32, TraceId), TraceKey>,
    order: VecDeque<(i32, TraceId)>,
}

/// A trace's key as it stands in a day file.
pub(super) struct Kept {
    pub(super) id: KeyId,
    pub(super) people: Vec<u8>,
    /// None once the payload of the trace was dropped.
    pub(super) wrapped: Option<Vec<u8>>,
}

/// The keys of some traces as they stand in the files of some days.
pub(super) struct KeptKeys<'a> {
    places: &'a Places,
    days: Vec<(i32, Reader, HashSet<TraceId>)>,
}

/// The same as of one moment, so that each question is as cheap as can be.
pub(super) struct Snapshots<'a> {
    places: &'a Places,
    days: Vec<(i32, Snapshot<'a>, &'a HashSet<TraceId>)>,
}

struct Snapshot<'a>(MutexGuard<'a, Connection>);

impl<'a> KeptKeys<'a> {
    /// Each day is asked only about the traces that it may hold.
    pub(super) fn on(
        days: BTreeMap<i32, HashSet<TraceId>>,
        shelf: &'a Shelf,
    ) -> Result<Self, FlightError> {
        let mut found = Vec::with_capacity(days.len());
        for (day, traces) in days.into_iter().filter(|(_, traces)| !traces.is_empty()) {
            let reader = shelf.lookups.reader(&day::path_of(&shelf.directory, day))?;
            found.extend(reader.map(|reader| (day, reader, traces)));
        }
        Ok(Self { places: &shelf.places, days: found })
    }

    pub(super) fn as_of_now(&self) -> Result<Snapshots<'_>, FlightError> {
        let days = self.days.iter();
        let days = days.map(|(day, reader, traces)| Ok((*day, Snapshot::of(reader)?, traces)));
        Ok(Snapshots { places: self.places, days: days.collect::<Result<_, FlightError>>()? })
    }
}

impl<'a> Snapshot<'a> {
    fn of(reader: &'a Reader) -> Result<Self, FlightError> {
        let reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.execute_batch("BEGIN").map_err(unreadable(&reader))?;
        Ok(Self(reader))
    }
}

impl Snapshots<'_> {
    /// The key of a trace on a day.
    pub(super) fn key(&self, day: i32, trace: TraceId) -> Result<Option<Kept>, FlightError> {
        let snapshot =
            self.days.iter().find(|(known, _, traces)| *known == day && traces.contains(&trace));
        let Some((_, Snapshot(day), _)) = snapshot else { return Ok(None) };
        let kept = |row: &rusqlite::Row| {
            Ok(Kept { id: row.get(1)?, people: row.get(2)?, wrapped: row.get(3)? })
        };
        let place = self.places.find(day, Table::Trace, trace).map_err(unreadable(day))?;
        let find = day.prepare_cached(include_str!("../sql/trace.sql"));
        let found = find.and_then(|mut find| find.query_row([place], kept).optional());
        found.map_err(unreadable(day))
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        _ = self.0.execute_batch("COMMIT");
    }
}

impl Kept {
    fn people(&self) -> Vec<KeyId> {
        self.people.as_chunks::<16>().0.to_vec()
    }
}

impl TraceKeys {
    pub(super) fn new(tenant: Arc<TenantKeys>) -> Self {
        Self { wrapping: tenant.secret("traces"), tenant, known: Mutex::default() }
    }

    /// The key of a trace on a day, wrapped by these people's keys too.
    ///
    /// `kept` looks in a day's file, where a key that is not remembered may stand. A trace that
    /// goes on after midnight is still about the same people.
    pub(super) fn get(
        &self,
        (day, trace): (i32, TraceId),
        people: &[SubjectKey],
        kept: impl Fn(i32) -> Result<Option<Kept>, FlightError>,
    ) -> Result<TraceKey, FlightError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let key = match known.keys.get(&(day, trace)) {
            Some(key) => key.clone(),
            None => self.kept_or_made(trace, kept(day)?, || kept(day - 1))?,
        };
        let mut all: Vec<KeyId> = people.iter().map(|key| key.id).collect();
        all.extend(&key.people);
        all.sort_unstable();
        all.dedup();
        let key = match all == key.people {
            true => key,
            false => TraceKey { replaces: key.replaces, ..self.wrapped(trace, key.secret, all)? },
        };
        known.remember((day, trace), key.clone());
        Ok(key)
    }

    fn kept_or_made(
        &self,
        trace: TraceId,
        kept: Option<Kept>,
        before: impl FnOnce() -> Result<Option<Kept>, FlightError>,
    ) -> Result<TraceKey, FlightError> {
        if let Some(kept) = &kept
            && let Some(key) = self.opened(trace, kept)?
        {
            return Ok(key);
        }
        let replaces = kept.as_ref().map(|kept| kept.id);
        let people = kept.into_iter().chain(before()?).flat_map(|kept| kept.people());
        let people = self.tenant.or_heirs(&people.collect::<Vec<_>>())?;
        Ok(TraceKey { replaces, ..self.wrapped(trace, self.tenant.fresh(), people)? })
    }

    /// The key of the day before, wrapped by these people's keys too; none if nothing changes.
    pub(super) fn rewrapped(
        &self,
        trace: TraceId,
        before: &Kept,
        people: &[KeyId],
    ) -> Result<Option<TraceKey>, FlightError> {
        let Some(key) = self.opened(trace, before)? else { return Ok(None) };
        let mut all = [people, &key.people].concat();
        all.sort_unstable();
        all.dedup();
        if all == key.people { Ok(None) } else { self.wrapped(trace, key.secret, all).map(Some) }
    }

    /// Forgets a key that was not made durable.
    pub(super) fn forget(&self, day: i32, trace: TraceId) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.keys.remove(&(day, trace));
    }

    /// Forgets all keys: what is needed is read again, unless it can't be any more.
    pub(super) fn forget_all(&self) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Known::default();
    }

    /// The key that stands in a day file; none if it was dropped, or a person's key destroyed.
    pub(super) fn opened(
        &self,
        trace: TraceId,
        kept: &Kept,
    ) -> Result<Option<TraceKey>, FlightError> {
        let Some(wrapped) = &kept.wrapped else { return Ok(None) };
        let people = kept.people();
        let Some(wrapping) = self.wrapping_for(&people)? else { return Ok(None) };
        let bytes = wrapping.open(wrapped, trace.as_bytes());
        let bytes: [u8; 32] =
            bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(FlightError::Corrupt {
                what: "trace key",
                source: "it was wrapped by another key, or changed".into(),
            })?;
        let (secret, wrapped) = (Secret::new(bytes), wrapped.clone());
        Ok(Some(TraceKey::new(secret, people, wrapped)))
    }

    fn wrapped(
        &self,
        trace: TraceId,
        secret: Secret,
        people: Vec<KeyId>,
    ) -> Result<TraceKey, FlightError> {
        let wrapping = self.wrapping_for(&people)?.ok_or(FlightError::Crossed)?;
        let wrapped = wrapping.seal(secret.bytes(), trace.as_bytes());
        Ok(TraceKey::new(secret, people, wrapped))
    }

    /// The key that wraps: the tenant's, mixed with each person's in turn.
    fn wrapping_for(&self, people: &[KeyId]) -> Result<Option<Secret>, FlightError> {
        let mut wrapping = self.wrapping.clone();
        for id in people {
            let Some(person) = self.tenant.by_id(id)? else { return Ok(None) };
            wrapping = wrapping.derive(person.bytes());
        }
        Ok(Some(wrapping))
    }
}

impl Known {
    fn remember(&mut self, place: (i32, TraceId), key: TraceKey) {
        if self.keys.insert(place, key).is_none() {
            self.order.push_back(place);
        }
        while self.order.len() > MOST_KNOWN {
            let oldest = self.order.pop_front();
            oldest.and_then(|oldest| self.keys.remove(&oldest));
        }
    }
}
