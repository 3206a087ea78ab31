//! Runs with a level beside runs without it: rates, basis, and the part of the rise it carries.

use std::ops::Range;

use model::rate::Z95;
use model::report::Basis;
use model::{BehaviourRate, Interval};

use crate::exposure::Sides;
use crate::likelihood::Counts;
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
        let rows = rows.filter(|run| exposed[*run] == Some(wanted));
        table.rate(rows)
    };
    let with = rate_of(sides.during.clone(), true);
    let without = rate_of(sides.during.clone(), false);
    let before = [rate_of(sides.before.clone(), false), rate_of(sides.before.clone(), true)];
    let basis = basis(table, sides, exposed);
    let rise = Rise::new(&before, &with, &without, basis);
    let mut carried = rise.carried();
    if basis == Basis::BeforeAfter {
        carried.low = carried.low.min(0.0);
        carried.high = carried.high.max(1.0);
    }
    Contrast { basis, carried, with, without }
}

/// What ran side by side: slices of the window that hold runs of both kinds.
fn basis(table: &Table, sides: &Sides, exposed: &[Option<bool>]) -> Basis {
    let size = sides.during.len().div_ceil(SLICES).max(1);
    let (mut beside, mut all, mut shared) = (Counts::default(), 0, 0);
    let mut with = Counts::default();
    for slice in (sides.during.start..sides.during.end).step_by(size) {
        let rows = slice..(slice + size).min(sides.during.end);
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

/// A rise and the part of it in question, both as sums of independent rates times weights.
struct Rise {
    rates: [Counts; 3],
    part: [f64; 3],
    whole: [f64; 3],
}

impl Rise {
    /// Rates with, without, and in the baseline; weights from the shares of known outcomes.
    fn new(
        before: &[BehaviourRate; 2],
        with: &BehaviourRate,
        without: &BehaviourRate,
        basis: Basis,
    ) -> Self {
        let counts = |rate: &BehaviourRate| Counts { n: rate.n, k: rate.k };
        let share = |with: u64, without: u64| with as f64 / (with + without).max(1) as f64;
        let baseline = before.iter().map(counts);
        let baseline =
            baseline.fold(Counts::default(), |a, b| Counts { n: a.n + b.n, k: a.k + b.k });
        let now = share(with.n, without.n);
        let more = now - share(before[1].n, before[0].n);
        Self {
            rates: [counts(with), counts(without), baseline],
            part: match basis {
                Basis::Concurrent | Basis::Staggered => [more, -more, 0.0],
                Basis::BeforeAfter => [now, 0.0, -now],
            },
            whole: [now, 1.0 - now, -1.0],
        }
    }

    fn sum(&self, weights: &[f64; 3]) -> f64 {
        self.rates.iter().zip(weights).map(|(rate, weight)| rate.rate() * weight).sum()
    }

    fn covariance(&self, a: &[f64; 3], b: &[f64; 3]) -> f64 {
        let terms = self.rates.iter().zip(a.iter().zip(b));
        terms.map(|(rate, (a, b))| if a * b == 0.0 { 0.0 } else { rate.variance() * a * b }).sum()
    }

    fn contribution(&self) -> f64 {
        self.sum(&self.part)
    }

    /// Part over whole, with Fieller's interval (1954) for a ratio of correlated sums.
    ///
    /// Where the whole can't be told from zero, Fieller's interval has no end; then the interval is
    /// the first-order one, which the caller sees to be wide.
    fn carried(&self) -> Interval {
        let (part, whole) = (self.contribution(), self.sum(&self.whole));
        if whole == 0.0 {
            return Interval { est: 0.0, low: -1.0, high: 1.0 };
        }
        let z2 = Z95 * Z95;
        let a = whole * whole - z2 * self.covariance(&self.whole, &self.whole);
        let b = part * whole - z2 * self.covariance(&self.part, &self.whole);
        let c = part * part - z2 * self.covariance(&self.part, &self.part);
        let est = part / whole;
        let root = b * b - a * c;
        if a > 0.0 && root >= 0.0 {
            return Interval { est, low: (b - root.sqrt()) / a, high: (b + root.sqrt()) / a };
        }
        let slack: [f64; 3] = std::array::from_fn(|i| (self.part[i] - est * self.whole[i]) / whole);
        let half = Z95 * self.covariance(&slack, &slack).sqrt();
        Interval { est, low: est - half, high: est + half }
    }
}
