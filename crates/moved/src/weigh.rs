//! Which exposure fits what happened: each against the plain statement "it rose at some moment".

use model::Outcome;

use crate::exposure::{Exposure, Sides};
use crate::likelihood::Counts;
use crate::onset::{Direction, RANGE_99, step};
use crate::table::{Column, State, Table};

/// Difference in fit, in nats, below which two candidates can't be told apart: odds of 20 to 1.
const TOLD_APART: f64 = 3.0;

/// Share of differing runs up to which two exposures are the same runs.
const SAME_RUNS: f64 = 0.01;

/// Smallest share of runs on which a factor must be recorded to be weighed at all.
const LEAST_COVERAGE: f64 = 0.5;

/// Chance of a change so near the onset by accident above which timing alone proves nothing.
const TOO_LIKELY_BY_CHANCE: f64 = 0.25;

/// An exposure and how much better it fits than the best plain step, in nats.
#[derive(Debug, Clone)]
pub struct Weighed {
    /// The exposure.
    pub exposure: Exposure,
    /// Its fit, less the fit of the best plain step over the same runs.
    pub score: f64,
}

/// Candidates that no datum tells apart: one mover if they are the same runs.
#[derive(Debug, Clone)]
pub struct Mover {
    /// The exposures, in the order of the surfaces file; the first gives the mover its name.
    pub exposures: Vec<Exposure>,
    /// The best score among them.
    pub score: f64,
}

/// The exposures that fit the rise, as movers, best first; empty if none does.
///
/// `keep` says which runs are asked. Several movers mean that they fit about equally well.
pub fn fitting(
    table: &Table,
    sides: &Sides,
    exposures: &[Exposure],
    keep: impl Fn(usize) -> bool + Copy,
) -> Vec<Mover> {
    let plain = plain_fit(table, sides, keep);
    let by_timing_alone = |score: f64| score < TOLD_APART;
    let weighed = exposures.iter().filter_map(|exposure| {
        let score = score(table, sides, exposure, plain, keep)?;
        let by_chance = || chance_nearby(table, sides, exposure.column(table));
        if by_timing_alone(score) && by_chance() > TOO_LIKELY_BY_CHANCE {
            return None;
        }
        Some(Weighed { exposure: exposure.clone(), score })
    });
    let mut weighed: Vec<Weighed> = weighed.filter(|one| one.score >= -RANGE_99).collect();
    weighed.sort_by(|a, b| b.score.total_cmp(&a.score));
    let best = weighed.first().map_or(0.0, |best| best.score);
    weighed.retain(|one| one.score >= best - TOLD_APART);
    same_runs_together(sides, weighed)
}

/// How well the best plain step fits: one rate before some moment and another after.
fn plain_fit(table: &Table, sides: &Sides, keep: impl Fn(usize) -> bool) -> f64 {
    let rows = sides.whole();
    let all = Counts::of(rows.clone().filter(|run| keep(*run)).map(|run| &table.outcomes[run]));
    let best = step(table, rows, Direction::Rise, 1, keep);
    all.fit() + best.map_or(0.0, |best| best.gain)
}

/// How much better the exposure fits than the plain step; none where too little is recorded, or
/// where runs with it are not the worse ones.
fn score(
    table: &Table,
    sides: &Sides,
    exposure: &Exposure,
    plain: f64,
    keep: impl Fn(usize) -> bool + Copy,
) -> Option<f64> {
    let mut groups = [Counts::default(); 2];
    let (mut kept, mut unrecorded) = (0u64, 0u64);
    for run in sides.whole().filter(|run| keep(*run)) {
        kept += 1;
        match exposure.runs[run] {
            Some(exposed) => groups[usize::from(exposed)].add(table.outcomes[run]),
            None => unrecorded += 1,
        }
    }
    let [without, with] = groups;
    let missing = unrecorded as f64 / kept.max(1) as f64;
    if missing > 1.0 - LEAST_COVERAGE || with.rate() <= without.rate() {
        return None;
    }
    let plain = if missing > 0.0 {
        plain_fit(table, sides, |run| keep(run) && exposure.runs[run].is_some())
    } else {
        plain
    };
    Some(with.fit() + without.fit() - plain)
}

