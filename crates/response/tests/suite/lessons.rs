//! What is learned of an incident: its document, its items, and what closes them.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use model::eval::{Ablation, Arm, CaseResult};
use model::lesson::{ItemProof, Reopening};
use model::postmortem::{ActionItem, ItemState};
use model::{
    Fact, Fault, Faulty, Incident, ItemId, Measured, Principal, PrincipalKind, RunId, TenantName,
};
use response::postmortem::markdown;
use response::{
    Act, Closing, Declaration, DocumentView, Encoding, LessonError, Mayday, MeasuredTold, Signal,
    Who,
};
use serde_json::{Value, json};

use crate::samples::{START, open, settle, text, trace};

/// What the agent of every run here believed, in its words.
pub(crate) const BELIEF: &str =
    "the queue stall is a \"deadlock\", so ann@example.com gets a refund";

pub(crate) fn minutes(minutes: i64) -> Timestamp {
    START + SignedDuration::from_mins(minutes)
}

pub(crate) fn act(at: i64, random: u64) -> Act<'static> {
    Act { by: "ana", who: &Who::Local, at: minutes(at), random }
}

pub(crate) fn bot() -> Who {
    Who::Principal(Principal {
        id: "prn_bot".parse().unwrap(),
        name: "bot".parse().unwrap(),
        kind: PrincipalKind::Agent,
        tenant: TenantName::standard(),
        role: None,
    })
}

/// A run about zoe: the agent says what it believes, is asked or not, and acts.
fn run(number: u64, outcome: &str, at: i64, is_asked: Option<&str>) -> Value {
    let span = |id: u64, parent: &str, attributes: Vec<Value>| {
        let start = minutes(at).as_nanosecond() + i128::from(id) * 1_000_000;
        json!({
            "traceId": trace(number).to_string(), "spanId": format!("{id:016x}"),
            "parentSpanId": parent, "name": "run", "startTimeUnixNano": start.to_string(),
            "endTimeUnixNano": (start + 500_000).to_string(), "attributes": attributes,
        })
    };
    let said = |role: &str, said: &str| {
        text(
            &format!("gen_ai.{}.messages", if role == "user" { "input" } else { "output" }),
            &json!([{"role": role, "parts": [{"type": "text", "content": said}]}]).to_string(),
        )
    };
    let agent = vec![
        text("gen_ai.operation.name", "invoke_agent"),
        text("mayday.feature", "ops"),
        text("mayday.outcome", outcome),
        text("user.id", "zoe"),
    ];
    let call = vec![
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.request.model", "m-1"),
        said("user", "the queue of ann@example.com is stalled"),
        said("assistant", BELIEF),
    ];
    let tool = vec![
        text("gen_ai.operation.name", "execute_tool"),
        text("gen_ai.tool.name", "recover"),
        text("mayday.effect", "irreversible"),
    ];
    let root = "0000000000000001";
    let mut spans = vec![span(1, "", agent), span(2, root, call), span(4, root, tool)];
    if let Some(state) = is_asked {
        let asked =
            vec![text("gen_ai.operation.name", "approve"), text("mayday.approval.state", state)];
        spans.push(span(3, root, asked));
    }
    json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})
}

async fn play(mayday: &Mayday, number: u64, at: i64, is_asked: Option<&str>) {
    let body = run(number, "bad", at, is_asked).to_string();
    let taken = mayday.record(Signal::Traces, body.as_bytes(), Encoding::Json, minutes(at)).await;
    assert!(taken.unwrap().rejections.is_empty());
    settle(mayday, minutes(at + 2)).await;
}

/// One run that did harm, declared.
pub(crate) async fn harm(directory: &Path) -> (Mayday, Incident) {
    let mayday = open(directory, START);
    play(&mayday, 1, 0, None).await;
    let root = Some("0000000000000001".parse().unwrap());
    let run = Some(RunId { trace: trace(1), root });
    let declaration = Declaration { run, ..Declaration::default() };
    let incident = mayday.declare(&declaration, act(5, 7)).unwrap();
    (mayday, incident)
}

