//! Mixes that changed, beside rates that did.

use model::report::Verdict;

use crate::tests::worlds::{HOUR, Told, draw, report, table, windows};

/// Two runs a second for two hours; the share of big tenants' runs goes from a tenth to half, and
/// the test says how bad they and the others are.
fn world(bad: impl Fn(bool, bool) -> f64) -> model::Report {
    let runs = (0..4 * HOUR).map(|place| place / 2);
    let place = std::cell::Cell::new(0);
    let told = |second: i64| {
        place.set(place.get() + 1);
        let late = second >= HOUR;
        let big = draw(1, place.get()) < if late { 0.5 } else { 0.1 };
        let levels = [("segment:plan", if big { "big" } else { "small" }), ("prompt:p", "a")];
        Told::ended(draw(2, place.get()), bad(big, late), &levels)
    };
    report(&table(runs, told), windows(HOUR, 2 * HOUR))
}

#[test]
fn a_rise_by_the_mix_alone_is_the_mix() {
    let report = world(|big, _| if big { 0.3 } else { 0.02 });
    assert_eq!(report.verdict, Verdict::TrafficMix, "{}", report.why);
    let mix = &report.mix.as_ref().unwrap().factors[0];
    assert_eq!(mix.factor, "segment:plan");
    let sum = mix.mix_pp + mix.rate_pp + mix.interaction_pp;
    assert!((sum - report.outcome.delta_pp.unwrap()).abs() < 1e-9, "{mix:?}");
    assert!(mix.within_pp.low < 0.0 && mix.within_pp.high < 1.2, "{mix:?}");
    assert!(mix.psi > 0.25 && mix.psi_by_chance < 0.01, "{mix:?}");
}

#[test]
fn a_rise_within_the_mix_is_not_the_mix() {
    let report = world(|_, late| if late { 0.1 } else { 0.02 });
    assert_eq!(report.verdict, Verdict::Unexplained, "{}", report.why);
    assert!(report.mix.as_ref().unwrap().factors[0].within_pp.low > 5.0, "{:?}", report.mix);
}

#[test]
fn a_mix_that_changed_beside_a_fault_is_not_all() {
    let report = world(|big, late| match (big, late) {
        (true, _) => 0.1,
        (false, true) => 0.12,
        (false, false) => 0.02,
    });
    assert_ne!(report.verdict, Verdict::TrafficMix, "{}", report.why);
}

#[test]
fn groups_that_are_nearly_all_new_prove_nothing() {
    let seconds = || 0..2 * HOUR;
    let told = |second: i64| {
        let session = (second / 60).to_string();
        let chance = if second >= HOUR { 0.12 } else { 0.03 };
        Told::ended(draw(3, second), chance, &[("segment:session", &session)])
    };
    let report = report(&table(seconds(), told), windows(HOUR, 2 * HOUR));
    assert!(report.mix.as_ref().is_none_or(|mix| mix.factors.is_empty()), "{:?}", report.mix);
    assert_ne!(report.verdict, Verdict::TrafficMix);
}

#[test]
fn a_new_tenant_whose_first_good_runs_lie_before_the_line_is_the_mix() {
    let told = |second: i64| {
        let new = second >= HOUR - 60 && draw(4, second) < 0.3;
        // Those before the line ended well, which is why the line was drawn behind them.
        let chance = match (new, second >= HOUR) {
            (true, true) => 0.3,
            (true, false) => 0.0,
            (false, _) => 0.03,
        };
        let plan = if new { "megacorp" } else { "free" };
        Told::ended(draw(5, second), chance, &[("segment:plan", plan), ("prompt:p", "a")])
    };
    let report = report(&table(0..2 * HOUR, told), windows(HOUR, 2 * HOUR));
    assert_eq!(report.verdict, Verdict::TrafficMix, "{}", report.why);
}
