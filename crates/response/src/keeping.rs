//! Keeping: people erased, days closed and retired, room on the disk, proof, copies.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use flight::{Broken, FlightError, KeptDay};
use jiff::{SignedDuration, Timestamp};
use ledger::{Append, Expected, LedgerError};
use model::incident::Excerpt;
use model::{Address, Entry, Fact, Fault, Faulty, Incident, IncidentId, TenantName};
use serde::{Deserialize, Serialize};

use crate::error::IncidentError;
use crate::incidents::Act;
use crate::open::{House, Mayday};
use crate::room::Room;

/// How long days stay and how much room they may take.
#[derive(Debug, Clone, PartialEq)]
pub struct Keeping {
    /// Days after which a day file is deleted; none keeps all.
    pub days: Option<u32>,
    /// Tenants whose days stay for another time; 0 keeps all of them.
    pub tenants: BTreeMap<TenantName, u32>,
    /// Bytes that all flights together may take; none for no limit.
    pub quota: Option<u64>,
}

impl Default for Keeping {
    fn default() -> Self {
        Self { days: Some(90), tenants: BTreeMap::new(), quota: None }
    }
}

impl Keeping {
    /// Days after which one of a tenant's days is deleted; none keeps all.
    fn days_of(&self, tenant: &TenantName) -> Option<u32> {
        match self.tenants.get(tenant) {
            Some(days) => Some(*days).filter(|days| *days > 0),
            None => self.days,
        }
    }
}

/// Share of the quota at which a warning is given.
const WARN_AT: f64 = 0.9;

/// What became of the wish to erase a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The person, by keyed hash.
    pub person: Address,
    /// Traces on record that were about that person.
    pub traces: u64,
    /// Keys destroyed; none in a dry run.
    pub keys: usize,
}

/// What a check of everything found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Whether all of it holds.
    pub intact: bool,
    /// Facts in the ledger.
    pub facts: u64,
    /// Each tenant's flights.
    pub flights: Vec<FlightProof>,
    /// The first thing that fails, in words.
    pub broken: Option<String>,
}

/// What a check of a tenant's flights found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlightProof {
    /// Whose.
    pub tenant: TenantName,
    /// Days that are intact.
    pub days: usize,
    /// Versions of steps that are.
    pub steps: u64,
    /// Pieces of content that can't be read because a person was erased.
    pub erased: u64,
}

