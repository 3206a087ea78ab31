//! Redaction: what must not be kept is replaced before anything is kept.
//!
//! [`Rules`] are versioned data: a TOML file, `data/redaction.toml` unless there is another. A rule
//! is a `detector` that is built in, a `pattern`, or a `json_path`. [`Rules::redact`] applies them
//! to one text and returns it with markers in place of what was found, every other byte as it came.
//!
//! The cast, in the way of a text: [`signs`] says within nanoseconds that most text holds nothing;
//! [`search`] goes through text, JSON, and JSON within strings of JSON, with [`json`] and
//! [`escape`]; [`detector`], [`pattern`] and [`path`] find; [`marker`] is what is put in place.
//! [`file`] reads the rules.
//!
//! Invariants: linear in the text, whatever it holds. JSON stays JSON. Twice is once, as far as
//! detectors and paths go; a pattern that looks at what is around its match can undo that.

mod detector;
mod digits;
mod escape;
mod file;
mod json;
mod marker;
mod path;
mod pattern;
mod search;
mod signs;

#[cfg(test)]
mod tests;

use file::Rule;
pub use file::{RuleFault, RulesError};
use marker::Markers;
use path::Paths;
pub use pattern::PatternError;
use search::{Finding, Search};
use signs::{Sign, Signs, are_hidden};

/// The rules that Mayday comes with.
const DEFAULT: &str = include_str!("../data/redaction.toml");

/// Redaction rules, compiled. To be made once and shared.
#[derive(Debug)]
pub struct Rules {
    version: String,
    rules: Vec<Rule>,
    paths: Paths,
    markers: Markers,
    /// What there must be a sign of before a text is searched at all.
    asked: Signs,
}

/// A text in which something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// The text with a marker in place of each finding.
    pub text: String,
    /// The ids of the rules that found something, in the order of the file, and how often.
    pub found: Vec<(String, u32)>,
}

/// Rules are the same if their versions are: those cover the whole file.
impl PartialEq for Rules {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version
    }
}

impl Default for Rules {
    /// The rules that Mayday comes with.
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "a test reads the file too")]
        Self::parse(DEFAULT).expect("invariant: the rules that come with Mayday can be read")
    }
}

impl Rules {
    /// The version that the file states, and a hash of the file: `3+9f2c1a0b7d44`.
    ///
    /// The hash changes with what this version of Mayday finds by its detectors, too.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The text with every finding replaced; none when nothing was found.
    ///
    /// Rules that ask for tokens put their marker without one.
    pub fn redact(&self, text: &str) -> Option<Redacted> {
        self.replace(text, Search { rules: self, tokeniser: None }.all(text))
    }

    /// The same with tokens, where rules ask for them.
    ///
    /// The tokeniser gets the value in one way of writing (a card without its spaces), so that
    /// equal values get equal tokens. Of its answer, 64 letters, digits, `-` and `_` are kept.
    pub fn redact_with(&self, text: &str, tokeniser: &dyn Fn(&str) -> String) -> Option<Redacted> {
        let search = Search { rules: self, tokeniser: Some(tokeniser) };
        self.replace(text, search.all(text))
    }

    fn replace(&self, text: &str, found: Vec<Finding>) -> Option<Redacted> {
        if found.is_empty() {
            return None;
        }
        let mut times = vec![0; self.rules.len()];
        let mut redacted = String::with_capacity(text.len());
        let mut done = 0;
        for finding in found {
            redacted.push_str(&text[done..finding.range.start]);
            redacted.push_str(&finding.text);
            done = finding.range.end;
            times[finding.rule] += 1;
        }
        redacted.push_str(&text[done..]);
        let found = self.rules.iter().zip(times).filter(|(_, times)| *times > 0);
        let found = found.map(|(rule, times)| (rule.id.clone(), times)).collect();
        Some(Redacted { text: redacted, found })
    }

    /// Of what is asked about, that which may be in a text, even behind escapes.
    fn shown(&self, text: &str, asked: Signs) -> Signs {
        if are_hidden(text) {
            return self.asked;
        }
        let shown = asked.shown_by(text);
        let matches = || self.rules.iter().any(|rule| rule.kind.matches(text));
        if shown.has(Sign::Pattern) && !text.contains('\\') && !matches() {
            return shown.without(Sign::Pattern);
        }
        shown
    }
}
