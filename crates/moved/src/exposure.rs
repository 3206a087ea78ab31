//! Levels that became more frequent: what could carry a rise.

use std::ops::Range;

use model::Role;
use model::report::{ChosenBy, Windows};

use crate::bins::{self, Bin};
use crate::census::Census;
use crate::likelihood::{Counts, z_score};
use crate::table::{Column, State, Table};

/// Fewest runs with a level, and fewest bad ones among them, for it to be worth a look.
const LEAST_RUNS: u64 = 10;
const LEAST_BAD: u64 = 3;

/// Standard errors by which a share or a rate must have risen: one in a thousand by chance.
pub const RISEN: f64 = 3.29;

/// A level is new when its share before is at most this part of its share during: the line between
/// the windows is an estimate, so the first runs of a new level may lie before it.
pub const STILL_NEW: f64 = 0.1;

/// Smallest rise of a level's share that can matter.
pub const LEAST_RISE: f64 = 0.005;

/// A level whose share of the runs rose, or all new levels of a factor taken together.
#[derive(Debug, Clone)]
pub struct Exposure {
    /// Its column, as a place in the table.
    pub column: usize,
    /// The levels, as places in the column, commonest first.
    pub levels: Vec<u32>,
    /// Whether each run of the table had one of them; none where that is not recorded.
    pub runs: Vec<Option<bool>>,
    /// Their share of the baseline's runs.
    pub share_before: f64,
    /// Their share of the incident's runs.
    pub share_during: f64,
}

/// The two sets of runs that are compared, as places in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sides {
    /// The baseline.
    pub before: Range<usize>,
    /// The incident.
    pub during: Range<usize>,
    /// The first run at which the change can have come.
    pub earliest_change: usize,
    /// How many runs of either were in which state.
    pub census: Census,
    /// The known outcomes of both in order of time, some runs at a time.
    pub bins: Vec<Bin>,
}

/// Part of a given baseline, at its end, in which the change may have come already.
const UNSURE_END: f64 = 0.2;

impl Sides {
    /// The runs of two windows. Where a person drew the line, the change came near it; what
    /// happened earlier in the baseline is another matter.
    pub fn of(table: &Table, windows: &Windows) -> Self {
        let (before, during) = (table.rows_in(windows.baseline), table.rows_in(windows.incident));
        let earliest_change = match windows.chosen_by {
            ChosenBy::Caller => before.end - (before.len() as f64 * UNSURE_END) as usize,
            _ => before.start,
        };
        let census = Census::of(table, &before, &during);
        let bins = bins::of(table, &before, &during);
        Self { before, during, earliest_change, census, bins }
    }

    /// Every run of both; runs between the windows take no part.
    pub fn runs(&self) -> impl Iterator<Item = usize> + Clone {
        self.before.clone().chain(self.during.clone())
    }
}

impl Exposure {
    /// The column of the table that it belongs to.
    pub fn column<'a>(&self, table: &'a Table) -> &'a Column {
        &table.columns[self.column]
    }

    /// The levels' names, commonest first, with ` | ` between them.
    pub fn name(&self, table: &Table) -> String {
        let names = &self.column(table).levels;
        let names: Vec<&str> = self.levels.iter().map(|l| names[*l as usize].as_str()).collect();
        names.join(" | ")
    }
}

/// Every level in a role whose share rose by more than chance.
pub fn risen(table: &Table, sides: &Sides, role: Role) -> Vec<Exposure> {
    let columns = table.columns.iter().enumerate().filter(|(_, column)| column.role == role);
    columns.flat_map(|(place, column)| risen_in(sides, place, column)).collect()
}

fn risen_in(sides: &Sides, place: usize, column: &Column) -> Vec<Exposure> {
    let shares = Shares::of(column, sides);
    let mut risen: Vec<(u32, [f64; 2])> = (0..column.levels.len() as u32)
        .filter_map(|level| shares.risen(level).map(|share| (level, share)))
        .collect();
    risen.sort_by(|a, b| b.1[1].total_cmp(&a.1[1]));
    let new: Vec<(u32, [f64; 2])> = risen
        .iter()
        .copied()
        .filter(|(_, [before, during])| *before <= STILL_NEW * during)
        .collect();
    let mut sets: Vec<Vec<(u32, [f64; 2])>> = risen.into_iter().map(|one| vec![one]).collect();
    if new.len() > 1 {
        sets.push(new);
    }
    let worth = |set: &Vec<(u32, [f64; 2])>| {
        let levels: Vec<u32> = set.iter().map(|(level, _)| *level).collect();
        worth_a_look(sides, column, &levels)
    };
    sets.into_iter().filter(worth).map(|set| exposure(column, place, &set)).collect()
}

fn exposure(column: &Column, place: usize, set: &[(u32, [f64; 2])]) -> Exposure {
    let levels: Vec<u32> = set.iter().map(|(level, _)| *level).collect();
    let holds = column.holds(&levels);
    let sum = |side: usize| set.iter().map(|(_, share)| share[side]).sum::<f64>().min(1.0);
    Exposure {
        column: place,
        runs: column.codes.iter().map(|code| holds[*code as usize]).collect(),
        levels,
        share_before: sum(0),
        share_during: sum(1),
    }
}

/// How often each level of a column was seen on either side.
struct Shares {
    recorded: [u64; 2],
    applicable: [u64; 2],
    with_level: Vec<[u64; 2]>,
}

impl Shares {
    fn of(column: &Column, sides: &Sides) -> Self {
        let with_level = vec![[0; 2]; column.levels.len()];
        let mut shares = Self { recorded: [0; 2], applicable: [0; 2], with_level };
        for (state, ended) in column.states.iter().zip(sides.census.column(column)) {
            (0..2).for_each(|side| shares.count(state, side, ended[side].runs()));
        }
        shares
    }

    fn count(&mut self, state: &State, side: usize, runs: u64) {
        match state {
            State::NotRecorded => {}
            State::NotApplicable => self.recorded[side] += runs,
            State::Levels(levels) | State::Partly(levels) => {
                self.recorded[side] += runs;
                self.applicable[side] += runs;
                levels.iter().for_each(|level| self.with_level[*level as usize][side] += runs);
            }
        }
    }

    /// A level's share before and during, if it rose by more than chance.
    fn risen(&self, level: u32) -> Option<[f64; 2]> {
        let [before, during] = self.with_level[level as usize];
        let before = Counts { n: self.recorded[0], k: before };
        let during = Counts { n: self.recorded[1], k: during };
        let rise = during.rate() - before.rate();
        let risen = during.k >= LEAST_RUNS
            && before.n > 0
            && rise >= LEAST_RISE
            && z_score(before, during) >= RISEN
            && self.risen_where_applicable(level);
        risen.then(|| [before.rate(), during.rate()])
    }
}

impl Shares {
    /// Whether the level's share rose among the runs in which the factor had a part.
    ///
    /// A tool that bad runs call more often is at its one level in more runs, and still the same.
    fn risen_where_applicable(&self, level: u32) -> bool {
        let of = |side: usize| Counts {
            n: self.applicable[side],
            k: self.with_level[level as usize][side],
        };
        of(0).n < LEAST_RUNS || z_score(of(0), of(1)) >= RISEN
    }
}

fn worth_a_look(sides: &Sides, column: &Column, levels: &[u32]) -> bool {
    let states = column.holds(levels).into_iter().zip(sides.census.column(column));
    let bad =
        states.filter(|(holds, _)| *holds == Some(true)).map(|(_, ended)| ended[1].counts().k);
    column.role == Role::Consequence || bad.sum::<u64>() >= LEAST_BAD
}
