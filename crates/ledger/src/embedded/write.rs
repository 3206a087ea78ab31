//! The writing side: appends that wait are committed together, by whichever comes first.
//!
//! Whoever appends joins the line. The first in it leads: commits everything that waits by then,
//! answers, and passes the lead on to whoever is first now. So while one group is being synced the
//! next one gathers.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::mem;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params,
};

use crate::append::Draft;
use crate::error::LedgerError;
use crate::row::{Place, Row};

/// Most appends in one commit.
const GROUP: usize = 512;

/// Most bytes of facts in one commit, unless one append alone has more.
const GROUP_BYTES: usize = 8 << 20;

const HEAD: &str = include_str!("head.sql");
const VERSION: &str = include_str!("version.sql");
const INSERT: &str = include_str!("insert.sql");

/// The one connection that writes, and who waits for it.
#[derive(Debug)]
pub(super) struct Writer {
    line: Mutex<Line>,
    connection: Mutex<Connection>,
}

/// Appends that wait, and whether one of them leads.
#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Waiting>,
    is_led: bool,
}

/// An append that waits, and where it is told how it goes on.
#[derive(Debug)]
struct Waiting {
    draft: Draft,
    turn: Sender<Turn>,
}

/// What an append is told.
#[derive(Debug)]
enum Turn {
    /// It is first in the line, and leads.
    Lead,
    /// What became of it.
    Answer(Answer),
}

/// The lead, which is passed on when it ends, however it ends.
struct Lead<'a>(&'a Writer);

type Answer = Result<Vec<Row>, LedgerError>;

/// Why a group was not written.
enum Undone {
    /// The append at this place in it can't be.
    Append(usize, rusqlite::Error),
    /// None of it can be.
    All(rusqlite::Error),
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Self {
        Self { line: Mutex::default(), connection: Mutex::new(connection) }
    }

    /// Appends, together with whatever else waits.
    pub(super) fn append(&self, draft: Draft) -> Answer {
        let stream = draft.stream.clone();
        let (tell, told) = mpsc::channel();
        if self.join(Waiting { draft, turn: tell }) {
            self.lead();
        }
        loop {
            match told.recv() {
                Ok(Turn::Answer(answer)) => return answer,
                Ok(Turn::Lead) => self.lead(),
                // Who had it in hand is gone, and the transaction with it.
                Err(_) => return Err(LedgerError::Lost { stream }),
            }
        }
    }

    /// Joins the line; says whether it is to lead.
    fn join(&self, waiting: Waiting) -> bool {
        let mut line = self.line();
        line.waiting.push_back(waiting);
        !mem::replace(&mut line.is_led, true)
    }

    /// Commits what waits.
    fn lead(&self) {
        let _lead = Lead(self);
        let mut connection = self.connection();
        commit(&mut connection, self.next_group());
    }

    /// Takes in all rows or none, and only where there are none yet.
    pub(super) fn fill<E: From<LedgerError>>(
        &self,
        rows: impl Iterator<Item = Result<Row, E>>,
    ) -> Result<(), E> {
        let failed = |source| {
            let (stream, source) = ("the whole ledger".to_owned(), Arc::new(source));
            LedgerError::Append { stream, source }
        };
        let mut connection = self.connection();
        let transaction = immediate(&mut connection).map_err(failed)?;
        let entries = Ends::of(&transaction).map_err(failed)?.seq.unsigned_abs();
        if entries > 0 {
            return Err(LedgerError::NotEmpty { entries }.into());
        }
        for row in rows {
            insert(&transaction, &row?).map_err(failed)?;
        }
        Ok(transaction.commit().map_err(failed)?)
    }

    fn next_group(&self) -> Vec<Waiting> {
        let waiting = &mut self.line().waiting;
        let mut bytes = 0;
        let fits = |waiting: &&Waiting| {
            bytes += waiting.draft.bytes();
            bytes <= GROUP_BYTES
        };
        let many = waiting.iter().take(GROUP).take_while(fits).count().max(1);
        waiting.drain(..many.min(waiting.len())).collect()
    }

