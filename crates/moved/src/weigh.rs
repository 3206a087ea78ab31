//! Which exposure fits what happened: each against the plain statement "it rose at some moment".

use std::borrow::Cow;

use model::Outcome;
use model::report::Onset;
use model::surface::Effect;

use crate::exposure::{Exposure, RISEN, Sides};
use crate::halves::side_by_side;
use crate::likelihood::{Counts, LEAST_BAD, LEAST_KNOWN, Logs, z_score};
use crate::onset::RANGE_99;
use crate::table::{Column, Table};
use crate::{chance, contrast, onset, ramp};

/// Difference in fit, in nats, below which two candidates can't be told apart: odds of 20 to 1.
pub const TOLD_APART: f64 = 3.0;

/// Share of differing runs up to which two exposures are the same runs.
pub const SAME_RUNS: f64 = 0.01;

/// Smallest share of runs on which a factor must be recorded to be weighed at all.
const LEAST_COVERAGE: f64 = 0.5;

/// By how much a fit within groups of the mix may be worse: of several ways of grouping the worst
/// counts, and chance alone makes one of them bad.
const OF_SEVERAL: f64 = 3.0;

/// Chance of a change so near the onset by accident above which timing alone proves nothing.
const TOO_LIKELY_BY_CHANCE: f64 = 0.25;

/// Standard errors by which runs with a candidate must be worse than those beside them (one-sided
/// 0.5 %).
pub const BESIDE: f64 = 2.576;

/// Odds of an accident, against a cause, above which timing alone names nothing.
const ACCIDENT: f64 = 0.05;

/// The same where only the ruler is asked about: one to two.
const ACCIDENT_OF_RULER: f64 = 0.5;

/// Fewest runs that are worth a thread for each way to sort them.
const MANY_RUNS: usize = 50_000;

/// An exposure and how much better it fits than the best plain step, in nats.
struct Weighed {
    exposure: Exposure,
    score: f64,
    /// The same over all runs, not within groups.
    over_all: f64,
}

/// Candidates that no datum tells apart: one mover if they are the same runs.
#[derive(Debug, Clone)]
pub struct Mover {
    /// The exposures, in the order of the surfaces file; the first gives the mover its name.
    pub exposures: Vec<Exposure>,
    /// The best score among them.
    pub score: f64,
}

/// What every exposure is weighed beside.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// Whether each run had what is named already: candidates are asked within runs with it and
    /// within runs without it, and have to fit better than any step.
    pub given: Option<&'a [Option<bool>]>,
    /// When the rate rose.
    pub onset: Option<Onset>,
    /// How well the best plain step fits, where all runs are asked.
    pub plain: Option<f64>,
    /// How much better a curve fits than a step, in nats.
    pub smoother: f64,
    /// Where runs of a cluster are alike, so many of them tell less: scores are divided by this (a
    /// quasi-likelihood, Wedderburn 1974).
    pub design_effect: f64,
}

/// The exposures that fit the rise, as movers, best first; empty if none does.
///
/// `keep` says which runs are asked. Several movers mean that they fit about equally well.
pub fn fitting(
    table: &Table,
    sides: &Sides,
    exposures: &[Exposure],
    beside: Beside,
    keep: impl Fn(usize) -> bool + Copy + Sync,
) -> Vec<Mover> {
    if exposures.is_empty() {
        return Vec::new();
    }
    let Beside { onset, smoother, design_effect, plain, given } = beside;
    let whole = Strata::of(None, given);
    let all = plain.unwrap_or_else(|| plain_fit(table, sides, &whole, keep));
    let ramp = match given {
        None => ramp::best(table, sides, keep).map_or(all, |ramp| ramp.fit - TOLD_APART),
        Some(_) => all,
    };
    let mut strata = with_plain_fits(table, sides, by_mix(table, given), keep);
    strata.push((whole, all.max(ramp)));
    let weigh = |exposure: &Exposure| {
        let others = strata.iter().filter(|(strata, _)| strata.column != Some(exposure.column));
        let scores = others.map(|(strata, plain)| {
            let fit = fit(table, sides, &exposure.runs, strata, keep)?;
            let score = fit.exposed - fit.plain.unwrap_or(*plain);
            Some(if strata.is_part { score + OF_SEVERAL } else { score })
        });
        let scores = scores.collect::<Option<Vec<f64>>>()?;
        let over_all = (scores.last()? - smoother) / design_effect;
        let score = scores.into_iter().reduce(f64::min)?;
        let score = (score - smoother) / design_effect;
        let too_likely = || {
            let pace = chance::Pace::of(table, sides, exposure.column(table), &exposure.levels);
            onset.is_some_and(|onset| pace.nearby(&onset) > TOO_LIKELY_BY_CHANCE)
        };
        if score < TOLD_APART && too_likely() {
            return None;
        }
        Some(Weighed { exposure: exposure.clone(), score, over_all })
    };
    let all = |exposures: &[Exposure]| exposures.iter().filter_map(weigh).collect();
    let mut weighed: Vec<Weighed> = side_by_side(exposures, table.len(), all);
    let least = if given.is_some() { TOLD_APART } else { -RANGE_99 };
    weighed.retain(|one| one.score >= least);
    weighed.sort_by(|a, b| b.score.total_cmp(&a.score));
    let Some(best) = weighed.first().map(|first| first.score) else { return Vec::new() };
    weighed.retain(|one| one.score >= best - TOLD_APART);
    if is_accident(table, sides, &weighed) {
        return Vec::new();
    }
    same_runs_together(sides, weighed)
}

