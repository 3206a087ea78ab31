//! The chance that a change falls so near the onset by accident.

use model::Role;
use model::report::Onset;
use model::surface::Effect;

use crate::exposure::{Exposure, Sides};
use crate::onset::{self, RANGE_90, RANGE_99};
use crate::table::{Column, State, Table};

#[cfg(test)]
mod tests;

/// Added to the changes that were counted: none in the baseline does not mean never (Jeffreys'
/// prior for a rate of events).
const UNSEEN: f64 = 0.5;

/// How much the changes of other factors count beside a factor's own: its pace is drawn that far
/// towards that of all.
const OTHERS: f64 = 0.25;

/// By how much likelier it is that nothing on record moved, for each surface that is not recorded.
const SILENT: f64 = 2.0;

/// A baseline longer than a day tells no more of what was never seen to change, and one shorter
/// than six hours no less; in seconds.
const DAY: f64 = 86_400.0;
const SHORT: f64 = DAY / 4.0;

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

/// The odds that changes which fit so well were near by accident, against that one of them was the
/// cause; each with its score in nats.
///
/// A rise may come from a change on record, or from nothing on record. A change at an instant is
/// the cause by its likelihood there, and an accident by the likelihood over all instants. A factor
/// that changed often without harm is rarely the cause; so, a little, is any factor on a busy day.
/// Where surfaces are not recorded, what moved may be on one of them. Changes of several surfaces
/// that can't be told apart are each as likely to be the cause as if they were alone.
pub fn odds(table: &Table, sides: &Sides, tied: &[(&Exposure, f64)]) -> f64 {
    let Some(last) = sides.before.clone().last() else { return f64::INFINITY };
    let lasts = table.at[last].duration_since(table.at[sides.before.start]).as_secs_f64().max(1.0);
    let mut by_surface: Vec<(&str, f64)> = Vec::new();
    for (exposure, score) in tied {
        let column = exposure.column(table);
        let own = changes(sides, column, &exposure.levels) as f64;
        let others = OTHERS * moments(table, sides, exposure) as f64;
        let pace = (own + others) / lasts + UNSEEN / lasts.clamp(SHORT, DAY);
        let likely = score.exp() / pace;
        match by_surface.iter_mut().find(|(surface, _)| *surface == column.surface) {
            Some((_, most)) => *most = most.max(likely),
            None => by_surface.push((&column.surface, likely)),
        }
    }
    let likely: f64 = by_surface.iter().map(|(_, likely)| likely).sum();
    let unseen = 1.0 + SILENT * silent_surfaces(table, sides) as f64;
    unseen * onset::effective_width(table, sides) / likely
}

/// How many surfaces of behaviour have an input that most of its runs do not record.
fn silent_surfaces(table: &Table, sides: &Sides) -> usize {
    let is_silent = |column: &&Column| {
        let (mut missing, mut all) = (0, 0);
        for (state, ended) in column.states.iter().zip(sides.census.column(column)) {
            let runs = ended[0].runs() + ended[1].runs();
            match state {
                State::NotApplicable => {}
                State::NotRecorded => (missing, all) = (missing + runs, all + runs),
                State::Levels(_) | State::Partly(_) => all += runs,
            }
        }
        2 * missing > all
    };
    let inputs = table.columns.iter().filter(|column| could_be_cause(column));
    let mut surfaces: Vec<&str> =
        inputs.filter(is_silent).map(|column| column.surface.as_str()).collect();
    surfaces.dedup();
    surfaces.len()
}

fn could_be_cause(column: &Column) -> bool {
    column.role == Role::Input && column.effect != Effect::Mix
}

/// How many moments of the baseline, before the rise can have begun, brought a new level of some
/// input, but for those asked about.
fn moments(table: &Table, sides: &Sides, but: &Exposure) -> usize {
    let begins = onset::of(table, sides).map_or(usize::MAX, |step| step.earliest);
    let columns = table.columns.iter().enumerate().filter(|(_, column)| could_be_cause(column));
    let mut first: Vec<usize> = columns
        .flat_map(|(place, column)| {
            let asked: &[u32] = if place == but.column { &but.levels } else { &[] };
            arrivals(sides, column, asked)
        })
        .filter(|first| *first < begins)
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
