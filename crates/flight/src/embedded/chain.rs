//! The hash chain of a day: keyed digests of its versions, linked commit by commit.
//!
//! A digest covers all that is kept of a version, its content by address. It is made with a key of
//! the tenant's, so that whoever can write to the file but has no key can't make one that fits.

use model::{Label, Seen, Settlement, Step};
use rusqlite::{Connection, params};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::codec::{kind_code, source_code};
use crate::secret::Secret;

/// The digest of one version.
pub(super) type Digest = [u8; 16];

/// The head of a chain.
pub(super) type Head = [u8; 32];

/// Something that has a digest.
pub(super) trait Version {
    fn digest(&self, key: &Secret) -> Digest;
}

/// A version with its digest.
pub(super) fn with_digest<T: Version>(key: &Secret, version: T) -> (T, Digest) {
    let digest = version.digest(key);
    (version, digest)
}

/// The digest of a step whose body is written so and whose sender has this hash.
pub(super) fn of_step(key: &Secret, step: &Step, body: &[u8], origin: &[u8]) -> Digest {
    let columns = Columns {
        trace: *step.trace.as_bytes(),
        span: *step.span.as_bytes(),
        parent: step.parent.map(|parent| *parent.as_bytes()),
        kind: kind_code(step.kind),
        source: source_code(step.source),
        failed: step.failed,
        started: super::codec::nanos(step.started),
        ended: super::codec::nanos(step.ended),
    };
    columns.digest(key, body, origin)
}

/// What of a step stands in columns.
pub(super) struct Columns {
    pub(super) trace: [u8; 16],
    pub(super) span: [u8; 8],
    pub(super) parent: Option<[u8; 8]>,
    pub(super) kind: i64,
    pub(super) source: i64,
    pub(super) failed: bool,
    pub(super) started: i64,
    pub(super) ended: i64,
}

impl Columns {
    pub(super) fn digest(&self, key: &Secret, body: &[u8], origin: &[u8]) -> Digest {
        let codes = [self.kind as u8, self.source as u8, u8::from(self.failed)];
        short(key.mac_of(&[
            b"step",
            &self.trace,
            &self.span,
            &self.parent.unwrap_or_default(),
            &codes,
            &self.started.to_be_bytes(),
            &self.ended.to_be_bytes(),
            origin,
            body,
        ]))
    }
}

impl Version for Label {
    fn digest(&self, key: &Secret) -> Digest {
        let said = (self.subject, self.outcome, &self.source, super::codec::nanos(self.at));
        of_json(key, b"label", &said)
    }
}

impl Version for Settlement {
    fn digest(&self, key: &Secret) -> Digest {
        let through = (self.through.day, self.through.step, self.through.label);
        let runs: Vec<_> = self.runs.iter().map(columns_of_run).collect();
        let labels: Vec<_> = self.runs.iter().map(label_and_cluster).collect();
        let (trace, keep) = (self.trace, self.payload.keep);
        // Runs of the second format have neither, and keep the digest that they had.
        match labels.iter().all(|one| *one == (None, None)) {
            true => of_json(key, b"settlement", &(trace, through, keep, runs)),
            false => of_json(key, b"settlement", &(trace, through, keep, runs, labels)),
        }
    }
}

fn columns_of_run(run: &model::Run) -> impl Serialize {
    let mut levels: Vec<&Seen> = run.levels.iter().collect();
    levels.sort();
    let (started, ended) = (super::codec::nanos(run.started), super::codec::nanos(run.ended));
    (run.id, &run.feature, started, ended, run.outcome, run.steps, levels)
}

fn label_and_cluster(run: &model::Run) -> (Option<i64>, Option<u32>) {
    (run.labelled.map(super::codec::nanos), run.cluster)
}

fn of_json(key: &Secret, kind: &[u8], said: &impl Serialize) -> Digest {
    let json = serde_json::to_vec(said).unwrap_or_default();
    short(key.mac_of(&[kind, &json]))
}

fn short(code: [u8; 32]) -> Digest {
    let mut short = [0; 16];
    short.copy_from_slice(&code[..16]);
    short
}

/// The head before the first link of a day.
pub(super) const GENESIS: Head = [0; 32];

/// The tables whose rows are linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Step,
    Label,
    Settlement,
}

impl Table {
    /// What one row of it is called.
    pub(super) fn row(self) -> &'static str {
        match self {
            Table::Step => "step",
            Table::Label => "label",
            Table::Settlement => "settlement",
        }
    }
}

/// Takes digest after digest into the next head: of each table in the order of its rows.
#[derive(Debug, Clone)]
pub(super) struct Link {
    after: Head,
    tables: [Sha256; 3],
    /// The last row taken in of each table; 0 where there was none.
    last: [i64; 3],
}

impl Link {
    pub(super) fn after(head: &Head) -> Self {
        Self { after: *head, tables: Default::default(), last: [0; 3] }
    }

    /// Takes in a version: where it stands, and its digest.
    pub(super) fn take(&mut self, table: Table, id: i64, digest: &Digest) {
        let hash = &mut self.tables[table as usize];
        hash.update(id.to_be_bytes());
        hash.update(digest);
        self.last[table as usize] = id;
    }

    /// Writes the link, unless there is nothing in it, and gives the head.
    pub(super) fn close(self, to: &Connection) -> rusqlite::Result<Option<Head>> {
        if self.last == [0; 3] {
            return Ok(None);
        }
        let [step, label, settlement] = self.last;
        let head = self.head();
        let mut insert = to.prepare_cached(include_str!("../sql/insert_link.sql"))?;
        insert.execute(params![step, label, settlement, head])?;
        Ok(Some(head))
    }

    pub(super) fn head(self) -> Head {
        let mut hash = Sha256::new().chain_update(self.after);
        self.tables.into_iter().for_each(|table| hash.update(table.finalize()));
        hash.finalize().into()
    }
}
