//! Documents that pass, and what each shortcut gives.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::course::ClaimState;
use model::incident::IncidentKind;
use model::postmortem::{
    ActionItem, Contract, Degree, Inference, InputChange, InputKind, ItemKind, ItemState,
    Postmortem, Statement, Suppression, WhatMoved,
};

use super::{Beside, Found, QuoteCheck, Weight, lint, rules, sarif};
use crate::document::read;

const QUEUE: &str = include_str!("../../../../scenarios/postmortems/queue-stall.md");
const QUEUE_FLAT: &str = include_str!("../../../../scenarios/postmortems/queue-stall-flattened.md");

const BRAIDED: &str = include_str!("../../../../scenarios/postmortems/braided.md");
const BRAIDED_FLAT: &str = include_str!("../../../../scenarios/postmortems/braided-flattened.md");

fn now() -> Timestamp {
    "2026-04-01T00:00:00Z".parse().unwrap()
}

fn found(markdown: &str, quotes: Vec<QuoteCheck>) -> Vec<Found> {
    let read = read(markdown);
    let beside = Beside { lines: read.lines, quotes, ..Beside::default() };
    lint(&read.document, &beside, now()).found
}

fn rules_of(found: &[Found]) -> Vec<String> {
    found.iter().map(|found| format!("{} {}", found.rule, found.at)).collect()
}

/// What the rules say of a document with this in it, beside what an empty one lacks.
fn said_of(document: &Postmortem, beside: &Beside<'_>) -> Vec<String> {
    let lacks = rules_of(&lint(&Postmortem::default(), &Beside::default(), now()).found);
    let found = rules_of(&lint(document, beside, now()).found);
    found.into_iter().filter(|one| !lacks.contains(one)).collect()
}

#[test]
fn the_queue_stall_fully_filled_passes() {
    let found = found(QUEUE, vec![QuoteCheck::Found]);
    assert_eq!(rules_of(&found), Vec::<String>::new());
}

#[test]
fn three_braided_causes_with_a_right_inference_that_could_not_be_acted_on_pass() {
    let found = found(BRAIDED, vec![QuoteCheck::Found; 3]);
    assert_eq!(rules_of(&found), Vec::<String>::new());
    let read = read(BRAIDED).document;
    let rights: Vec<_> = read.inferences.iter().map(|inference| inference.right).collect();
    assert_eq!(rights, [Some(false), Some(true), Some(false)]);
}

#[test]
fn the_fixtures_are_written_as_the_writer_writes_them() {
    for (name, text) in [("queue", QUEUE), ("braided", BRAIDED)] {
        assert_eq!(crate::document::write(&read(text).document), text, "{name}");
    }
}

