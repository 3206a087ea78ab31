//! By how much runs vary more than independent ones: clusters, and one window beside another.

use jiff::SignedDuration;
use model::report::{Dependence, Windows};
use model::{Interval, Window};

use crate::exposure::Sides;
use crate::likelihood::{Counts, LEAST_KNOWN};
use crate::table::Table;

#[cfg(test)]
mod tests;

/// Fewest windows at the incident's hours whose spread says anything.
const LEAST_WINDOWS: usize = 3;

/// Fewest windows at other hours. A shorter baseline can't tell ordinary windows from others.
const LEAST_UNMATCHED: usize = 6;

/// Most windows that are looked at.
const MOST_WINDOWS: i32 = 60;

/// Scale of the median deviation that makes it the standard deviation of a normal distribution.
const MEDIAN_DEVIATION: f64 = 1.4826;

/// Student's t, two-sided 5 %, for 2, 3, … degrees of freedom; the last holds for more.
const T_975: [f64; 12] =
    [4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160];

/// Groups of runs whose rates are added up, each with a weight.
#[derive(Debug, Clone, Copy)]
pub struct Sum<'a> {
    /// Known outcomes of each group.
    pub rates: &'a [Counts],
    /// What each group's rate counts.
    pub weights: &'a [f64],
}

/// The variance of a sum of rates when runs of a cluster are alike, over that of independent runs;
/// at least 1. The sandwich estimate with the clusters as units (Liang and Zeger 1986); a run that
/// was kept for others like it is such a unit by itself.
pub fn design_effect(
    table: &Table,
    runs: impl Iterator<Item = usize>,
    group: impl Fn(usize) -> Option<usize>,
    sum: Sum,
) -> f64 {
    if table.clusters.is_empty() && table.thinned.is_none() {
        return 1.0;
    }
    let per_run = |group: usize| sum.weights[group] / sum.rates[group].n.max(1) as f64;
    let mut by_cluster: Vec<Option<f64>> = vec![None; table.count_clusters()];
    let mut alone = 0.0;
    for run in runs {
        let Some(group) = group(run) else { continue };
        let (counts, rate) = (table.counts(run), sum.rates[group].rate());
        let more = counts.k as f64 - rate * counts.n as f64;
        match table.clusters.get(run).copied().flatten() {
            Some(cluster) => {
                *by_cluster[cluster as usize].get_or_insert(0.0) += per_run(group) * more;
            }
            None if table.thinned.is_some() => alone += (per_run(group) * more).powi(2),
            None => alone += per_run(group).powi(2) * scatter(counts, rate),
        }
    }
    let (mut clusters, mut squares) = (0.0, 0.0);
    for sum in by_cluster.into_iter().flatten() {
        clusters += 1.0;
        squares += sum * sum;
    }
    let together = if clusters > 1.0 { squares * clusters / (clusters - 1.0) } else { squares };
    let groups = sum.rates.iter().enumerate();
    let independent: f64 = groups
        .map(|(place, counts)| per_run(place).powi(2) * scatter(*counts, counts.rate()))
        .sum();
    if independent > 0.0 { ((together + alone) / independent).max(1.0) } else { 1.0 }
}

/// The sum of squared deviations of outcomes from a rate.
fn scatter(counts: Counts, rate: f64) -> f64 {
    let (bad, good) = (counts.k as f64, (counts.n - counts.k) as f64);
    bad * (1.0 - rate).powi(2) + good * rate * rate
}

/// What windows as long as the incident show in the baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Between {
    /// How many there are.
    pub windows: usize,
    /// Whether they lie at the incident's hours.
    pub matched_hours: bool,
    /// The rate that is usual in them.
    pub usual: f64,
    /// Standard deviation of their rates beyond what chance makes of so many runs.
    pub deviation: f64,
}

/// At which hours windows lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hours {
    /// Those of the incident.
    Matched,
    /// Whichever.
    Any,
}

impl Between {
    /// Windows at the hours of the incident, some days or weeks before; else those that fill the
    /// baseline. None where there are too few.
    pub fn of(table: &Table, windows: &Windows) -> Option<Self> {
        const DAY: SignedDuration = SignedDuration::from_hours(24);
        let length = windows.incident.length();
        let days = (length.as_secs().max(1) - 1) / DAY.as_secs() + 1;
        let whole_days = DAY * i32::try_from(days).ok()?;
        let matched = |period| Self::at(table, windows, windows.incident, period, Hours::Matched);
        let last =
            Window { start: windows.baseline.end.checked_sub(length).ok()?, ..windows.baseline };
        matched(DAY * 7)
            .filter(|_| days <= 7)
            .or_else(|| matched(whole_days))
            .or_else(|| Self::at(table, windows, last, length, Hours::Any))
    }

