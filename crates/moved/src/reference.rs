//! What is ordinary: the baseline in slices as long as the incident.

use std::ops::Range;

use model::report::Windows;

use crate::exposure::{RISEN, Sides};
use crate::likelihood::{Counts, LEAST_KNOWN, z_score};
use crate::table::Table;

/// Most slices; a longer baseline has longer ones.
const MOST_SLICES: usize = 60;

/// Fewest slices of which the middle says what is ordinary.
const LEAST_SLICES: usize = 3;

/// Fewest slices whose spread says much of the next one (Student's t is 2.4 for four).
const LEAST_TELLING: usize = 4;

/// A slice this much worse than the middle one is an episode of its own: half as bad again.
const EPISODE: f64 = 1.5;

/// Student's t, one-sided 5 %, for 1, 2, … degrees of freedom; the last holds for more. A weak
/// condition on purpose: the rise is also proven by its counts.
const T_95: [f64; 10] = [6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812];

/// The part of the baseline that an incident is measured by.
#[derive(Debug, Clone)]
pub struct Reference {
    slices: Vec<Slice>,
}

#[derive(Debug, Clone)]
struct Slice {
    rows: Range<usize>,
    counts: Counts,
}

impl Reference {
    /// The baseline without episodes of its own. Slices end where the baseline ends.
    pub fn of(table: &Table, sides: &Sides, windows: &Windows) -> Self {
        let slices = slices(table, sides, windows);
        let mut rates: Vec<Counts> =
            slices.iter().map(|slice| slice.counts).filter(|counts| counts.n > 0).collect();
        rates.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
        let middle = rates.get(rates.len().saturating_sub(1) / 2).copied().unwrap_or_default();
        let enough = rates.len() >= LEAST_SLICES;
        let ordinary = |slice: &Slice| {
            let worse = slice.counts.rate() > EPISODE * middle.rate();
            !(enough && worse && z_score(middle, slice.counts) >= RISEN)
        };
        Self { slices: slices.into_iter().filter(ordinary).collect() }
    }

    /// The rows of the ordinary slices.
    pub fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.slices.iter().flat_map(|slice| slice.rows.clone())
    }

    /// Whether so few slices are ordinary that their spread is hardly known.
    pub fn is_short(&self) -> bool {
        self.slices.len() < LEAST_TELLING
    }

    /// Whether the rate of some of these rows lies above what ordinary slices of the same length
    /// show: a prediction interval from their spread. With a single slice nothing is known of that.
    pub fn is_exceeded(
        &self,
        table: &Table,
        during: Range<usize>,
        counted: impl Fn(usize) -> bool,
    ) -> bool {
        let counts = |rows: &Range<usize>| table.total(rows.clone().filter(|row| counted(*row)));
        let told = self.slices.iter().map(|slice| counts(&slice.rows));
        let told = told.filter(|counts| counts.n >= LEAST_KNOWN);
        let rates: Vec<f64> = told.map(Counts::rate).collect();
        let n = rates.len() as f64;
        let mean = rates.iter().sum::<f64>() / n;
        let squares: f64 = rates.iter().map(|rate| (rate - mean).powi(2)).sum();
        match rates.len() {
            0 | 1 => true,
            slices => {
                let t = T_95[(slices - 2).min(T_95.len() - 1)];
                let reach = t * (squares / (n - 1.0) * (1.0 + 1.0 / n)).sqrt();
                counts(&during).rate() > mean + reach
            }
        }
    }
}

fn slices(table: &Table, sides: &Sides, windows: &Windows) -> Vec<Slice> {
    let (baseline, incident) = (windows.baseline.length(), windows.incident.length());
    let fit = (baseline.as_secs_f64() / incident.as_secs_f64()) as usize;
    let count = fit.clamp(1, MOST_SLICES) as i32;
    let length = if fit > MOST_SLICES { baseline / count } else { incident };
    let starts = (1..count).rev().map(|back| windows.baseline.end - length * back);
    let mut cuts: Vec<usize> =
        starts.map(|start| table.at.partition_point(|at| *at < start)).collect();
    cuts.insert(0, sides.before.start);
    cuts.push(sides.before.end);
    let rows = cuts.windows(2).map(|cut| cut[0]..cut[1]);
    rows.map(|rows| Slice { counts: table.total(rows.clone()), rows }).collect()
}
