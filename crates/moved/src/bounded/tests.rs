//! Surfaces that changed without harm, and some of which that can't be shown.

use model::Report;
use model::report::{SurfaceState, SurfaceVerdict};

use crate::tests::worlds::{HOUR, Told, draw, report, table, windows};

/// Four runs a second for two hours; in the second, every run at the new prompt is worse by twenty
/// points. The test says what else runs are under.
fn world(levels: impl Fn(i64, i64) -> Vec<(&'static str, &'static str)>) -> Report {
    let place = std::cell::Cell::new(0);
    let told = |second: i64| {
        place.set(place.get() + 1);
        let new = second >= HOUR && draw(1, place.get()) < 0.6;
        let mut levels = levels(second, place.get());
        levels.push(("prompt:p", if new { "b" } else { "a" }));
        Told::ended(draw(2, place.get()), if new { 0.23 } else { 0.03 }, &levels)
    };
    report(&table((0..8 * HOUR).map(|quarter| quarter / 4), told), windows(HOUR, 2 * HOUR))
}

fn surface(report: &Report, name: &str) -> SurfaceVerdict {
    report.surfaces.iter().find(|surface| surface.surface == name).unwrap().clone()
}

#[test]
fn a_harmless_deploy_beside_runs_without_it_is_bounded() {
    let report = world(|second, place| {
        let new = second >= HOUR && draw(3, place) < 0.5;
        vec![("code", if new { "v2" } else { "v1" })]
    });
    let code = surface(&report, "code");
    assert_eq!(code.verdict, SurfaceState::Bounded, "{}", code.why);
    let limit = code.limit_pp.unwrap();
    assert!(limit <= 0.1 * report.outcome.delta_pp.unwrap(), "{limit}");
    assert!(code.why.starts_with("changes of code carry at most"), "{}", code.why);
}

#[test]
fn a_deploy_to_all_at_once_is_not() {
    let report = world(|second, _| vec![("code", if second >= HOUR { "v2" } else { "v1" })]);
    assert_eq!(surface(&report, "code").verdict, SurfaceState::Unknown);
}

#[test]
fn a_name_that_stays_is_not() {
    let report = world(|_, _| vec![("index:kb", "2026-11-01")]);
    assert_eq!(surface(&report, "retrieval").verdict, SurfaceState::Unknown);
}

#[test]
fn a_mix_that_stays_is() {
    let report =
        world(|_, place| vec![("segment:plan", if draw(4, place) < 0.3 { "pro" } else { "free" })]);
    let traffic = surface(&report, "traffic");
    assert_eq!(traffic.verdict, SurfaceState::Bounded, "{}", traffic.why);
}

#[test]
fn a_deploy_that_some_runs_do_not_tell_is_unknown_and_says_how_many() {
    let report = world(|second, place| {
        let new = second >= HOUR && draw(3, place) < 0.5;
        let told = draw(5, place) < 0.8;
        vec![(
            "code",
            if !told {
                "?"
            } else if new {
                "v2"
            } else {
                "v1"
            },
        )]
    });
    let code = surface(&report, "code");
    assert_eq!(code.verdict, SurfaceState::Unknown);
    assert!(code.why.starts_with("20 % of its runs lack code"), "{}", code.why);
    let eval = surface(&report, "eval");
    assert!(eval.why.starts_with("100 % of the runs lack judge"), "{}", eval.why);
}

#[test]
fn the_surface_that_carries_the_rise_is_never_bounded() {
    let report = world(|_, _| Vec::new());
    assert_eq!(surface(&report, "prompt").verdict, SurfaceState::Moved);
}
