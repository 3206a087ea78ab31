//! Texts that quotes are looked up in, from what real packages sent.

use model::{Source, Step, StepKind};

use super::captures::{CAPTURES, steps};
use crate::{Said, said};

fn all_said(capture: &str) -> Vec<Said> {
    let steps = steps(capture);
    let about = |span: &Step| -> Vec<Step> {
        let logs = steps.iter().filter(|step| step.source == Source::Log);
        logs.filter(|log| log.parent == Some(span.span)).cloned().collect()
    };
    let calls =
        steps.iter().filter(|step| step.source == Source::Span && step.kind == StepKind::Model);
    calls.map(|span| said(span, &about(span).iter().collect::<Vec<_>>())).collect()
}

#[test]
fn what_a_model_wrote_is_told_from_what_it_read_in_every_dialect() {
    for (name, capture) in CAPTURES.iter().filter(|(name, _)| *name != "genai-openai-default") {
        let said = all_said(capture);
        let wrote = |text: &str| said.iter().any(|it| it.wrote.iter().any(|it| it == text));
        let read = |text: &str| said.iter().any(|it| it.read.iter().any(|it| it.contains(text)));
        assert!(said.iter().any(|it| !it.wrote.is_empty()), "{name} wrote nothing");
        if capture.contains("It is on its way.") {
            assert!(wrote("It is on its way."), "{name}");
            assert!(read("Where is order 4711?") && !wrote("Where is order 4711?"), "{name}");
        }
    }
}