/// The chance that a factor which changes as often as this one did changes so near the onset.
///
/// Changes in the baseline give the pace (levels seen for the first time after its first
/// twentieth, in ten runs or more); the range in which the change must lie gives the span.
fn chance_nearby(table: &Table, sides: &Sides, column: &Column) -> f64 {
    let Some(step) = step(table, sides.whole(), Direction::Rise, 1, |_| true) else {
        return 0.0;
    };
    let onset = step.onset(table);
    let settled = sides.before.start + sides.before.len() / 20;
    let mut seen: Vec<(usize, u64)> = vec![(usize::MAX, 0); column.levels.len()];
    for run in sides.before.clone() {
        if let State::Levels(levels) = &column.states[column.codes[run] as usize] {
            for level in levels {
                let (first, runs) = &mut seen[*level as usize];
                (*first, *runs) = ((*first).min(run), *runs + 1);
            }
        }
    }
    let changes = seen.iter().filter(|(first, runs)| *first >= settled && *runs >= 10).count();
    let ends = table.at[sides.before.end - 1].duration_since(table.at[sides.before.start]);
    let pace = changes as f64 / ends.as_secs_f64().max(1.0);
    1.0 - (-pace * onset.latest.duration_since(onset.earliest).as_secs_f64()).exp()
}

fn same_runs_together(sides: &Sides, weighed: Vec<Weighed>) -> Vec<Mover> {
    let mut movers: Vec<Mover> = Vec::new();
    for Weighed { exposure, score } in weighed {
        match movers.iter_mut().find(|mover| same_runs(sides, &mover.exposures[0], &exposure)) {
            Some(mover) => mover.exposures.push(exposure),
            None => movers.push(Mover { exposures: vec![exposure], score }),
        }
    }
    for mover in &mut movers {
        mover.exposures.sort_by_key(|exposure| exposure.column);
    }
    movers
}

/// Whether two exposures fall on the same runs, but for at most one in a hundred.
fn same_runs(sides: &Sides, a: &Exposure, b: &Exposure) -> bool {
    let (mut either, mut differ) = (0u64, 0u64);
    for run in sides.whole() {
        if let (Some(a), Some(b)) = (a.runs[run], b.runs[run]) {
            either += u64::from(a || b);
            differ += u64::from(a != b);
        }
    }
    either > 0 && differ as f64 <= SAME_RUNS * either as f64
}

impl Mover {
    /// Whether each run had every level of the mover; none where that is not recorded.
    pub fn runs(&self) -> Vec<Option<bool>> {
        let mut runs = self.exposures[0].runs.clone();
        for exposure in &self.exposures[1..] {
            for (run, other) in runs.iter_mut().zip(&exposure.runs) {
                *run = run.zip(*other).map(|(a, b)| a && b);
            }
        }
        runs
    }

    /// The surfaces it touches, without repeats.
    pub fn surfaces<'a>(&self, table: &'a Table) -> Vec<&'a str> {
        let mut surfaces: Vec<&str> =
            self.exposures.iter().map(|one| one.column(table).surface.as_str()).collect();
        surfaces.dedup();
        surfaces
    }
}

/// Whether the runs kept still rose between the two sides: what one mover left to explain.
pub fn still_rises(table: &Table, sides: &Sides, keep: impl Fn(usize) -> bool) -> bool {
    let counts = |rows: std::ops::Range<usize>| {
        let known = rows.filter(|run| keep(*run) && table.outcomes[*run] != Outcome::Unknown);
        Counts::of(known.map(|run| &table.outcomes[run]))
    };
    let (before, during) = (counts(sides.before.clone()), counts(sides.during.clone()));
    let enough = before.n >= 30 && during.n >= 30 && during.k >= 5;
    enough && crate::likelihood::z_score(before, during) >= 3.29
}
