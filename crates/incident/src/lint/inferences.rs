//! What agents inferred: quoted, corrected, explained, and closed by an item.

use model::postmortem::{Inference, Inferred, InputKind, ItemKind, Reach};

use super::words::Text;
use super::{Check, QuoteCheck};

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
    let unquoted = match &inference.inferred {
        None => true,
        Some(Inferred::Quoted(quote)) => quote.text.trim().is_empty() && quote.kept.is_none(),
        Some(Inferred::NotVerbalised(_) | Inferred::NotKept(_)) => false,
    };
    let could_not_act = inference.right == Some(true) && inference.lacked.is_some();
    let empty = |text: &str| text.trim().is_empty();
    let correct = inference.correct.as_ref().filter(|correct| !empty(&correct.text));
    let missed = inference.missed.as_ref();
    let missed = missed.filter(|it| it.reach == Some(Reach::None) || !empty(&it.what));
    let change = inference.change.as_ref();
    let change = change.filter(|it| it.kind == Some(InputKind::None) || !empty(&it.what));
    let fields = [
        ("inferred", unquoted),
        ("correct", correct.is_none() && inference.right != Some(true)),
        ("missed", missed.is_none() && inference.right != Some(true)),
        ("change", change.is_none() && !could_not_act),
    ];
    for (field, is_open) in fields {
        if is_open {
            check.found("inference-open", at(field), "");
        }
    }
    if correct.is_some_and(|correct| correct.known_then.is_none()) && inference.right != Some(true)
    {
        check.found("hindsight", at("correct"), "");
    }
    if missed.is_some_and(|missed| missed.reach.is_none()) {
        check.found("inference-untyped", at("missed"), "");
    }
}

fn change(check: &mut Check<'_>, number: usize, inference: &Inference) {
    let Some(change) = &inference.change else { return };
    let at = format!("inferences[{number}].change");
    if change.kind != Some(InputKind::Revert) && is_a_prompt_tweak(check, &change.what) {
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

/// Whether a change is one of how a prompt is worded, and not of whether the model gets to see it.
fn is_a_prompt_tweak(check: &Check<'_>, what: &str) -> bool {
    let (text, words) = (Text::of(what), &check.rules.words);
    if text.first(&words.prompt_tweak).is_some() {
        return true;
    }
    text.rewords(words, &words.prompt) && !text.has_stem(&words.not_wording)
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
