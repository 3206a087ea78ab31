//! Incidents that came back, and such as only look like it.

use model::course::Stage;
use model::postmortem::{ActionItem, Contract, FailureKind};

use super::*;
use crate::lessons::KnownItem;
use crate::measures::Measurement;
use crate::review::tests::{day, document, filed, incident, reach, run};

const PROMPT_LAYER: &str = "prompt and context assembly";

fn found(later: Case<'_>, earlier: Case<'_>) -> Vec<Recurrence> {
    recurrences(later, [earlier])
}

/// An incident without movers, known by its document alone.
fn told(id: &str, days: [i64; 2], feature: &str) -> Incident {
    let mut incident = incident(id, days[0], Some(days[1]));
    incident.report.movers.clear();
    incident.feature = Some(feature.to_owned());
    incident
}

#[test]
fn another_prompt_of_another_feature_with_the_same_class_after_two_weeks_came_back() {
    let (first, second) = (told("inc_a", [0, 1], "replies"), told("inc_b", [15, 16], "summaries"));
    let lesson = filed(document(PROMPT_LAYER, FailureKind::SpecificationGap));
    let (first, second) = (case(&first, &lesson), case(&second, &lesson));
    let found = found(second, first);
    assert_eq!((found[0].days, found[0].within), (14, 14));
    assert_eq!(found[0].alike, ["layer prompt and context assembly", "kind specification_gap"]);
}

fn case<'a>(incident: &'a Incident, lesson: &'a Lesson) -> Case<'a> {
    Case { incident, lesson: Some(lesson) }
}

fn bare(incident: &Incident) -> Case<'_> {
    Case { incident, lesson: None }
}

#[test]
fn the_same_mover_six_weeks_later_came_back_without_any_document() {
    let (first, second) = (incident("inc_a", 0, Some(0)), incident("inc_b", 42, None));
    let found = found(bare(&second), bare(&first));
    assert_eq!((found[0].days, found[0].within), (42, 42));
    assert_eq!(
        found[0].alike,
        [
            "layer serving and integration",
            "tool_shape:search_kb moved",
            "the surface tool of support moved"
        ]
    );
}

#[test]
fn what_is_counted_is_the_time_since_the_earlier_one_was_last_over() {
    let mut first = incident("inc_a", 0, Some(1));
    let later = |declared| incident("inc_b", declared, None);
    assert_eq!(found(bare(&later(91)), bare(&first))[0].within, 90);
    assert!(found(bare(&later(92)), bare(&first)).is_empty());
    reach(&mut first, Stage::Closed, 20);
    assert_eq!(found(bare(&later(92)), bare(&first))[0].days, 72);
}

#[test]
fn an_incident_that_is_not_over_can_not_come_back() {
    let (first, second) = (incident("inc_a", 0, None), incident("inc_b", 10, None));
    assert!(found(bare(&second), bare(&first)).is_empty());
    let late = incident("inc_a", 0, Some(11));
    assert!(found(bare(&second), bare(&late)).is_empty());
}

#[test]
fn the_same_class_in_another_layer_and_the_same_layer_in_another_class_are_others() {
    let (first, second) = (told("inc_a", [0, 1], "replies"), told("inc_b", [10, 11], "replies"));
    let at = |layer: &str, kind| filed(document(layer, kind));
    let one = at(PROMPT_LAYER, FailureKind::SpecificationGap);
    for other in [
        at("retrieval and data", FailureKind::SpecificationGap),
        at(PROMPT_LAYER, FailureKind::SamplingVariance),
    ] {
        assert!(found(case(&second, &other), case(&first, &one)).is_empty());
    }
}

#[test]
fn layers_are_known_however_they_are_written() {
    for written in ["Prompt & context assembly", "prompt", " prompt and context assembly "] {
        assert_eq!(layer(written), PROMPT_LAYER);
    }
    assert_eq!(layer("Billing"), "billing");
}

fn item(eval: Option<&str>, promised: Option<(f64, f64)>) -> KnownItem {
    let contract = Contract {
        eval: eval.map(str::to_owned),
        baseline: promised.map(|(baseline, _)| baseline),
        target: promised.map(|(_, target)| target),
        ..Contract::default()
    };
    let what = "show the heartbeat".to_owned();
    KnownItem {
        item: ActionItem { what, contract, ..ActionItem::default() },
        opened: day(0),
        closed: Vec::new(),
        reopened: Vec::new(),
        left_out: false,
    }
}

/// What is said of an item when it ended on day 30 and came back on day 60.
fn verdict_of(item: KnownItem, runs: &[Measurement]) -> Remedy {
    let lesson = Lesson { items: vec![item], ..Lesson::default() };
    let runs = |eval: &str| if eval == "queue-recovery" { runs } else { &[] };
    remedies(&lesson, [day(30), day(60)], runs).remove(0)
}

fn promised() -> KnownItem {
    item(Some("queue-recovery@3"), Some((0.40, 0.12)))
}

#[test]
fn a_remedy_is_ineffective_only_if_its_eval_could_have_shown_the_fall_and_did_not() {
    let remedy = verdict_of(promised(), &[run(10, 40, 100), run(40, 38, 100)]);
    assert_eq!(remedy.verdict, RemedyVerdict::Ineffective);
    assert_eq!(
        remedy.why,
        "remedy ineffective: 40.0 % (40 of 100) before, 38.0 % (38 of 100) since: \
         -2.0 points [-15.2, +11.3]; a fall of 19.3 points would have shown"
    );
    let few = verdict_of(promised(), &[run(10, 4, 10), run(40, 4, 10)]);
    assert_eq!(few.verdict, RemedyVerdict::TooFew);
}

#[test]
fn what_came_back_though_its_eval_fell_is_not_covered_by_it() {
    let remedy = verdict_of(promised(), &[run(10, 40, 100), run(40, 5, 100)]);
    assert_eq!(remedy.verdict, RemedyVerdict::NotCovered);
}

#[test]
fn without_runs_on_both_sides_in_one_version_nothing_is_measured() {
    let not_measured = |item, runs: &[Measurement]| {
        assert_eq!(verdict_of(item, runs).verdict, RemedyVerdict::NotMeasured);
    };
    not_measured(item(None, None), &[run(10, 40, 100), run(40, 5, 100)]);
    not_measured(promised(), &[run(10, 40, 100)]);
    let mut other = run(40, 5, 100);
    other.version = "4".to_owned();
    not_measured(promised(), &[run(10, 40, 100), other]);
    // A run after it came back says nothing of why it did.
    not_measured(promised(), &[run(10, 40, 100), run(70, 5, 100)]);
}

#[test]
fn runs_of_the_incidents_own_configuration_and_of_single_cases_are_no_measure_of_the_remedy() {
    let mut red = run(41, 50, 50);
    red.configuration = Some("inc_a".to_owned());
    let runs = [run(10, 40, 100), run(40, 5, 100), red, run(42, 1, 1)];
    let change = verdict_of(promised(), &runs).change.unwrap();
    assert_eq!((change.after.k, change.after.n), (5, 100));
}