/// A document that quotes some words as what the agent inferred, with some items.
pub(crate) fn document(incident: &Incident, quoted: &str, items: &str) -> String {
    let run = incident.run.unwrap();
    format!(
        "# Postmortem: a stall\n\n- **Severity:** SEV2\n\n## What agents inferred\n\n\
         ### Inference 1\n\n- **Inferred:** quoted\n  ```text\n  {quoted}\n  ```\n\
         - **Run:** {run}\n- **Step:** 0000000000000002\n\
         - **Correct inference:** nothing was published\n\n## Action items\n\n{items}"
    )
}

pub(crate) const EVAL_ITEM: &str = "### Item 1\n\n- **What:** play the stall\n\
    - **Kind:** eval_coverage\n- **Eval:** stalls@3\n- **Cases:** CASE\n\
    - **Baseline:** 40 %\n- **Target:** 5 %\n- **Closes inferences:** 1\n";

const THRESHOLD: &str = "### Item 1\n\n- **What:** ask before recovery\n\
    - **Kind:** escalation_threshold\n- **Eval:** recover\n- **Baseline:** 80 %\n\
    - **Target:** 30 %\n- **Looked at again after:** 5 uses\n";

pub(crate) fn file(
    mayday: &Mayday,
    of: &Incident,
    text: &str,
    at: i64,
) -> Result<DocumentView, LessonError> {
    mayday.file_document(&of.id, text, None, act(at, 100 + at as u64))
}

fn only_item(view: &DocumentView) -> (ItemId, ActionItem) {
    let item = view.items.first().unwrap().item.clone();
    (item.id.clone().unwrap(), item)
}

/// Tells what the eval `stalls` measured: trials and failures of each case.
pub(crate) fn measure(
    mayday: &Mayday,
    at: i64,
    configuration: Option<&str>,
    of: &[(&str, u32, u32)],
) -> Measured {
    let case =
        |(case, n, k): &(&str, u32, u32)| CaseResult { case: case.to_string(), n: *n, k: *k };
    let told = MeasuredTold {
        eval: "stalls".to_owned(),
        version: "3".to_owned(),
        feature: None,
        model: "m-2".to_owned(),
        configuration: configuration.map(str::to_owned),
        cases: of.iter().map(case).collect(),
        threshold: 0.02,
        partial: false,
        at: None,
        source: "api".to_owned(),
    };
    mayday.take_measured(told, act(at, 1_000 + at as u64)).unwrap()
}

/// Whether some words stand anywhere in the ledger.
fn ledger_holds(mayday: &Mayday, words: &str) -> bool {
    let entries = mayday.facts(1, 10_000).unwrap();
    let bodies = entries.iter().map(|entry| serde_json::to_string(&entry.fact).unwrap());
    bodies.into_iter().any(|body| body.contains(words))
}

#[tokio::test]
async fn a_quote_stands_by_address_and_goes_with_the_person_it_is_about() {
    let dir = tempfile::tempdir().unwrap();
    let (mayday, incident) = harm(dir.path()).await;
    let draft = mayday.document(&incident.id, &Who::Local, minutes(9)).unwrap();
    assert!(markdown(&draft.document).contains(BELIEF), "a draft begins with what it wrote");
    assert_eq!(draft.linted.errors(), 0, "{:?}", draft.linted.found);
    let filed = file(&mayday, &incident, &document(&incident, BELIEF, EVAL_ITEM), 10).unwrap();
    assert!(markdown(&filed.document).contains(BELIEF));
    assert_eq!(filed.filed.as_ref().unwrap().version, 1);
    assert!(!ledger_holds(&mayday, "queue stall is a"), "facts hold no content");

    // What is shown can be filed again as it is, and after a restart.
    let shown = markdown(&filed.document);
    drop(mayday);
    let mayday = open(dir.path(), minutes(11));
    let again = file(&mayday, &incident, &shown, 12).unwrap();
    assert_eq!(again.filed.as_ref().unwrap().version, 2);
    assert_eq!(markdown(&again.document), shown);
    assert_eq!(again.items.len(), 1, "the item kept its number");

    mayday.erase("zoe", act(13, 13)).unwrap();
    let erased = mayday.document(&incident.id, &Who::Local, minutes(14)).unwrap();
    let said = markdown(&erased.document);
    assert!(said.contains("[erased]") && !said.contains("deadlock"), "{said}");
    assert_eq!(erased.linted.errors(), 0, "{:?}", erased.linted.found);
    let refiled = file(&mayday, &incident, &said, 15).unwrap();
    assert_eq!(markdown(&refiled.document), said);
    assert_eq!(mayday.prove().unwrap().broken, None);
}

