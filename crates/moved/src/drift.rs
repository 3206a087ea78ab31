//! A rate that changes bit by bit: curves beside the plain step.

use crate::bins::Bin;
use crate::likelihood::Counts;

#[cfg(test)]
mod tests;

/// Rounds of Newton's method; a logistic curve needs fewer than ten.
const ROUNDS: usize = 25;

/// Moments at which a drift can begin, spread over the time compared.
const BEGINNINGS: usize = 16;

/// A day, in seconds.
const DAY: f64 = 86_400.0;

/// Least time compared that can show a day's cycle.
const MOST_OF_A_DAY: f64 = 0.75 * DAY;

/// A drift that fits: the bin from which the rate went up, and the fit in nats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drift {
    /// The first bin that it reached.
    pub begin: usize,
    /// The earliest from which it may have begun (90 %).
    pub earliest: usize,
    /// The log-likelihood.
    pub fit: f64,
    /// How much better a step on top of it fits than none, in nats.
    pub step_beyond: f64,
}

/// A cycle that fits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cycle {
    /// The log-likelihood.
    pub fit: f64,
    /// How much better a step on top of it fits than none, in nats.
    pub step_beyond: f64,
}

/// The best drift: the log-odds stay until some moment and go up evenly from then on. None where
/// they nowhere go up.
pub fn rising(bins: &[Bin], range: f64) -> Option<Drift> {
    let times = times(bins)?;
    let beginnings = (0..BEGINNINGS).map(|place| place * bins.len() / BEGINNINGS);
    let late = |begin: usize| -> Vec<f64> {
        times.iter().map(|time| (time - times[begin]).max(0.0)).collect()
    };
    let mut fits: Vec<(usize, f64)> = Vec::new();
    for begin in beginnings {
        let curve = fit(bins, &[&late(begin)]);
        if curve.slopes[0] > 0.0 && fits.last().is_none_or(|last| last.0 != begin) {
            fits.push((begin, curve.fit));
        }
    }
    let best = fits.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let earliest = fits.iter().find(|one| best.1 - one.1 <= range).map_or(best.0, |one| one.0);
    let curve = late(best.0);
    let step_beyond = step_beyond(bins, &[&curve], &fit(bins, &[&curve]));
    Some(Drift { begin: best.0, earliest, fit: best.1, step_beyond })
}

/// How well a cycle of a day fits, where the time compared can show one.
pub fn daily(bins: &[Bin]) -> Option<Cycle> {
    let (first, last) = (bins.first()?, bins.last()?);
    if last.middle() - first.middle() < MOST_OF_A_DAY {
        return None;
    }
    let turn = |bin: &Bin| std::f64::consts::TAU * (bin.middle() % DAY) / DAY;
    let sines: Vec<f64> = bins.iter().map(|bin| turn(bin).sin()).collect();
    let cosines: Vec<f64> = bins.iter().map(|bin| turn(bin).cos()).collect();
    let curve = fit(bins, &[&sines, &cosines]);
    let step_beyond = step_beyond(bins, &[&sines, &cosines], &curve);
    Some(Cycle { fit: curve.fit, step_beyond })
}

/// How well the best rise at one moment fits, in nats.
pub fn one_step(bins: &[Bin]) -> f64 {
    let total = bins.iter().fold(Counts::default(), |sum, bin| sum.with(bin.counts));
    let mut before = Counts::default();
    let fits = bins.iter().map(|bin| {
        before.add(bin.counts);
        let after = total.without(before);
        let rose = after.n > 0 && after.rate() > before.rate();
        if rose { before.fit() + after.fit() } else { f64::NEG_INFINITY }
    });
    fits.fold(total.fit(), f64::max)
}

/// Places in time from 0 to 1.
fn times(bins: &[Bin]) -> Option<Vec<f64>> {
    let (first, last) = (bins.first()?.middle(), bins.last()?.middle());
    let length = (last - first).max(1.0);
    Some(bins.iter().map(|bin| (bin.middle() - first) / length).collect())
}

struct Curve {
    slopes: Vec<f64>,
    fit: f64,
    /// The rate of each bin.
    rates: Vec<f64>,
}

