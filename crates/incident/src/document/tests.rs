//! What is written reads back, and what others wrote is found.

use model::course::{ClaimState, Severity};
use model::fields::FieldState;
use model::incident::IncidentKind;
use model::postmortem::{
    ActionItem, Attribution, ClaimRow, ClockRow, Contract, Correct, Degree, EvidenceRow,
    FailureKind, FieldLine, HandoffCause, Inference, Inferred, InputChange, InputKind, ItemKind,
    ItemState, LayerRow, LayerState, Missed, Outside, Part, Postmortem, Quote, RateRow, Reach,
    SCHEMA, Statement, Suppression, TimelineRow, WhatMoved,
};
use model::{BehaviourRate, RunId, SpanId};
use proptest::prelude::*;

use super::{inline, outline, read, write};

/// A postmortem in which every part is filled with texts in turn.
fn filled(texts: &[String]) -> Postmortem {
    let mut next = texts.iter().cycle().cloned();
    let mut text = move || next.next().unwrap();
    let step = SpanId::from_bytes(&[7; 8]).unwrap();
    let run: RunId = "run_4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap();
    let told = |text: String| vec![Statement::told(text)];
    let source = Some(text());
    let quote = Quote { text: text(), run: Some(run), step: Some(step), source, kept: None };
    Postmortem {
        schema: SCHEMA,
        incident: Some("inc_8m2k4q9z".parse().unwrap()),
        title: text(),
        feature: Some(text()),
        kind: Some(IncidentKind::Event),
        moved: Some(WhatMoved::Surfaces(vec![text(), text()])),
        severity: Some(Severity::Sev2),
        summary: vec![Statement::cited(text(), text())],
        impact: told(text()),
        timeline: vec![TimelineRow { at: text(), what: text(), source: text() }],
        detection: told(text()),
        clocks: vec![ClockRow { cause: text(), moment: text(), at: None, source: text() }],
        rates: vec![RateRow {
            what: text(),
            before: Some(BehaviourRate::of(3, 100, 2)),
            during: Some(BehaviourRate::of(604, 5120, 700)),
            after: None,
        }],
        causes: vec![Statement { proposed: true, ..Statement::cited(text(), text()) }],
        claims: vec![ClaimRow { says: text(), source: text(), state: ClaimState::Disputed }],
        resolution: told(text()),
        worked: told(text()),
        fields: vec![FieldLine {
            field: text(),
            variable: Some(text()),
            before: text(),
            during: text(),
            state: Some(FieldState::Unknown),
            why: text(),
            since: None,
            by: Some(text()),
        }],
        inferences: vec![
            Inference {
                agent: Some(text()),
                responding: true,
                right: Some(false),
                inferred: Some(Inferred::Quoted(quote.clone())),
                correct: Some(Correct { text: text(), known_then: Some(text()) }),
                missed: Some(Missed {
                    reach: Some(Reach::InContext),
                    what: text(),
                    step: Some(step),
                }),
                change: Some(InputChange {
                    kind: Some(InputKind::ToolPayload),
                    artefact: Some(text()),
                    what: text(),
                }),
                lacked: Some(text()),
            },
            Inference { inferred: Some(Inferred::NotKept(quote)), ..Inference::default() },
        ],
        attribution: Attribution {
            agent: Part { degree: Some(Degree::Absent), evidence: text() },
            tool: Part { degree: Some(Degree::Primary), evidence: text() },
            data: Part::default(),
            handoff: Part { degree: Some(Degree::Contributing), evidence: text() },
            handoff_causes: vec![HandoffCause::WrongApproval, HandoffCause::BackPressure],
            outside: Some(Outside { degree: Some(Degree::Contributing), evidence: text() }),
            unknown: Vec::new(),
        },
        layers: vec![LayerRow { layer: text(), state: LayerState::Origin, evidence: text() }],
        failures: vec![FailureKind::ToolInterface, FailureKind::EvaluationGap],
        items: vec![ActionItem {
            id: Some("itm_8m2k4q9z".parse().unwrap()),
            what: text(),
            kind: ItemKind::EvalCoverage,
            owner: Some(text()),
            due: Some("2026-12-01".to_owned()),
            layer: Some(text()),
            verification: Some(text()),
            contract: Contract {
                eval: Some(text()),
                cases: vec![text(), text()],
                pass: vec![text()],
                baseline: Some(0.05),
                target: Some(0.0125),
                again_after: Some(50),
                green_run: Some(text()),
            },
            closes: vec![1, 2],
            state: ItemState::Closed,
        }],
        evidence: vec![EvidenceRow { run: text(), outcome: text(), role: text() }],
        suppressed: vec![Suppression {
            rule: text(),
            because: text(),
            until: "2027-01-01T00:00:00Z".parse().unwrap(),
        }],
    }
}

