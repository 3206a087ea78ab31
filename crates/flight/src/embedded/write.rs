//! The one writer: requests that wait are committed together, then answered.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use model::{
    Attribute, Batch, Content, ContentHash, Label, Level, Receipt, Run, Seen, Settlement, Step,
};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::codec::{Body, Packer, json, kind_code, nanos, outcome_code};
use super::{Waiting, day};
use crate::error::FlightError;
use crate::store::Append;

/// Most requests in one commit.
const GROUP: usize = 32;

/// The writing side. Lives on a thread of its own.
pub(super) struct Writer {
    directory: PathBuf,
    today: Option<Today>,
}

/// The open day file, with what is known to be in it.
struct Today {
    path: PathBuf,
    connection: Connection,
    known: Known,
    packer: Packer,
}

/// Rows that are known to be committed, by what they hold.
#[derive(Default)]
struct Known {
    contents: HashSet<ContentHash>,
    origins: HashMap<ContentHash, i64>,
    features: HashMap<String, i64>,
    levels: HashMap<Seen, i64>,
}

/// Most entries remembered of each kind; a client that sends more distinct ones gains nothing.
const MOST_KNOWN: usize = 100_000;

impl Writer {
    pub(super) fn new(directory: PathBuf) -> Self {
        Self { directory, today: None }
    }

    /// Commits what waits, group by group, until nobody can send any more.
    pub(super) fn run(mut self, mut waiting: mpsc::Receiver<Waiting>) {
        while let Some(first) = waiting.blocking_recv() {
            let mut group = vec![first];
            let day = |waiting: &Waiting| day::path(Path::new(""), waiting.append.received);
            while group.len() < GROUP {
                let Ok(next) = waiting.try_recv() else { break };
                group.push(next);
            }
            let mut rest = group.into_iter().peekable();
            while let Some(first) = rest.next() {
                let mut same_day = vec![first];
                while let Some(next) = rest.next_if(|next| day(next) == day(&same_day[0])) {
                    same_day.push(next);
                }
                self.commit(same_day);
            }
        }
    }

    /// Commits one group and answers each request in it. If the commit fails, all of them fail.
    fn commit(&mut self, group: Vec<Waiting>) {
        let received = group[0].append.received;
        let (appends, answers): (Vec<Append>, Vec<_>) =
            group.into_iter().map(|waiting| (waiting.append, waiting.answer)).unzip();
        let receipts = self.today(received).and_then(|today| today.write(&appends));
        match receipts {
            Ok(receipts) => {
                for (answer, receipt) in answers.into_iter().zip(receipts) {
                    _ = answer.send(receipt);
                }
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "append failed");
                self.today = None;
                let mut answers = answers.into_iter();
                if let Some(first) = answers.next() {
                    _ = first.send(Err(error));
                }
                answers.for_each(|answer| _ = answer.send(Err(FlightError::Overloaded)));
            }
        }
    }

    fn packer(&self) -> Result<Packer, FlightError> {
        let failed = |source| FlightError::Directory { path: self.directory.clone(), source };
        Packer::new().map_err(failed)
    }

    fn today(&mut self, received: Timestamp) -> Result<&mut Today, FlightError> {
        let path = day::path(&self.directory, received);
        let today = match self.today.take().filter(|today| today.path == path) {
            Some(today) => today,
            None => Today {
                connection: day::writer(&path)?,
                known: Known::default(),
                packer: self.packer()?,
                path,
            },
        };
        Ok(self.today.insert(today))
    }
}

impl Today {
    /// Writes all requests in one transaction; a request that can't be written is undone alone.
    fn write(
        &mut self,
        appends: &[Append],
    ) -> Result<Vec<Result<Receipt, FlightError>>, FlightError> {
        let mut transaction = self.connection.transaction().map_err(FlightError::Append)?;
        let mut receipts = Vec::with_capacity(appends.len());
        for append in appends {
            let part = transaction.savepoint().map_err(FlightError::Append)?;
            let (known, packer) = (&mut self.known, &mut self.packer);
            let mut writing = Writing { to: &part, known, packer, last_origin: None };
            let receipt = writing.append(append);
            if receipt.is_ok() {
                part.commit().map_err(FlightError::Append)?;
            } else {
                drop(part);
                self.known = Known::default();
            }
            receipts.push(receipt.map_err(FlightError::Append));
        }
        transaction.commit().map_err(FlightError::Append)?;
        Ok(receipts)
    }
}

/// One request on its way into the file.
struct Writing<'a> {
    to: &'a Connection,
    known: &'a mut Known,
    packer: &'a mut Packer,
    last_origin: Option<(Arc<[Attribute]>, i64)>,
}

type Written<T> = Result<T, rusqlite::Error>;

