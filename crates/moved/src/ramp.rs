//! A rise that takes its time: how well one straight ramp fits, as against one step.

use std::ops::Range;

use crate::exposure::Sides;
use crate::likelihood::Counts;
use crate::table::Table;

/// Into how many slices of equal runs the time is cut.
const SLICES: usize = 40;

/// Rounds in which the two rates settle.
const ROUNDS: usize = 8;

/// A ramp between two moments.
#[derive(Debug, Clone, PartialEq)]
pub struct Ramp {
    /// The first and the last run of it.
    pub rows: Range<usize>,
    /// Its log-likelihood.
    pub fit: f64,
}

/// The ramp that fits best. None where there is too little to cut.
pub fn best(table: &Table, sides: &Sides, keep: impl Fn(usize) -> bool) -> Option<Ramp> {
    let rows: Vec<usize> =
        sides.runs().filter(|row| keep(*row) && table.counts(*row).n > 0).collect();
    let size = rows.len().div_ceil(SLICES).max(1);
    let slices: Vec<&[usize]> = rows.chunks(size).collect();
    let counts: Vec<Counts> =
        slices.iter().map(|slice| table.total(slice.iter().copied())).collect();
    let pairs =
        (1..counts.len()).flat_map(|from| (from + 1..=counts.len()).map(move |to| (from, to)));
    let fits = pairs.map(|(from, to)| (fit(&counts, from, to), from, to));
    let (fit, from, to) = fits.max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(Ramp { rows: slices[from][0]..*slices[to - 1].last()? + 1, fit })
}

/// The log-likelihood of a ramp over slices `from..to`: its two rates by expectation and
/// maximisation, each run belonging to one or the other in the measure of its place.
fn fit(counts: &[Counts], from: usize, to: usize) -> f64 {
    let weight =
        |place: usize| ((place as f64 + 0.5 - from as f64) / (to - from) as f64).clamp(0.0, 1.0);
    let all = counts.iter().fold(Counts::default(), |sum, one| sum.with(*one)).rate();
    let mut rates = [0.8 * all, (1.2 * all).min(0.999)];
    let mean = |rates: [f64; 2], place: usize| {
        let weight = weight(place);
        ((1.0 - weight) * rates[0] + weight * rates[1]).clamp(1e-9, 1.0 - 1e-9)
    };
    for _ in 0..ROUNDS {
        let (mut bad, mut runs) = ([1e-9; 2], [2e-9; 2]);
        for (place, one) in counts.iter().enumerate() {
            let (weight, rate) = (weight(place), mean(rates, place));
            let (k, good) = (one.k as f64, (one.n - one.k) as f64);
            for (side, part) in [1.0 - weight, weight].into_iter().enumerate() {
                let of_bad = k * part * rates[side] / rate;
                let of_good = good * part * (1.0 - rates[side]) / (1.0 - rate);
                bad[side] += of_bad;
                runs[side] += of_bad + of_good;
            }
        }
        rates = [bad[0] / runs[0], bad[1] / runs[1]];
    }
    let terms = counts.iter().enumerate().map(|(place, one)| {
        let rate = mean(rates, place);
        one.k as f64 * rate.ln() + (one.n - one.k) as f64 * (1.0 - rate).ln()
    });
    if rates[1] > rates[0] { terms.sum() } else { f64::NEG_INFINITY }
}
