//! What an agent believed before it acted, as a draft quotes it: a place to begin, for a person.

use incident::lint::Spoken;
use jiff::Timestamp;
use model::postmortem::{Inference, Inferred, Quote};
use model::{Incident, RunId};

use crate::access::Who;
use crate::error::IncidentError;
use crate::open::Mayday;
use crate::postmortem::spoken;

/// Longest quote that a draft takes, in characters.
const LONGEST: usize = 500;

impl Mayday {
    /// The inference of the one run that did harm, with what it wrote before it acted; none for an
    /// incident of many runs, or where nothing of the run is on record.
    /// Who reads it is noted.
    pub(super) fn believed(
        &self,
        of: &Incident,
        who: &Who,
        now: Timestamp,
    ) -> Result<Option<Inference>, IncidentError> {
        let Some(run) = of.run else { return Ok(None) };
        let steps = self.room.flight.steps(run.trace).map_err(IncidentError::Flight)?;
        if !steps.is_empty() {
            self.house.reads.note(who, &self.room.tenant, run.trace, now);
        }
        let mut steps = spoken(run, &steps);
        steps.sort_by_key(|step| step.at);
        Ok(inferred(run, &steps)
            .map(|inferred| Inference { inferred: Some(inferred), ..Inference::default() }))
    }
}

/// In its own words from before the act, else the act's arguments stand for them.
fn inferred(run: RunId, steps: &[Spoken]) -> Option<Inferred> {
    let act = steps.iter().position(|step| step.acts);
    let before = &steps[..act.unwrap_or(steps.len())];
    let quote = |step: &Spoken, text: &str| Quote {
        text: text.chars().take(LONGEST).collect(),
        run: Some(run),
        step: Some(step.step),
        ..Quote::default()
    };
    let worded = |step: &Spoken| longest(&step.wrote).map(|text| quote(step, text));
    if let Some(quote) = before.iter().rev().find_map(worded) {
        return Some(Inferred::Quoted(quote));
    }
    let act = &steps[act?];
    let arguments = longest_of(act.arguments.iter()).unwrap_or_default();
    let quote = quote(act, arguments);
    let lacks = before.iter().any(|step| step.lacks);
    Some(if lacks { Inferred::NotKept(quote) } else { Inferred::NotVerbalised(quote) })
}

/// The longest text in words: not the JSON that holds it, nor a word of that JSON.
fn longest(texts: &[String]) -> Option<&str> {
    let is_json = |text: &str| text.trim_start().starts_with(['{', '[', '"']);
    longest_of(texts.iter().filter(|text| !is_json(text) && text.trim().contains(' ')))
}

fn longest_of<'a>(texts: impl Iterator<Item = &'a String>) -> Option<&'a str> {
    texts.map(String::as_str).max_by_key(|text| text.len())
}
