//! Drift on a surface is named, and nothing is clean without evidence.

use model::record::{Approval, ToolUsed};
use model::report::{ChangedWith, FactorShares, LevelCount, Shares, SurfaceState};
use model::triage::Answer;
use model::{Effect, EvalRun, Factor, Report, Seen, SpanId, StepKind, Verdict};

use super::{Acted, Known, Seats, of_run, skews, tree, triage};
use crate::fields::SuiteSeen;
use crate::surfaces;
use crate::tests::{at, plain_report};

fn with(states: &[(&str, SurfaceState)]) -> Report {
    let mut report = plain_report();
    report.surfaces.clear();
    for (surface, verdict) in states {
        report.surfaces.push(model::report::SurfaceVerdict {
            surface: (*surface).to_owned(),
            verdict: *verdict,
            why: format!("so it is with {surface}"),
            limit_pp: None,
        });
    }
    report
}

fn answer_of(node: &str, known: Known) -> (Answer, String) {
    let triage = triage(&tree(), known);
    let row = triage.rows.into_iter().find(|row| row.node == node).unwrap();
    (row.answer, row.why)
}

fn ran(minute: i64, failed: u64) -> SuiteSeen {
    let last = EvalRun {
        suite: "refunds".to_owned(),
        feature: None,
        configuration: None,
        cases: 100,
        failed,
        threshold: 0.02,
        at: at(minute),
    };
    SuiteSeen { last, last_green: None, configured_since: None }
}

#[test]
fn the_tree_asks_about_surfaces_that_there_are() {
    let known: Vec<String> = surfaces().surfaces.into_iter().map(|one| one.name).collect();
    for node in &tree().nodes {
        assert!(known.contains(&node.surface), "{}", node.surface);
    }
}

#[test]
fn what_moved_says_what_to_do_and_everything_else_that_drifted_is_named() {
    use SurfaceState::{Bounded, Identical, Moved, Unknown};
    let states = [
        ("eval", Identical),
        ("retrieval", Unknown),
        ("tool", Moved),
        ("prompt", Bounded),
        ("model", Moved),
    ];
    let report = with(&states);
    let known = Known { report: &report, evals: &[], skews: Some(&[]) };
    let done = triage(&tree(), known);
    assert!(done.next.starts_with("tool: Disable the tool"), "{}", done.next);
    assert!(done.next.ends_with("Drifted too: model."), "{}", done.next);
    let tied = Report { verdict: Verdict::Inseparable, ..report.clone() };
    let done = triage(&tree(), Known { report: &tied, ..known });
    assert!(done.next.ends_with("It can't be told apart from: model."), "{}", done.next);
    assert_eq!(answer_of("ruler", known), (Answer::Clean, "so it is with eval".to_owned()));
    assert_eq!(answer_of("prompt", known).0, Answer::Clean);
    assert_eq!(answer_of("code", known).0, Answer::Unknown, "of which nothing is recorded");
}

#[test]
fn only_where_all_is_clean_the_agents_inference_is_read() {
    let all: Vec<(String, SurfaceState)> =
        tree().nodes.iter().map(|node| (node.surface.clone(), SurfaceState::Identical)).collect();
    let all: Vec<(&str, SurfaceState)> =
        all.iter().map(|(name, state)| (&**name, *state)).collect();
    let built: &[&str] = &["2026-11-22T00:00:00Z"];
    let fresh = ran_under(&[("index_built:kb", built, built)]);
    let report = Report { factors: fresh.factors, ..with(&all) };
    let red = [SuiteSeen { configured_since: Some(at(0)), ..ran(140, 9) }];
    let known = Known { report: &report, evals: &red, skews: Some(&[]) };
    assert!(triage(&tree(), known).next.starts_with("Nothing recorded moved: read what the agent"));
    let unknown = triage(&tree(), Known { evals: &[], ..known }).next;
    assert!(unknown.contains("these are not clean: staleness, age. If none"), "{unknown}");
}

