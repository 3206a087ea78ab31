//! Worlds in which nothing moved and runs are alike in what nobody declared.

use model::report::{Verdict, Windows};
use model::surface::Effect;
use model::{Report, Window};

use super::*;
use crate::tests::worlds::{HOUR, Told, at, draw, report, table, windows};

const DAY: i64 = 24 * HOUR;

fn names_no_behaviour(report: &Report) -> bool {
    report.movers.iter().all(|mover| mover.kind != Effect::Behaviour)
}

/// Runs in sessions of so many, all of which end alike; the code is deployed half-way.
fn in_sessions(seed: u64, size: i64) -> Report {
    let told = |second: i64| {
        let session = second / size;
        let code = if second >= HOUR { "v2" } else { "v1" };
        let told = Told::ended(draw(seed, session), 0.1, &[("code", code)]);
        Told { cluster: Some(session as u32), ..told }
    };
    report(&table(0..2 * HOUR, told), windows(HOUR, 2 * HOUR))
}

#[test]
fn sessions_that_end_alike_count_once() {
    let report = in_sessions(3, 40);
    let dependence = report.dependence.unwrap();
    assert_eq!(dependence.clusters, Some(180));
    assert!((30.0..50.0).contains(&dependence.design_effect), "{dependence:?}");
    let alarms = (0..200).filter(|seed| in_sessions(*seed, 40).verdict == Verdict::Moved).count();
    assert!(alarms <= 3, "{alarms} of 200");
}

#[test]
fn runs_of_their_own_are_independent() {
    let dependence = in_sessions(3, 1).dependence.unwrap();
    assert!((1.0..1.1).contains(&dependence.design_effect), "{dependence:?}");
}

/// Tenants with rates of their own that come and go, and a harmless deploy.
#[test]
fn tenants_with_rates_of_their_own_name_no_mover() {
    let world = |seed: u64| {
        let told = |second: i64| {
            let slot = second / 600;
            let tenant =
                (draw(seed, second) * 4.0) as i64 + 4 * (draw(seed + 1, slot) * 10.0) as i64;
            let rate = 0.2 * draw(seed + 2, tenant).powi(2);
            let code = if second >= HOUR + 300 { "v2" } else { "v1" };
            let told = Told::ended(draw(seed + 3, second), rate, &[("code", code)]);
            Told { cluster: Some(tenant as u32), ..told }
        };
        report(&table(0..2 * HOUR, told), windows(HOUR, 2 * HOUR))
    };
    let wrong = (0..100).filter(|seed| !names_no_behaviour(&world(10 * seed))).count();
    assert!(wrong <= 1, "{wrong} of 100");
}

/// Four days whose rate rises from 2 % at night to 8 % at noon, the last noon being asked about.
#[test]
fn a_cycle_of_days_is_no_rise() {
    let told = |second: i64| {
        let hour = (second % DAY) as f64 / HOUR as f64;
        let rate = 0.05 - 0.03 * (hour / 12.0 * std::f64::consts::PI).cos();
        let code = if second >= 4 * DAY + 10 * HOUR { "v2" } else { "v1" };
        Told::ended(draw(7, second), rate, &[("code", code)])
    };
    let table = table((0..4 * DAY + 14 * HOUR).step_by(10), told);
    let window = |from, to| Window::new(at(from), at(to)).unwrap();
    let noon = Windows {
        baseline: window(0, 4 * DAY + 10 * HOUR),
        incident: window(4 * DAY + 10 * HOUR, 4 * DAY + 14 * HOUR),
        chosen_by: model::report::ChosenBy::Caller,
    };
    let between = Between::of(&table, &noon).unwrap();
    assert_eq!((between.windows, between.matched_hours), (4, true));
    let report = report(&table, noon);
    assert!(report.outcome.delta_pp.unwrap() > 2.0, "{:?}", report.outcome);
    assert!(report.outcome.low_pp.unwrap() < 0.0, "{:?}", report.outcome);
    assert!(report.movers.is_empty(), "{}", report.why);
    assert!(report.why.contains("ordinary") || report.verdict == Verdict::NoChange);
}

#[test]
fn a_rise_beyond_the_cycle_is_proven() {
    let told = |second: i64| {
        let hour = (second % DAY) as f64 / HOUR as f64;
        let cycle = 0.05 - 0.03 * (hour / 12.0 * std::f64::consts::PI).cos();
        let (code, rate) =
            if second >= 4 * DAY + 10 * HOUR { ("v2", cycle + 0.08) } else { ("v1", cycle) };
        Told::ended(draw(7, second), rate, &[("code", code)])
    };
    let table = table((0..4 * DAY + 14 * HOUR).step_by(10), told);
    let cut = 4 * DAY + 10 * HOUR;
    let report = report(&table, windows(cut, 4 * DAY + 14 * HOUR));
    assert_eq!(report.verdict, Verdict::Moved, "{}", report.why);
}