/// Whether nothing but its moment speaks for the best of these candidates, and such a moment comes
/// easily by accident. The ruler is asked about sooner than behaviour, because scoring again does
/// no harm.
fn is_accident(table: &Table, sides: &Sides, tied: &[Weighed]) -> bool {
    let Some(best) = tied.first() else { return false };
    let by_timing_alone = best.score < TOLD_APART
        && contrast::surely_worse_beside(table, sides, &best.exposure.runs) < BESIDE;
    let is_ruler = |one: &Weighed| one.exposure.column(table).effect == Effect::Measurement;
    let mark = if tied.iter().all(is_ruler) { ACCIDENT_OF_RULER } else { ACCIDENT };
    let scores: Vec<(&Exposure, f64)> =
        tied.iter().map(|one| (&one.exposure, one.over_all)).collect();
    by_timing_alone && chance::odds(table, sides, &scores) > mark
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
    let plain = plain_fit(&seen_as, sides, &Strata::NONE, |_| true);
    let fit = fit(&seen_as, sides, &cause.runs, &Strata::NONE, |_| true);
    fit.is_some_and(|fit| fit.exposed - fit.plain.unwrap_or(plain) >= -RANGE_99)
}

/// Whether two exposures together, each having its own part, fit the rise as well as the best plain
/// step does.
pub fn fit_together(table: &Table, sides: &Sides, a: &Exposure, b: &Exposure) -> bool {
    let groups = Strata::of(None, Some(&a.runs));
    let plain = plain_fit(table, sides, &Strata::NONE, |_| true);
    let fit = fit(table, sides, &b.runs, &groups, |_| true);
    fit.is_some_and(|fit| fit.exposed - plain >= -RANGE_99)
}

/// A way to sort runs into groups that may differ in their rate without anything having moved.
struct Strata<'a> {
    /// The column that it groups by.
    column: Option<usize>,
    /// Whether it is one of several ways to group, and not that by what is given.
    is_part: bool,
    codes: Cow<'a, [u32]>,
    groups: usize,
}

/// Most groups that a factor of the mix may have to be held constant.
const MOST_GROUPS: usize = 20;

impl<'a> Strata<'a> {
    /// All runs together.
    const NONE: Strata<'static> =
        Strata { column: None, is_part: false, codes: Cow::Borrowed(&[]), groups: 1 };

    /// By a column, by whether a run had something, by both or by neither.
    fn of(column: Option<&'a Column>, given: Option<&[Option<bool>]>) -> Self {
        let by_column = |column: &'a Column| Strata {
            column: Some(column.place),
            is_part: true,
            codes: Cow::Borrowed(&column.codes),
            groups: column.states.len(),
        };
        let strata = column.map_or(Strata::NONE, by_column);
        let Some(given) = given else { return strata };
        let code = |(run, had): (usize, &Option<bool>)| {
            3 * strata.group(run) as u32 + had.map_or(2, u32::from)
        };
        let codes = Cow::Owned(given.iter().enumerate().map(code).collect());
        Self { codes, groups: 3 * strata.groups, ..strata }
    }

    /// By tenant or session.
    fn by_cluster(table: &Table) -> Strata<'static> {
        let codes = table.clusters.iter().map(|cluster| cluster.map_or(0, |number| number + 1));
        let groups = table.count_clusters() + 1;
        Strata { column: None, is_part: true, codes: Cow::Owned(codes.collect()), groups }
    }

    fn group(&self, run: usize) -> usize {
        self.codes.get(run).map_or(0, |code| *code as usize)
    }
}

