//! A review as people and programs read it.

use model::fields::FieldState;
use model::postmortem::{ActionItem, FieldLine, ItemState, Postmortem, Statement};
use model::{BehaviourRate, Incident};

use super::{day, filed, incident};
use crate::clocks::{Beside, clocks};
use crate::lessons::{KnownItem, Lesson};
use crate::review::{Case, Known, MachineGrades, Material, Review, review, write};

/// The review of the first quarter over incidents with what was learned of each.
fn of(cases: &[(Incident, Lesson)]) -> Review {
    let beside = Beside { now: day(100), run: None };
    let clocks: Vec<_> = cases.iter().map(|(incident, _)| clocks(incident, beside)).collect();
    let known: Vec<Known<'_>> = cases
        .iter()
        .zip(&clocks)
        .map(|((incident, lesson), clocks)| Known {
            case: Case { incident, lesson: Some(lesson) },
            agent: Some(true),
            clocks,
        })
        .collect();
    review(&Material {
        quarter: "2026-Q1".parse().unwrap(),
        now: day(100),
        seed: "",
        machine: MachineGrades::Withheld,
        known: &known,
        evals: &[],
        grades: &[],
        is_person: &|_| true,
    })
}

fn item(what: &str, due: Option<&str>, owner: Option<&str>) -> KnownItem {
    let (due, owner) = (due.map(str::to_owned), owner.map(str::to_owned));
    KnownItem {
        item: ActionItem { what: what.to_owned(), due, owner, ..ActionItem::default() },
        opened: day(3),
        closed: Vec::new(),
        reopened: Vec::new(),
        left_out: false,
    }
}

fn with_items(items: Vec<KnownItem>) -> Lesson {
    let document = Postmortem {
        items: items.iter().map(|known| known.item.clone()).collect(),
        ..Postmortem::default()
    };
    Lesson { items, ..filed(document) }
}

#[test]
fn a_review_without_incidents_says_so() {
    let review = of(&[]);
    let text = write(&review);
    assert!(text.starts_with(
        "# Review 2026-Q1\n\n2026-01-01T00:00:00Z to 2026-04-01T00:00:00Z. 0 incidents: in 0 an \
         agent took part, in 0 none did, of 0 it is not known.\n"
    ));
    assert!(text.contains("nothing to count"));
}

#[test]
fn a_review_reads_back_from_json_as_it_was() {
    let review = of(&[(incident("inc_a", 3, Some(4)), with_items(vec![item("x", None, None)]))]);
    let json = serde_json::to_string(&review).unwrap();
    assert_eq!(serde_json::from_str::<Review>(&json).unwrap(), review);
}

#[test]
fn text_from_outside_is_nothing_but_text() {
    let hostile = "a | b\n# owned <script>alert(1)</script> [x](javascript:y) **z**";
    let mut case = incident("inc_a", 3, Some(4));
    case.title = hostile.to_owned();
    let text = write(&of(&[(case, with_items(vec![item(hostile, None, None)]))]));
    for markup in ["\n# owned", "\n\\# owned", " <script>", " [x](", " **z**"] {
        assert!(!text.contains(markup), "{markup} in\n{text}");
    }
    let headings = text.lines().filter(|line| line.starts_with('#')).count();
    assert_eq!(headings, 15);
}

#[test]
fn only_what_is_declared_in_the_quarter_is_read_and_open_items_of_any_time_are() {
    let lesson = |what: &str| with_items(vec![item(what, Some("2026-03-31"), Some("ops"))]);
    let review = of(&[
        (incident("inc_old", -5, Some(-4)), lesson("from last year")),
        (incident("inc_a", 3, Some(4)), lesson("from this quarter")),
        (incident("inc_next", 90, Some(91)), lesson("from the next")),
    ]);
    let lines: Vec<_> = review.incidents.iter().map(|line| line.incident.as_str()).collect();
    assert_eq!(lines, ["inc_a"]);
    assert_eq!(review.overdue.len(), 3);
    assert!(review.over);
}

