//! Runs from flights of which no level changed.

use jiff::Timestamp;
use model::report::{ChosenBy, SurfaceState, Verdict, Windows};
use model::surface::Effect;
use model::{Catalogue, Factor, Outcome, Report, Seen, Window};

use crate::{Row, Table, compare};

/// Runs at one of four prompts in one of four regions; in the second half, those that the test
/// says fail three in ten times, all others three in a hundred.
fn answer(faulty: impl Fn(&str, &str) -> bool) -> Report {
    answer_of("region", faulty)
}

/// The same with places of another kind.
fn answer_of(place: &'static str, faulty: impl Fn(&str, &str) -> bool) -> Report {
    let regions = ["eu", "us", "ap", "me"];
    let prompts = ["v1", "v2", "v3", "v4"];
    let seen = |factor: &'static str| {
        move |level: &&str| Seen::at(Factor::from(factor), (*level).to_owned())
    };
    let dictionary: Vec<Seen> =
        regions.iter().map(seen(place)).chain(prompts.iter().map(seen("prompt:a"))).collect();
    let at = |second: u32| Timestamp::from_second(i64::from(second)).unwrap();
    let rows: Vec<(u32, Outcome, [u32; 2])> = (0..20_000u32)
        .map(|second| {
            let draw = (u64::from(second) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
            let (region, prompt) = ((draw % 4) as usize, (draw / 4 % 4) as usize);
            let fails = second >= 10_000 && faulty(regions[region], prompts[prompt]);
            let bad = (draw / 16 % 1000) < if fails { 300 } else { 30 };
            let outcome = if bad { Outcome::Bad } else { Outcome::Good };
            (second, outcome, [region as u32, 4 + prompt as u32])
        })
        .collect();
    let rows = rows.iter().map(|(second, outcome, levels)| Row {
        at: at(*second),
        outcome: *outcome,
        levels,
        ..Row::default()
    });
    let catalogue: Catalogue =
        toml::from_str(include_str!("../../../incident/data/surfaces.toml")).unwrap();
    let table = Table::arrange(&dictionary, rows, &catalogue);
    let window = |from, to| Window { start: at(from), end: at(to) };
    let (baseline, incident) = (window(0, 10_000), window(10_000, 20_000));
    let windows = Windows { baseline, incident, chosen_by: ChosenBy::Caller };
    compare(&table, &catalogue, windows, None)
}

#[test]
fn a_fault_in_one_region_says_where_and_names_no_cause() {
    let report = answer(|region, _| region == "eu");
    assert_eq!(report.verdict, Verdict::Unexplained, "{}", report.why);
    let first = &report.suspects[0];
    assert_eq!((first.levels["region"].as_str(), first.kind), ("eu", Effect::Mix));
    assert_eq!(first.levels.len(), 1);
    assert!(report.why.ends_with("; the rise is greatest in region = eu"), "{}", report.why);
}

#[test]
fn a_prompt_in_one_region_is_named_as_both() {
    let report = answer(|region, prompt| region == "us" && prompt == "v3");
    assert_eq!(report.verdict, Verdict::Moved, "{}", report.why);
    let mover = &report.movers[0];
    assert_eq!((mover.levels.len(), mover.kind), (2, Effect::Behaviour));
    assert_eq!((mover.levels["region"].as_str(), mover.levels["prompt:a"].as_str()), ("us", "v3"));
    let prompt = report.surfaces.iter().find(|one| one.surface == "prompt").unwrap();
    assert_eq!(prompt.verdict, SurfaceState::Moved, "{}", prompt.why);
}

#[test]
fn a_fault_in_all_runs_alike_stays_unexplained() {
    let report = answer(|_, _| true);
    assert_eq!((report.verdict, report.movers.len()), (Verdict::Unexplained, 0));
}

#[test]
fn runs_of_one_replica_that_get_worse_are_infrastructure() {
    let report = answer_of("replica", |replica, _| replica == "eu");
    assert_eq!(report.verdict, Verdict::Infrastructure, "{}", report.why);
    let mover = &report.movers[0];
    assert_eq!((mover.factor.as_str(), mover.to.as_str()), ("replica", "eu"));
    let surface = report.surfaces.iter().find(|one| one.surface == "infrastructure").unwrap();
    assert_eq!(surface.verdict, SurfaceState::Moved, "{}", surface.why);
}
