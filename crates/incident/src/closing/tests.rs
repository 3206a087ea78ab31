//! Items close by what was measured. Each shortcut is refused, and says what would do.

use model::eval::CaseResult;
use model::postmortem::{ActionItem, Contract, ItemKind};
use model::{BehaviourRate, Measured};

use super::*;

fn inc() -> IncidentId {
    "inc_1".parse().unwrap()
}

fn item(kind: ItemKind) -> ActionItem {
    let contract = Contract {
        eval: Some("answers@3".to_owned()),
        cases: vec!["stall".to_owned()],
        pass: vec!["drain".to_owned()],
        baseline: Some(0.4),
        target: Some(0.05),
        again_after: Some(50),
        green_run: None,
    };
    ActionItem { what: "add the case".to_owned(), kind, contract, ..ActionItem::default() }
}

/// A run of `answers`: its number is its time, cases are (name, trials, failures).
fn run(at: i64, configuration: Option<&str>, cases: &[(&str, u32, u32)]) -> Measured {
    let case =
        |(case, n, k): &(&str, u32, u32)| CaseResult { case: case.to_string(), n: *n, k: *k };
    Measured {
        id: format!("evr_{at}").parse().unwrap(),
        eval: "answers".to_owned(),
        version: "3".to_owned(),
        feature: None,
        model: "m-2026-10-01".to_owned(),
        configuration: configuration.map(str::to_owned),
        cases: cases.iter().map(case).collect(),
        threshold: 0.02,
        partial: false,
        at: jiff::Timestamp::from_second(at).unwrap(),
        source: "api".to_owned(),
    }
}

fn red() -> Measured {
    run(1, Some("inc_1"), &[("stall", 5, 4)])
}

fn refused(runs: &[Measured]) -> String {
    by_eval(&item(ItemKind::EvalCoverage), &inc(), runs).unwrap_err().to_string()
}

#[test]
fn a_case_that_was_red_and_is_green_in_enough_trials_closes_its_item() {
    let runs = [red(), run(2, None, &[("stall", 73, 0), ("other", 100, 1)])];
    let proof = by_eval(&item(ItemKind::EvalCoverage), &inc(), &runs).unwrap();
    let (red, green) = ("evr_1".parse().unwrap(), "evr_2".parse().unwrap());
    assert_eq!(proof, ItemProof::Eval { red, green, rate: BehaviourRate::of(0, 73, 0) });
}

#[test]
fn a_case_that_was_never_red_closes_nothing() {
    let green = run(2, None, &[("stall", 1_000, 0)]);
    assert!(refused(std::slice::from_ref(&green)).contains("never red"));
    let passed = run(1, Some("inc_1"), &[("stall", 5, 0)]);
    assert!(refused(&[passed, green.clone()]).contains("never red"));
    let of_another = run(1, Some("inc_2"), &[("stall", 5, 4)]);
    assert!(refused(&[of_another, green.clone()]).contains("never red"));
    let another_case = run(1, Some("inc_1"), &[("other", 5, 4)]);
    assert!(refused(&[another_case, green]).contains("never red"));
}

#[test]
fn a_green_run_without_the_case_or_before_it_was_red_closes_nothing() {
    assert!(refused(&[red(), run(2, None, &[("other", 1_000, 0)])]).contains("includes stall"));
    assert!(refused(&[run(0, None, &[("stall", 1_000, 0)]), red()]).contains("includes stall"));
    let untried = run(2, None, &[("stall", 0, 0)]);
    assert!(refused(&[red(), untried]).contains("includes stall"));
    let mut older = run(2, None, &[("stall", 1_000, 0)]);
    older.version = "2".to_owned();
    assert!(refused(&[red(), older]).contains("includes stall"));
}

#[test]
fn a_suite_that_is_red_closes_nothing_though_the_case_passes() {
    let told = refused(&[red(), run(2, None, &[("stall", 100, 0), ("other", 100, 50)])]);
    assert!(told.contains("evr_2, is red"), "{told}");
}

#[test]
fn none_of_five_is_not_enough_and_says_how_many_would_do() {
    let told = refused(&[red(), run(2, None, &[("stall", 5, 0)])]);
    assert!(told.starts_with("0 of 5 trials"), "{told}");
    assert!(told.ends_with("73 trials without a failure would do"), "{told}");
    for (n, closes) in [(72, false), (73, true)] {
        let runs = [red(), run(2, None, &[("stall", n, 0)])];
        let said = by_eval(&item(ItemKind::EvalCoverage), &inc(), &runs);
        assert_eq!(said.is_ok(), closes, "{n}");
    }
}

#[test]
fn a_target_of_nothing_is_never_shown() {
    let mut item = item(ItemKind::EvalCoverage);
    item.contract.target = Some(0.0);
    let runs = [red(), run(2, None, &[("stall", 100_000, 0)])];
    let told = by_eval(&item, &inc(), &runs).unwrap_err().to_string();
    assert!(told.contains("no number of trials"), "{told}");
}