/// Why something could not be kept, let go or proven.
#[derive(Debug, thiserror::Error)]
pub enum KeepingError {
    /// The flights can't be read or changed.
    #[error(transparent)]
    Flight(#[from] FlightError),
    /// The ledger can't be read or written.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// What an incident rests on can't be copied out of the days that are to go.
    #[error("the evidence of {0} could not be copied: no day is deleted before it is")]
    Evidence(IncidentId, #[source] Box<IncidentError>),
    /// Nobody can be meant.
    #[error("a subject has 1 to 1000 bytes: give the id that spans carry as `user.id`")]
    NoSubject,
    /// There is nothing on disk.
    #[error("this mayday keeps everything in memory: there is nothing to copy")]
    InMemory,
    /// The copy can't be made there.
    #[error("the directory {0} is not empty: name another for the copy")]
    NotEmpty(String),
}

impl Faulty for KeepingError {
    fn fault(&self) -> Fault {
        match self {
            KeepingError::Flight(error) => error.fault(),
            KeepingError::Ledger(error) => error.fault(),
            KeepingError::Evidence(_, error) => error.fault(),
            KeepingError::NoSubject => Fault::Invalid,
            KeepingError::NotEmpty(_) | KeepingError::InMemory => Fault::Conflict,
        }
    }
}

/// Longest id of a person.
const LONGEST_SUBJECT: usize = 1_000;

impl Mayday {
    /// What would be erased. Blocking.
    pub fn would_erase(&self, subject: &str) -> Result<Erasure, KeepingError> {
        if !(1..=LONGEST_SUBJECT).contains(&subject.len()) {
            return Err(KeepingError::NoSubject);
        }
        let flight = &self.room.flight;
        Ok(Erasure { person: flight.person(subject), traces: flight.about(subject)?, keys: 0 })
    }

    /// Destroys a person's keys, once the ledger says who wished it. It can't be undone. Blocking.
    pub fn erase(&self, subject: &str, act: Act) -> Result<Erasure, KeepingError> {
        let Erasure { person, traces, .. } = self.would_erase(subject)?;
        let tenant = self.room.tenant.clone();
        self.house.state_of_keeping(act, Fact::PersonErased { tenant, person, traces })?;
        let keys = self.room.flight.erase(subject, act.at)?.keys;
        Ok(Erasure { person, traces, keys })
    }

    /// Checks the ledger and all tenants' flights, and flights against what the ledger says of days
    /// that were closed. Blocking.
    pub fn prove(&self) -> Result<Proof, KeepingError> {
        let mut proof = Proof { intact: true, facts: 0, flights: Vec::new(), broken: None };
        match self.house.ledger.verify()? {
            ledger::Verified::Intact { entries, .. } => proof.facts = entries,
            ledger::Verified::Broken { seq, why } => {
                proof.broken = Some(format!("the ledger: entry {seq}: {why}"));
            }
        }
        for room in self.house.rooms() {
            let verified = room.flight.verify()?;
            let broken = verified.broken.as_ref().map(told).or_else(|| {
                let missing = self.house.days().first_unlike(&room.tenant, &verified.days);
                missing.map(|why| format!("flights: {why}"))
            });
            let broken = match broken {
                Some(broken) => Some(broken),
                None => self.of_room(&room).prove_evidence()?,
            };
            if let Some(broken) = broken {
                let broken = format!("tenant {}: {broken}", room.tenant);
                proof.broken.get_or_insert(broken);
            }
            proof.flights.push(FlightProof {
                tenant: room.tenant.clone(),
                days: verified.days.len(),
                steps: verified.steps,
                erased: verified.erased,
            });
        }
        proof.intact = proof.broken.is_none();
        Ok(proof)
    }

    /// Looks at the room that is left, states the heads of days that are over, and deletes days
    /// past their time. Idempotent; call it again and again. Blocking.
    pub fn keep_house(&self, now: Timestamp) -> Result<(), KeepingError> {
        let mut kept = Vec::new();
        let mut bytes = 0;
        for room in self.house.rooms() {
            let days = room.flight.days()?;
            bytes += days.iter().map(|day| day.bytes).sum::<u64>();
            bytes += room.flight.evidence_bytes()?;
            kept.push((room, days));
        }
        self.house.note_room(bytes);
        for (room, days) in kept {
            let act = |at| Act::by_itself(at, 0);
            for day in &days {
                if is_over(day, now) && !self.house.days().is_closed(&room.tenant, day) {
                    self.house.state_of_keeping(act(now), closed(&room, day))?;
                }
            }
            let kept = self.house.settings.keeping.days_of(&room.tenant);
            let past = |day: &&KeptDay| is_past(day, kept, now);
            let past: Vec<_> = days.iter().filter(past).collect();
            if !past.is_empty() {
                self.of_room(&room).keep_all_evidence(act(now))?;
            }
            for day in past {
                let (tenant, name) = (room.tenant.clone(), day.head.day.clone());
                self.house.state_of_keeping(act(now), Fact::DayRetired { tenant, day: name })?;
                room.flight.retire(day.number)?;
            }
        }
        Ok(self.house.projections.keep_if_worth_it(&self.house.ledger)?)
    }

    /// Copies the evidence of incidents for which that failed when they were declared.
    fn keep_all_evidence(&self, act: Act) -> Result<(), KeepingError> {
        let waiting = |incident: &Incident| incident.excerpts.is_none();
        for incident in self.list_incidents().into_iter().filter(waiting) {
            let kept = self.keep_evidence(&incident, act);
            kept.map_err(|error| KeepingError::Evidence(incident.id, Box::new(error)))?;
        }
        Ok(())
    }

    /// Checks the copies of what incidents rest on, and that they are those that were stated.
    fn prove_evidence(&self) -> Result<Option<String>, KeepingError> {
        for incident in self.list_incidents() {
            let Some(stated) = &incident.excerpts else { continue };
            let verified = self.room.flight.verify_kept(incident.id.as_str())?;
            let broken = verified.broken.as_ref().map(told).or_else(|| {
                let same = |excerpt: &Excerpt| {
                    verified.days.iter().any(|found| found.head == excerpt.head)
                };
                let unlike = stated.iter().find(|excerpt| !same(excerpt))?;
                Some(format!("{} is missing, or is another", unlike.day))
            });
            if let Some(broken) = broken {
                return Ok(Some(format!("evidence of {}: {broken}", incident.id)));
            }
        }
        Ok(None)
    }

    /// Copies the ledger and all flights into a directory of its own beside them. Blocking.
    pub fn back_up_beside(&self, now: Timestamp) -> Result<(PathBuf, Vec<String>), KeepingError> {
        let beside = self.house.directory().ok_or(KeepingError::InMemory)?.join("backups");
        let to = beside.join(now.strftime("%Y-%m-%dT%H-%M-%S%.6fZ").to_string());
        Ok((to.clone(), self.back_up(&to)?))
    }

    /// Copies the ledger and all flights into an empty directory while others write; the keys stay
    /// where they are. Blocking.
    pub fn back_up(&self, to: &Path) -> Result<Vec<String>, KeepingError> {
        let is_empty = std::fs::read_dir(to).map_or(true, |mut found| found.next().is_none());
        if !is_empty {
            return Err(KeepingError::NotEmpty(to.display().to_string()));
        }
        let mut copied = Vec::new();
        for room in self.house.rooms() {
            let within = format!("flights/{}", room.tenant);
            let names = room.flight.back_up(&to.join(&within))?;
            copied.extend(names.into_iter().map(|name| format!("{within}/{name}")));
        }
        self.house.ledger.back_up(&to.join("ledger.db"))?;
        copied.push("ledger.db".to_owned());
        Ok(copied)
    }
}

impl House {
    /// Appends a fact about keeping, then folds it.
    fn state_of_keeping(&self, act: Act, fact: Fact) -> Result<(), LedgerError> {
        let (stream, expected) = ("keeping", Expected::Any);
        let append = Append { stream, expected, at: act.at, actor: act.by, facts: &[fact] };
        self.state(append).map(|_| ())
    }

    /// Warns near the quota; at it, nothing more is taken in.
    fn note_room(&self, bytes: u64) {
        let share = self.settings.keeping.quota.map_or(0.0, |quota| bytes as f64 / quota as f64);
        let (full, near) = (share >= 1.0, share >= WARN_AT);
        let was_full = self.full.swap(full, Ordering::Relaxed);
        let was_near = self.near.swap(near, Ordering::Relaxed);
        match (full, near) {
            (true, _) if !was_full => {
                tracing::error!(bytes, "flights take up all the room they may: none are taken in");
            }
            (false, true) if !was_near => {
                tracing::warn!(bytes, "flights take up nearly all of the room they may");
            }
            (false, _) if was_full => tracing::warn!(bytes, "flights have room again"),
            _ => {}
        }
        self.bytes.store(bytes, Ordering::Relaxed);
    }
}

fn told(broken: &Broken) -> String {
    format!("{}, {}: {}", broken.day, broken.record, broken.why)
}

fn closed(room: &Room, day: &KeptDay) -> Fact {
    let flight::DayHead { day, head, steps } = day.head.clone();
    Fact::DayClosed { tenant: room.tenant.clone(), day, head, steps }
}

/// A day is over an hour after its end: what came in its last moments has been written.
fn is_over(day: &KeptDay, now: Timestamp) -> bool {
    now > end_of(day) + SignedDuration::from_hours(1)
}

fn is_past(day: &KeptDay, kept: Option<u32>, now: Timestamp) -> bool {
    let Some(days) = kept else { return false };
    is_over(day, now) && now > end_of(day) + SignedDuration::from_hours(24 * i64::from(days))
}

fn end_of(day: &KeptDay) -> Timestamp {
    let end = (i64::from(day.number) + 1) * 24 * 60 * 60;
    Timestamp::from_second(end).unwrap_or(Timestamp::MAX)
}

/// The days that were closed and not retired, as the ledger tells them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClosedDays {
    heads: BTreeMap<(TenantName, String), String>,
}

impl ClosedDays {
    /// Takes in one entry; facts about other things change nothing.
    pub(crate) fn apply(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::DayClosed { tenant, day, head, .. } => {
                self.heads.insert((tenant.clone(), day.clone()), head.clone());
            }
            Fact::DayRetired { tenant, day } => {
                self.heads.remove(&(tenant.clone(), day.clone()));
            }
            _ => {}
        }
    }

    fn is_closed(&self, tenant: &TenantName, day: &KeptDay) -> bool {
        let head = self.heads.get(&(tenant.clone(), day.head.day.clone()));
        head == Some(&day.head.head)
    }

    /// The first day that is not as it was when it was closed.
    fn first_unlike(&self, tenant: &TenantName, days: &[flight::DayHead]) -> Option<String> {
        let mine = self.heads.iter().filter(|((of, _), _)| of == tenant);
        let unlike =
            mine.map(|((_, day), head)| match days.iter().find(|found| found.day == *day) {
                None => Some(format!("the day {day} is missing")),
                Some(found) if found.head != *head => {
                    Some(format!("the day {day} does not end as it did when it was closed"))
                }
                Some(_) => None,
            });
        unlike.flatten().next()
    }
}
