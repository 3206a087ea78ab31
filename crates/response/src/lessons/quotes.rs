//! Quotes in the ledger: put away by address when a document is filed, read back when it is shown.

use incident::lint::{QuoteCheck, Spoken};
use jiff::Timestamp;
use model::postmortem::{Inference, Inferred, KeptQuote, Postmortem, Quote};
use model::{Address, Gone, Held, Pivot, Step};

use super::LessonError;
use crate::access::Who;
use crate::open::Mayday;
use crate::postmortem::spoken;

/// What stands in place of words of a person who was erased.
pub(super) const ERASED: &str = "[erased]";

/// What stands in place of words that are on record no longer.
pub(super) const GONE: &str = "[no longer on record]";

/// Where in a step quoted words stand.
#[derive(Clone, Copy)]
enum Place {
    /// In what the model wrote.
    Wrote,
    /// In the arguments of a call.
    Arguments,
}

/// Places at which a quote is looked for where it does not stand where it stood.
const MOST_PLACES: usize = 200_000;

impl Mayday {
    /// Puts the words of every quote that was found away; gives those back that were put away
    /// before and could not be shown since.
    pub(super) fn put_away(
        &self,
        document: &mut Postmortem,
        checks: &[QuoteCheck],
    ) -> Result<(), LessonError> {
        for (number, (inference, check)) in document.inferences.iter_mut().zip(checks).enumerate() {
            let Some(inferred) = &mut inference.inferred else { continue };
            let place = place_of(inferred);
            let quote = quote_of(inferred);
            match check {
                QuoteCheck::Found => {
                    let kept = self.mark(quote, place)?;
                    quote.text.clear();
                    quote.kept = kept;
                }
                QuoteCheck::NotChecked { why } if self.is_on_record(quote)? => {
                    let at = format!("inferences[{number}].inferred");
                    return Err(LessonError::Unkept { at, why: why.clone() });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads the words of quotes back from flights, and notes who reads them.
    pub(super) fn bring_back(
        &self,
        document: &mut Postmortem,
        who: &Who,
        now: Timestamp,
    ) -> Result<(), LessonError> {
        for inference in &mut document.inferences {
            let Some(inferred) = &mut inference.inferred else { continue };
            let place = place_of(inferred);
            let quote = quote_of(inferred);
            let (Some(kept), Some(run)) = (quote.kept, quote.run) else { continue };
            let steps = self.steps_of(quote)?;
            if !steps.is_empty() {
                self.house.reads.note(who, &self.room.tenant, run.trace, now);
            }
            let said = texts(quote, &steps, place);
            let found = said.iter().find_map(|text| self.find(kept, text));
            let lost = if is_erased(quote, &steps) { ERASED } else { GONE };
            quote.text = found.unwrap_or(lost).to_owned();
        }
        Ok(())
    }

    fn mark(&self, quote: &Quote, place: Place) -> Result<Option<KeptQuote>, LessonError> {
        let said = texts(quote, &self.steps_of(quote)?, place);
        let start = said.iter().find_map(|text| text.find(&quote.text));
        let kept = start.map(|start| KeptQuote {
            start: start as u32,
            bytes: quote.text.len() as u32,
            mark: self.mark_of(&quote.text),
        });
        Ok(kept)
    }

    /// The words of a text that were put away: where they stood, or else anywhere in it.
    fn find<'a>(&self, kept: KeptQuote, text: &'a str) -> Option<&'a str> {
        let (start, bytes) = (kept.start as usize, kept.bytes as usize);
        let is_it = |said: &&str| self.mark_of(said) == kept.mark;
        let at = |start: usize| text.get(start..start + bytes);
        let anywhere = || text.char_indices().take(MOST_PLACES).filter_map(|(place, _)| at(place));
        at(start).filter(is_it).or_else(|| anywhere().find(is_it))
    }

    fn mark_of(&self, words: &str) -> Address {
        let pivot = Pivot { kind: "quote".to_owned(), value: words.to_owned() };
        self.room.flight.pivot(&pivot)
    }

    /// Whether the step that a quote names is on record.
    fn is_on_record(&self, quote: &Quote) -> Result<bool, LessonError> {
        let Some(step) = quote.step else { return Ok(false) };
        Ok(self.steps_of(quote)?.iter().any(|one| one.span == step))
    }

    fn steps_of(&self, quote: &Quote) -> Result<Vec<Step>, LessonError> {
        let Some(run) = quote.run else { return Ok(Vec::new()) };
        self.room.flight.steps(run.trace).map_err(LessonError::Flight)
    }
}

/// Whether words stand in a document that were put away once and are on record no longer.
pub(crate) fn is_lost(quote: &Quote) -> bool {
    quote.kept.is_some() && (quote.text == ERASED || quote.text == GONE)
}

/// Puts back what an earlier version of a document kept, where the words could not be shown to
/// whoever wrote this one. What stands for words is never taken from outside.
pub(super) fn rejoin(document: &mut Postmortem, earlier: Option<&Postmortem>) {
    let earlier: Vec<Quote> =
        earlier.into_iter().flat_map(|it| &it.inferences).filter_map(kept_quote).collect();
    for inference in &mut document.inferences {
        let Some(inferred) = &mut inference.inferred else { continue };
        let quote = quote_of(inferred);
        quote.kept = None;
        if quote.text != ERASED && quote.text != GONE {
            continue;
        }
        let same = |one: &&Quote| one.run == quote.run && one.step == quote.step;
        if let Some(one) = earlier.iter().find(same) {
            quote.kept = one.kept;
            quote.text.clear();
        }
    }
}

fn kept_quote(inference: &Inference) -> Option<Quote> {
    let quote = inference.inferred.as_ref()?.quote();
    quote.kept.is_some().then(|| quote.clone())
}

fn quote_of(inferred: &mut Inferred) -> &mut Quote {
    match inferred {
        Inferred::Quoted(quote) | Inferred::NotVerbalised(quote) | Inferred::NotKept(quote) => {
            quote
        }
    }
}

fn place_of(inferred: &Inferred) -> Place {
    match inferred {
        Inferred::Quoted(_) => Place::Wrote,
        Inferred::NotVerbalised(_) | Inferred::NotKept(_) => Place::Arguments,
    }
}

/// The texts in which a quote may stand.
fn texts(quote: &Quote, steps: &[Step], place: Place) -> Vec<String> {
    let Some(run) = quote.run else { return Vec::new() };
    let step = spoken(run, steps).into_iter().find(|one| Some(one.step) == quote.step);
    let said = |Spoken { wrote, arguments, .. }| match place {
        Place::Wrote => wrote,
        Place::Arguments => arguments,
    };
    step.map(said).unwrap_or_default()
}

fn is_erased(quote: &Quote, steps: &[Step]) -> bool {
    let step = steps.iter().filter(|step| Some(step.span) == quote.step);
    let mut parts = step.flat_map(|step| &step.content).flat_map(|field| &field.parts);
    parts.any(|part| matches!(part.held, Held::Gone(Gone::Erased)))
}