#[test]
fn an_eval_that_saw_it_is_clean_and_one_that_could_not_drifted() {
    let report = plain_report();
    let day = 24 * 60;
    for (runs, wanted) in [
        (vec![], Answer::Unknown),
        (vec![ran(140, 9)], Answer::Clean),
        (vec![ran(140, 1)], Answer::Drifted),
        (vec![ran(-30 * day, 0)], Answer::Drifted),
        (vec![ran(-day, 0)], Answer::Unknown),
        (vec![ran(-day, 0), ran(-30 * day, 0)], Answer::Unknown),
        (vec![ran(-30 * day, 0), ran(140, 9)], Answer::Clean),
    ] {
        let (answer, why) =
            answer_of("staleness", Known { report: &report, evals: &runs, skews: None });
        assert_eq!(answer, wanted, "{runs:?}: {why}");
    }
}

#[test]
fn regions_that_are_each_steady_and_differ_are_a_skew() {
    let prompt = |level: &str| Seen::at(Factor::from("prompt:main"), level);
    let region = |level: &str| Seen::at(Factor::from("region"), level);
    let dictionary = [region("eu"), region("us"), prompt("v6"), prompt("v7"), prompt("v8")];
    let told = |us: u32, eu_too: u32| {
        let mut seats = Seats::default();
        for number in 0..30 {
            let eu = if number % 15 == 0 { eu_too } else { 2 };
            seats.take(&[0, eu], &dictionary, &surfaces());
            seats.take(&[1, us], &dictionary, &surfaces());
        }
        skews(&seats, &dictionary)
    };
    let found = told(3, 4).unwrap();
    assert_eq!(found.len(), 1);
    let own: Vec<_> =
        found[0].places.iter().map(|own| (&*own.name, &*own.level, own.runs)).collect();
    assert_eq!(own, [("eu", "v6", 28), ("us", "v7", 30)]);
    assert_eq!(told(2, 2), Some(Vec::new()), "the same everywhere");

    let mut one = Seats::default();
    (0..90).for_each(|_| one.take(&[0, 2], &dictionary, &surfaces()));
    (0..3).for_each(|_| one.take(&[1, 3], &dictionary, &surfaces()));
    assert_eq!(skews(&one, &dictionary), None, "three runs are no region");
}

/// A run in which the model asks, a tool acts, and the model asks again.
fn of_one(effect: Effect, approval: Option<&Approval>) -> model::Triage {
    let tool = ToolUsed { name: Some("send_refund".to_owned()), effect, ..ToolUsed::default() };
    let span = |number: u8| SpanId::from_bytes(&[number; 8]).unwrap();
    let model =
        |number| Acted { span: span(number), kind: StepKind::Model, tool: None, approval: None };
    let tool = Some(&tool);
    let acts = Acted { span: span(2), kind: StepKind::Tool, tool, approval };
    of_run(&[model(1), acts, model(3)])
}

#[test]
fn of_one_run_it_is_asked_what_it_did_by_whose_leave_and_what_it_believed() {
    let done = of_one(Effect::Irreversible, None);
    let rows: Vec<_> = done.rows.iter().map(|row| (row.answer, row.why.as_str())).collect();
    assert_eq!(rows[0], (Answer::Drifted, "it did: send_refund at 0202020202020202"));
    assert!(rows[1].1.starts_with("no approval is on record"), "{rows:?}");
    assert_eq!(rows[2].1, "its last model call before that is 0101010101010101");
    let granted = Approval { state: Some("granted".to_owned()), ..Approval::default() };
    let done = of_one(Effect::Irreversible, Some(&granted));
    assert!(done.rows[1].why.ends_with("granted at 0202020202020202"), "{done:?}");
    assert_eq!(of_one(Effect::Unknown, None).rows[0].answer, Answer::Unknown);
    let undone = of_one(Effect::Reversible, None);
    assert_eq!((undone.rows[0].answer, undone.rows[1].answer), (Answer::Clean, Answer::Clean));
    assert!(undone.rows[2].why.ends_with("0303030303030303"), "{undone:?}");
}

fn shares(levels: &[&str]) -> Shares {
    let count = |level: &&str| LevelCount { level: (*level).to_owned(), runs: 100 };
    let recorded = 100 * levels.len() as u64;
    Shares { recorded, missing: 0, levels: levels.iter().map(count).collect(), others: 0 }
}

fn ran_under(factors: &[(&str, &[&str], &[&str])]) -> Report {
    let mut report = plain_report();
    report.factors.clear();
    for (factor, before, during) in factors {
        let is_new = during.iter().any(|level| !before.contains(level));
        report.factors.push(FactorShares {
            factor: (*factor).to_owned(),
            surface: String::new(),
            before: shares(before),
            during: shares(during),
            since: is_new.then(|| at(130)),
        });
    }
    report
}