#[test]
fn the_flattened_braid_gives_the_named_errors_and_findings() {
    let found = found(BRAIDED_FLAT, vec![QuoteCheck::Wrong { why: "a paraphrase".to_owned() }]);
    insta::assert_snapshot!(rules_of(&found).join("\n"), @r"
    quote-not-in-trace inferences[0].inferred
    prompt-tweak inferences[0].change
    ai-failure-category attribution.unknown
    hindsight inferences[0].correct
    inference-untyped inferences[0].missed
    inference-without-item inferences[0]
    blame-model causes[0]
    category-open attribution.agent
    category-open attribution.tool
    category-open attribution.data
    category-open attribution.handoff
    six-fields-open fields
    layer-untested layers
    resolved-without-measurement resolution
    item-without-contract items[0]
    item-unowned items[0]
    item-unverified items[0]
    fix-the-runbook items[0]
    blame-person items[0]
    ");
}

#[test]
fn the_flattened_queue_stall_gives_the_named_errors_and_findings() {
    let found = found(QUEUE_FLAT, vec![QuoteCheck::Wrong { why: "a paraphrase".to_owned() }]);
    let errors: Vec<_> = found.iter().filter(|found| found.level == Weight::Error).collect();
    let lines: Vec<_> = errors.iter().map(|found| (found.rule.as_str(), found.line)).collect();
    let expected = [("quote-not-in-trace", 19), ("prompt-tweak", 22), ("ai-failure-category", 26)];
    assert_eq!(lines, expected.map(|(rule, line)| (rule, Some(line))));
    let findings: BTreeMap<_, usize> = found.iter().filter(|it| it.level == Weight::Finding).fold(
        BTreeMap::new(),
        |mut counts, it| {
            *counts.entry(it.rule.as_str()).or_default() += 1;
            counts
        },
    );
    let expected = [
        ("category-open", 4),
        ("fix-the-runbook", 2),
        ("flattened-causes", 1),
        ("inference-open", 2),
        ("inference-without-item", 1),
        ("item-unowned", 2),
        ("item-unverified", 2),
        ("item-without-contract", 2),
        ("layer-untested", 1),
        ("rerun-is-no-evidence", 1),
        ("resolved-without-measurement", 1),
        ("six-fields-open", 1),
    ];
    assert_eq!(findings.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn a_quote_without_a_trace_is_not_checked_and_never_passed() {
    let read = read(QUEUE);
    let linted = lint(&read.document, &Beside::default(), now());
    assert_eq!(
        linted.not_checked,
        ["inferences[0].inferred: no trace was asked whether it says so"]
    );
}

fn with_change(kind: InputKind, what: &str) -> Postmortem {
    let change =
        InputChange { kind: Some(kind), artefact: Some("thing".to_owned()), what: what.to_owned() };
    let inference = Inference { change: Some(change), ..Inference::default() };
    Postmortem { inferences: vec![inference], ..Postmortem::default() }
}

fn is_tweak(kind: InputKind, what: &str) -> bool {
    let said = said_of(&with_change(kind, what), &Beside::default());
    said.contains(&"prompt-tweak inferences[0].change".to_owned())
}

#[test]
fn the_wording_of_a_prompt_is_no_change_of_context_or_tool() {
    for what in [
        "Improve the prompt",
        "reword the system prompt so that it checks the producer",
        "add an instruction to always verify the heartbeat",
        "tell the model to be careful",
        "better prompt engineering",
        "make the prompt stricter: update our base prompt",
        "the system prompt is reworded",
    ] {
        assert!(is_tweak(InputKind::ContextAssembly, what), "{what}");
    }
}

#[test]
fn what_the_model_gets_to_see_is_a_change_of_context() {
    for what in [
        "add the producer's heartbeat to what the diagnostic tool returns",
        "keep the system prompt when the history is compacted",
        "stop dropping the instruction that names the freeze",
        "show the reviewer the prompt and the plan side by side",
        "prompt the reviewer's attention with the row count", // a verb, not a prompt
    ] {
        assert!(!is_tweak(InputKind::ContextAssembly, what), "{what}");
    }
    assert!(!is_tweak(InputKind::Revert, "change the prompt back to v6"));
}

#[test]
fn an_eval_item_closes_only_with_a_green_run_that_has_its_case() {
    let item = |run: Option<&str>| ActionItem {
        kind: ItemKind::EvalCoverage,
        state: ItemState::Closed,
        contract: Contract {
            cases: vec!["case-7".to_owned()],
            green_run: run.map(str::to_owned),
            ..Contract::default()
        },
        ..ActionItem::default()
    };
    let error = "eval-item-without-green-run items[0]".to_owned();
    let with = |run, green_runs| {
        let document = Postmortem { items: vec![item(run)], ..Postmortem::default() };
        said_of(&document, &Beside { green_runs, ..Beside::default() }).contains(&error)
    };
    assert!(with(None, None));
    assert!(!with(Some("nightly 12"), Some(vec![("nightly 12", vec!["case-7"])])));
    assert!(with(Some("nightly 12"), Some(vec![("nightly 12", vec!["case-6"])])));
    assert!(with(Some("nightly 12"), Some(vec![])));
    assert!(!with(Some("nightly 12"), None), "not checked is no error, and is told as such");
}

#[test]
fn people_and_models_are_not_blamed() {
    let beside = Beside { roster: vec!["Ada Byron".to_owned()], ..Beside::default() };
    let blame = |text: &str| {
        let causes = vec![Statement::told(text)];
        let document = Postmortem { causes, ..Postmortem::default() };
        let said = said_of(&document, &beside);
        said.into_iter().filter(|one| one.starts_with("blame")).collect::<Vec<_>>()
    };
    for text in [
        "Ada Byron merged it without review",
        "@sam merged it",
        "Sam should have read the diff",
        "human error during the roll-out",
    ] {
        assert_eq!(blame(text), ["blame-person causes[0]"], "{text}");
    }
    assert_eq!(blame("the model panicked"), ["blame-model causes[0]"]);
    for text in ["the alert should have fired", "a merge needs no review in this repository"] {
        assert_eq!(blame(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_runbook_may_be_mended_where_a_data_failure_quotes_what_was_read() {
    let mut document = Postmortem {
        items: vec![ActionItem { what: "Fix the runbook".to_owned(), ..ActionItem::default() }],
        ..Postmortem::default()
    };
    let finding = "fix-the-runbook items[0]".to_owned();
    assert!(said_of(&document, &Beside::default()).contains(&finding));
    document.attribution.data.degree = Some(Degree::Primary);
    document.attribution.data.evidence = "it read \"restart node 3\", retired in May".to_owned();
    assert!(!said_of(&document, &Beside::default()).contains(&finding));
}

#[test]
fn findings_are_suppressed_with_a_reason_for_a_time_and_errors_never() {
    let suppress = |rule: &str, until: &str| Suppression {
        rule: rule.to_owned(),
        because: "two people, one feature".to_owned(),
        until: until.parse().unwrap(),
    };
    let mut document = with_change(InputKind::Tool, "improve the prompt");
    document.suppressed = vec![
        suppress("no-item", "2027-01-01T00:00:00Z"),
        suppress("prompt-tweak", "2027-01-01T00:00:00Z"),
        suppress("item-unowned", "2026-01-01T00:00:00Z"),
    ];
    let linted = lint(&document, &Beside::default(), now());
    let has = |rule: &str| linted.found.iter().any(|found| found.rule == rule);
    assert!(!has("no-item") && has("prompt-tweak") && linted.suppressed[0].rule == "no-item");
    let ended = linted.found.iter().filter(|found| found.rule == "suppression-ended").count();
    assert_eq!(ended, 2);
}

#[test]
fn a_small_incident_needs_four_fields_and_one_item() {
    let small = read(QUEUE).document;
    let small = Postmortem {
        severity: Some(model::Severity::Sev4),
        fields: Vec::new(),
        layers: Vec::new(),
        ..small
    };
    let quotes = vec![QuoteCheck::Found];
    let linted = lint(&small, &Beside { quotes, ..Beside::default() }, now());
    assert_eq!(rules_of(&linted.found), Vec::<String>::new());
}

#[test]
fn every_rule_that_is_used_is_described_and_findings_read_as_sarif() {
    let read = read(QUEUE_FLAT);
    let beside = Beside { lines: read.lines, ..Beside::default() };
    let linted = lint(&read.document, &beside, now());
    let log = sarif([("queue.md", &linted)], &rules());
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), linted.found.len());
    assert!(
        results
            .iter()
            .all(|it| it["locations"][0]["physicalLocation"]["region"]["startLine"].is_u64())
    );
}

/// Incidents that others told in public, coded in the schema.
fn public() -> Vec<(String, String)> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/postmortems");
    let ours = ["queue-stall", "queue-stall-flattened", "braided", "braided-flattened"];
    let paths = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<(String, String)> = paths
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .filter(|(name, _)| !ours.contains(&name.as_str()))
        .collect();
    all.sort();
    all
}

#[test]
fn twelve_public_incidents_fit_the_schema_and_lose_nothing_in_it() {
    let all = public();
    assert_eq!(all.len(), 12);
    for (name, text) in &all {
        let document = read(text).document;
        assert_eq!(&crate::document::write(&document), text, "{name}");
        let linted = lint(&document, &Beside::default(), now());
        assert_eq!(linted.errors(), 0, "{name}: {:?}", linted.found);
    }
}

#[test]
fn among_them_nothing_moved_is_unknown_disputed_single_and_ordinary() {
    let documents: Vec<Postmortem> =
        public().into_iter().map(|(_, text)| read(&text).document).collect();
    let count = |is: &dyn Fn(&Postmortem) -> bool| documents.iter().filter(|it| is(it)).count();
    let moved = |what: WhatMoved| count(&|it| it.moved.as_ref() == Some(&what));
    assert_eq!((moved(WhatMoved::Nothing), moved(WhatMoved::Unknown)), (2, 2));
    let disputed = |it: &Postmortem| it.claims.iter().any(|it| it.state == ClaimState::Disputed);
    assert_eq!(count(&disputed), 3);
    assert_eq!(count(&|it| it.kind == Some(IncidentKind::Event)), 3);
    assert_eq!(count(&|it| it.attribution.outside.is_some()), 9);
}

#[test]
fn resolved_by_another_team_is_no_lesson_for_who_is_called_first() {
    let told = |text: &str| Postmortem {
        resolution: vec![Statement::told(text)],
        ..Postmortem::default()
    };
    let mut document = told("AI feature outage, resolved by AI team.");
    let finding = "resolved-by-a-team resolution[0]".to_owned();
    assert!(said_of(&document, &Beside::default()).contains(&finding));
    document.moved = Some(WhatMoved::Surfaces(vec!["retrieval".to_owned()]));
    document.failures = vec![model::postmortem::FailureKind::ContextRetrieval];
    document.items = vec![ActionItem::default()];
    assert!(!said_of(&document, &Beside::default()).contains(&finding));
    let plain = told("The replica was brought back by the search team.");
    assert!(!said_of(&plain, &Beside::default()).contains(&finding));
}