#[test]
fn an_item_is_overdue_after_its_day_and_unowned_without_owner_or_date() {
    let mut done = item("done", Some("2026-01-01"), None);
    done.closed.push(crate::lessons::Closed {
        at: day(5),
        by: "ada".to_owned(),
        proof: model::lesson::ItemProof::Looked { because: "seen".to_owned() },
    });
    // Day 100 is the eleventh of April.
    let items = vec![
        item("late", Some("2026-04-10"), Some("ops")),
        item("today", Some("2026-04-11"), Some("ops")),
        item("some day", Some("soon"), Some("ops")),
        item("undated", None, Some("ops")),
        item("unowned", Some("2026-06-01"), None),
        done,
    ];
    let review = of(&[(incident("inc_a", 3, Some(4)), with_items(items))]);
    let names = |lines: &[crate::review::items::ItemLine]| -> Vec<String> {
        lines.iter().map(|line| line.what.clone()).collect()
    };
    assert_eq!(names(&review.overdue), ["late"]);
    assert_eq!(names(&review.unowned), ["undated", "unowned"]);
    assert!(review.overdue.iter().all(|line| line.state == ItemState::Open));
}

#[test]
fn documents_whose_only_action_is_a_prompt_edit_are_counted() {
    let lesson =
        |items: &[&str]| with_items(items.iter().map(|what| item(what, None, None)).collect());
    let review = of(&[
        (incident("inc_a", 1, Some(2)), lesson(&["improve the prompt", "reword the prompt"])),
        (incident("inc_b", 3, Some(4)), lesson(&["improve the prompt", "show the heartbeat"])),
        (incident("inc_c", 5, Some(6)), lesson(&[])),
    ]);
    assert_eq!(review.prompt_only, BehaviourRate::of(1, 2, 0));
}

fn line(field: &str, state: Option<FieldState>) -> FieldLine {
    FieldLine {
        field: field.to_owned(),
        variable: None,
        before: String::new(),
        during: String::new(),
        state,
        why: String::new(),
        since: None,
        by: None,
    }
}

#[test]
fn a_field_moved_if_any_of_its_variables_did_and_is_unknown_where_nobody_said() {
    let changed = Some(FieldState::Changed);
    let unchanged = Some(FieldState::Unchanged);
    let document = |fields: Vec<FieldLine>| {
        filed(Postmortem { fields, causes: vec![Statement::told("x")], ..Postmortem::default() })
    };
    let prompt = "Prompt revision";
    let review = of(&[
        (
            incident("inc_a", 1, Some(2)),
            document(vec![line(prompt, unchanged), line(prompt, changed)]),
        ),
        (incident("inc_b", 3, Some(4)), document(vec![line(prompt, unchanged)])),
        (
            incident("inc_c", 5, Some(6)),
            document(vec![line(prompt, unchanged), line(prompt, None)]),
        ),
        (incident("inc_d", 7, Some(8)), Lesson::default()),
    ]);
    assert_eq!(review.fields.len(), 6);
    let of_prompt = &review.fields[0];
    assert_eq!((of_prompt.changed, of_prompt.unchanged, of_prompt.unknown), (1, 1, 2));
    assert_eq!(review.fields[1].unknown, 4);
}

#[test]
fn a_layer_that_a_document_does_not_name_is_untested_in_it() {
    let named = super::document("retrieval", model::postmortem::FailureKind::ContextRetrieval);
    let review = of(&[
        (incident("inc_a", 1, Some(2)), filed(named)),
        (incident("inc_b", 3, Some(4)), filed(Postmortem::default())),
        (incident("inc_c", 5, Some(6)), Lesson::default()),
    ]);
    let counts: Vec<_> =
        review.layers.iter().map(|one| (one.layer.as_str(), one.origin, one.untested)).collect();
    assert_eq!(
        counts,
        [
            ("model", 0, 2),
            ("prompt and context assembly", 0, 2),
            ("retrieval and data", 1, 1),
            ("serving and integration", 0, 2),
        ]
    );
    assert_eq!(review.kinds["context_retrieval"], 1);
}