fn answered(node: &str, factors: &[(&str, &[&str], &[&str])]) -> (Answer, String) {
    answer_of(node, Known { report: &ran_under(factors), evals: &[], skews: None })
}

#[test]
fn an_alias_that_another_model_answers_to_drifted() {
    let asked: (&str, &[&str], &[&str]) = ("model_requested", &["gpt"], &["gpt"]);
    let moved = answered("alias", &[asked, ("model_served", &["gpt-1"], &["gpt-1", "gpt-2"])]);
    assert_eq!(moved.0, Answer::Drifted, "{}", moved.1);
    assert!(moved.1.contains("gpt-2"), "{}", moved.1);
    let same = answered("alias", &[asked, ("model_served", &["gpt-1"], &["gpt-1"])]);
    assert_eq!(same.0, Answer::Unknown, "a name that stays proves nothing");
    let other: (&str, &[&str], &[&str]) = ("model_requested", &["gpt"], &["opus"]);
    let swapped = answered("alias", &[other, ("model_served", &["gpt-1"], &["opus-4"])]);
    assert_eq!(swapped.0, Answer::Unknown, "{}", swapped.1);
}

#[test]
fn an_index_is_stale_by_when_it_was_built() {
    let built = |at: &'static str| answered("freshness", &[("index_built:kb", &[at], &[at])]);
    assert_eq!(built("2026-11-22T00:00:00Z").0, Answer::Clean);
    let old = built("2026-11-01T00:00:00Z");
    assert!(old.0 == Answer::Drifted && old.1.contains("kb"), "{}", old.1);
    assert_eq!(built("last week").0, Answer::Unknown);
    assert_eq!(answered("freshness", &[]).0, Answer::Unknown);
}

#[test]
fn vectors_of_two_models_are_told() {
    let with = |index: &'static str, query: &'static str| {
        let (index, query): ([&str; 1], [&str; 1]) = ([index], [query]);
        let factors = [
            ("embedding_index:kb", &index[..], &index[..]),
            ("embedding_query", &query[..], &query[..]),
        ];
        answered("embedding", &factors).0
    };
    assert_eq!(with("e-3", "e-3"), Answer::Clean);
    assert_eq!(with("e-3", "e-2"), Answer::Drifted);
    assert_eq!(
        answered("embedding", &[("embedding_query", &["e-3"], &["e-3"])]).0,
        Answer::Unknown
    );
}

#[test]
fn calls_that_fail_more_often_are_infrastructure() {
    let mut report = plain_report();
    let changed = |level: &str| ChangedWith {
        factor: "tool_failed:search".to_owned(),
        level: level.to_owned(),
        share_before: 0.01,
        share_during: 0.2,
    };
    let mut answer_with = |level: &str| {
        report.changed_with = vec![changed(level)];
        answer_of("infrastructure", Known { report: &report, evals: &[], skews: None })
    };
    assert_eq!(answer_with("no").0, Answer::Unknown);
    let (answer, why) = answer_with("timeout");
    assert!(answer == Answer::Drifted && why.contains("1.0 % → 20.0 %"), "{why}");
}

#[test]
fn evals_that_judge_as_they_did_a_quarter_ago_are_old_and_come_last() {
    let report = with(&[("eval", SurfaceState::Identical)]);
    let day = 24 * 60;
    let judged = |minute| SuiteSeen { configured_since: Some(at(minute)), ..ran(0, 0) };
    let asked =
        |evals: &[SuiteSeen]| answer_of("age", Known { report: &report, evals, skews: Some(&[]) });
    assert_eq!(asked(&[judged(-80 * day)]).0, Answer::Clean);
    let (answer, why) = asked(&[judged(-80 * day), judged(-100 * day)]);
    assert_eq!(answer, Answer::Drifted, "{why}");
    assert!(why.starts_with("refunds has been judged so since 2"), "{why}");
    assert_eq!(asked(&[judged(-100 * day), ran(0, 0)]).0, Answer::Unknown);
    assert_eq!(asked(&[]).0, Answer::Unknown);
    assert_eq!(tree().nodes.last().unwrap().id, "age", "it is no drift of this night");
}