#[tokio::test]
async fn words_that_the_agent_did_not_write_are_not_filed() {
    let dir = tempfile::tempdir().unwrap();
    let (mayday, incident) = harm(dir.path()).await;
    for (quoted, why) in [
        ("the stall is a deadlock", "paraphrase"),
        ("is stalled", "read this there"),
        ("[erased]", "paraphrase"),
    ] {
        let error = file(&mayday, &incident, &document(&incident, quoted, ""), 10).unwrap_err();
        assert!(matches!(error, LessonError::Untrue(_)), "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
    let view = mayday.document(&incident.id, &Who::Local, minutes(11)).unwrap();
    assert_eq!(view.filed, None);
    // The incident does not wait for it.
    mayday.add_note(&incident.id, note("on"), act(12, 12)).unwrap();
}

fn note(text: &str) -> response::NoteTold {
    response::NoteTold { text: text.to_owned(), said_at: None, source: None }
}

#[tokio::test]
async fn nobody_writes_over_what_they_have_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let (mayday, incident) = harm(dir.path()).await;
    let text = document(&incident, BELIEF, "");
    let filed = |version, at| mayday.file_document(&incident.id, &text, version, act(at, 9));
    filed(Some(0), 10).unwrap();
    let late = filed(Some(0), 11).unwrap_err();
    assert_eq!(late.fault(), Fault::Conflict, "{late}");
    filed(Some(1), 12).unwrap();
}

#[tokio::test]
async fn an_agent_can_neither_file_nor_close() {
    let dir = tempfile::tempdir().unwrap();
    let (mayday, incident) = harm(dir.path()).await;
    let bot = bot();
    let act_of_bot = Act { by: "bot (prn_bot)", who: &bot, at: minutes(10), random: 9 };
    let text = document(&incident, BELIEF, EVAL_ITEM);
    let error = mayday.file_document(&incident.id, &text, None, act_of_bot).unwrap_err();
    assert_eq!(error.fault(), Fault::Denied, "{error}");
    let (id, _) = only_item(&file(&mayday, &incident, &text, 11).unwrap());
    let error = mayday.close_item(&id, &Closing::default(), act_of_bot).unwrap_err();
    assert_eq!(error.fault(), Fault::Denied, "{error}");
    let error = mayday.reopen_item(&id, "why not", act_of_bot).unwrap_err();
    assert_eq!(error.fault(), Fault::Denied, "{error}");
}

#[tokio::test]
async fn an_eval_item_closes_by_what_was_measured_and_a_dropped_case_opens_it() {
    let dir = tempfile::tempdir().unwrap();
    let (mayday, incident) = harm(dir.path()).await;
    let export = mayday.export_cases(&incident.id, None, &Who::Local, minutes(9)).unwrap();
    let case = export.cases.first().unwrap();
    let item = EVAL_ITEM.replace("CASE", &case.case);
    let filed = file(&mayday, &incident, &document(&incident, BELIEF, &item), 10).unwrap();
    let (id, _) = only_item(&filed);
    let close = |at| mayday.close_item(&id, &Closing::default(), act(at, at as u64));
    let refused = |at| close(at).unwrap_err().to_string();
    let own = Some(incident.id.as_str());
    let case = case.case.as_str();

    // A document can't say so by itself.
    let typed = markdown(&filed.document).replace("**State:** open", "**State:** closed");
    let typed = typed.replace("- **Baseline", "- **Green run:** evr_x\n- **Baseline");
    assert!(file(&mayday, &incident, &typed, 11).is_err());

    assert!(refused(12).contains("never red"));
    measure(&mayday, 13, None, &[(case, 100, 0)]);
    assert!(refused(14).contains("never red"), "green without having been red");
    measure(&mayday, 15, own, &[(case, 5, 4)]);
    assert!(refused(16).contains("since includes"), "nothing green since");
    measure(&mayday, 17, None, &[(case, 5, 0)]);
    assert!(refused(18).contains("73 trials"), "none of five is not enough");
    let green = measure(&mayday, 19, None, &[(case, 80, 0), ("other", 50, 1)]);
    let closed = close(20).unwrap();
    assert_eq!(closed.item.state, ItemState::Closed);
    let proof = closed.closed.unwrap().proof;
    assert!(matches!(&proof, ItemProof::Eval { green: run, .. } if *run == green.id), "{proof:?}");
    let view = mayday.document(&incident.id, &Who::Local, minutes(21)).unwrap();
    assert_eq!(view.linted.errors(), 0, "{:?}", view.linted.found);

    measure(&mayday, 22, None, &[("other", 50, 0)]);
    let item = mayday.item(&id, minutes(23)).unwrap();
    assert_eq!(item.item.state, ItemState::Reopened);
    let reopened = item.reopened.unwrap();
    assert_eq!(reopened.by, "mayday");
    assert!(matches!(reopened.because, Reopening::CaseDropped { .. }));
}

#[tokio::test]
async fn a_case_is_anonymised_says_what_was_replaced_and_keeps_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let (mayday, incident) = harm(dir.path()).await;
    let export = || mayday.export_cases(&incident.id, None, &Who::Local, minutes(9)).unwrap();
    let cases = export();
    let case = cases.cases.first().unwrap();
    let said: String = case.turns.iter().map(|turn| turn.content.as_str()).collect();
    assert!(said.contains("is stalled") && !said.contains("ann@example.com"), "{said}");
    assert_eq!(case.replaced.values().sum::<u32>(), 1, "{:?}", case.replaced);
    assert_eq!(case.correct, None, "nobody has said what was right");
    assert_eq!(export(), cases);
    file(&mayday, &incident, &document(&incident, BELIEF, ""), 10).unwrap();
    let cases = export();
    assert_eq!(cases.cases[0].correct.as_deref(), Some("nothing was published"));

    let bot = bot();
    let denied = mayday.export_cases(&incident.id, None, &bot, minutes(9)).unwrap_err();
    assert_eq!(denied.fault(), Fault::Denied);
    let bundles = mayday.export_bundles(&incident.id, None, &Who::Local, minutes(9)).unwrap();
    assert!(bundles[0].attributes["gen_ai.input.messages"].to_string().contains("ann@example.com"));
}

