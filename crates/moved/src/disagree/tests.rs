//! A judge that turned while its configuration stayed, beside users who say what they said before.

use model::report::{SurfaceState, Verdict};
use model::{Outcome, Report};

use crate::tests::worlds::{HOUR, Told, draw, report, table, windows};

const JUDGE: &str = "9c220000000000000000000000000000";

/// What is said of a run, and by whom.
struct Run {
    by_judge: bool,
    /// Says that it is bad.
    said_bad: bool,
    plan: &'static str,
}

/// A run a second for two hours, the second one the incident's.
fn world(run: impl Fn(i64) -> Run) -> Report {
    let told = |second: i64| {
        let run = run(second);
        let source = if run.by_judge { "judge" } else { "users" };
        let levels = [
            ("judge:quality", JUDGE),
            ("label_source", source),
            ("segment:plan", run.plan),
            ("prompt:p", "a"),
        ];
        let told = Told::ended(0.5, 0.5, &levels);
        let outcome = if run.said_bad { Outcome::Bad } else { Outcome::Good };
        Told { outcome, ..told }
    };
    report(&table(0..2 * HOUR, told), windows(HOUR, 2 * HOUR))
}

fn bad(second: i64, rates: [f64; 2]) -> bool {
    draw(1, second) < rates[usize::from(second >= HOUR)]
}

fn eval(report: &Report) -> SurfaceState {
    report.surfaces.iter().find(|one| one.surface == "eval").unwrap().verdict
}

#[test]
fn a_judge_gone_strict_is_told_by_users_who_say_what_they_said() {
    let report = world(|second| {
        let (bad, by_judge) = (bad(second, [0.04; 2]), draw(2, second) < 0.5);
        let fails = by_judge && second >= HOUR && draw(3, second) < 0.15;
        Run { by_judge, said_bad: bad || fails, plan: "free" }
    });
    assert!(report.outcome.low_pp.unwrap() > 3.0, "{:?}", report.outcome);
    assert_eq!(report.verdict, Verdict::Measurement, "{}", report.why);
    let begins = "the sources disagree: by label_source = judge the rate changed by 1";
    assert!(report.why.starts_with(begins), "{}", report.why);
    assert_eq!(eval(&report), SurfaceState::Moved);
}

#[test]
fn a_judge_gone_lenient_hides_nothing_from_users() {
    let report = world(|second| {
        let (bad, by_judge) = (bad(second, [0.05, 0.13]), draw(2, second) < 0.7);
        let passes = by_judge && second >= HOUR;
        Run { by_judge, said_bad: bad && !passes, plan: "free" }
    });
    assert!(report.outcome.delta_pp.unwrap() < 1.0, "{:?}", report.outcome);
    assert_eq!(report.verdict, Verdict::Measurement, "{}", report.why);
    assert!(report.why.contains("by label_source = users the rate changed by"), "{}", report.why);
    assert_eq!(eval(&report), SurfaceState::Moved);
}

#[test]
fn users_who_tell_of_one_bad_run_in_four_do_not_disagree() {
    let report = world(|second| {
        let (bad, by_judge) = (bad(second, [0.04, 0.2]), draw(2, second) < 0.5);
        let said_bad = bad && (by_judge || draw(3, second) < 0.25);
        Run { by_judge, said_bad, plan: "free" }
    });
    assert_eq!(report.verdict, Verdict::Unexplained, "{}", report.why);
}

#[test]
fn complaints_whose_rate_stays_high_do_not_disagree() {
    // Who complains does so of a bad run, nine times in ten.
    let report = world(|second| {
        let bad = bad(second, [0.06, 0.24]);
        let complains = draw(2, second) < if bad { 0.4 } else { 0.003 };
        Run { by_judge: !complains, said_bad: bad, plan: "free" }
    });
    assert_eq!(report.verdict, Verdict::Unexplained, "{}", report.why);
}

#[test]
fn a_fault_where_only_one_source_looks_is_no_disagreement() {
    // Users speak for the paid plan, the judge for the free one; only the latter got worse.
    let report = world(|second| {
        let by_judge = draw(2, second) < 0.5;
        let bad = bad(second, if by_judge { [0.04, 0.2] } else { [0.04; 2] });
        Run { by_judge, said_bad: bad, plan: if by_judge { "free" } else { "paid" } }
    });
    assert_ne!(report.verdict, Verdict::Measurement, "{}", report.why);
}
