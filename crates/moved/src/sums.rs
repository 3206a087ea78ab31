//! What drove a sum: where spend, tokens or seconds grew more than elsewhere.
//!
//! A sum differs from a rate: it grows with the number of rows and with their size, and a few large
//! rows may be most of it. It is taken as a compound Poisson sum, whose variance is the sum of the
//! squares of its terms. A cell is named if it grew surely more than the rest did; what grew alike
//! everywhere is nobody's doing in particular, and is said to be so.

use std::collections::BTreeMap;

use model::Interval;
use model::report::Windows;
use serde::Serialize;

use crate::sheet::{Coded, Sheet};

#[cfg(test)]
mod tests;

/// Standard errors of a 95 % interval.
const Z_95: f64 = 1.96;

/// Fewest rows on a side.
const LEAST_ROWS: u64 = 30;

/// Most cells that are named.
const MOST_NAMED: usize = 3;

/// Levels of which pairs are looked at, best first.
const PAIRED: usize = 8;

/// A narrower cell is named in place of a wider one if it holds as much of what grew.
const AS_MUCH: f64 = 0.9;

/// Smallest part of the growth that makes a cell worth naming.
const LEAST_SHARE: f64 = 0.1;

/// What can be said of a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SumVerdict {
    /// It grew, and more in some cells than elsewhere.
    Grew,
    /// It grew, and nowhere surely more than elsewhere.
    GrewAlike,
    /// It did not surely grow.
    NoGrowth,
    /// Too few rows to say anything.
    InsufficientData,
}

/// A sum before and during, and where it grew.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SumReport {
    /// The answer in one word.
    pub verdict: SumVerdict,
    /// What was compared with what.
    pub windows: Windows,
    /// All rows.
    pub total: Growth,
    /// Cells that grew more than the rest, best first; each without the rows of those before it.
    pub drivers: Vec<Driver>,
}

/// The rows of a cell, before and during.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Growth {
    /// The baseline.
    pub before: Amount,
    /// The incident.
    pub during: Amount,
    /// What was added to the sum over the baseline's pace, with its 95 % interval.
    pub added: Interval,
    /// The part of it that is more or fewer rows of the size they had.
    pub by_rows: f64,
    /// The part of it that is larger or smaller rows.
    pub by_size: f64,
}

/// Rows, and what they add up to.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Amount {
    /// Rows.
    pub rows: u64,
    /// Their sum.
    pub sum: f64,
    /// The sum for an hour.
    pub per_hour: f64,
}

/// A cell that grew more than the rest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Driver {
    /// Factors and levels; an empty level is not recorded.
    pub levels: BTreeMap<String, String>,
    /// Its rows.
    pub growth: Growth,
    /// Its part of what was added in all.
    pub share: f64,
    /// By what factor it grew, and the rest: none from nothing.
    pub times: Option<f64>,
    /// The same for all other rows.
    pub times_elsewhere: Option<f64>,
}

/// Says where the sum of the values of a sheet grew.
pub fn drivers(sheet: &Sheet, windows: Windows) -> SumReport {
    let rows = Rows::of(sheet, windows);
    let all: Vec<usize> = (0..rows.side.len()).filter(|row| rows.side[*row].is_some()).collect();
    let total = rows.sums(all.iter().copied());
    let growth = rows.growth(&total);
    let mut report =
        SumReport { verdict: SumVerdict::NoGrowth, windows, total: growth, drivers: Vec::new() };
    if total.before.rows < LEAST_ROWS || total.during.rows < LEAST_ROWS {
        report.verdict = SumVerdict::InsufficientData;
    } else if growth.added.low > 0.0 {
        report.drivers = rows.named(all, growth.added.est);
        report.verdict = match report.drivers.is_empty() {
            true => SumVerdict::GrewAlike,
            false => SumVerdict::Grew,
        };
    }
    report
}

/// A column and one of its levels.
type Condition = (usize, u32);

