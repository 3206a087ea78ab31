//! `mayday bench moved`: how long the engine takes, and how that grows.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use model::{Factor, Outcome, Seen, Window};
use response::engine::{Row, Sides, Table, compare, split, surfaces};
use serde::Serialize;

use super::figures::Spread;
use crate::world;

/// What a million runs of sixteen factors may take on two cores, in milliseconds.
const BAR_MS: f64 = 150.0;

/// Factors as a record names them; with more than these, tools are added.
const FACTORS: [&str; 16] = [
    "prompt:a",
    "prompt_text:a",
    "prompt:b",
    "prompt_text:b",
    "model_served",
    "model_requested",
    "model_fingerprint",
    "parameters",
    "tool_shape:search",
    "tool_shape:order",
    "tool_schema:search",
    "index:kb",
    "judge:tone",
    "segment:plan",
    "region",
    "code",
];

/// The factor that moves: the served model.
const MOVES: usize = 4;

/// The factor that can have many levels: the plan.
const MANY: usize = 13;

/// Measure how long it takes to say what moved.
#[derive(Debug, Args)]
pub(crate) struct Moved {
    /// How many runs are compared
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1_000..=4_000_000))]
    runs: u64,

    /// How often each figure is measured
    #[arg(long, value_name = "N", default_value_t = 9)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000))]
    rounds: u64,

    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// What is compared.
#[derive(Debug, Clone, Copy, Serialize)]
struct Shape {
    runs: usize,
    factors: usize,
    /// Levels of the segment; every other factor has three or four.
    levels: usize,
}

/// One shape and what it took: from a table that is arranged to a report.
#[derive(Debug, Serialize)]
struct Figure {
    #[serde(flatten)]
    shape: Shape,
    verdict: &'static str,
    /// Arranging the table, once.
    arrange_ms: f64,
    /// Finding the windows and comparing them, warm.
    answer_ms: Spread,
    /// Runs of every factor's states by side and outcome: what a database would group.
    group_ms: Spread,
    /// One pass over the same cells that only counts: the limit.
    count_ms: Spread,
}

#[derive(Debug, Serialize)]
struct Report {
    build: &'static str,
    bar_ms: f64,
    measured: Figure,
    by_runs: Vec<Figure>,
    by_factors: Vec<Figure>,
    by_levels: Vec<Figure>,
}