/// How much better the best rise at one moment fits on top of a curve than the curve alone, in
/// nats: half the score statistic (Rao 1948), for all moments in one pass.
fn step_beyond(bins: &[Bin], features: &[&[f64]], curve: &Curve) -> f64 {
    let parameters = features.len() + 1;
    let feature =
        |place: usize, bin: usize| if place == 0 { 1.0 } else { features[place - 1][bin] };
    let weight =
        |bin: usize| bins[bin].counts.n as f64 * curve.rates[bin] * (1.0 - curve.rates[bin]);
    let mut information = vec![vec![0.0; parameters]; parameters];
    for bin in 0..bins.len() {
        for (row, line) in information.iter_mut().enumerate() {
            for (column, cell) in line.iter_mut().enumerate() {
                *cell += weight(bin) * feature(row, bin) * feature(column, bin);
            }
        }
    }
    let Some(inverse) = inverse(&information) else { return 0.0 };
    let (mut score, mut shared, mut best) = (0.0, vec![0.0; parameters], 0.0_f64);
    for bin in (1..bins.len()).rev() {
        score += bins[bin].counts.k as f64 - bins[bin].counts.n as f64 * curve.rates[bin];
        for (place, shared) in shared.iter_mut().enumerate() {
            *shared += weight(bin) * feature(place, bin);
        }
        let explained: f64 = (inverse.iter().zip(&shared))
            .map(|(line, a)| a * line.iter().zip(&shared).map(|(cell, b)| cell * b).sum::<f64>())
            .sum();
        let variance = shared[0] - explained;
        if score > 0.0 && variance > 1e-3 * shared[0] {
            best = best.max(score * score / (2.0 * variance));
        }
    }
    best
}

/// Log-odds as a constant and a sum of features: by iterated least squares.
fn fit(bins: &[Bin], features: &[&[f64]]) -> Curve {
    let total = bins.iter().fold(Counts::default(), |sum, bin| sum.with(bin.counts));
    let parameters = features.len() + 1;
    let mut at = vec![0.0; parameters];
    let rate = (total.k as f64 + 0.5) / (total.n as f64 + 1.0);
    at[0] = (rate / (1.0 - rate)).ln();
    let feature =
        |place: usize, bin: usize| if place == 0 { 1.0 } else { features[place - 1][bin] };
    let odds = |at: &[f64], bin: usize| -> f64 {
        let sum: f64 =
            at.iter().enumerate().map(|(place, slope)| slope * feature(place, bin)).sum();
        sum.clamp(-30.0, 30.0)
    };
    for _ in 0..ROUNDS {
        let mut system = vec![vec![0.0; parameters + 1]; parameters];
        for (place, bin) in bins.iter().enumerate() {
            let rate = 1.0 / (1.0 + (-odds(&at, place)).exp());
            let (n, k) = (bin.counts.n as f64, bin.counts.k as f64);
            for (row, line) in system.iter_mut().enumerate() {
                let own = feature(row, place);
                let information = n * rate * (1.0 - rate) * own;
                let cells = line[..parameters].iter_mut().enumerate();
                cells.for_each(|(column, cell)| *cell += information * feature(column, place));
                line[parameters] += (k - n * rate) * own;
            }
        }
        let Some(step) = solve(system) else { break };
        at.iter_mut().zip(&step).for_each(|(at, step)| *at += step.clamp(-2.0, 2.0));
        if step.iter().all(|step| step.abs() < 1e-6) {
            break;
        }
    }
    let odds: Vec<f64> = (0..bins.len()).map(|place| odds(&at, place)).collect();
    let likelihood = bins
        .iter()
        .zip(&odds)
        .map(|(bin, odds)| bin.counts.k as f64 * odds - bin.counts.n as f64 * odds.exp().ln_1p());
    let rates = odds.iter().map(|odds| 1.0 / (1.0 + (-odds).exp())).collect();
    Curve { fit: likelihood.sum(), slopes: at[1..].to_vec(), rates }
}

fn inverse(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let unit = |column: usize| {
        let system = matrix.iter().enumerate().map(|(row, line)| {
            [line.as_slice(), &[if row == column { 1.0 } else { 0.0 }]].concat()
        });
        solve(system.collect())
    };
    (0..matrix.len()).map(unit).collect()
}

/// Gauss's elimination with pivots; none where the system has no single answer.
fn solve(mut system: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let size = system.len();
    for place in 0..size {
        let rows = place..size;
        let pivot =
            rows.max_by(|a, b| system[*a][place].abs().total_cmp(&system[*b][place].abs()))?;
        system.swap(place, pivot);
        if system[place][place].abs() < 1e-12 {
            return None;
        }
        let held = system[place].clone();
        let others = system.iter_mut().enumerate().filter(|(row, _)| *row != place);
        for (_, line) in others {
            let times = line[place] / held[place];
            line.iter_mut().zip(&held).for_each(|(cell, held)| *cell -= times * held);
        }
    }
    Some((0..size).map(|place| system[place][size] / system[place][place]).collect())
}
