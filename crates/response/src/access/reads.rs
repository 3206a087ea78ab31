//! Reads of payload: counted in memory, and stated as facts every few minutes.
//!
//! A fact for each read would cost a sync of the disk each and drown the ledger. One for each
//! reader and tenant and few minutes names the traces and says how often. What a crash loses is
//! what was read since the last statement; dropping [`Reads`], an orderly end, states what is left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use ledger::{Append, Expected, Ledger, LedgerError};
use model::{Entry, Fact, TenantName, TraceId};

use crate::access::Who;

/// Reads of payload that no fact states yet.
#[derive(Debug)]
pub struct Reads {
    ledger: Arc<Ledger>,
    counted: Mutex<BTreeMap<Reading, Count>>,
}

/// Who read whose payload.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Reading {
    reader: Option<model::PrincipalId>,
    tenant: TenantName,
}

/// How often, and what.
#[derive(Debug, Clone)]
struct Count {
    actor: String,
    since: Timestamp,
    until: Timestamp,
    reads: u64,
    traces: BTreeSet<TraceId>,
    unlisted: u64,
}

/// Most traces that one fact names.
const MOST_TRACES: usize = 100;

/// The stream, and the actor, of reads by the operator of this machine.
const LOCAL: &str = "local";

impl Reads {
    pub(crate) fn new(ledger: Arc<Ledger>) -> Self {
        Self { ledger, counted: Mutex::default() }
    }

    /// Counts that somebody reads a trace of a tenant's.
    pub(crate) fn note(&self, who: &Who, tenant: &TenantName, trace: TraceId, now: Timestamp) {
        let (reader, actor) = match who {
            Who::Local | Who::Itself => (None, LOCAL.to_owned()),
            Who::Principal(principal) => (Some(principal.id.clone()), principal.to_string()),
        };
        let mut counted = self.counted();
        let reading = Reading { reader, tenant: tenant.clone() };
        counted.entry(reading).or_insert_with(|| Count::from(now, &actor)).add(trace, now);
    }

    /// How many facts wait to be stated.
    pub(crate) fn waiting(&self) -> usize {
        self.counted().len()
    }

    /// States one of them; it stays counted if that fails. Blocking.
    pub(crate) fn state_one(&self, now: Timestamp) -> Result<Option<Entry>, LedgerError> {
        let mut counted = self.counted();
        let Some(first) = counted.first_entry() else { return Ok(None) };
        let (reading, count) = (first.key(), first.get());
        let append = Append {
            stream: reading.reader.as_ref().map_or(LOCAL, |reader| reader.as_str()),
            expected: Expected::Any,
            at: now,
            actor: &count.actor,
            facts: &[fact(reading, count)],
        };
        let entries = self.ledger.append(append)?;
        first.remove();
        Ok(entries.into_iter().next())
    }

    fn counted(&self) -> MutexGuard<'_, BTreeMap<Reading, Count>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Count {
    fn from(now: Timestamp, actor: &str) -> Self {
        Self {
            actor: actor.to_owned(),
            since: now,
            until: now,
            reads: 0,
            traces: BTreeSet::new(),
            unlisted: 0,
        }
    }

    fn add(&mut self, trace: TraceId, now: Timestamp) {
        self.until = self.until.max(now);
        self.reads += 1;
        if self.traces.len() < MOST_TRACES || self.traces.contains(&trace) {
            self.traces.insert(trace);
        } else {
            self.unlisted += 1;
        }
    }
}

fn fact(reading: &Reading, count: &Count) -> Fact {
    Fact::PayloadRead {
        reader: reading.reader.clone(),
        tenant: reading.tenant.clone(),
        since: count.since,
        until: count.until,
        reads: count.reads,
        traces: count.traces.iter().copied().collect(),
        unlisted: count.unlisted,
    }
}

/// An orderly end: what is left is stated as of the last read.
impl Drop for Reads {
    fn drop(&mut self) {
        let latest = self.counted().values().map(|count| count.until).max();
        let Some(latest) = latest else { return };
        for _ in 0..self.waiting() {
            if let Err(error) = self.state_one(latest) {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "who read payload in the last minutes was not stated");
                return;
            }
        }
    }
}