#[tokio::test]
async fn a_threshold_is_measured_from_flights_and_is_looked_at_again() {
    let dir = tempfile::tempdir().unwrap();
    let (mayday, incident) = harm(dir.path()).await;
    let filed = file(&mayday, &incident, &document(&incident, BELIEF, THRESHOLD), 10).unwrap();
    let (id, _) = only_item(&filed);
    let close = |at| mayday.close_item(&id, &Closing::default(), act(at, at as u64));
    let none = close(11).unwrap_err().to_string();
    assert!(none.contains("to go from"), "{none}");
    for number in 0..20 {
        let is_asked = if number == 0 { "denied" } else { "granted" };
        play(&mayday, 100 + number, 20 + number as i64, Some(is_asked)).await;
    }
    let closed = close(60).unwrap();
    let proof = closed.closed.unwrap().proof;
    let ItemProof::Threshold { share, uses: 20 } = proof else { panic!("{proof:?}") };
    assert_eq!((share.k, share.n), (1, 20), "a use that was denied approval is the agent's own");

    for number in 0..4 {
        play(&mayday, 200 + number, 70 + number as i64, Some("granted")).await;
    }
    mayday.look_at_thresholds(Act::by_itself(minutes(80), 80)).unwrap();
    assert_eq!(mayday.item(&id, minutes(80)).unwrap().item.state, ItemState::Closed);
    play(&mayday, 300, 81, Some("granted")).await;
    for at in [90, 91] {
        mayday.look_at_thresholds(Act::by_itself(minutes(at), at as u64)).unwrap();
    }
    let item = mayday.item(&id, minutes(92)).unwrap();
    assert_eq!(item.item.state, ItemState::Reopened);
    assert_eq!(item.reopened.unwrap().because, Reopening::DueAgain { uses: 25 });
}

