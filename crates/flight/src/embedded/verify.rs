//! Verifying: every version against its digest, every digest against the chain of its day.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::PoisonError;

use model::{Gone, Held, TraceId};
use rusqlite::Row;

use super::chain::{Columns as Digested, Digest, GENESIS, Head, Link, Table, Version};
use super::codec::{Columns, kind_code, nanos, source_code};
use super::day;
use super::file::{DayFile, StepRow, step_row};
use super::read::{label, settlements_of};
use super::shelf::Shelf;
use crate::error::FlightError;
use crate::store::{Broken, DayHead, Verified};

/// Checks all days, oldest first, up to the first record that fails.
pub(super) fn verify(shelf: &Shelf) -> Result<Verified, FlightError> {
    let mut verified = Verified::default();
    for (path, reader) in shelf.days.readers()? {
        let connection = reader.lock().unwrap_or_else(PoisonError::into_inner);
        file(DayFile::new(&connection, shelf), &path, Rows::All, &mut verified)?;
        if verified.broken.is_some() {
            break;
        }
    }
    Ok(verified)
}

/// Whether a file holds all rows of its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// From the first to the last, without gaps.
    All,
    /// It is an excerpt.
    Some,
}

/// Checks one file, and adds what was found.
pub(super) fn file(
    file: DayFile,
    path: &Path,
    rows: Rows,
    verified: &mut Verified,
) -> Result<(), FlightError> {
    // As of one moment: what is committed meanwhile stands in no link that was read before.
    let _snapshot = file.day.unchecked_transaction().map_err(FlightError::Read)?;
    match (Day { file, rows, name: day::name(path), verified: &mut *verified }).check() {
        Ok(()) => Ok(()),
        Err(Stop::Broken(broken)) => {
            verified.broken = Some(broken);
            Ok(())
        }
        Err(Stop::Failed(FlightError::Damaged { .. })) => {
            verified.broken = Some(damaged(path));
            Ok(())
        }
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// A day whose file is no whole database any more.
fn damaged(path: &Path) -> Broken {
    let record = format!("the file {}", path.display());
    let why = "it is damaged: `mayday restore` makes a data directory from a copy".to_owned();
    Broken { day: day::name(path), record, why }
}

struct Day<'a> {
    file: DayFile<'a>,
    rows: Rows,
    name: String,
    verified: &'a mut Verified,
}

/// Why the check of a day ended early.
enum Stop {
    Broken(Broken),
    Failed(FlightError),
}

impl From<FlightError> for Stop {
    fn from(error: FlightError) -> Self {
        Stop::Failed(error)
    }
}

/// A link as stored: the last row of each table in it, 0 for none, and the head after it.
struct Stored {
    last: [i64; 3],
    head: Head,
}

impl Day<'_> {
    fn check(mut self) -> Result<(), Stop> {
        self.places()?;
        let links = self.file.rows(include_str!("../sql/links.sql"), [], |row| {
            let last = [row.get(0)?, row.get(1)?, row.get(2)?];
            Ok(Stored { last, head: row.get(3)? })
        })?;
        let mut settled: BTreeMap<i64, (TraceId, Digest)> = BTreeMap::new();
        let mut wrong = None;
        settlements_of(&self.file, |one| {
            if one.settlement.digest(&self.file.shelf.chain) != one.digest {
                wrong.get_or_insert(one.id);
            }
            settled.insert(one.id, (one.settlement.trace, one.digest));
        })?;
        let mut done = [0; 3];
        let mut head = GENESIS;
        for (number, stored) in (1..).zip(&links) {
            let mut link = Link::after(&head);
            for (table, done) in [Table::Step, Table::Label].into_iter().zip(&mut done) {
                let last = stored.last[table as usize];
                if last != 0 {
                    self.table(table, *done..last, &mut link)?;
                    *done = last;
                }
            }
            let last = stored.last[Table::Settlement as usize];
            if last > done[2] {
                let rows = settled.range(done[2] + 1..=last);
                if let Some((id, (trace, _))) = rows.clone().find(|(id, _)| wrong == Some(**id)) {
                    return Err(self.broken(format!("settlement {id} of trace {trace}"), CHANGED));
                }
                let digests = rows.map(|(id, (_, digest))| (*id, *digest));
                let digests: Vec<_> = digests.collect();
                self.verified.settlements += digests.len() as u64;
                self.take(Table::Settlement, done[2]..last, digests, &mut link)?;
                done[2] = last;
            }
            head = link.head();
            if head != stored.head {
                let why = "its records are not those that were committed together";
                return Err(self.broken(format!("commit {number}"), why));
            }
        }
        self.nothing_beyond(done)?;
        self.database()?;
        let day = self.name;
        self.verified.days.push(DayHead {
            day,
            head: model::id::hex(&head),
            steps: done[0] as u64,
        });
        Ok(())
    }

    /// Checks the rows of a table after one and up to another, and takes them into the link.
    fn table(&mut self, table: Table, rows: Range<i64>, link: &mut Link) -> Result<(), Stop> {
        let digests = match table {
            Table::Step => self.steps(&rows)?,
            Table::Label | Table::Settlement => self.labels(&rows)?,
        };
        self.take(table, rows, digests, link)
    }

    /// Takes the digests of a table's rows into the link. The last must be there; of a whole day
    /// each must.
    fn take(
        &self,
        table: Table,
        rows: Range<i64>,
        digests: Vec<(i64, Digest)>,
        link: &mut Link,
    ) -> Result<(), Stop> {
        let missing = |id| self.broken(format!("{} {id}", table.row()), "it is missing");
        let mut next = rows.start + 1;
        for (id, digest) in digests {
            if id != next && self.rows == Rows::All {
                break;
            }
            link.take(table, id, &digest);
            next = id + 1;
        }
        if next <= rows.end { Err(missing(next)) } else { Ok(()) }
    }

    fn steps(&mut self, rows: &Range<i64>) -> Result<Vec<(i64, Digest)>, Stop> {
        let read = |row: &Row| Ok((step_row(row)?, Columns::of(row, 12).trace()?));
        let sql = include_str!("../sql/step_range.sql");
        let steps = self.file.rows(sql, [rows.start, rows.end], read);
        let steps = steps.map_err(|error| self.unreadable("steps", rows, error))?;
        let mut digests = Vec::with_capacity(steps.len());
        for (row, trace) in steps {
            self.step(&row, trace)?;
            digests.push((row.id, row.digest));
        }
        Ok(digests)
    }

    fn step(&mut self, row: &StepRow, trace: TraceId) -> Result<(), Stop> {
        let what = format!("step {}, span {} of trace {trace}", row.id, row.span);
        let (hash, origin) = self
            .file
            .origin_bytes(row.origin)
            .map_err(|error| self.or_broken(&what, "its sender can't be read", error))?;
        if *self.file.shelf.chain.address(&origin).as_bytes() != hash {
            return Err(self.broken(what, "its sender was changed"));
        }
        let columns = Digested {
            trace: *trace.as_bytes(),
            span: *row.span.as_bytes(),
            parent: row.parent.map(|parent| *parent.as_bytes()),
            kind: kind_code(row.kind),
            source: source_code(row.source),
            failed: row.failed,
            started: nanos(row.started),
            ended: nanos(row.ended),
        };
        let chain = &self.file.shelf.chain;
        let body = self.file.body(row);
        let digest = body.map(|body| columns.digest(chain, body, &hash));
        let digest = digest.map_err(|error| self.or_broken(&what, "it can't be read", error))?;
        if digest != row.digest {
            return Err(self.broken(what, CHANGED));
        }
        self.content(row, trace, what)?;
        self.verified.steps += 1;
        Ok(())
    }

    /// Checks that what a step says is what its addresses say, as far as it can still be read.
    fn content(&mut self, row: &StepRow, trace: TraceId, what: String) -> Result<(), Stop> {
        let step = self.file.step_of(row, trace);
        let step = step.map_err(|error| self.or_broken(&what, "its content was changed", error))?;
        for part in step.content.iter().flat_map(|field| &field.parts) {
            match part.held {
                Held::Gone(Gone::Lost) => return Err(self.broken(what, "its content is missing")),
                Held::Gone(Gone::Erased) => self.verified.erased += 1,
                _ => {}
            }
        }
        Ok(())
    }

    fn labels(&mut self, rows: &Range<i64>) -> Result<Vec<(i64, Digest)>, Stop> {
        let sql = include_str!("../sql/label_range.sql");
        let read = |row: &Row| Ok((label(row)?, row.get::<_, Digest>(5)?));
        let labels = self.file.rows(sql, [rows.start, rows.end], read);
        let labels = labels.map_err(|error| self.unreadable("labels", rows, error))?;
        let mut digests = Vec::with_capacity(labels.len());
        for ((id, label), digest) in labels {
            if label.digest(&self.file.shelf.chain) != digest {
                return Err(self.broken(format!("label {id}"), CHANGED));
            }
            self.verified.labels += 1;
            digests.push((id, digest));
        }
        Ok(digests)
    }

    /// What stands in no link was not committed by a Mayday.
    fn nothing_beyond(&self, done: [i64; 3]) -> Result<(), Stop> {
        let last = |row: &Row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]);
        let last: Vec<[i64; 3]> = self.file.rows(include_str!("../sql/last_ids.sql"), [], last)?;
        let last = last.first().copied().unwrap_or_default();
        let beyond = ["step", "label", "settlement"].into_iter().zip(done).zip(last);
        match beyond.into_iter().find(|((_, done), last)| last > done) {
            Some(((table, done), _)) => {
                Err(self.broken(format!("{table} {}", done + 1), "it is in no commit"))
            }
            None => Ok(()),
        }
    }

    /// What stands in the file may be right and still not be found, if an index is not.
    fn database(&self) -> Result<(), Stop> {
        let sql = include_str!("../sql/integrity.sql");
        let found: Vec<String> = self.file.rows(sql, [], |row| row.get(0))?;
        match found.first().is_some_and(|found| found == "ok") {
            true => Ok(()),
            false => Err(self.broken("the database itself".to_owned(), "it is damaged")),
        }
    }

    /// Checks that what a trace has is found by its id.
    fn places(&self) -> Result<(), Stop> {
        let sql = include_str!("../sql/misplaced.sql");
        match self.file.rows(sql, [], |row| row.get(0))?.pop() {
            Some(row) => Err(self.broken(row, "by its trace another is found, or nothing")),
            None => Ok(()),
        }
    }

    fn unreadable(&self, what: &str, rows: &Range<i64>, error: FlightError) -> Stop {
        let what = format!("{what} {} to {}", rows.start + 1, rows.end);
        self.or_broken(&what, "a row of them can't be read", error)
    }

    /// A value that can't be understood breaks the chain; a file that can't be read ends the check.
    fn or_broken(&self, what: &str, why: &'static str, error: FlightError) -> Stop {
        match error {
            FlightError::Corrupt { .. } | FlightError::Damaged { .. } => {
                self.broken(what.to_owned(), why)
            }
            error => Stop::Failed(error),
        }
    }

    fn broken(&self, record: String, why: &'static str) -> Stop {
        Stop::Broken(Broken { day: self.name.clone(), record, why: why.to_owned() })
    }
}

const CHANGED: &str = "it was changed";
