//! Outcomes that became known in another way, with and without something that moved.

use model::report::Verdict;
use model::{Outcome, Report, Window};

use crate::split;
use crate::tests::worlds::{HOUR, Told, at, draw, report, table, windows};

/// Two runs a second for two hours, the second one the incident's.
fn world(told: impl Fn(i64, i64) -> Told) -> Report {
    let place = std::cell::Cell::new(0);
    let told = |second: i64| {
        place.set(place.get() + 1);
        told(second, place.get())
    };
    report(&table((0..4 * HOUR).map(|half| half / 2), told), windows(HOUR, 2 * HOUR))
}

/// The run, its outcome known with a chance; `draw` decides.
fn known(told: Told, draw: f64, chance: f64) -> Told {
    if draw < chance { told } else { Told { outcome: Outcome::Unknown, ..told } }
}

#[test]
fn a_rise_that_new_labels_may_have_made_is_unproven() {
    // One run in twelve is bad. From the second hour on, good ones are asked about less.
    let report = world(|second, place| {
        let bad = draw(1, place) < 0.08;
        let asked = if bad || second < HOUR { 0.9 } else { 0.45 };
        known(Told::ended(draw(1, place), 0.08, &[("prompt:p", "a")]), draw(2, place), asked)
    });
    assert!(report.outcome.low_pp.unwrap() > 3.0, "{:?}", report.outcome);
    let labelling = report.labelling.unwrap();
    assert!(labelling.moved && labelling.changed_pp < 0.0, "{labelling:?}");
    assert_eq!(report.verdict, Verdict::Measurement);
    assert!(report.why.starts_with("labelling changed; the rise is unproven"), "{}", report.why);
}

#[test]
fn a_rise_that_no_change_of_coverage_can_have_made_stands() {
    let report = world(|second, place| {
        let chance = if second < HOUR { 0.03 } else { 0.3 };
        let asked = if second < HOUR { 0.9 } else { 0.85 };
        let prompt = if second < HOUR { "a" } else { "b" };
        known(Told::ended(draw(1, place), chance, &[("prompt:p", prompt)]), draw(2, place), asked)
    });
    assert!(!report.labelling.unwrap().moved, "{:?}", report.labelling);
    assert_eq!(report.verdict, Verdict::Moved, "{}", report.why);
}

#[test]
fn a_prompt_beside_the_old_one_moved_even_if_labelling_did() {
    let report = world(|second, place| {
        let new = second >= HOUR && draw(3, place) < 0.5;
        let (chance, prompt) = if new { (0.15, "b") } else { (0.03, "a") };
        let asked = if second < HOUR { 0.9 } else { 0.4 };
        known(Told::ended(draw(1, place), chance, &[("prompt:p", prompt)]), draw(2, place), asked)
    });
    assert_eq!(report.verdict, Verdict::Moved, "{}", report.why);
    assert_eq!(report.movers[0].factor, "prompt:p");
}

#[test]
fn labels_that_come_late_are_compared_at_equal_age() {
    // Bad ones are reported within ten minutes, good ones after an hour: at the end of the incident
    // only bad ones are known, though nothing changed.
    let end = 2 * HOUR;
    let report = world(|second, place| {
        let bad = draw(1, place) < 0.06;
        let delay = if bad { 300.0 + 300.0 * draw(2, place) } else { 3600.0 };
        let came = second + delay as i64;
        let told = Told::ended(draw(1, place), 0.06, &[("prompt:p", "a")]);
        Told { labelled: (came < end).then_some(came), ..known(told, came as f64, end as f64) }
    });
    let labelling = report.labelling.unwrap();
    assert!(labelling.age_limit_secs.is_some_and(|limit| limit <= HOUR), "{labelling:?}");
    assert!(matches!(report.verdict, Verdict::NoChange | Verdict::InsufficientData), "{report:?}");
}

#[test]
fn a_rise_that_a_search_finds_in_young_outcomes_alone_is_none() {
    // Bad runs are told of within minutes, good ones in hours.
    let end = 8 * HOUR;
    let told = |second: i64| {
        let bad = draw(1, second) < 0.05;
        let mean = if bad { 300.0 } else { 5400.0 };
        let came = second - (mean * draw(2, second).ln()) as i64;
        let told = Told::ended(draw(1, second), 0.05, &[("prompt:p", "a")]);
        Told { labelled: (came < end).then_some(came), ..known(told, came as f64, end as f64) }
    };
    let table = table(0..end, told);
    let found = split(&table, Window::new(at(0), at(end)).unwrap()).unwrap();
    assert!(found.gain > 8.0, "{found:?}");
    let report = report(&table, found.windows);
    assert_eq!(report.verdict, Verdict::InsufficientData, "{}", report.why);
    assert!(report.why.starts_with("among outcomes of one age no rise shows"), "{}", report.why);
}

#[test]
fn labels_from_another_source_are_another_ruler() {
    let report = world(|second, place| {
        let strict = draw(3, place) < if second < HOUR { 0.1 } else { 0.7 };
        let (source, chance) = if strict { ("judge:b", 0.3) } else { ("judge:a", 0.05) };
        Told::ended(draw(1, place), chance, &[("label_source", source), ("prompt:p", "a")])
    });
    assert_eq!(report.verdict, Verdict::Measurement, "{}", report.why);
    assert!(report.why.contains("label_source"), "{}", report.why);
}

#[test]
fn complaints_that_follow_a_fault_are_no_other_ruler() {
    let report = world(|second, place| {
        let chance = if second < HOUR { 0.03 } else { 0.2 };
        let complained = draw(1, place) < chance;
        let source = if complained { "support" } else { "thumbs" };
        let prompt = if second < HOUR { "a" } else { "b" };
        Told::ended(draw(1, place), chance, &[("label_source", source), ("prompt:p", prompt)])
    });
    assert_eq!(report.verdict, Verdict::Moved, "{}", report.why);
}
