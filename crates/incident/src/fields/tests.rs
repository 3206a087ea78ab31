//! Fields are filled from what is on record, and what can't be told is unknown with its reason.

use model::fields::{FieldState, SixField};
use model::report::{FactorShares, LevelCount, Shares};
use model::{EvalRun, Report};

use super::{Form, SuiteSeen, fill, form};
use crate::surfaces;
use crate::tests::{at, plain_report};

const OLD: &str = "4f1a0000000000000000000000000000";
const NEW: &str = "9c220000000000000000000000000000";

fn shares(levels: &[(&str, u64)], missing: u64) -> Shares {
    let count = |(level, runs): &(&str, u64)| LevelCount { level: (*level).into(), runs: *runs };
    let recorded = levels.iter().map(|(_, runs)| runs).sum();
    Shares { recorded, missing, levels: levels.iter().map(count).collect(), others: 0 }
}

fn factor(name: &str, before: Shares, during: Shares) -> FactorShares {
    let is_new = |count: &LevelCount| before.levels.iter().all(|old| old.level != count.level);
    let since = during.levels.iter().any(is_new).then(|| at(131));
    FactorShares { factor: name.into(), surface: String::new(), before, during, since }
}

/// A report in which nothing is named and these are what the runs ran under.
fn unnamed(factors: Vec<FactorShares>) -> Report {
    let (onset, movers) = (None, Vec::new());
    Report { onset, movers, factors, ..plain_report() }
}

fn filled(report: &Report, suites: &[SuiteSeen]) -> Vec<SixField> {
    fill(&form(), report, suites, &surfaces())
}

fn state(fields: &[SixField], name: &str) -> FieldState {
    fields.iter().find(|field| field.field == name).unwrap().state
}

#[test]
fn the_form_has_six_fields_whose_variables_are_declared() {
    let Form { fields, .. } = form();
    assert_eq!(fields.len(), 6);
    let declared: Vec<String> =
        surfaces().surfaces.into_iter().flat_map(|one| one.families).map(|one| one.name).collect();
    for part in fields.iter().flat_map(|field| &field.parts) {
        assert!(declared.contains(&part.family), "{}", part.family);
    }
    assert!(fields.iter().all(|field| field.parts.iter().any(|part| part.needed)));
}

#[test]
fn where_only_the_judge_changed_its_field_alone_says_so() {
    let same = |name: &str| factor(name, shares(&[(OLD, 90)], 0), shares(&[(OLD, 90)], 0));
    let judge = factor("judge:tone", shares(&[(OLD, 90)], 0), shares(&[(NEW, 90)], 0));
    let steady = ["prompt:main", "prompt_text:main", "tool_schema:search", "index:kb"].map(same);
    let fields = filled(&unnamed(steady.into_iter().chain([judge]).collect()), &[]);
    let changed: Vec<&str> = fields
        .iter()
        .filter(|field| field.state == FieldState::Changed)
        .map(|field| field.field.as_str())
        .collect();
    assert_eq!(changed, ["judge"]);
    let judge = &fields[2].rows[0];
    assert_eq!((judge.since, judge.by.as_ref()), (Some(at(131)), None));
    // Content hashes that stood still prove it; a build's name does not.
    assert_eq!(state(&fields, "prompt"), FieldState::Unchanged);
    assert_eq!(state(&fields, "tools"), FieldState::Unchanged);
    assert_eq!(state(&fields, "index"), FieldState::Unknown);
}

#[test]
fn what_is_not_on_record_is_unknown_and_says_what_to_record() {
    let index = factor("index:kb", shares(&[("b1", 50)], 40), shares(&[("b1", 90)], 0));
    let fields = filled(&unnamed(vec![index]), &[]);
    assert!(fields.iter().all(|field| field.state == FieldState::Unknown));
    assert!(fields.iter().all(|field| !field.why.is_empty()));
    let lacks = |name: &str| {
        let field = fields.iter().find(|field| field.field == name).unwrap();
        field.gaps.iter().map(|gap| gap.attribute.clone()).collect::<Vec<_>>()
    };
    assert_eq!(lacks("index"), ["mayday.index.build"]);
    assert_eq!(lacks("judge"), ["mayday.judge.config"]);
    assert_eq!(lacks("traffic"), ["mayday.segment.NAME"]);
}

#[test]
fn a_text_with_a_date_in_it_is_no_changed_prompt() {
    let prompt = factor("prompt:main", shares(&[(OLD, 90)], 0), shares(&[(OLD, 90)], 0));
    let text = factor("prompt_text:main", shares(&[(OLD, 90)], 0), shares(&[(NEW, 90)], 0));
    let fields = filled(&unnamed(vec![prompt, text]), &[]);
    assert_eq!(state(&fields, "prompt"), FieldState::Unknown);
}

#[test]
fn the_suite_that_judges_otherwise_than_when_it_was_green_is_told() {
    let run = |minute: i64, configuration: &str, failed| EvalRun {
        suite: "nightly".into(),
        feature: None,
        configuration: Some(configuration.into()),
        cases: 100,
        failed,
        threshold: 0.02,
        at: at(minute),
    };
    let seen = |last: EvalRun| {
        [SuiteSeen { last, last_green: Some(run(0, OLD, 1)), configured_since: None }]
    };
    let changed = filled(&unnamed(vec![]), &seen(run(140, NEW, 9)));
    assert_eq!(state(&changed, "judge"), FieldState::Changed);
    assert_eq!(changed[2].rows[0].since, Some(at(140)));
    let silent = filled(&unnamed(vec![]), &seen(run(0, OLD, 1)));
    assert_eq!(state(&silent, "judge"), FieldState::Unknown);
    assert!(silent[2].rows[0].why.contains("did not run since"), "{}", silent[2].rows[0].why);
}
