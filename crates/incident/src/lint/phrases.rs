//! What the words of a sentence amount to: a prompt tweak, a row that any outage could have.

use model::postmortem::{Degree, Postmortem};

use super::rules::Rules;
use super::words::Text;

impl Rules {
    /// Whether a change is one of how a prompt is worded, and not of whether the model sees it.
    pub(crate) fn is_prompt_tweak(&self, what: &str) -> bool {
        let (text, words) = (Text::of(what), &self.words);
        if text.first(&words.prompt_tweak).is_some() {
            return true;
        }
        text.rewords(words, &words.prompt) && !text.has_stem(&words.not_wording)
    }

    /// The phrase in a cause that any outage could have, if there is one.
    pub(crate) fn generic_cause(&self, cause: &str) -> Option<&str> {
        Text::of(cause).first(&self.words.generic_cause)
    }

    /// Whether a sentence says that words in a runbook are changed.
    pub(super) fn rewords_runbook(&self, said: &str) -> bool {
        Text::of(said).rewords(&self.words, &self.words.runbook)
    }

    /// Whether a sentence says no more than that a runbook or a guardrail was to be minded.
    pub(crate) fn only_points_at_a_rule(&self, said: &str) -> bool {
        let (text, words) = (Text::of(said), &self.words);
        let is_about = |of: &[String]| text.first(of).is_some();
        let known = [&words.runbook, &words.guardrail, &words.obey, &words.roles, &words.wording];
        let known = known.map(Vec::as_slice);
        (is_about(&words.runbook) || is_about(&words.guardrail)) && text.telling(&known).len() < 2
    }

    /// Whether a sentence says with a few other words what another says.
    pub(crate) fn restates(&self, said: &str, other: &str) -> bool {
        let (said, other) = (Text::of(said), Text::of(other));
        let (said, other) = (said.telling(&[]), other.telling(&[]));
        let shared = said.iter().filter(|word| other.contains(word)).count();
        !said.is_empty() && shared * 5 >= said.len() * 4
    }
}

/// Whether a failure of data is shown by the words that the agent read.
pub(crate) fn quotes_what_was_read(document: &Postmortem) -> bool {
    let data = &document.attribution.data;
    let is_data = data.degree.is_some_and(|degree| degree >= Degree::Contributing);
    is_data && ['"', '“', '«', '`'].iter().any(|mark| data.evidence.contains(*mark))
}