/// Rows with their values and the side each is on.
struct Rows<'a> {
    sheet: &'a Sheet,
    side: Vec<Option<Side>>,
    /// Hours of the incident for one of the baseline.
    pace: f64,
    hours: [f64; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    During,
}

/// Sums of one side.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    rows: u64,
    sum: f64,
    squares: f64,
}

/// Sums of both.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    before: Part,
    during: Part,
}

/// A cell that may be named.
#[derive(Debug, Clone)]
struct Found {
    conditions: Vec<Condition>,
    sums: Sums,
    /// What it grew beyond what it would have if it had grown as the rest did.
    beyond: f64,
    /// How many standard errors that is.
    z: f64,
}

impl Part {
    fn add(&mut self, value: f64) {
        self.rows += 1;
        self.sum += value;
        self.squares += value * value;
    }

    fn without(self, part: Self) -> Self {
        Self {
            rows: self.rows - part.rows,
            sum: self.sum - part.sum,
            squares: (self.squares - part.squares).max(0.0),
        }
    }
}

impl Sums {
    fn add(&mut self, side: Side, value: f64) {
        match side {
            Side::Before => self.before.add(value),
            Side::During => self.during.add(value),
        }
    }

    fn without(self, part: Self) -> Self {
        let (before, during) = (self.before.without(part.before), self.during.without(part.during));
        Self { before, during }
    }
}

impl<'a> Rows<'a> {
    fn of(sheet: &'a Sheet, windows: Windows) -> Self {
        let side = sheet.times().iter().map(|at| match () {
            () if windows.baseline.contains(*at) => Some(Side::Before),
            () if windows.incident.contains(*at) => Some(Side::During),
            () => None,
        });
        let hours = [windows.baseline, windows.incident]
            .map(|window| window.end.duration_since(window.start).as_secs_f64().max(1e-9) / 3600.0);
        Self { sheet, side: side.collect(), pace: hours[1] / hours[0], hours }
    }

    fn sums(&self, rows: impl Iterator<Item = usize>) -> Sums {
        let mut sums = Sums::default();
        for row in rows {
            if let Some(side) = self.side[row] {
                sums.add(side, self.sheet.values()[row]);
            }
        }
        sums
    }

    fn growth(&self, sums: &Sums) -> Growth {
        let Sums { before, during } = sums;
        let added = during.sum - self.pace * before.sum;
        let spread = Z_95 * (during.squares + self.pace.powi(2) * before.squares).sqrt();
        let size = |part: &Part| part.sum / part.rows.max(1) as f64;
        let usual = if before.rows == 0 { size(during) } else { size(before) };
        let by_rows = (during.rows as f64 - self.pace * before.rows as f64) * usual;
        let amount = |part: &Part, hours: f64| Amount {
            rows: part.rows,
            sum: part.sum,
            per_hour: part.sum / hours,
        };
        Growth {
            before: amount(before, self.hours[0]),
            during: amount(during, self.hours[1]),
            added: Interval { est: added, low: added - spread, high: added + spread },
            by_rows,
            by_size: added - by_rows,
        }
    }

    /// The cells that grew more than the rest: the best, then the best of what is left.
    fn named(&self, mut left: Vec<usize>, added: f64) -> Vec<Driver> {
        let mut drivers = Vec::new();
        while drivers.len() < MOST_NAMED {
            let whole = self.sums(left.iter().copied());
            let Some(found) = self.best(&left, &whole) else { break };
            let growth = self.growth(&found.sums);
            if growth.added.est < LEAST_SHARE * added {
                break;
            }
            drivers.push(self.driver(&found, growth, &whole, added));
            left.retain(|row| !self.holds(*row, &found.conditions));
        }
        drivers
    }