    /// The line is whole even if a thread died holding it: one call changes it.
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A thread that died holding the lock left no transaction: dropping rolled it back.
    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        let mut line = self.0.line();
        while let Some(next) = line.waiting.front() {
            if next.turn.send(Turn::Lead).is_ok() {
                return;
            }
            line.waiting.pop_front();
        }
        line.is_led = false;
    }
}

/// Commits one group and answers each append in it. If the commit fails, all of them fail, also
/// those that would have been refused: what they were weighed against is not there.
fn commit(connection: &mut Connection, group: Vec<Waiting>) {
    let (drafts, turns): (Vec<Draft>, Vec<_>) =
        group.into_iter().map(|waiting| (waiting.draft, waiting.turn)).unzip();
    match write(connection, &drafts) {
        Ok(outcomes) => turns.iter().zip(outcomes).for_each(|(turn, outcome)| {
            _ = turn.send(Turn::Answer(outcome));
        }),
        Err(source) => {
            let source = Arc::new(source);
            for (turn, draft) in turns.iter().zip(drafts) {
                let (stream, source) = (draft.stream, Arc::clone(&source));
                _ = turn.send(Turn::Answer(Err(LedgerError::Append { stream, source })));
            }
        }
    }
}

/// Writes all appends in one transaction. One that the store refuses fails alone: the others are
/// written again without it, which is rare, where a savepoint for each is not.
fn write(connection: &mut Connection, drafts: &[Draft]) -> rusqlite::Result<Vec<Answer>> {
    let mut refused: BTreeMap<usize, rusqlite::Error> = BTreeMap::new();
    loop {
        let left = drafts.iter().enumerate().filter(|(place, _)| !refused.contains_key(place));
        match try_write(connection, left) {
            Ok(written) => {
                let mut written = written.into_iter();
                let answer = |(place, draft): (usize, &Draft)| match refused.remove(&place) {
                    Some(source) => {
                        let (stream, source) = (draft.stream.clone(), Arc::new(source));
                        Some(Err(LedgerError::Append { stream, source }))
                    }
                    None => written.next(),
                };
                return Ok(drafts.iter().enumerate().filter_map(answer).collect());
            }
            Err(Undone::Append(place, source)) => _ = refused.insert(place, source),
            Err(Undone::All(source)) => return Err(source),
        }
    }
}

/// Writes all of these appends, but for those that conflict, or none.
fn try_write<'a>(
    connection: &mut Connection,
    drafts: impl Iterator<Item = (usize, &'a Draft)>,
) -> Result<Vec<Answer>, Undone> {
    let transaction = immediate(connection).map_err(Undone::All)?;
    let mut ends = Ends::of(&transaction).map_err(Undone::All)?;
    let mut outcomes = Vec::new();
    for (place, draft) in drafts {
        let outcome = draft.chained_to(&ends.place(&transaction, draft).map_err(Undone::All)?);
        for row in outcome.iter().flatten() {
            insert(&transaction, row).map_err(|source| match is_about_the_row(&source) {
                true => Undone::Append(place, source),
                false => Undone::All(source),
            })?;
        }
        if let Ok(Some(last)) = outcome.as_ref().map(|rows| rows.last()) {
            ends.move_to(last, draft);
        }
        outcomes.push(outcome);
    }
    transaction.commit().map_err(Undone::All)?;
    Ok(outcomes)
}

/// Where the ledger and its streams stand inside a transaction.
struct Ends {
    seq: i64,
    hash: Vec<u8>,
    versions: HashMap<String, i64>,
}

impl Ends {
    fn of(transaction: &Transaction<'_>) -> rusqlite::Result<Self> {
        let (seq, hash) = head(transaction)?;
        Ok(Self { seq, hash, versions: HashMap::new() })
    }

    fn place(&self, within: &Transaction<'_>, draft: &Draft) -> rusqlite::Result<Place> {
        let version = match self.versions.get(&draft.stream) {
            Some(version) => *version,
            None => {
                let mut statement = within.prepare_cached(VERSION)?;
                statement.query_row([&draft.stream], |row| row.get(0))?
            }
        };
        Ok(Place { seq: self.seq, version, hash: self.hash.clone() })
    }