#[tokio::test]
async fn the_prompt_alone_is_a_cause_only_with_an_ablation() {
    let dir = tempfile::tempdir().unwrap();
    let (mayday, incident) = harm(dir.path()).await;
    let text = document(&incident, BELIEF, "").replace(
        "## What agents",
        "## Contributing factors\n\n- a bad prompt, as the ablation shows\n\n## What agents",
    );
    let rules = |view: &DocumentView| {
        let found = view.linted.found.iter();
        found.filter(|one| one.rule == "prompt-only-cause").count()
    };
    assert_eq!(rules(&file(&mayday, &incident, &text, 10).unwrap()), 1, "it is not on record");
    let arm = |level: &str, n, k| Arm { level: level.to_owned(), n, k };
    let part = "prompt".to_owned();
    let arms = vec![arm("v7", 100, 40), arm("v6", 100, 5)];
    let ablation = Ablation { part, arms, held_out: true, source: None };
    assert!(mayday.tell_ablation(&incident.id, ablation, act(11, 11)).unwrap().shows_the_prompt);
    assert_eq!(rules(&mayday.document(&incident.id, &Who::Local, minutes(12)).unwrap()), 0);
}

#[tokio::test]
async fn a_run_of_an_eval_that_makes_no_sense_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (mayday, _) = harm(dir.path()).await;
    let case = |case: &str, n, k| CaseResult { case: case.to_owned(), n, k };
    let told = |cases: Vec<CaseResult>, threshold, at| MeasuredTold {
        eval: "e".to_owned(),
        version: "1".to_owned(),
        feature: None,
        model: "m".to_owned(),
        configuration: None,
        cases,
        threshold,
        partial: false,
        at,
        source: "api".to_owned(),
    };
    for (told, why) in [
        (told(vec![], 0.0, None), "1 to 5000 cases"),
        (told(vec![case("a", 1, 2)], 0.0, None), "at most as often"),
        (told(vec![case("a", 1, 0), case("a", 1, 0)], 0.0, None), "once"),
        (told(vec![case("", 1, 0)], 0.0, None), "1 to 200 bytes"),
        (told(vec![case("a", 1, 0)], f64::NAN, None), "from 0 to 1"),
        (told(vec![case("a", 1, 0)], 0.0, Some(minutes(9_000))), "future"),
        (MeasuredTold { eval: "a@b".to_owned(), ..told(vec![case("a", 1, 0)], 0.0, None) }, "`@`"),
    ] {
        let error = mayday.take_measured(told, act(10, 10)).unwrap_err();
        assert_eq!(error.fault(), Fault::Invalid);
        assert!(error.to_string().contains(why), "{error}");
    }
    let is_measured = |fact: &Fact| matches!(fact, Fact::EvalMeasured(_));
    let entries = mayday.facts(1, 10_000).unwrap();
    assert!(!entries.iter().any(|entry| is_measured(&entry.fact)));
}

#[tokio::test]
async fn who_has_a_draft_written_has_read_what_it_quotes() {
    let dir = tempfile::tempdir().unwrap();
    let (mayday, incident) = harm(dir.path()).await;
    mayday.state_reads(minutes(6)).unwrap();
    let reads = || {
        let facts = mayday.facts(1, 10_000).unwrap();
        facts.iter().filter(|entry| matches!(entry.fact, Fact::PayloadRead { .. })).count()
    };
    let before = reads();
    assert!(mayday.draft(&incident.id, act(7, 7)).unwrap().markdown.contains("deadlock"));
    mayday.state_reads(minutes(8)).unwrap();
    assert_eq!(reads(), before + 1);
}
