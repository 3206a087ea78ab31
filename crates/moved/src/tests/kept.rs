//! Runs that stand for others that a sampler left out.

use model::report::Verdict;
use model::{Factor, Outcome, Report, Seen};

use super::worlds::{HOUR, at, catalogue, draw, windows};
use crate::{Row, Table, compare};

/// A run a second for four hours, the last two the incident's.
struct World {
    /// Of how many good runs a sampler keeps one, at a second; it keeps all bad ones.
    one_in: fn(i64) -> u64,
    /// Whether runs say so.
    is_told: bool,
    /// The bad rates without and with a prompt that half of the runs have in the incident.
    chance: [f64; 2],
}

fn fewer_later(second: i64) -> u64 {
    if second < 2 * HOUR { 1 } else { 10 }
}

impl World {
    fn report(&self) -> Report {
        let prompts = ["a", "b"].map(|level| Seen::at(Factor::from("prompt:p"), level));
        let weights = (1..=10).map(Seen::kept_one_in);
        let dictionary: Vec<Seen> = prompts.into_iter().chain(weights).collect();
        let mut runs = Vec::new();
        for second in 0..4 * HOUR {
            let exposed = usize::from(second >= 2 * HOUR && draw(3, second) < 0.5);
            let is_bad = draw(1, second) < self.chance[exposed];
            let one_in = if is_bad { 1 } else { (self.one_in)(second) };
            if draw(2, second) < 1.0 / one_in as f64 {
                let weight = self.is_told.then_some(one_in as u32 + 1);
                let levels: Vec<u32> = [exposed as u32].into_iter().chain(weight).collect();
                runs.push((at(second), if is_bad { Outcome::Bad } else { Outcome::Good }, levels));
            }
        }
        let row = |(at, outcome, levels)| Row { at, outcome, levels, ..Row::default() };
        let rows = runs.iter().map(|(at, outcome, levels)| row((*at, *outcome, levels)));
        let table = Table::arrange(&dictionary, rows, &catalogue());
        compare(&table, &catalogue(), windows(2 * HOUR, 4 * HOUR), None)
    }
}

#[test]
fn fewer_good_runs_kept_are_no_rise_where_runs_say_for_how_many_they_stand() {
    let report = World { one_in: fewer_later, is_told: true, chance: [0.05; 2] }.report();
    assert_eq!(report.verdict, Verdict::NoChange, "{}", report.why);
    assert!(report.outcome.delta_pp.unwrap().abs() < 1.0, "{:?}", report.outcome);
}

#[test]
fn where_they_do_not_say_so_it_looks_like_one() {
    let report = World { one_in: fewer_later, is_told: false, chance: [0.05; 2] }.report();
    assert!(report.outcome.low_pp.unwrap() > 20.0, "{:?}", report.outcome);
}

#[test]
fn a_fault_is_named_at_the_weight_of_each_run() {
    let report = World { one_in: fewer_later, is_told: true, chance: [0.04, 0.2] }.report();
    assert_eq!(report.verdict, Verdict::Moved, "{}", report.why);
    let mover = &report.movers[0];
    let [with, without] = [&mover.rate_with, &mover.rate_without].map(|rate| rate.rate.unwrap());
    assert!((with - 0.2).abs() < 0.03 && (without - 0.04).abs() < 0.01, "{with} {without}");
}

#[test]
fn one_run_for_ten_tells_less_than_ten() {
    let [all, tenth]: [fn(i64) -> u64; 2] = [|_| 1, |_| 10];
    let report = |one_in| World { one_in, is_told: true, chance: [0.05; 2] }.report();
    let (all, tenth) = (report(all), report(tenth));
    let width = |report: &Report| report.outcome.high_pp.unwrap() - report.outcome.low_pp.unwrap();
    assert!(width(&tenth) > 1.15 * width(&all), "{} {}", width(&tenth), width(&all));
    assert!(tenth.dependence.unwrap().design_effect > 1.3, "{:?}", tenth.dependence);
}
