//! One place among several: when it is named, and when what ran there is.

use model::Verdict;

use crate::tests::worlds::{Told, at, draw, report, table, windows};
use crate::{compare, split, tests::worlds::catalogue};

const PODS: [&str; 12] = ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11"];

/// Where a run of this second ran, evenly among so many places.
fn pod(second: i64, of: usize) -> &'static str {
    PODS[(draw(91, second) * of as f64) as usize]
}

/// A run that calls a tool in one of twelve places. One call in fifty fails, which does no harm; in
/// the second half six in ten fail where the test says, and of those seven in ten runs are bad.
fn calls(second: i64, fails_at: impl Fn(&str) -> bool) -> Told {
    let place = pod(second, 12);
    let broken = second >= 20_000 && fails_at(place);
    let failed = draw(92, second) < if broken { 0.6 } else { 0.02 };
    let shape = if failed { "error:e1" } else { "s1" };
    let chance = if failed && broken { 0.7 } else { 0.03 };
    Told::ended(draw(93, second), chance, &[("replica", place), ("tool_shape:kb", shape)])
}

#[test]
fn errors_of_a_tool_in_one_place_name_the_place() {
    let world = table((0..40_000).step_by(4), |second| calls(second, |place| place == "p3"));
    let report = report(&world, windows(20_000, 40_000));
    assert_eq!(report.verdict, Verdict::Infrastructure, "{}", report.why);
    assert_eq!(report.movers[0].to, "p3");
    let tool = report.surfaces.iter().find(|one| one.surface == "tool").unwrap();
    assert_eq!(tool.why, "what changed on it did no harm but in one place");
}

#[test]
fn errors_of_a_tool_in_all_places_name_the_tool() {
    let world = table((0..40_000).step_by(4), |second| calls(second, |_| true));
    let report = report(&world, windows(20_000, 40_000));
    assert_eq!((report.verdict, report.movers.len()), (Verdict::Moved, 1), "{}", report.why);
    assert_eq!(report.movers[0].to, "error:e1");
}

#[test]
fn a_prompt_that_only_one_place_got_is_named_and_not_its_place() {
    let world = table((0..40_000).step_by(4), |second| {
        let place = pod(second, 12);
        let new = second >= 20_000 && place == "p3";
        let (prompt, chance) = if new { ("v2", 0.6) } else { ("v1", 0.03) };
        Told::ended(draw(94, second), chance, &[("replica", place), ("prompt:main", prompt)])
    });
    let report = report(&world, windows(20_000, 40_000));
    assert_eq!(report.verdict, Verdict::Moved, "{}", report.why);
    assert_eq!((report.movers[0].factor.as_str(), report.movers.len()), ("prompt:main", 1));
}

/// A harmless model reached half of the fleet, among it the place that fails: runs with it are
/// worse than those beside it, and only there.
#[test]
fn a_model_whose_runs_are_worse_in_one_place_only_is_not_named() {
    let world = table((0..40_000).step_by(4), |second| {
        let place = pod(second, 4);
        let reached = second >= 18_000 && matches!(place, "p2" | "p3");
        let model = if reached { "m2" } else { "m1" };
        let chance = if second >= 20_000 && place == "p3" { 0.3 } else { 0.03 };
        Told::ended(draw(95, second), chance, &[("replica", place), ("model_served", model)])
    });
    let report = report(&world, windows(20_000, 40_000));
    assert_eq!(report.verdict, Verdict::Infrastructure, "{}", report.why);
    assert_eq!(report.movers[0].to, "p3");
}

/// A twelfth of the runs gets worse by thirteen points: of all runs that is one point.
#[test]
fn a_rise_in_one_place_is_found_where_the_rate_of_all_runs_shows_none() {
    let world = table((0..40_000).step_by(4), |second| {
        let place = pod(second, 12);
        let chance = if second >= 22_000 && place == "p5" { 0.16 } else { 0.03 };
        Told::ended(draw(96, second), chance, &[("replica", place), ("prompt:main", "v1")])
    });
    let within = model::Window::new(at(0), at(40_000)).unwrap();
    let found = split(&world, within).unwrap();
    let begins = found.windows.incident.start.duration_since(at(22_000)).as_secs().abs();
    assert!(begins < 2_000, "{begins}");
    let report = compare(&world, &catalogue(), found.windows, None);
    assert_eq!(report.verdict, Verdict::Infrastructure, "{}", report.why);
    assert_eq!(report.movers[0].to, "p5");
}