/// Texts that try to be markup.
fn hostile() -> impl Strategy<Value = String> {
    let word = "[a-zé0-9<>|*_`#!&~+=\"(){}\\[\\]\\\\.,:@$^-]{1,9}";
    proptest::collection::vec(word, 1..5).prop_map(|words| format!("x{} y", words.join(" ")))
}

proptest! {
    #[test]
    fn a_document_reads_back_as_it_was_written(
        texts in proptest::collection::vec(hostile(), 40..60),
        quote in "[a-z<>|*_`#!&~ \n\\[\\]\\\\.-]{0,40}",
    ) {
        let mut document = filled(&texts);
        let quote = format!("q{quote}q");
        for inference in &mut document.inferences {
            if let Some(Inferred::Quoted(it) | Inferred::NotKept(it)) = &mut inference.inferred {
                it.text.clone_from(&quote);
            }
        }
        let markdown = write(&document);
        prop_assert_eq!(read(&markdown).document, document, "{}", markdown);
    }

    #[test]
    fn no_text_is_markup(text in hostile()) {
        let html = |markdown: &str| {
            let events = pulldown_cmark::Parser::new(markdown);
            events.filter(|event| !matches!(
                event,
                pulldown_cmark::Event::Text(_)
                    | pulldown_cmark::Event::Start(pulldown_cmark::Tag::Paragraph)
                    | pulldown_cmark::Event::End(pulldown_cmark::TagEnd::Paragraph)
            )).count()
        };
        prop_assert_eq!(html(&inline(&text)), 0, "{}", inline(&text));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(
        text in "\\PC{0,200}",
        markup in "[-#*_>|`\n \\[\\]a:1.]{0,300}",
    ) {
        _ = read(&text);
        _ = read(&markup);
    }
}

#[test]
fn what_stands_open_in_a_draft_is_no_text() {
    let nothing = Postmortem { schema: SCHEMA, title: "x".to_owned(), ..Postmortem::default() };
    let draft = super::draft(&nothing);
    assert_eq!(draft.matches("**Open**").count(), 13);
    assert_eq!(read(&draft).document, nothing);
}

#[test]
fn lists_nested_a_thousand_deep_are_read() {
    let deep: String = (0..1000).map(|depth| format!("{}- x\n", "  ".repeat(depth))).collect();
    assert!(!outline(&deep).sections.is_empty());
    _ = read(&format!("{}x", "> ".repeat(5000)));
}

#[test]
fn a_document_of_somebody_elses_is_read_by_its_headings() {
    let read = read(
        "# Post-mortem: Queue stall\n\nWe had an outage.\n\n## Root Cause\n\nDocumentation gap.\n\n\
         ## Inference\n\n| Field | Answer |\n|---|---|\n\
         | What the agent inferred | \"a deadlock\" |\n\
         | What the correct inference was | the producer had stopped |\n\
         | Which signal it missed | n/a |\n\n## Action Items\n\n\
         - [ ] Reword the runbook (owner: sam)\n\n| Action | Owner | Due |\n|---|---|---|\n\
         | Add a confirmation | | 2026-12-01 |\n",
    );
    let document = read.document;
    assert_eq!(document.title, "Queue stall");
    assert_eq!(document.causes, [Statement::told("Documentation gap.")]);
    let inference = &document.inferences[0];
    assert_eq!(inference.inferred.as_ref().unwrap().quote().text, "a deadlock");
    assert_eq!(inference.correct.as_ref().unwrap().text, "the producer had stopped");
    let owners: Vec<_> = document.items.iter().map(|item| item.owner.as_deref()).collect();
    assert_eq!(owners, [None, Some("sam")]);
    assert_eq!((read.lines["causes[0]"], read.lines["items[1]"]), (7, 19));
}
