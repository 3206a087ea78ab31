//! The machine's grade of a document: were its fields used, or was what happened flattened?
//!
//! Flattening has a shape (*An agent took part, and the document reads as if none had*): a cause
//! that any outage could have, beside fields of the inference that are empty, say "n/a", or say the
//! runbook or the guardrail once more. The grade is a reader's help and no verdict: people grade a
//! sample blind, and how far they agree with it is shown.

use model::lesson::Grade;
use model::postmortem::{Inference, InputChange, InputKind, ItemKind, Postmortem};
use serde::{Deserialize, Serialize};

use crate::lint::{Rules, open_fields, quotes_what_was_read};

/// A grade and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineGrade {
    /// The grade.
    pub grade: Grade,
    /// Where in the document, and why: `inferences[0].missed: empty`.
    pub reasons: Vec<String>,
}

/// Errors of the linter that keep a document from counting as used.
const ERRORS: [&str; 2] = ["quote-not-in-trace", "ai-failure-category"];

/// Grades a document, given what the linter found in it.
///
/// None where flights show that no agent took part; where they show neither, a document with an
/// inference is graded.
pub fn grade(
    document: &Postmortem,
    findings: &[String],
    agent: Option<bool>,
    rules: &Rules,
) -> Option<MachineGrade> {
    let inferences = &document.inferences;
    if agent == Some(false) || (agent.is_none() && inferences.is_empty()) {
        return None;
    }
    let generic = generic(document, rules);
    let read: Vec<Vec<String>> =
        inferences.iter().map(|one| wanting(document, one, rules)).collect();
    let errors = ERRORS.iter().filter(|rule| findings.iter().any(|found| found == *rule));
    let errors: Vec<String> = errors.map(|rule| format!("the linter found {rule}")).collect();
    let filled = read.iter().filter(|wanting| wanting.is_empty()).count();
    let best = read.iter().map(Vec::len).min();
    let grade = match best {
        None => Grade::Flattened,
        Some(0) if filled == read.len() && errors.is_empty() => Grade::Used,
        Some(0) => Grade::Partly,
        Some(_) if !generic.is_empty() => Grade::Flattened,
        Some(3..) => Grade::Flattened,
        Some(_) => Grade::Partly,
    };
    let mut reasons = Vec::new();
    if best.is_none() {
        reasons.push("inferences: none, though an agent took part".to_owned());
    }
    for (number, wanting) in read.into_iter().enumerate() {
        reasons.extend(wanting.into_iter().map(|one| format!("inferences[{number}].{one}")));
    }
    reasons.extend(generic);
    reasons.extend(errors);
    Some(MachineGrade { grade, reasons })
}

/// Causes that any outage could have.
fn generic(document: &Postmortem, rules: &Rules) -> Vec<String> {
    let causes = document.causes.iter().enumerate();
    let generic = causes.filter_map(|(number, cause)| {
        let phrase = rules.generic_cause(&cause.text)?;
        Some(format!("causes[{number}]: \"{phrase}\" is a cause that any outage could have"))
    });
    generic.collect()
}

/// What is wanting in an inference, field by field.
fn wanting(document: &Postmortem, inference: &Inference, rules: &Rules) -> Vec<String> {
    let said = |field: &str| match field {
        "correct" => inference.correct.as_ref().map(|it| it.text.as_str()),
        "missed" => inference.missed.as_ref().map(|it| it.what.as_str()),
        "change" => inference.change.as_ref().map(|it| it.what.as_str()),
        _ => None,
    };
    let mut wanting = Vec::new();
    for (field, is_open) in open_fields(inference) {
        if is_open {
            wanting.push(format!("{field}: empty"));
        } else if let Some(why) = said(field).and_then(|text| restated(document, text, rules)) {
            wanting.push(format!("{field}: {why}"));
        }
    }
    let tweaks = |change: &&InputChange| {
        change.kind != Some(InputKind::Revert) && rules.is_prompt_tweak(&change.what)
    };
    if inference.change.as_ref().filter(tweaks).is_some() {
        wanting.push("change: a prompt tweak".to_owned());
    }
    wanting
}

/// What a field says once more instead of telling anything, if it does.
fn restated(document: &Postmortem, text: &str, rules: &Rules) -> Option<String> {
    if let Some(phrase) = rules.generic_cause(text) {
        return Some(format!("\"{phrase}\" could be said of any outage"));
    }
    if quotes_what_was_read(document) {
        return None;
    }
    if rules.only_points_at_a_rule(text) {
        return Some("points at the runbook or the guardrail".to_owned());
    }
    let guardrails = document
        .items
        .iter()
        .filter(|item| item.kind == ItemKind::Guardrail || rules.only_points_at_a_rule(&item.what));
    let mut items = guardrails.map(|item| item.what.as_str());
    let item = items.find(|item| rules.restates(text, item))?;
    Some(format!("says no more than the item \"{item}\""))
}

#[cfg(test)]
mod tests;
