//! Which exposure fits what happened: each against the plain statement "it rose at some moment".

use model::Outcome;
use model::surface::Effect;

use crate::exposure::{Exposure, RISEN, Sides};
use crate::likelihood::{Counts, LEAST_BAD, LEAST_KNOWN, z_score};
use crate::onset::{self, RANGE_99};
use crate::table::Table;
use crate::{chance, episodes};

/// Difference in fit, in nats, below which two candidates can't be told apart: odds of 20 to 1.
pub const TOLD_APART: f64 = 3.0;

/// Share of differing runs up to which two exposures are the same runs.
pub const SAME_RUNS: f64 = 0.01;

/// Smallest share of runs on which a factor must be recorded to be weighed at all.
const LEAST_COVERAGE: f64 = 0.5;

/// Chance of a change so near the onset by accident above which timing alone proves nothing.
const TOO_LIKELY_BY_CHANCE: f64 = 0.25;

/// An exposure and how much better it fits than the best plain step, in nats.
struct Weighed {
    exposure: Exposure,
    score: f64,
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
/// `keep` says which runs are asked. Several movers mean that they fit about equally well. Where
/// runs of a cluster are alike, so many of them tell less: scores are divided by the
/// `design_effect` (a quasi-likelihood, Wedderburn 1974).
pub fn fitting(
    table: &Table,
    sides: &Sides,
    exposures: &[Exposure],
    design_effect: f64,
    keep: impl Fn(usize) -> bool + Copy,
) -> Vec<Mover> {
    let strata = strata(table).into_iter().map(|strata| {
        let plain = plain_fit(table, sides, &strata, keep);
        (strata, plain)
    });
    let strata: Vec<(Strata, f64)> = strata.collect();
    let onset = onset::of(table, sides);
    let smoother = episodes::smoother(table, sides);
    let weighed = exposures.iter().filter_map(|exposure| {
        let others = strata.iter().filter(|(strata, _)| strata.column != Some(exposure.column));
        let scores = others.map(|(strata, plain)| {
            let fit = fit(table, sides, &exposure.runs, strata, keep)?;
            Some(fit.exposed - fit.plain.unwrap_or(*plain))
        });
        let score = scores.collect::<Option<Vec<f64>>>()?.into_iter().reduce(f64::min)?;
        let score = (score - smoother) / design_effect;
        let too_likely = || {
            let pace = chance::Pace::of(table, sides, exposure.column(table), &exposure.levels);
            onset.is_some_and(|onset| pace.nearby(&onset) > TOO_LIKELY_BY_CHANCE)
        };
        if score < TOLD_APART && too_likely() {
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

/// Whether an exposure could itself have brought about another: whether that follows it as well as
/// it follows any moment.
pub fn could_cause(
    table: &Table,
    sides: &Sides,
    cause: &Exposure,
    effect: &[Option<bool>],
) -> bool {
    let outcome = |run: &Option<bool>| match run {
        Some(true) => Outcome::Bad,
        Some(false) => Outcome::Good,
        None => Outcome::Unknown,
    };
    let outcomes = effect.iter().map(outcome).collect();
    let seen_as = Table {
        at: table.at.clone(),
        outcomes,
        weights: table.weights.clone(),
        ..Table::default()
    };
    let all = Strata::none(table);
    let plain = plain_fit(&seen_as, sides, &all, |_| true);
    let fit = fit(&seen_as, sides, &cause.runs, &all, |_| true);
    fit.is_some_and(|fit| fit.exposed - fit.plain.unwrap_or(plain) >= -RANGE_99)
}

/// A way to sort runs into groups that may differ in their rate without anything having moved.
struct Strata {
    column: Option<usize>,
    codes: Vec<u32>,
    groups: usize,
}

/// Most groups that a factor of the mix may have to be held constant.
const MOST_GROUPS: usize = 20;

impl Strata {
    fn none(table: &Table) -> Self {
        Self { column: None, codes: vec![0; table.len()], groups: 1 }
    }
}

/// All runs together, and by each factor of the mix: an exposure must fit in every one of them, or
/// its roll-out followed the mix.
fn strata(table: &Table) -> Vec<Strata> {
    let mix =
        table.columns.iter().enumerate().filter(|(_, column)| {
            column.effect == Effect::Mix && column.states.len() <= MOST_GROUPS
        });
    let by = mix.map(|(place, column)| Strata {
        column: Some(place),
        codes: column.codes.clone(),
        groups: column.states.len(),
    });
    std::iter::once(Strata::none(table)).chain(by).collect()
}

/// How well an exposure fits, and the best plain step over the same runs if those are not all.
struct Fit {
    exposed: f64,
    plain: Option<f64>,
}

/// How well the exposure fits; none where too little is recorded, or where runs with it are not the
/// worse ones.
fn fit(
    table: &Table,
    sides: &Sides,
    exposed: &[Option<bool>],
    strata: &Strata,
    keep: impl Fn(usize) -> bool + Copy,
) -> Option<Fit> {
    let mut groups = vec![[Counts::default(); 2]; strata.groups];
    let (mut kept, mut unrecorded) = (0u64, 0u64);
    for run in sides.runs().filter(|run| keep(*run)) {
        kept += 1;
        match exposed[run] {
            Some(exposed) => {
                let group = &mut groups[strata.codes[run] as usize];
                group[usize::from(exposed)].add(table.counts(run));
            }
            None => unrecorded += 1,
        }
    }
    let whole =
        |side: usize| groups.iter().fold(Counts::default(), |sum, group| sum.with(group[side]));
    let missing = unrecorded as f64 / kept.max(1) as f64;
    if missing > 1.0 - LEAST_COVERAGE || whole(1).rate() <= whole(0).rate() {
        return None;
    }
    let recorded = |run: usize| keep(run) && exposed[run].is_some();
    Some(Fit {
        exposed: groups.iter().map(|group| group[0].fit() + group[1].fit()).sum(),
        plain: (unrecorded > 0).then(|| plain_fit(table, sides, strata, recorded)),
    })
}

/// How well the best plain step fits: in every group one rate before some moment and another after,
/// the moment being the same for all.
fn plain_fit(table: &Table, sides: &Sides, strata: &Strata, keep: impl Fn(usize) -> bool) -> f64 {
    let known = |run: &usize| keep(*run) && table.outcomes[*run] != Outcome::Unknown;
    let mut before = vec![Counts::default(); strata.groups];
    let mut after = before.clone();
    for run in sides.runs().filter(known) {
        after[strata.codes[run] as usize].add(table.counts(run));
    }
    let mut fit: f64 = after.iter().map(|counts| counts.fit()).sum();
    let mut best = fit;
    let mut last = None;
    let total = after.iter().fold(Counts::default(), |sum, group| sum.with(*group));
    let mut so_far = Counts::default();
    for run in sides.runs().filter(known) {
        let apart = last.is_none_or(|last| table.at[last] != table.at[run]);
        let rose = total.without(so_far).rate() > so_far.rate();
        if run >= sides.earliest_change && apart && rose {
            best = best.max(fit);
        }
        so_far.add(table.counts(run));
        let group = strata.codes[run] as usize;
        fit -= before[group].fit() + after[group].fit();
        before[group].add(table.counts(run));
        after[group] = after[group].without(table.counts(run));
        fit += before[group].fit() + after[group].fit();
        last = Some(run);
    }
    best
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
    for run in sides.runs() {
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
    let counts = |rows: std::ops::Range<usize>| table.total(rows.filter(|run| keep(*run)));
    let (before, during) = (counts(sides.before.clone()), counts(sides.during.clone()));
    let enough = before.n >= LEAST_KNOWN && during.n >= LEAST_KNOWN && during.k >= LEAST_BAD;
    enough && z_score(before, during) >= RISEN
}
