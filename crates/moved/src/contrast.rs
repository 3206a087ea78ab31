//! Runs with a level beside runs without it: rates, basis, and the part of the rise it carries.

use std::ops::Range;

use model::report::Basis;
use model::{BehaviourRate, Interval};

use crate::dependence::{self, Sum};
use crate::exposure::Sides;
use crate::likelihood::Counts;
use crate::ratio::Ratio;
use crate::table::Table;

/// Into how many slices of equal runs a window is cut to see what ran side by side.
const SLICES: usize = 24;

/// Fewest known outcomes without a level, side by side with it, that make a comparison.
const LEAST_BESIDE: u64 = 30;

/// Fewest bad outcomes they would have shown had they been as bad as the runs with it.
const LEAST_EXPECTED_BAD: f64 = 5.0;

/// Share of a window's runs in slices with both kinds that makes the comparison concurrent.
const MOSTLY: f64 = 0.8;

/// The comparison of runs with and without something, within the incident window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// Runs with it.
    pub with: BehaviourRate,
    /// Runs without it.
    pub without: BehaviourRate,
    /// What the comparison rests on.
    pub basis: Basis,
    /// The part of the rise it carries. With nothing beside it to compare, timing is all there is,
    /// and the interval leaves everything from none to all of it open.
    pub carried: Interval,
}

/// Compares runs with and without an exposure. `exposed` has a place for each run of the table.
pub fn contrast(table: &Table, sides: &Sides, exposed: &[Option<bool>]) -> Contrast {
    let rate_of = |rows: Range<usize>, wanted: bool| {
        let runs = || rows.clone().filter(|run| exposed[*run] == Some(wanted));
        table.rate(runs()).widened(dependence::of_rate(table, runs()))
    };
    let with = rate_of(sides.during.clone(), true);
    let without = rate_of(sides.during.clone(), false);
    let before = [rate_of(sides.before.clone(), false), rate_of(sides.before.clone(), true)];
    let basis = basis(table, sides, exposed);
    let mut ratio = part_of_rise(&before, &with, &without, basis);
    let group = |run: usize| match exposed[run] {
        _ if run < sides.during.start => Some(2),
        Some(true) => Some(0),
        Some(false) => Some(1),
        None => None,
    };
    let sum = Sum { rates: &ratio.rates, weights: &ratio.slack() };
    ratio.design_effect = dependence::design_effect(table, sides.runs(), group, sum);
    let mut carried = ratio.estimate();
    if basis == Basis::BeforeAfter {
        carried.low = carried.low.min(0.0);
        carried.high = carried.high.max(1.0);
    }
    Contrast { basis, carried, with, without }
}

/// What ran side by side: slices of the window that hold runs of both kinds.
pub fn basis(table: &Table, sides: &Sides, exposed: &[Option<bool>]) -> Basis {
    let size = sides.during.len().div_ceil(SLICES).max(1);
    let (mut beside, mut all, mut shared) = (Counts::default(), 0, 0);
    let mut with = Counts::default();
    for rows in slices(table, sides.during.clone(), size) {
        let mut counts = [Counts::default(); 2];
        for run in rows.clone() {
            if let Some(exposed) = exposed[run] {
                counts[usize::from(exposed)].add(table.counts(run));
            }
        }
        let [without, exposed] = counts;
        all += rows.len();
        with = Counts { n: with.n + exposed.n, k: with.k + exposed.k };
        if exposed.n > 0 && without.n > 0 {
            shared += rows.len();
            beside = Counts { n: beside.n + without.n, k: beside.k + without.k };
        }
    }
    let telling = beside.n >= LEAST_BESIDE && beside.n as f64 * with.rate() >= LEAST_EXPECTED_BAD;
    match telling {
        false => Basis::BeforeAfter,
        true if shared as f64 >= MOSTLY * all as f64 => Basis::Concurrent,
        true => Basis::Staggered,
    }
}

/// By how many standard errors runs with something are worse than those without it in the same
/// slice of the incident window (Mantel and Haenszel 1959); 0 where nothing ran side by side.
pub fn surely_worse_beside(table: &Table, sides: &Sides, exposed: &[Option<bool>]) -> f64 {
    let size = sides.during.len().div_ceil(SLICES).max(1);
    let slices = slices(table, sides.during.clone(), size);
    let pairs = slices.into_iter().map(|rows| {
        let mut counts = [Counts::default(); 2];
        for run in rows {
            if let Some(exposed) = exposed[run] {
                counts[usize::from(exposed)].add(table.counts(run));
            }
        }
        counts
    });
    worse(pairs) / table.inflation().sqrt()
}

/// The same over the whole incident window, among runs that had something and runs that had not.
pub fn worse_within(
    table: &Table,
    sides: &Sides,
    given: &[Option<bool>],
    exposed: &[Option<bool>],
) -> f64 {
    let mut pairs = [[Counts::default(); 2]; 2];
    for run in sides.during.clone() {
        if let (Some(had), Some(exposed)) = (given[run], exposed[run]) {
            pairs[usize::from(had)][usize::from(exposed)].add(table.counts(run));
        }
    }
    worse(pairs.into_iter()) / table.inflation().sqrt()
}

/// By how many standard errors the second of each pair is worse than the first.
fn worse(pairs: impl Iterator<Item = [Counts; 2]>) -> f64 {
    let (mut more, mut variance) = (0.0, 0.0);
    for [without, with] in pairs {
        let all = without.with(with);
        let (n, rate) = (all.n as f64, all.rate());
        if without.n > 0 && with.n > 0 && n > 1.0 {
            let share = with.n as f64 / n;
            more += with.k as f64 - with.n as f64 * rate;
            variance += share * (1.0 - share) * n * n * rate * (1.0 - rate) / (n - 1.0);
        }
    }
    if variance > 0.0 { more / variance.sqrt() } else { 0.0 }
}

/// Rows in slices of about equal size; what is of the same moment stays together.
fn slices(table: &Table, rows: Range<usize>, size: usize) -> Vec<Range<usize>> {
    let mut slices = Vec::new();
    let mut start = rows.start;
    while start < rows.end {
        let last = table.at[(start + size).min(rows.end) - 1];
        let end = start + table.at[start..rows.end].partition_point(|at| *at <= last);
        slices.push(start..end);
        start = end;
    }
    slices
}

/// The part of the rise that runs with an exposure carry, and the rise: rates with, without, and in
/// the baseline; weights from the shares of known outcomes.
fn part_of_rise(
    before: &[BehaviourRate; 2],
    with: &BehaviourRate,
    without: &BehaviourRate,
    basis: Basis,
) -> Ratio<3> {
    let counts = |rate: &BehaviourRate| Counts { n: rate.n, k: rate.k };
    let share = |with: u64, without: u64| with as f64 / (with + without).max(1) as f64;
    let baseline = counts(&before[0]).with(counts(&before[1]));
    let now = share(with.n, without.n);
    let more = now - share(before[1].n, before[0].n);
    Ratio {
        rates: [counts(with), counts(without), baseline],
        part: match basis {
            Basis::Concurrent | Basis::Staggered => [more, -more, 0.0],
            Basis::BeforeAfter => [now, 0.0, -now],
        },
        whole: [now, 1.0 - now, -1.0],
        design_effect: 1.0,
    }
}
