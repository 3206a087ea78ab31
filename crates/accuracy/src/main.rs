//! `cargo xtask accuracy engine`: worlds whose truth is known, put to the engine, and its answers
//! scored.
//!
//! The cast, in reading order: [`plan`] says what a world is made of; [`scenario`] draws plans from
//! seeds, with the truth beside them; [`world`] plays one; [`score`] says what an answer is worth;
//! [`document`] writes the tables.
#![allow(clippy::print_stdout, reason = "the answer of a command")]

mod document;
mod plan;
mod scenario;
mod score;
mod world;

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Parser;
use jiff::SignedDuration;
use model::{Outcome, Report};
use moved::{Row, Table};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use plan::Plan;
use scenario::{Carrier, Draw, SCENARIOS, Scenario};
use score::Trial;
use world::{Run, World, play};

/// Puts worlds whose truth is known to the engine, and scores its answers.
#[derive(Debug, Parser)]
struct Arguments {
    /// The seeds, as FIRST..LAST without the last; those below 1000 are for tuning
    #[arg(long, default_value = "1000..1100", value_parser = range)]
    seeds: Range<u64>,
    /// Only this scenario
    #[arg(long)]
    scenario: Option<String>,
    /// Say what was answered where that was not right
    #[arg(long)]
    explain: bool,
    /// Write the page here
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

fn range(text: &str) -> Result<Range<u64>, String> {
    let (first, last) = text.split_once("..").ok_or("write it as FIRST..LAST")?;
    let number = |text: &str| text.parse::<u64>().map_err(|error| error.to_string());
    Ok(number(first)?..number(last)?)
}

fn main() -> Result<()> {
    let Arguments { seeds, scenario, explain, write } = Arguments::parse();
    let wanted = |one: &&Scenario| scenario.as_deref().is_none_or(|name| name == one.name);
    let cases: Vec<(usize, u64)> = SCENARIOS
        .iter()
        .enumerate()
        .filter(|(_, one)| wanted(one))
        .flat_map(|(place, _)| seeds.clone().map(move |seed| (place, seed)))
        .collect();
    let trials = all(&cases);
    print!("{}", document::tables(&trials));
    for trial in trials.iter().filter(|trial| explain && !trial.is_right()) {
        println!("{trial}");
    }
    let slowest = trials.iter().map(|one| one.took).max().unwrap_or_default();
    println!("{} worlds; the slowest answer took {} ms", trials.len(), slowest.as_millis());
    if let Some(file) = write {
        std::fs::write(&file, document::page(&trials, &seeds))
            .with_context(|| format!("could not write {}", file.display()))?;
    }
    Ok(())
}

/// Every case, two at a time, in order.
fn all(cases: &[(usize, u64)]) -> Vec<Trial> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(cases.len()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((place, seed)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let trial = answer(&SCENARIOS[*place], *place as u64, *seed);
                    if let Ok(mut done) = done.lock() {
                        done.push(((*place, *seed), trial));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(case, _)| *case);
    done.into_iter().map(|(_, trial)| trial).collect()
}

/// Every so many seeds the world is played again with everything on record.
const INSTRUMENTED: u64 = 3;

/// Draws a world, and asks the engine about it.
fn answer(scenario: &Scenario, stream: u64, seed: u64) -> Trial {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream);
    let (plan, truth) = (scenario.draw)(&mut Draw { random: &mut random });
    let world = play(&plan, &mut random);
    let start = Instant::now();
    let report = ask(&world, scenario.name);
    let took = start.elapsed();
    let best_width = truth.onset.map(|at| best_width(&world, at));
    let carries = truth.carried.map(|carrier| carries(&world, &report, carrier));
    let mut instrumented = Vec::new();
    if seed.is_multiple_of(INSTRUMENTED) {
        let plan = Plan { is_instrumented: true, silent: Vec::new(), ..plan };
        let report = ask(&play(&plan, &mut random), scenario.name);
        instrumented = score::cleanable(&plan, &truth, &report);
    }
    Trial { scenario: scenario.name, seed, truth, report, best_width, carries, took, instrumented }
}

/// Asks the engine about a world as the product does.
fn ask(world: &World, name: &str) -> Report {
    let catalogue = incident::surfaces();
    let rows = world.runs.iter();
    let rows = rows.map(|run| Row {
        at: run.at,
        outcome: run.outcome,
        levels: &run.levels,
        labelled: run.labelled,
        ..Row::default()
    });
    let table = Table::arrange(&world.dictionary, rows, &catalogue);
    let found = || moved::split(&table, world.within).map(|split| split.windows);
    let windows = world.asked.or_else(found).unwrap_or_else(|| moved::halves(world.within));
    moved::compare(&table, &catalogue, windows, Some(name))
}

/// The part of the rise between a report's windows that its cause was drawn to carry.
fn carries(world: &World, report: &Report, carrier: Carrier) -> f64 {
    let mean = |window: model::Window, of: fn(&Run) -> f64| {
        let runs = world.runs.iter().filter(|run| window.contains(run.at));
        let (n, sum) = runs.fold((0.0, 0.0), |(n, sum), run| (n + 1.0, sum + of(run)));
        sum / f64::max(n, 1.0)
    };
    let (before, during) = (report.windows.baseline, report.windows.incident);
    let harm: fn(&Run) -> f64 = match carrier {
        Carrier::Changes => |run| run.by_changes,
        Carrier::Hidden => |run| run.by_hidden,
    };
    let risk: fn(&Run) -> f64 = |run| run.risk;
    (mean(during, harm) - mean(before, harm)) / (mean(during, risk) - mean(before, risk))
}

/// How wide a 90 % range is for somebody who knows the rate of every run on either side of each
/// moment: the mean risk before and after the true one.
fn best_width(world: &World, onset: jiff::Timestamp) -> SignedDuration {
    let known: Vec<_> = world.runs.iter().filter(|run| run.outcome != Outcome::Unknown).collect();
    let mean = |after: bool| {
        let of = known.iter().filter(|run| (run.at >= onset) == after);
        let (n, sum) = of.fold((0.0, 0.0), |(n, sum), run| (n + 1.0, sum + run.risk));
        (sum / f64::max(n, 1.0)).clamp(1e-6, 1.0 - 1e-6)
    };
    let (before, after) = (mean(false), mean(true));
    let mut fit = 0.0;
    let mut fits = Vec::with_capacity(known.len());
    for run in &known {
        fits.push((fit, run.at));
        let is_bad = run.outcome == Outcome::Bad;
        let of = |rate: f64| if is_bad { rate.ln() } else { (1.0 - rate).ln() };
        fit += of(before) - of(after);
    }
    let best = fits.iter().map(|(fit, _)| *fit).fold(f64::NEG_INFINITY, f64::max);
    let mut within = fits.iter().filter(|(fit, _)| best - fit <= 2.97).map(|(_, at)| *at);
    match (within.next(), within.next_back()) {
        (Some(first), Some(last)) => last.duration_since(first),
        _ => SignedDuration::ZERO,
    }
}