#[test]
fn an_item_without_its_contract_closes_by_nothing() {
    let runs = [red(), run(2, None, &[("stall", 73, 0), ("drain", 1, 0)])];
    let with = |how: fn(&mut Contract)| {
        let mut item = item(ItemKind::EvalCoverage);
        how(&mut item.contract);
        item
    };
    let lacking = [
        (with(|it| it.eval = None), NotYet::NoEval),
        (with(|it| it.cases.clear()), NotYet::NoCase),
        (with(|it| it.target = None), NotYet::NoTarget),
    ];
    for (item, why) in lacking {
        assert_eq!(by_eval(&item, &inc(), &runs), Err(why));
    }
    assert_eq!(by_guardrail(&with(|it| it.pass.clear()), &runs), Err(NotYet::NothingMustPass));
    let share = BehaviourRate::of(0, 500, 0);
    let never = with(|it| it.again_after = None);
    assert_eq!(by_threshold(&never, share), Err(NotYet::NeverAgain));
}

#[test]
fn a_guardrail_must_stop_and_let_pass_in_one_run() {
    let guardrail = item(ItemKind::Guardrail);
    let said = |runs: &[Measured]| by_guardrail(&guardrail, runs).map_err(|it| it.to_string());
    let both = run(1, None, &[("stall", 1, 0), ("drain", 1, 0)]);
    let proof = ItemProof::Guardrail { run: "evr_1".parse().unwrap() };
    assert_eq!(said(std::slice::from_ref(&both)), Ok(proof));
    let apart = [run(1, None, &[("stall", 1, 0)]), run(2, None, &[("drain", 1, 0)])];
    assert!(said(&apart).unwrap_err().contains("includes stall, drain"));
    let stops_all = run(2, None, &[("stall", 1, 0), ("drain", 1, 1)]);
    assert!(said(&[both, stops_all]).unwrap_err().contains("`drain` fails"));
}

#[test]
fn a_threshold_closes_beyond_the_interval_and_comes_back() {
    let mut threshold = item(ItemKind::EscalationThreshold);
    (threshold.contract.baseline, threshold.contract.target) = (Some(0.8), Some(0.3));
    assert!(by_threshold(&threshold, BehaviourRate::of(2, 10, 0)).is_err());
    assert!(by_threshold(&threshold, BehaviourRate::of(0, 0, 0)).is_err());
    let share = BehaviourRate::of(20, 100, 0);
    let proof = by_threshold(&threshold, share).unwrap();
    assert_eq!(proof, ItemProof::Threshold { share, uses: 100 });
    assert_eq!(due_again(&threshold, 100, 149), None);
    assert_eq!(due_again(&threshold, 100, 150), Some(Reopening::DueAgain { uses: 150 }));
}

#[test]
fn an_ordinary_item_closes_with_owner_date_layer_and_verification() {
    let bare = item(ItemKind::Other);
    let told = by_looking(&bare, "seen").unwrap_err().to_string();
    assert!(told.contains("an owner, a due date, a layer, a verification"), "{told}");
    let some = || Some("x".to_owned());
    let whole =
        ActionItem { owner: some(), due: some(), layer: some(), verification: some(), ..bare };
    let because = "seen".to_owned();
    assert_eq!(by_looking(&whole, "seen"), Ok(ItemProof::Looked { because }));
}

#[test]
fn a_dropped_case_or_one_that_fails_again_opens_its_item() {
    let eval = item(ItemKind::EvalCoverage);
    let item = ActionItem { contract: Contract { pass: vec![], ..eval.contract }, ..eval };
    let runs = [red(), run(2, None, &[("stall", 73, 0)])];
    let proof = by_eval(&item, &inc(), &runs).unwrap();
    let later = |cases: &[(&str, u32, u32)]| broken_by(&item, &proof, &run(3, None, cases));
    let (number, case) = ("evr_3".parse().unwrap(), "stall".to_owned());
    let dropped = Reopening::CaseDropped { run: number, case };
    assert_eq!(later(&[("other", 100, 0)]), Some(dropped));
    let again = Reopening::FailsAgain { run: "evr_3".parse().unwrap() };
    assert_eq!(later(&[("stall", 100, 40)]), Some(again));
    // Within chance of what was promised, and a run of some cases alone, take nothing back.
    assert_eq!(later(&[("stall", 100, 6)]), None);
    let partial = Measured { partial: true, ..run(3, None, &[("other", 100, 0)]) };
    assert_eq!(broken_by(&item, &proof, &partial), None);
    let as_then = run(3, Some("inc_1"), &[("stall", 10, 10)]);
    assert_eq!(broken_by(&item, &proof, &as_then), None);
}
