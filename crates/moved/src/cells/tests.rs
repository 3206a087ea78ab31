//! What is said of tables whose cause is known, because the test made it.

use jiff::Timestamp;
use model::report::{Basis, Change, ChosenBy, Verdict, Windows};
use model::{Report, Window};
use proptest::prelude::*;

use crate::{Sheet, Tally, locate};

const REGIONS: [&str; 3] = ["eu", "us", "ap"];
const MODELS: [&str; 3] = ["m1", "m2", "m3"];
const TENANTS: [&str; 4] = ["acme", "bolt", "cora", "dune"];

const SLICES: u32 = 10;
const INCIDENT: u32 = 8;

type Levels<'a> = [&'a str; 3];

fn at(slice: u32) -> Timestamp {
    Timestamp::from_second(i64::from(slice) * 60).unwrap()
}

fn windows() -> Windows {
    let window = |from, to| Window { start: at(from), end: at(to) };
    let (baseline, incident) = (window(0, INCIDENT), window(INCIDENT, SLICES));
    Windows { baseline, incident, chosen_by: ChosenBy::Caller }
}

/// Counts of 400 for each combination and slice; the test says how many in 1000 are bad.
fn answer(bad_per_mille: impl Fn(Levels, u32) -> u32) -> Report {
    let mut sheet = Sheet::new(["region", "model", "tenant"]);
    for slice in 0..SLICES {
        for region in REGIONS {
            for model in MODELS {
                for tenant in TENANTS {
                    let levels = [region, model, tenant];
                    let bad = (bad_per_mille(levels, slice) + slice % 3) * 400 / 1000;
                    let tally = Tally { good: 400 - bad, bad, unknown: 0 };
                    sheet.push(at(slice), tally, levels);
                }
            }
        }
    }
    locate(&sheet.into_table(), windows())
}

fn named(report: &Report) -> Vec<String> {
    let set = |levels: &std::collections::BTreeMap<String, String>| {
        levels.values().cloned().collect::<Vec<_>>().join("+")
    };
    report.movers.iter().map(|mover| set(&mover.levels)).collect()
}

#[test]
fn a_parent_is_named_where_all_its_children_rose() {
    let report =
        answer(|[_, model, _], slice| if slice >= INCIDENT && model == "m2" { 200 } else { 30 });
    assert_eq!((report.verdict, named(&report)), (Verdict::Moved, vec!["m2".to_owned()]));
    let mover = &report.movers[0];
    assert_eq!((mover.change, mover.basis), (Change::Rate, Basis::Concurrent));
    assert!((mover.carried.est - 1.0).abs() < 0.05, "{:?}", mover.carried);
    assert_eq!(mover.from, None);
}

#[test]
fn a_child_is_named_where_its_siblings_did_not() {
    let report = answer(|[region, model, tenant], slice| {
        let faulty = region == "us" && model == "m2" && tenant == "cora";
        if slice >= INCIDENT && faulty { 500 } else { 30 }
    });
    assert_eq!(named(&report), ["m2+us+cora"]);
    assert!(report.suspects.iter().all(|suspect| suspect.levels != report.movers[0].levels));
}

#[test]
fn two_faults_at_once_are_several() {
    let report = answer(|[region, model, _], slice| match () {
        () if slice >= INCIDENT && region == "us" && model == "m2" => 300,
        () if slice >= INCIDENT && region == "ap" && model == "m1" => 200,
        () => 30,
    });
    assert_eq!(
        (report.verdict, named(&report)),
        (Verdict::Several, vec!["m2+us".to_owned(), "m1+ap".to_owned()])
    );
}

#[test]
fn a_cell_that_was_always_bad_is_no_cause() {
    let report = answer(|[region, model, _], slice| match () {
        () if region == "eu" => 300,
        () if slice >= INCIDENT && model == "m3" => 200,
        () => 30,
    });
    assert_eq!(named(&report), ["m3"]);
}

#[test]
fn two_columns_that_say_the_same_are_inseparable() {
    let mut sheet = Sheet::new(["region", "host"]);
    for slice in 0..SLICES {
        for (region, host) in REGIONS.into_iter().zip(["h1", "h2", "h3"]) {
            let bad = if slice >= INCIDENT && region == "us" { 900 } else { 90 + slice % 3 };
            sheet.push(at(slice), Tally { good: 3000 - bad, bad, unknown: 0 }, [region, host]);
        }
    }
    let report = locate(&sheet.into_table(), windows());
    assert_eq!((report.verdict, report.movers.len()), (Verdict::Inseparable, 2));
}

#[test]
fn an_earlier_episode_hides_nothing() {
    let report = answer(|[_, model, tenant], slice| match () {
        () if slice >= INCIDENT && model == "m2" => 200,
        () if slice == 3 && tenant == "bolt" => 400,
        () => 30,
    });
    assert_eq!(named(&report), ["m2"]);
}

#[test]
fn a_rise_within_the_usual_swing_names_nothing() {
    let report = answer(|[region, _, _], slice| match () {
        () if slice >= INCIDENT && region == "us" => 60,
        () if slice % 2 == 0 => 55,
        () => 30,
    });
    assert!(report.movers.is_empty(), "{}", report.why);
}

proptest! {
    #[test]
    fn no_table_makes_it_panic_and_the_same_gets_the_same_answer(
        rows in prop::collection::vec((0u32..10, 0u32..60, 0u32..60, 0usize..4, 0usize..3), 0..80),
    ) {
        let report = || {
            let mut sheet = Sheet::new(["tenant", "region"]);
            for (slice, good, bad, tenant, region) in &rows {
                let region = ["eu", "us", ""][*region];
                let tally = Tally { good: *good, bad: *bad, unknown: 1 };
                sheet.push(at(*slice), tally, [TENANTS[*tenant], region]);
            }
            locate(&sheet.into_table(), windows())
        };
        prop_assert_eq!(report(), report());
    }
}
