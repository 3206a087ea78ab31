//! Whether an incident still happens: the last minutes weighed against the time before it.
//!
//! A feature that is bad twice in a hundred runs on its good days is bad in some minutes of them
//! too. So a bad run alone says nothing, and neither does a good one.

use model::{BehaviourRate, Report};
use serde::{Deserialize, Serialize};

use crate::course::{Back, allowed, back, effect};
use crate::severity::Pace;

/// Whether it still happens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Still {
    /// In a word.
    pub state: Going,
    /// The last minutes.
    pub last: Pace,
    /// The time before the incident.
    pub before: BehaviourRate,
    /// Known bad runs a minute.
    pub bad_per_minute: f64,
}

/// Whether it still happens, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Going {
    /// More runs are bad than before the incident, beyond chance.
    Yes,
    /// As few are bad as before the incident, by what it takes to verify that it is over.
    No,
    /// There are too few labelled runs to tell, or none of the time before.
    CantTell,
    /// There are runs, and none has a label yet.
    Unlabelled,
    /// There is no run.
    NoRuns,
}

/// The chance at which it is called chance no more: one side of a 95 % interval.
const CHANCE: f64 = 0.025;

/// Weighs the last minutes against the time before an incident.
pub fn still(report: &Report, last: Pace) -> Still {
    let before = report.outcome.before;
    let bad_per_minute = last.per_hour(last.rate.k) / 60.0;
    Still { state: going(report, last.rate), last, before, bad_per_minute }
}

fn going(report: &Report, last: BehaviourRate) -> Going {
    match (last.n, last.unknown) {
        (0, 0) => Going::NoRuns,
        (0, 1..) => Going::Unlabelled,
        _ if is_above(report, last) => Going::Yes,
        _ if back(report, last) == Back::Yes => Going::No,
        _ => Going::CantTell,
    }
}

/// Whether so many bad runs are more than chance gives at the highest rate that the time before
/// the incident allows. In minutes there may be three runs, so the chance is counted and not
/// approached; runs that depend on each other count as the fewer ones that they are worth.
fn is_above(report: &Report, last: BehaviourRate) -> bool {
    let before = report.outcome.before;
    let effect = effect(report);
    let usual = before.widened(effect).high + allowed(report);
    let (bad, all) = ((last.k as f64 / effect).floor(), (last.n as f64 / effect).ceil());
    before.n > 0 && usual < 1.0 && at_least(bad as u64, all as u64, usual) < CHANCE
}

/// How likely at least so many of all runs are bad at a rate: a tail of the binomial distribution.
fn at_least(bad: u64, all: u64, rate: f64) -> f64 {
    let odds = (rate / (1.0 - rate)).ln();
    let none = all as f64 * (1.0 - rate).ln();
    let logs = (0..bad).scan(none, |log, fewer| {
        let term = *log;
        *log += odds + ((all - fewer) as f64 / (fewer + 1) as f64).ln();
        Some(term)
    });
    1.0 - logs.map(f64::exp).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use model::report::Dependence;

    use super::*;
    use crate::tests::plain_report;

    /// Before the incident 3.1 % (159 of 5120) were bad, during it 11.8 %.
    fn state(bad: u64, all: u64) -> Going {
        going(&plain_report(), BehaviourRate::of(bad, all, 7))
    }

    #[test]
    fn what_is_bad_as_often_as_before_is_not_still_happening() {
        assert_eq!(state(2, 49), Going::CantTell);
        assert_eq!(state(9, 300), Going::No);
        assert_eq!(state(0, 80), Going::No);
    }

    #[test]
    fn what_is_bad_more_often_than_before_is() {
        assert_eq!(state(7, 49), Going::Yes);
        assert_eq!(state(35, 300), Going::Yes);
    }

    #[test]
    fn few_runs_tell_only_what_chance_does_not() {
        for (bad, all) in [(0, 1), (1, 1), (1, 2), (1, 9), (0, 20)] {
            assert_eq!(state(bad, all), Going::CantTell, "{bad} of {all}");
        }
        for (bad, all) in [(2, 2), (2, 3), (4, 9)] {
            assert_eq!(state(bad, all), Going::Yes, "{bad} of {all}");
        }
    }

    #[test]
    fn without_a_time_before_nothing_is_told() {
        let mut report = plain_report();
        report.outcome.before = BehaviourRate::of(0, 0, 40);
        for (bad, all) in [(0, 90), (90, 90)] {
            assert_eq!(going(&report, BehaviourRate::of(bad, all, 0)), Going::CantTell);
        }
        assert_eq!(going(&report, BehaviourRate::of(0, 0, 1)), Going::Unlabelled);
        assert_eq!(going(&report, BehaviourRate::of(0, 0, 0)), Going::NoRuns);
    }

    #[test]
    fn runs_that_depend_on_each_other_tell_less() {
        let mut report = plain_report();
        assert_eq!(going(&report, BehaviourRate::of(6, 60, 0)), Going::Yes);
        report.dependence = Some(Dependence {
            clusters: Some(20),
            design_effect: 3.0,
            between_pp: None,
            windows: 0,
            matched_hours: false,
        });
        assert_eq!(going(&report, BehaviourRate::of(6, 60, 0)), Going::CantTell);
    }

    #[test]
    fn the_tail_is_the_one_of_the_tables() {
        for (bad, all, rate, tail) in
            [(0, 5, 0.3, 1.0), (1, 1, 0.04, 0.04), (2, 5, 0.1, 0.081_46), (8, 10, 0.5, 0.054_69)]
        {
            let found = at_least(bad, all, rate);
            assert!((found - tail).abs() < 1e-5, "{bad} of {all} at {rate}: {found}");
        }
        // Of many runs too, where the chance of none is too small to be written down.
        let many = at_least(10_000, 100_000, 0.1);
        assert!((many - 0.5).abs() < 0.01, "{many}");
    }
}
