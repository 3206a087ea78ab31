//! The chance that a change falls so near the onset by accident.

use model::Role;
use model::report::Onset;
use model::surface::Effect;

use crate::exposure::{Exposure, Sides};
use crate::onset::{self, RANGE_90, RANGE_99};
use crate::table::{Column, Table};

#[cfg(test)]
mod tests;

/// Added to the changes that were counted: none in the baseline does not mean never (Jeffreys'
/// prior for a rate of events).
const UNSEEN: f64 = 0.5;

/// Fewest runs that make a level's first sight a change.
const LEAST_RUNS: u64 = 10;

/// How often factors of a kind change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    changes: usize,
    seconds: f64,
}

impl Pace {
    /// The pace of a factor in the baseline; `levels` are those whose change is in question.
    ///
    /// A change is a level seen for the first time after the baseline's first twentieth, in ten
    /// runs or more. Where a factor changes again and again, the pace of all such factors counts,
    /// because any of them might have been the one nearby.
    pub fn of(table: &Table, sides: &Sides, column: &Column, levels: &[u32]) -> Self {
        let own = changes(sides, column, levels);
        let habitual =
            |column: &&Column| column.role == Role::Input && changes(sides, column, &[]) > 1;
        let changes = match own {
            0 | 1 => own,
            _ => {
                let habitual = table.columns.iter().filter(habitual);
                habitual.map(|other| changes(sides, other, &[])).sum()
            }
        };
        let lasts = match sides.before.clone().last() {
            Some(last) => table.at[last].duration_since(table.at[sides.before.start]),
            None => jiff::SignedDuration::ZERO,
        };
        Self { changes, seconds: lasts.as_secs_f64().max(1.0) }
    }

    /// The chance of a change within the onset's 99 % range, at the pace that was counted.
    pub fn nearby(&self, onset: &Onset) -> f64 {
        self.chance(onset, 0.0)
    }

    /// The same with half a change more than was counted: what is told to people.
    pub fn stated(&self, onset: &Onset) -> f64 {
        self.chance(onset, UNSEEN)
    }

    fn chance(&self, onset: &Onset, unseen: f64) -> f64 {
        let pace = (self.changes as f64 + unseen) / self.seconds;
        let range = onset.latest.duration_since(onset.earliest).as_secs_f64();
        1.0 - (-pace * range * RANGE_99 / RANGE_90).exp()
    }
}

/// The odds that a change which fits as well as this one was near by accident, against that it was
/// the cause.
///
/// If a rise is as likely to come from a change on record as from nothing on record, a change at an
/// instant is the cause by its likelihood there, divided among as many changes as there are, and an
/// accident by the likelihood over all instants. Any recorded input might have been the one nearby,
/// so the changes of all of them count, each moment once.
pub fn odds(table: &Table, sides: &Sides, exposure: &Exposure, score: f64) -> f64 {
    let Some(last) = sides.before.clone().last() else { return f64::INFINITY };
    let lasts = table.at[last].duration_since(table.at[sides.before.start]).as_secs_f64();
    let pace = (moments(table, sides, exposure) as f64 + UNSEEN) / lasts.max(1.0);
    pace * onset::effective_width(table, sides) * (-score).exp()
}

/// How many moments of the baseline brought a new level of some input, but for those asked about.
fn moments(table: &Table, sides: &Sides, but: &Exposure) -> usize {
    let could_be_cause =
        |column: &Column| column.role == Role::Input && column.effect != Effect::Mix;
    let columns = table.columns.iter().enumerate().filter(|(_, column)| could_be_cause(column));
    let mut first: Vec<usize> = columns
        .flat_map(|(place, column)| {
            let asked: &[u32] = if place == but.column { &but.levels } else { &[] };
            arrivals(sides, column, asked)
        })
        .collect();
    first.sort_unstable();
    first.dedup_by(|next, last| *next - *last < LEAST_RUNS as usize);
    first.len()
}

/// How many levels of a factor, but these, were new in the baseline.
fn changes(sides: &Sides, column: &Column, but: &[u32]) -> usize {
    arrivals(sides, column, but).len()
}

/// The first runs of those levels.
fn arrivals(sides: &Sides, column: &Column, but: &[u32]) -> Vec<usize> {
    let settled = sides.before.start + sides.before.len() / 20;
    let mut seen: Vec<(usize, u64)> = vec![(usize::MAX, 0); column.levels.len()];
    for run in sides.before.clone() {
        for level in column.states[column.codes[run] as usize].known() {
            let (first, runs) = &mut seen[*level as usize];
            (*first, *runs) = ((*first).min(run), *runs + 1);
        }
    }
    for level in but {
        seen[*level as usize] = (usize::MAX, 0);
    }
    let new = seen.into_iter().filter(|(first, runs)| *first >= settled && *runs >= LEAST_RUNS);
    new.filter(|(first, _)| *first != usize::MAX).map(|(first, _)| first).collect()
}

/// Whether a level came up within the time compared.
pub fn came_up(sides: &Sides, column: &Column, level: u32) -> bool {
    let settled = sides.before.start + sides.before.len() / 20;
    let has = |run: usize| column.states[column.codes[run] as usize].known().contains(&level);
    !(sides.before.start..settled).any(has)
}