    /// The cell that grew most beyond the rest, at the height at which it holds what grew.
    fn best(&self, rows: &[usize], whole: &Sums) -> Option<Found> {
        let mut cells = self.single(rows, whole);
        let tested = cells.len() as f64;
        cells.sort_by(|a, b| b.beyond.total_cmp(&a.beyond));
        // One-sided 2.5 %, shared among all that were tested (Bonferroni, by Mill's ratio).
        let mark = (2.0 * (tested.max(1.0) / 0.025).ln()).sqrt();
        let sure = |found: &&Found| found.z >= mark;
        let best = cells.iter().find(sure)?.clone();
        let heads: Vec<&Found> = cells.iter().take(PAIRED).collect();
        let pairs = heads.iter().enumerate().flat_map(|(place, one)| {
            let other = heads[place + 1..].iter();
            let apart = other.filter(|other| other.conditions[0].0 != one.conditions[0].0);
            apart.map(|other| vec![one.conditions[0], other.conditions[0]])
        });
        let pairs: Vec<Found> =
            pairs.filter_map(|conditions| self.weighed(rows, whole, conditions)).collect();
        let narrower = pairs.into_iter().filter(|pair| {
            pair.z >= mark && pair.beyond >= AS_MUCH * best.beyond && pair.z > best.z
        });
        Some(narrower.max_by(|a, b| a.z.total_cmp(&b.z)).unwrap_or(best))
    }

    /// Every level of every column.
    fn single(&self, rows: &[usize], whole: &Sums) -> Vec<Found> {
        let mut cells = Vec::new();
        for (place, column) in self.sheet.columns().iter().enumerate() {
            let mut levels = vec![Sums::default(); column.count()];
            for row in rows {
                if let Some(side) = self.side[*row] {
                    let level = column.codes()[*row] as usize;
                    levels[level].add(side, self.sheet.values()[*row]);
                }
            }
            let levels = levels.into_iter().enumerate();
            cells.extend(levels.filter_map(|(level, sums)| {
                self.compared(vec![(place, level as u32)], sums, whole)
            }));
        }
        cells
    }

    fn weighed(&self, rows: &[usize], whole: &Sums, conditions: Vec<Condition>) -> Option<Found> {
        let inside = rows.iter().copied().filter(|row| self.holds(*row, &conditions));
        let sums = self.sums(inside);
        self.compared(conditions, sums, whole)
    }

    /// How much a cell grew beyond the rest; none without a rest to compare with.
    fn compared(&self, conditions: Vec<Condition>, sums: Sums, whole: &Sums) -> Option<Found> {
        let rest = whole.without(sums);
        if sums.during.rows < LEAST_ROWS / 3 || rest.before.sum <= 0.0 || rest.before.rows == 0 {
            return None;
        }
        let times = rest.during.sum / rest.before.sum;
        let beyond = sums.during.sum - times * sums.before.sum;
        let of_times = rest.during.squares / rest.before.sum.powi(2)
            + times.powi(2) * rest.before.squares / rest.before.sum.powi(2);
        let variance = sums.during.squares
            + times.powi(2) * sums.before.squares
            + sums.before.sum.powi(2) * of_times;
        let z = if variance > 0.0 { beyond / variance.sqrt() } else { 0.0 };
        Some(Found { conditions, sums, beyond, z })
    }

    fn holds(&self, row: usize, conditions: &[Condition]) -> bool {
        let columns = self.sheet.columns();
        conditions.iter().all(|(column, level)| columns[*column].codes()[row] == *level)
    }

    fn driver(&self, found: &Found, growth: Growth, whole: &Sums, added: f64) -> Driver {
        let rest = whole.without(found.sums);
        let times = |sums: &Sums| {
            let usual = self.pace * sums.before.sum;
            (usual > 0.0).then(|| sums.during.sum / usual)
        };
        let named = found.conditions.iter().map(|(place, level)| {
            let column: &Coded = &self.sheet.columns()[*place];
            (column.name().to_owned(), column.level(*level).to_owned())
        });
        Driver {
            levels: named.collect(),
            growth,
            share: growth.added.est / added,
            times: times(&found.sums),
            times_elsewhere: times(&rest),
        }
    }
}
