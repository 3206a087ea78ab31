//! Movers beside each other, and changes that only look like one.

use model::Verdict;

use crate::tests::worlds::{HOUR, Told, draw, report, table, windows};

/// Four hours, the last of which two changes make worse: each on half of the runs, by this much.
fn two_at_once(harm: [f64; 2]) -> model::Report {
    let told = |second: i64| {
        let late = second >= 3 * HOUR;
        let has = [late && draw(1, second) < 0.5, late && draw(2, second) < 0.5];
        let [prompt, model] = has.map(|has| if has { "new" } else { "old" });
        let chance = 0.03 + harm.iter().zip(has).map(|(h, has)| h * f64::from(has)).sum::<f64>();
        let levels = [("prompt:p", prompt), ("model_served", model)];
        Told::ended(draw(3, second), chance, &levels)
    };
    report(&table((0..4 * HOUR).step_by(2), told), windows(3 * HOUR, 4 * HOUR))
}

#[test]
fn two_changes_at_one_moment_that_share_runs_are_several() {
    let report = two_at_once([0.2, 0.2]);
    assert_eq!(report.verdict, Verdict::Several, "{}", report.why);
    let mut names: Vec<&str> = report.movers.iter().map(|mover| mover.factor.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["model_served", "prompt:p"]);
}

#[test]
fn a_harmless_change_beside_the_harmful_one_is_no_second_mover() {
    let report = two_at_once([0.3, 0.0]);
    assert_eq!(report.verdict, Verdict::Moved, "{}", report.why);
    assert_eq!(report.movers[0].factor, "prompt:p");
}

#[test]
fn a_harmless_change_that_only_the_worst_tenants_get_is_no_mover() {
    let told = |second: i64| {
        let tenant = (draw(4, second) * 5.0) as u32;
        let late = second >= 3 * HOUR;
        let code = if late && tenant == 0 { "2" } else { "1" };
        let worse = if tenant == 0 { 0.25 } else { 0.0 };
        let chance = 0.03 + worse + if second >= 3 * HOUR + 120 { 0.06 } else { 0.0 };
        let told = Told::ended(draw(5, second), chance, &[("code", code)]);
        Told { cluster: Some(tenant), ..told }
    };
    let report = report(&table(0..4 * HOUR, told), windows(3 * HOUR, 4 * HOUR));
    assert!(report.movers.is_empty(), "{}", report.why);
}

/// A change a few minutes from a rise, in a day with as many others, the prompt being recorded or
/// not.
fn near(minutes: i64, prompt: &'static str) -> model::Report {
    let told = |second: i64| {
        let code = if second >= 3 * HOUR + minutes * 60 { "2" } else { "1" };
        let chance = if second >= 3 * HOUR { 0.1 } else { 0.03 };
        Told::ended(draw(6, second), chance, &[("code", code), ("prompt:p", prompt)])
    };
    report(&table((0..4 * HOUR).step_by(3), told), windows(3 * HOUR, 4 * HOUR))
}

#[test]
fn a_change_at_the_moment_of_the_rise_is_named_and_one_beside_it_is_not() {
    assert_eq!(near(0, "a").verdict, Verdict::Moved);
    assert!(near(20, "a").movers.is_empty());
    assert!(near(-20, "a").movers.is_empty());
}