/// Runs by each factor of the mix, and by tenant where those are few: an exposure must fit in every
/// one of them and over all runs, or its roll-out followed the mix.
fn by_mix<'a>(table: &'a Table, given: Option<&[Option<bool>]>) -> Vec<Strata<'a>> {
    let mix = table
        .columns
        .iter()
        .filter(|column| column.effect == Effect::Mix && column.states.len() <= MOST_GROUPS);
    let mut strata: Vec<Strata> = mix.map(|column| Strata::of(Some(column), given)).collect();
    if given.is_none() && (1..MOST_GROUPS).contains(&table.count_clusters()) {
        strata.push(Strata::by_cluster(table));
    }
    strata
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
                let group = &mut groups[strata.group(run)];
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
/// the moment being the same for all. A rise comes with a bad run, so moments just before one are
/// looked at.
fn plain_fit(table: &Table, sides: &Sides, strata: &Strata, keep: impl Fn(usize) -> bool) -> f64 {
    let known = |run: &usize| keep(*run) && table.outcomes[*run] != Outcome::Unknown;
    let mut before = vec![Counts::default(); strata.groups];
    let mut after = before.clone();
    for run in sides.runs().filter(known) {
        after[strata.group(run)].add(table.counts(run));
    }
    let logs = Logs::at_hand();
    let mut fits: Vec<f64> = after.iter().map(|counts| logs.fit(*counts)).collect();
    let mut fit: f64 = fits.iter().sum();
    let mut best = fit;
    let mut last = None;
    let total = after.iter().fold(Counts::default(), |sum, group| sum.with(*group));
    let mut so_far = Counts::default();
    let mut touched: Vec<usize> = Vec::new();
    for run in sides.runs().filter(known) {
        let apart = last.is_none_or(|last| table.at[last] != table.at[run]);
        if run >= sides.earliest_change && apart && onset::brings_bad(table, run) {
            for group in touched.drain(..) {
                let of_group = logs.fit(before[group]) + logs.fit(after[group]);
                fit += of_group - fits[group];
                fits[group] = of_group;
            }
            if total.without(so_far).rate() > so_far.rate() {
                best = best.max(fit);
            }
        }
        let counts = table.counts(run);
        so_far.add(counts);
        let group = strata.group(run);
        before[group].add(counts);
        after[group] = after[group].without(counts);
        if !touched.contains(&group) {
            touched.push(group);
        }
        last = Some(run);
    }
    best
}

/// Each way to sort runs with the fit of its best plain step, several at a time.
fn with_plain_fits<'a>(
    table: &Table,
    sides: &Sides,
    strata: Vec<Strata<'a>>,
    keep: impl Fn(usize) -> bool + Copy + Sync,
) -> Vec<(Strata<'a>, f64)> {
    let fit = |strata: &Strata| plain_fit(table, sides, strata, keep);
    if table.len() < MANY_RUNS {
        let fits: Vec<f64> = strata.iter().map(fit).collect();
        return strata.into_iter().zip(fits).collect();
    }
    let fits: Vec<Option<f64>> = std::thread::scope(|scope| {
        let asked: Vec<_> = strata.iter().map(|strata| scope.spawn(|| fit(strata))).collect();
        asked.into_iter().map(|asked| asked.join().ok()).collect()
    });
    let found = fits.into_iter().zip(&strata);
    let fits: Vec<f64> =
        found.map(|(found, strata)| found.unwrap_or_else(|| fit(strata))).collect();
    strata.into_iter().zip(fits).collect()
}

fn same_runs_together(sides: &Sides, weighed: Vec<Weighed>) -> Vec<Mover> {
    let mut movers: Vec<Mover> = Vec::new();
    for Weighed { exposure, score, .. } in weighed {
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
    enough && z_score(before, during) / table.inflation().sqrt() >= RISEN
}
