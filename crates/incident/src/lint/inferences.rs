//! What agents inferred: quoted, corrected, explained, and closed by an item.

use model::postmortem::{Inference, Inferred, InputKind, ItemKind, Reach};

use super::words::Text;
use super::{Check, QuoteCheck};
use crate::document::said;

pub(super) fn check(check: &mut Check<'_>) {
    let document = check.document;
    if document.inferences.is_empty() && check.beside.agent_involved != Some(false) {
        match check.beside.agent_involved {
            Some(true) => check.found("inference-missing", "inferences", ""),
            _ if speaks_of_an_agent(check) => check.found("inference-missing", "inferences", ""),
            _ => {}
        }
    }
    for (number, inference) in document.inferences.iter().enumerate() {
        quote(check, number, inference);
        signal(check, number);
        open(check, number, inference);
        change(check, number, inference);
        closed(check, number, inference);
    }
}

/// Whether a document says that an agent or a model acted.
fn speaks_of_an_agent(check: &Check<'_>) -> bool {
    let document = check.document;
    let parts = [&document.summary, &document.impact, &document.causes, &document.resolution];
    let said = parts.into_iter().flatten().map(|statement| statement.text.as_str());
    let timeline = document.timeline.iter().map(|row| row.what.as_str());
    said.chain(timeline).chain([document.title.as_str()]).any(|text| {
        let text = Text::of(text);
        ["agent", "llm", "model", "chatbot", "assistant", "ai"].iter().any(|word| text.has(word))
    })
}

fn quote(check: &mut Check<'_>, number: usize, inference: &Inference) {
    let Some(inferred) = &inference.inferred else { return };
    let at = format!("inferences[{number}].inferred");
    let text = &inferred.quote().text;
    match check.beside.quotes.get(number) {
        Some(QuoteCheck::Found | QuoteCheck::Nothing) if !text.is_empty() => {}
        Some(QuoteCheck::Wrong { why }) => {
            let why = why.clone();
            check.found("quote-not-in-trace", at, &why);
        }
        Some(QuoteCheck::NotChecked { why }) => {
            let why = format!("{at}: {why}");
            check.linted.not_checked.push(why);
        }
        _ if text.is_empty() => {}
        _ => check.linted.not_checked.push(format!("{at}: no trace was asked whether it says so")),
    }
}

/// Whether the signal was where it is said to have been.
fn signal(check: &mut Check<'_>, number: usize) {
    let at = format!("inferences[{number}].missed");
    match check.beside.signals.get(number) {
        Some(QuoteCheck::Wrong { why }) => {
            let why = why.clone();
            check.found("signal-elsewhere", at, &why);
        }
        Some(QuoteCheck::NotChecked { why }) => {
            let why = format!("{at}: {why}");
            check.linted.not_checked.push(why);
        }
        Some(QuoteCheck::Found | QuoteCheck::Nothing) | None => {}
    }
}

fn open(check: &mut Check<'_>, number: usize, inference: &Inference) {
    let at = |field: &str| format!("inferences[{number}].{field}");
    for (field, _) in open_fields(inference).into_iter().filter(|(_, is_open)| *is_open) {
        check.found("inference-open", at(field), "");
    }
    let right = inference.right == Some(true);
    let correct = inference.correct.as_ref().filter(|correct| said(&correct.text).is_some());
    if correct.is_some_and(|correct| correct.known_then.is_none()) && !right {
        check.found("hindsight", at("correct"), "");
    }
    let missed = inference.missed.as_ref().filter(|missed| said(&missed.what).is_some());
    if missed.is_some_and(|missed| missed.reach.is_none()) {
        check.found("inference-untyped", at("missed"), "");
    }
}

/// The four fields of an inference, and whether each stands open.
///
/// What a right inference missed is not asked, nor what it would have taken if it could not act.
pub(crate) fn open_fields(inference: &Inference) -> [(&'static str, bool); 4] {
    let unquoted = match &inference.inferred {
        None => true,
        Some(Inferred::Quoted(quote)) => quote.kept.is_none() && quote.text.trim().is_empty(),
        Some(Inferred::NotVerbalised(_) | Inferred::NotKept(_)) => false,
    };
    let right = inference.right == Some(true);
    let could_not_act = right && inference.lacked.is_some();
    let correct = inference.correct.as_ref().is_some_and(|it| said(&it.text).is_some());
    let missed = inference.missed.as_ref();
    let missed = missed.is_some_and(|it| it.reach == Some(Reach::None) || said(&it.what).is_some());
    let change = inference.change.as_ref();
    let change =
        change.is_some_and(|it| it.kind == Some(InputKind::None) || said(&it.what).is_some());
    [
        ("inferred", unquoted),
        ("correct", !correct && !right),
        ("missed", !missed && !right),
        ("change", !change && !could_not_act),
    ]
}

fn change(check: &mut Check<'_>, number: usize, inference: &Inference) {
    let Some(change) = &inference.change else { return };
    let at = format!("inferences[{number}].change");
    if change.kind != Some(InputKind::Revert) && check.rules.is_prompt_tweak(&change.what) {
        check.found("prompt-tweak", at, &change.what);
        return;
    }
    match change.kind {
        None => check.found("inference-untyped", at, ""),
        Some(InputKind::None) => {}
        Some(_) if change.artefact.is_none() => check.found("change-without-artefact", at, ""),
        Some(_) => {}
    }
}

fn closed(check: &mut Check<'_>, number: usize, inference: &Inference) {
    if inference.right == Some(true) && inference.lacked.is_none() {
        return;
    }
    let is_closed_by =
        |item: &&model::postmortem::ActionItem| item.closes.contains(&(number as u32 + 1));
    let mut items = check.document.items.iter().filter(is_closed_by).peekable();
    let context_was_right =
        inference.change.as_ref().is_some_and(|change| change.kind == Some(InputKind::None));
    let fits = match context_was_right {
        true => items.any(|item| item.kind == ItemKind::EvalCoverage),
        false => items.peek().is_some(),
    };
    if !fits {
        check.found("inference-without-item", format!("inferences[{number}]"), "");
    }
}