impl Moved {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let rounds = self.rounds as usize;
        let whole = Shape { runs: self.runs as usize, factors: FACTORS.len(), levels: 3 };
        let measure = |shapes: Vec<Shape>| -> Result<Vec<Figure>> {
            shapes.into_iter().map(|shape| shape.measure(rounds)).collect()
        };
        let part = |part: usize| Shape { runs: whole.runs / part, ..whole };
        let report = Report {
            build: super::BUILD,
            bar_ms: BAR_MS,
            measured: whole.measure(rounds)?,
            by_runs: measure([16, 8, 4, 2].map(part).to_vec())?,
            by_factors: measure([4, 8, 32].map(|factors| Shape { factors, ..whole }).to_vec())?,
            by_levels: measure(
                [100, 10_000, 100_000].map(|levels| Shape { levels, ..whole }).to_vec(),
            )?,
        };
        match self.json {
            true => world::print_json(&report)?,
            false => report.lines().iter().for_each(|line| world::print(line)),
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The answer to a small question, for those who need one.
pub(super) fn a_report() -> Result<model::Report> {
    let shape = Shape { runs: 4_000, factors: FACTORS.len(), levels: 3 };
    let (catalogue, dictionary, rows) = (surfaces(), shape.dictionary(), shape.rows());
    let rows = rows.iter().map(|(at, outcome, levels)| Row {
        at: *at,
        outcome: *outcome,
        levels,
        ..Row::default()
    });
    let table = Table::arrange(&dictionary, rows, &catalogue);
    let within = Window { start: Timestamp::UNIX_EPOCH, end: second(shape.runs) };
    let windows = split(&table, within).context("invariant: there are runs")?.windows;
    Ok(compare(&table, &catalogue, windows, None))
}

impl Report {
    fn lines(&self) -> Vec<String> {
        let figures = std::iter::once(&self.measured)
            .chain(&self.by_runs)
            .chain(&self.by_factors)
            .chain(&self.by_levels);
        let line = |figure: &Figure| {
            let Shape { runs, factors, levels } = figure.shape;
            format!(
                "{runs} runs, {factors} factors, {levels} segments: {:.0} ms [{:.0}, {:.0}]; \
                 grouping {:.0} ms, counting alone {:.0} ms; {}",
                figure.answer_ms.median,
                figure.answer_ms.min,
                figure.answer_ms.max,
                figure.group_ms.median,
                figure.count_ms.median,
                figure.verdict
            )
        };
        figures.map(line).collect()
    }
}

impl Shape {
    fn measure(self, rounds: usize) -> Result<Figure> {
        let catalogue = surfaces();
        let (dictionary, rows) = (self.dictionary(), self.rows());
        let began = Instant::now();
        let rows = rows.iter().map(|(at, outcome, levels)| Row {
            at: *at,
            outcome: *outcome,
            levels,
            ..Row::default()
        });
        let table = Table::arrange(&dictionary, rows, &catalogue);
        let arrange_ms = millis(began);
        let within = Window { start: Timestamp::UNIX_EPOCH, end: second(self.runs) };
        let answer = || {
            let split = split(&table, within).context("invariant: there are runs")?;
            anyhow::Ok(compare(&table, &catalogue, split.windows, None))
        };
        let verdict = answer()?.verdict.as_str();
        let answer_ms = timed(rounds, || drop(black_box(answer())));
        let windows = split(&table, within).context("invariant: there are runs")?.windows;
        let group_ms = timed(rounds, || drop(black_box(Sides::of(&table, &windows))));
        let count_ms = timed(rounds, || drop(black_box(count(&table))));
        let [answer_ms, group_ms, count_ms] = [answer_ms, group_ms, count_ms].map(Spread::of);
        Ok(Figure {
            shape: self,
            verdict,
            arrange_ms,
            answer_ms: answer_ms.context("measure at least one round")?,
            group_ms: group_ms.context("measure at least one round")?,
            count_ms: count_ms.context("measure at least one round")?,
        })
    }

    fn levels_of(self, factor: usize) -> usize {
        if factor == MANY { self.levels } else { 4 }
    }

    fn dictionary(self) -> Vec<Seen> {
        let named = (0..self.factors).flat_map(|factor| {
            let name = FACTORS.get(factor).map_or_else(
                || Factor::of("tool_shape", &format!("tool_{factor}")),
                |name| Factor::from(*name),
            );
            (0..self.levels_of(factor)).map(move |level| Seen::at(name.clone(), level.to_string()))
        });
        named.collect()
    }

    /// One run a second; half-way the served model moves on a third of the runs, and the rate with
    /// it. One run in eleven has no known outcome.
    fn rows(self) -> Vec<(Timestamp, Outcome, Vec<u32>)> {
        let firsts: Vec<usize> = (0..self.factors)
            .scan(0, |next, factor| {
                let first = *next;
                *next += self.levels_of(factor);
                Some(first)
            })
            .collect();
        let row = |number: usize| {
            let draw = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
            let exposed = number > self.runs / 2 && draw.is_multiple_of(3);
            let bad = draw / 64 % 1000 < if exposed { 130 } else { 30 };
            let outcome = match draw / 8 % 11 {
                0 => Outcome::Unknown,
                _ if bad => Outcome::Bad,
                _ => Outcome::Good,
            };
            let level = |factor: usize| match factor {
                MOVES => usize::from(exposed),
                MANY => (draw / 512) as usize % self.levels,
                _ => (number >> (factor % 16)) % 3,
            };
            let levels = firsts.iter().enumerate();
            let levels = levels.map(|(factor, first)| (first + level(factor)) as u32).collect();
            (second(number), outcome, levels)
        };
        (0..self.runs).map(row).collect()
    }
}

/// Every cell read once, bad runs counted by state.
fn count(table: &Table) -> Vec<Vec<u64>> {
    let counts = table.columns.iter().map(|column| {
        let mut counts = vec![0; column.states.len()];
        for (code, outcome) in column.codes.iter().zip(&table.outcomes) {
            counts[*code as usize] += u64::from(*outcome == Outcome::Bad);
        }
        counts
    });
    counts.collect()
}

fn second(number: usize) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(number as i64)
}

fn timed(rounds: usize, mut work: impl FnMut()) -> Vec<f64> {
    let round = |_| {
        let began = Instant::now();
        work();
        millis(began)
    };
    (0..rounds).map(round).collect()
}

fn millis(began: Instant) -> f64 {
    (began.elapsed().as_secs_f64() * 1e5).round() / 1e2
}