    fn move_to(&mut self, last: &Row, draft: &Draft) {
        (self.seq, self.hash) = (last.seq, last.hash.clone());
        self.versions.insert(draft.stream.clone(), last.version);
    }
}

/// The newest entry's place and hash.
pub(super) fn head(connection: &Connection) -> rusqlite::Result<(i64, Vec<u8>)> {
    let head = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let found = connection.prepare_cached(HEAD)?.query_row([], head).optional()?;
    Ok(found.unwrap_or((0, vec![0; 32])))
}

/// Whether the store refuses this row, rather than any.
fn is_about_the_row(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig))
}

/// Takes the write lock at once, so that what is read stays true until the commit.
pub(super) fn immediate(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn insert(connection: &Connection, row: &Row) -> rusqlite::Result<usize> {
    let text = |bytes| ToSqlOutput::Borrowed(ValueRef::Text(bytes));
    let Row { seq, stream, version, at, actor, body, prev, hash } = row;
    connection.prepare_cached(INSERT)?.execute(params![
        seq,
        text(stream),
        version,
        at,
        text(actor),
        text(body),
        prev,
        hash
    ])
}

#[cfg(test)]
mod tests {
    use std::thread;

    use jiff::Timestamp;
    use model::{ContentHash, Fact};

    use super::*;
    use crate::append::{Append, Expected};

    fn draft(stream: &str) -> Draft {
        let (incident, hash) = ("inc_a".parse().unwrap(), ContentHash::of(b""));
        let facts = [Fact::PostmortemDrafted { incident, hash }];
        let (expected, at) = (Expected::Any, Timestamp::UNIX_EPOCH);
        Draft::new(&Append { stream, expected, at, actor: "ana", facts: &facts }).unwrap()
    }

    fn writer() -> Writer {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(include_str!("schema.sql")).unwrap();
        Writer::new(connection)
    }

    #[test]
    fn everything_that_waits_is_one_group() {
        let writer = writer();
        thread::scope(|scope| {
            let mut connection = writer.connection();
            let append = |n: usize| {
                let writer = &writer;
                move || writer.append(draft(&format!("inc_{n}")))
            };
            let waiting: Vec<_> = (0..8).map(|n| scope.spawn(append(n))).collect();
            while writer.line().waiting.len() < waiting.len() {
                thread::yield_now();
            }
            let group = writer.next_group();
            assert_eq!((group.len(), writer.line().waiting.len()), (8, 0));
            commit(&mut connection, group);
            drop(connection);
            let mut seqs: Vec<_> =
                waiting.into_iter().map(|one| one.join().unwrap().unwrap()[0].seq).collect();
            seqs.sort_unstable();
            assert_eq!(seqs, [1, 2, 3, 4, 5, 6, 7, 8]);
        });
        assert!(!writer.line().is_led);
        assert_eq!(writer.append(draft("inc_a")).unwrap()[0].seq, 9);
    }

    #[test]
    fn a_thread_that_dies_leading_takes_its_own_group_with_it_and_passes_the_lead_on() {
        let writer = writer();
        thread::scope(|scope| {
            let (tell, _told) = mpsc::channel();
            assert!(writer.join(Waiting { draft: draft("inc_a"), turn: tell }));
            let lost = scope.spawn(|| writer.append(draft("inc_b")));
            while writer.line().waiting.len() < 2 {
                thread::yield_now();
            }
            let group = writer.next_group();
            let kept = scope.spawn(|| writer.append(draft("inc_c")));
            while writer.line().waiting.is_empty() {
                thread::yield_now();
            }
            drop(Lead(&writer));
            drop(group);
            assert!(matches!(lost.join().unwrap(), Err(LedgerError::Lost { .. })));
            assert_eq!(kept.join().unwrap().unwrap()[0].stream, b"inc_c");
        });
        assert!(!writer.line().is_led);
    }
}