impl Writing<'_> {
    fn append(&mut self, append: &Append) -> Written<Receipt> {
        self.contents(&append.batch.content)?;
        let receipt = self.steps(&append.batch)?;
        append.labels.iter().try_for_each(|label| self.label(label))?;
        append.settlements.iter().try_for_each(|settlement| self.settlement(settlement))?;
        Ok(receipt)
    }

    fn contents(&mut self, contents: &[Content]) -> Written<()> {
        let mut has = self.to.prepare_cached(include_str!("../sql/has_content.sql"))?;
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_content.sql"))?;
        for Content { hash, bytes } in contents {
            let Some(bytes) = bytes else { continue };
            if self.known.contents.contains(hash) {
                continue;
            }
            if !has.exists([hash.as_bytes()])? {
                insert.execute(params![hash.as_bytes(), self.packer.pack(bytes)?])?;
            }
            if self.known.contents.len() >= MOST_KNOWN {
                self.known.contents.clear();
            }
            self.known.contents.insert(*hash);
        }
        Ok(())
    }

    fn steps(&mut self, batch: &Batch) -> Written<Receipt> {
        let mut receipt = Receipt::default();
        for step in &batch.steps {
            if self.step(step)? {
                receipt.stored += 1;
            } else {
                receipt.duplicate += 1;
            }
        }
        Ok(receipt)
    }

    /// Stores a step; false if the same version is there already.
    fn step(&mut self, step: &Step) -> Written<bool> {
        let origin = self.origin(&step.origin)?;
        let body = json(&Body {
            name: (&step.name).into(),
            attributes: (&step.attributes).into(),
            content: (&step.content).into(),
        })?;
        let (trace, span) = (step.trace.as_bytes(), step.span.as_bytes());
        let (started, ended) = (nanos(step.started), nanos(step.ended));
        let digest = digest(step, &body, origin);
        let mut has = self.to.prepare_cached(include_str!("../sql/has_step.sql"))?;
        if has.exists(params![trace, span, digest])? {
            return Ok(false);
        }
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_step.sql"))?;
        insert.execute(params![
            trace,
            span,
            step.parent.as_ref().map(|parent| parent.as_bytes().as_slice()),
            kind_code(step.kind),
            step.failed,
            started,
            ended,
            digest,
            origin,
            json(&step.traits)?,
            self.packer.pack(&body)?,
        ])?;
        Ok(true)
    }

    /// The row of an origin. Steps of one sender come together and share it.
    fn origin(&mut self, origin: &Arc<[Attribute]>) -> Written<i64> {
        if let Some((_, id)) = self.last_origin.as_ref().filter(|(o, _)| Arc::ptr_eq(o, origin)) {
            return Ok(*id);
        }
        let id = self.origin_row(origin)?;
        self.last_origin = Some((Arc::clone(origin), id));
        Ok(id)
    }

    fn origin_row(&mut self, origin: &[Attribute]) -> Written<i64> {
        let body = json(&origin)?;
        let hash = ContentHash::of(&body);
        if let Some(id) = self.known.origins.get(&hash) {
            return Ok(*id);
        }
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_origin.sql"))?;
        let id = insert
            .query_row(params![hash.as_bytes(), self.packer.pack(&body)?], |row| row.get(0))?;
        remember(&mut self.known.origins, hash, id);
        Ok(id)
    }

    fn label(&self, label: &Label) -> Written<()> {
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_label.sql"))?;
        insert.execute(params![
            label.subject.trace().as_bytes(),
            json(&label.subject).map(|json| String::from_utf8_lossy(&json).into_owned())?,
            outcome_code(label.outcome),
            label.source,
            nanos(label.at),
        ])?;
        Ok(())
    }

    fn settlement(&mut self, settlement: &Settlement) -> Written<()> {
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_settlement.sql"))?;
        let id = insert.insert(params![
            settlement.trace.as_bytes(),
            settlement.through.step,
            settlement.through.label
        ])?;
        settlement.runs.iter().try_for_each(|run| self.run(id, run))
    }

    fn run(&mut self, settlement: i64, run: &Run) -> Written<()> {
        let feature = self.feature(&run.feature)?;
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_run.sql"))?;
        let id = insert.insert(params![
            settlement,
            run.id.root.as_ref().map(|root| root.as_bytes().as_slice()),
            feature,
            nanos(run.started),
            nanos(run.ended),
            outcome_code(run.outcome),
            run.steps,
        ])?;
        for seen in &run.levels {
            let level = self.level(seen)?;
            let mut insert = self.to.prepare_cached(include_str!("../sql/insert_run_level.sql"))?;
            insert.execute([id, level])?;
        }
        Ok(())
    }

    fn feature(&mut self, name: &str) -> Written<i64> {
        if let Some(id) = self.known.features.get(name) {
            return Ok(*id);
        }
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_feature.sql"))?;
        let id = insert.query_row([name], |row| row.get(0))?;
        remember(&mut self.known.features, name.to_owned(), id);
        Ok(id)
    }

    fn level(&mut self, seen: &Seen) -> Written<i64> {
        if let Some(id) = self.known.levels.get(seen) {
            return Ok(*id);
        }
        let (recorded, name) = match &seen.level {
            Level::Is(name) => (true, name.as_str()),
            Level::NotRecorded => (false, ""),
        };
        let mut insert = self.to.prepare_cached(include_str!("../sql/insert_level.sql"))?;
        let row = params![seen.factor.as_str(), recorded, name];
        let id = insert.query_row(row, |row| row.get(0))?;
        remember(&mut self.known.levels, seen.clone(), id);
        Ok(id)
    }
}

fn remember<K: std::hash::Hash + Eq>(known: &mut HashMap<K, i64>, key: K, id: i64) {
    if known.len() >= MOST_KNOWN {
        known.clear();
    }
    known.insert(key, id);
}

/// Tells versions of a step apart: 128 bits over all that is kept of it.
fn digest(step: &Step, body: &[u8], origin: i64) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(body);
    hash.update(step.started.as_nanosecond().to_be_bytes());
    hash.update(step.ended.as_nanosecond().to_be_bytes());
    hash.update([u8::from(step.failed), kind_code(step.kind) as u8]);
    hash.update(origin.to_be_bytes());
    hash.update(step.parent.map_or([0; 8], |parent| *parent.as_bytes()));
    hash.finalize()[..16].to_vec()
}
