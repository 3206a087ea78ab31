//! Postmortems: read, checked against their traces, and written, from whoever wrote them.

use std::collections::HashSet;

use flight::FlightError;
use incident::document;
use incident::lint::{self, Spoken};
use jiff::Timestamp;
use model::postmortem::{Inferred, Postmortem, SCHEMA};
use model::step::Effect;
use model::{Fault, Faulty, RunId, Source, Step, StepKind};

use crate::access::Who;
use crate::lessons::is_lost;
use crate::open::Mayday;

pub use incident::document::{fragment, page as html, write as markdown};
pub use incident::lint::{
    Beside, Found, Linted, QuoteCheck, Rules, Weight, rules as lint_rules, sarif,
};
pub use incident::proposal;

/// Why a document can't be checked.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// JSON that does not have the form of the schema.
    #[error("it is JSON that does not have the form of the schema in docs/postmortem.md")]
    Json(#[source] serde_json::Error),
    /// The flights can't be read.
    #[error("could not read the flights that it quotes")]
    Flight(#[source] FlightError),
}

impl Faulty for DocumentError {
    fn fault(&self) -> Fault {
        match self {
            DocumentError::Json(_) => Fault::Invalid,
            DocumentError::Flight(error) => error.fault(),
        }
    }
}

/// An empty document, with what stands open and who should say it.
pub fn template() -> String {
    let title = "what happened, in a line".to_owned();
    document::draft(&Postmortem { schema: SCHEMA, title, ..Postmortem::default() })
}

/// Reads a postmortem: JSON if it begins with a brace, else Markdown.
pub fn read_document(text: &str) -> Result<document::Read, DocumentError> {
    if text.trim_start().starts_with('{') {
        let document: Postmortem = serde_json::from_str(text).map_err(DocumentError::Json)?;
        return Ok(document::Read { document, ..document::Read::default() });
    }
    Ok(document::read(text))
}

/// Checks a postmortem that stands in a text, as far as that can be done without its traces.
pub fn lint_text(text: &str, beside: &Beside<'_>, now: Timestamp) -> Result<Linted, DocumentError> {
    let document::Read { document, lines } = read_document(text)?;
    let beside = Beside { lines, ..beside.clone() };
    Ok(lint::lint(&document, &beside, now))
}

impl Mayday {
    /// Checks a postmortem, and looks its quotes up in their traces. Blocking.
    ///
    /// People of the tenant who hold a key count as names that no cause or remedy may hold. That
    /// the traces were read is noted.
    pub fn lint_document(
        &self,
        text: &str,
        roster: Vec<String>,
        who: &Who,
        now: Timestamp,
    ) -> Result<Linted, DocumentError> {
        let document::Read { document, lines } = read_document(text)?;
        let quotes = self.quote_checks(&document, who, now)?;
        let roster = roster.into_iter().chain(self.roster()).collect();
        let agent_involved = document.incident.as_ref().map(|_| true);
        let signals = self.signal_checks(&document)?;
        let beside = Beside { lines, quotes, signals, roster, agent_involved, ..Beside::default() };
        Ok(lint::lint(&document, &beside, now))
    }

    /// What becomes of each quote of a document, in the order of its inferences.
    pub(crate) fn quote_checks(
        &self,
        document: &Postmortem,
        who: &Who,
        now: Timestamp,
    ) -> Result<Vec<QuoteCheck>, DocumentError> {
        let looked_up = document.inferences.iter().map(|inference| match &inference.inferred {
            None => Ok(QuoteCheck::Nothing),
            Some(inferred) if is_lost(inferred.quote()) => {
                let why = "its words were checked once and are on record no longer".to_owned();
                Ok(QuoteCheck::NotChecked { why })
            }
            Some(inferred) => self.look_up(inferred, who, now),
        });
        looked_up.collect()
    }

    /// Whether each signal that was missed is where the document says, in the same order.
    pub(crate) fn signal_checks(
        &self,
        document: &Postmortem,
    ) -> Result<Vec<QuoteCheck>, DocumentError> {
        let looked_for = document.inferences.iter().map(|inference| {
            let quote = inference.inferred.as_ref().map(Inferred::quote);
            let (Some(missed), Some(quote)) = (&inference.missed, quote) else {
                return Ok(QuoteCheck::Nothing);
            };
            let Some(run) = quote.run else { return Ok(QuoteCheck::Nothing) };
            let steps = self.room.flight.steps(run.trace).map_err(DocumentError::Flight)?;
            Ok(lint::look_for_signal(missed, quote, &spoken(run, &steps)))
        });
        looked_for.collect()
    }

    fn look_up(
        &self,
        inferred: &Inferred,
        who: &Who,
        now: Timestamp,
    ) -> Result<QuoteCheck, DocumentError> {
        let Some(run) = inferred.quote().run else {
            let why = "it names no run to look it up in".to_owned();
            return Ok(QuoteCheck::NotChecked { why });
        };
        let steps = self.room.flight.steps(run.trace).map_err(DocumentError::Flight)?;
        if !steps.is_empty() {
            self.house.reads.note(who, &self.room.tenant, run.trace, now);
        }
        Ok(lint::look_up(inferred, &spoken(run, &steps)))
    }
}

/// The steps of a run, as far as quotes are concerned.
pub(crate) fn spoken(run: RunId, steps: &[Step]) -> Vec<Spoken> {
    let within = within(run, steps);
    let logs: Vec<&Step> = steps.iter().filter(|step| step.source == Source::Log).collect();
    let spans = steps.iter().filter(|step| step.source == Source::Span);
    let spoken = spans.filter(|step| within.contains(&step.span)).map(|step| {
        let about = logs.iter().filter(|log| log.parent == Some(step.span));
        let about: Vec<&Step> = about.copied().collect();
        let said = recorder::said(step, &about);
        let effect = recorder::read_record(step).tool.map(|tool| tool.effect);
        Spoken {
            step: step.span,
            at: step.started,
            acts: step.kind == StepKind::Tool && effect != Some(Effect::None),
            wrote: said.wrote,
            read: said.read,
            arguments: said.arguments,
            lacks: said.lacks,
        }
    });
    spoken.collect()
}

/// The spans of a run: all under its root, or the whole trace where it has none.
fn within(run: RunId, steps: &[Step]) -> HashSet<model::SpanId> {
    let Some(root) = run.root else { return steps.iter().map(|step| step.span).collect() };
    let mut within = HashSet::from([root]);
    loop {
        let known = within.len();
        let under = steps.iter().filter(|step| step.parent.is_some_and(|it| within.contains(&it)));
        let under: Vec<_> = under.map(|step| step.span).collect();
        within.extend(under);
        if within.len() == known {
            return within;
        }
    }
}