    fn at(
        table: &Table,
        windows: &Windows,
        last: Window,
        period: SignedDuration,
        hours: Hours,
    ) -> Option<Self> {
        let matched_hours = hours == Hours::Matched;
        let first = i32::from(matched_hours);
        let back = (first..MOST_WINDOWS).map_while(|times| {
            let start = last.start.checked_sub(period * times).ok()?;
            let end = last.end.checked_sub(period * times).ok()?;
            (start >= windows.baseline.start).then_some(Window { start, end })
        });
        let inside = back.filter(|window| window.end <= windows.baseline.end);
        let counts: Vec<Counts> = inside
            .map(|window| table.total(table.rows_in(window)))
            .filter(|counts| counts.n >= LEAST_KNOWN)
            .collect();
        let least = if matched_hours { LEAST_WINDOWS } else { LEAST_UNMATCHED };
        (counts.len() >= least).then(|| Self::from(&counts, hours))
    }

    /// The middle and the middle deviation, which a few bad windows do not move.
    fn from(counts: &[Counts], hours: Hours) -> Self {
        let rates: Vec<f64> = counts.iter().map(|counts| counts.rate()).collect();
        let usual = median(rates.clone());
        let away = rates.iter().map(|rate| (rate - usual).abs()).collect();
        let seen = (MEDIAN_DEVIATION * median(away)).powi(2);
        let chance = counts.iter().map(|counts| usual * (1.0 - usual) / counts.n as f64);
        let chance = chance.sum::<f64>() / counts.len() as f64;
        let deviation = (seen - chance).max(0.0).sqrt();
        Self { windows: counts.len(), matched_hours: hours == Hours::Matched, usual, deviation }
    }

    /// A difference to the baseline as wide as ordinary windows make it; at the same hours as the
    /// incident they are also what it is compared with.
    pub fn widened(&self, points: Interval, during: f64) -> Interval {
        let reach = self.reach();
        let below = (points.est - points.low).hypot(reach);
        let above = (points.high - points.est).hypot(reach);
        let beside = if self.matched_hours { during - self.usual } else { points.est };
        Interval {
            est: points.est,
            low: points.est.min(beside) - below,
            high: points.est.max(beside) + above,
        }
    }

    /// How far the next window's rate may lie from the usual one beyond chance, with a chance of
    /// 5 % to lie further.
    pub fn reach(&self) -> f64 {
        let t = T_975[(self.windows - LEAST_WINDOWS).min(T_975.len() - 1)];
        t * self.deviation * (1.0 + 1.0 / self.windows as f64).sqrt()
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    match figures.len() % 2 {
        0 => f64::midpoint(figures[middle - 1], figures[middle]),
        _ => figures[middle],
    }
}

/// How much wider the interval of a rate over some rows is than for independent runs.
pub fn of_rate(table: &Table, runs: impl Iterator<Item = usize> + Clone) -> f64 {
    if table.clusters.is_empty() && table.thinned.is_none() {
        return 1.0;
    }
    let rates = [table.total(runs.clone())];
    design_effect(table, runs, |_| Some(0), Sum { rates: &rates, weights: &[1.0] })
}

/// How the difference of two windows varies.
pub fn of(table: &Table, sides: &Sides, between: Option<Between>) -> Dependence {
    let rates = [&sides.before, &sides.during].map(|rows| table.total(rows.clone()));
    let sum = Sum { rates: &rates, weights: &[-1.0, 1.0] };
    let side = |run: usize| Some(usize::from(run >= sides.during.start));
    let mut clusters: Vec<u32> = match table.clusters.is_empty() {
        true => Vec::new(),
        false => sides.runs().filter_map(|run| table.clusters[run]).collect(),
    };
    clusters.sort_unstable();
    clusters.dedup();
    Dependence {
        clusters: (!clusters.is_empty()).then_some(clusters.len() as u64),
        design_effect: design_effect(table, sides.runs(), side, sum),
        between_pp: between.map(|between| 100.0 * between.deviation),
        windows: between.map_or(0, |between| between.windows as u64),
        matched_hours: between.is_some_and(|between| between.matched_hours),
    }
}
