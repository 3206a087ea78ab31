//! Documents that are used, and what flattening makes of them.

use model::postmortem::{ActionItem, Correct};

use super::*;
use crate::document::read;
use crate::lint::rules;

const QUEUE: &str = include_str!("../../../../../scenarios/postmortems/queue-stall.md");
const QUEUE_FLAT: &str =
    include_str!("../../../../../scenarios/postmortems/queue-stall-flattened.md");
const BRAIDED: &str = include_str!("../../../../../scenarios/postmortems/braided.md");
const BRAIDED_FLAT: &str =
    include_str!("../../../../../scenarios/postmortems/braided-flattened.md");

fn grade_of(document: &Postmortem) -> MachineGrade {
    grade(document, &[], Some(true), &rules()).unwrap()
}

#[test]
fn the_two_incidents_of_the_source_are_used_and_their_shortcuts_flattened() {
    for text in [QUEUE, BRAIDED] {
        let graded = grade_of(&read(text).document);
        assert_eq!((graded.grade, graded.reasons), (Grade::Used, Vec::new()));
    }
    let flat = grade_of(&read(QUEUE_FLAT).document);
    assert_eq!(flat.grade, Grade::Flattened);
    insta::assert_snapshot!(flat.reasons.join("\n"), @r#"
    inferences[0].correct: empty
    inferences[0].missed: empty
    inferences[0].change: a prompt tweak
    causes[0]: "documentation gap" is a cause that any outage could have
    "#);
    assert_eq!(grade_of(&read(BRAIDED_FLAT).document).grade, Grade::Flattened);
}

#[test]
fn without_an_agent_nothing_is_graded_and_without_an_inference_it_is_flattened() {
    let (document, rules) = (Postmortem::default(), rules());
    assert_eq!(grade(&document, &[], Some(false), &rules), None);
    assert_eq!(grade(&document, &[], None, &rules), None);
    assert_eq!(grade_of(&document).grade, Grade::Flattened);
    let queue = read(QUEUE).document;
    assert!(grade(&queue, &[], None, &rules).is_some());
}

#[test]
fn an_error_of_the_linter_keeps_a_filled_document_from_counting_as_used() {
    let queue = read(QUEUE).document;
    let graded = grade(&queue, &["quote-not-in-trace".to_owned()], Some(true), &rules()).unwrap();
    assert_eq!(graded.grade, Grade::Partly);
}

fn queue_with(change: impl FnOnce(&mut Postmortem)) -> MachineGrade {
    let mut document = read(QUEUE).document;
    change(&mut document);
    grade_of(&document)
}

#[test]
fn a_field_that_says_the_runbook_once_more_is_not_used() {
    for text in ["follow the runbook", "the agent should have read the documentation", "n/a"] {
        let graded = queue_with(|document| {
            document.inferences[0].correct =
                Some(Correct { text: text.to_owned(), known_then: None });
        });
        assert_eq!(graded.grade, Grade::Partly, "{text}");
    }
}

#[test]
fn a_field_that_repeats_a_guardrail_beside_a_generic_cause_is_flattening() {
    let graded = queue_with(|document| {
        let what = "ask for confirmation before the recovery script is run".to_owned();
        document.items[0] =
            ActionItem { what: what.clone(), kind: ItemKind::Guardrail, ..ActionItem::default() };
        let kind = Some(InputKind::Tool);
        document.inferences[0].change = Some(InputChange { kind, artefact: None, what });
        document.causes[0].text = "Missing guardrail.".to_owned();
    });
    assert_eq!(graded.grade, Grade::Flattened);
    assert_eq!(
        graded.reasons,
        [
            "inferences[0].change: says no more than the item \
             \"ask for confirmation before the recovery script is run\"",
            "causes[0]: \"missing guardrail\" is a cause that any outage could have",
        ]
    );
}

#[test]
fn the_public_incidents_with_an_agent_are_graded_and_the_others_are_not() {
    let replit = include_str!("../../../../../scenarios/postmortems/replit-2025-07.md");
    let document = read(replit).document;
    let graded = grade(&document, &[], None, &rules()).unwrap();
    assert_ne!(graded.grade, Grade::Flattened, "{:?}", graded.reasons);
    let serving = include_str!("../../../../../scenarios/postmortems/anthropic-2025-09.md");
    assert_eq!(grade(&read(serving).document, &[], None, &rules()), None);
}
