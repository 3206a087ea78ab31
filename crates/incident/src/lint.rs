//! The linter: what makes a postmortem untrue, and what makes it teach nothing.
//!
//! [`lint()`] takes a document and what is known beside it, and says what is wrong as data. Four
//! rules are errors; all others are findings, which never keep an incident open and are counted in
//! the review. What can't be checked without a trace is *not checked*, never passed. The rules and
//! their words stand in a data file.

mod causes;
mod inferences;
mod items;
mod phrases;
mod quote;
mod rules;
mod sarif;
mod signal;
mod words;

use jiff::Timestamp;
use model::Severity;
use model::postmortem::Postmortem;
use serde::{Deserialize, Serialize};

use crate::document::Lines;

pub(crate) use inferences::open_fields;
pub(crate) use phrases::quotes_what_was_read;
pub use quote::{Spoken, look_up};
pub use rules::{Rule, Rules, rules};
pub use sarif::sarif;
pub use signal::look_for_signal;

/// What a document is checked against.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Beside<'a> {
    /// The line of each part, if it was read from a file.
    pub lines: Lines,
    /// What became of each quote when it was looked up, in the order of the inferences.
    pub quotes: Vec<QuoteCheck>,
    /// What became of each signal when it was looked for in what was read, in the same order.
    pub signals: Vec<QuoteCheck>,
    /// Names and handles of people, which no cause or remedy may hold.
    pub roster: Vec<String>,
    /// Whether flights show that an agent took part; none if that is not known.
    pub agent_involved: Option<bool>,
    /// Green runs on record, each with the cases in it; none if no record was asked.
    pub green_runs: Option<Vec<(&'a str, Vec<&'a str>)>>,
    /// Whether an ablation on record shows that swapping the prompt alone moves the rate, on cases
    /// not seen before; none if no record was asked.
    pub prompt_ablated: Option<bool>,
}

/// What became of a quote when it was looked up in its trace.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum QuoteCheck {
    /// Nobody looked, and why.
    NotChecked {
        /// Why.
        why: String,
    },
    /// There is nothing to look up yet.
    #[default]
    Nothing,
    /// It stands there, written by the agent, before it acted.
    Found,
    /// It does not, and in which way.
    Wrong {
        /// In which way.
        why: String,
    },
}

/// How much a rule weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The document is untrue, or promises what nobody keeps.
    Error,
    /// It could teach more.
    Finding,
}

/// Something that a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The rule.
    pub rule: String,
    /// How much it weighs.
    pub level: Weight,
    /// The part of the document: `inferences[0].change`.
    pub at: String,
    /// Its line, if the document was read from a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What is wrong.
    pub says: String,
    /// The words that show it, shortened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// How to mend it.
    pub mend: String,
}

/// What the linter says of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Linted {
    /// Version of the rules.
    pub rules: u32,
    /// Errors, then findings, each in the order of the document.
    pub found: Vec<Found>,
    /// Findings that somebody takes as they are.
    pub suppressed: Vec<Found>,
    /// What could not be checked, and why.
    pub not_checked: Vec<String>,
}

/// Longest words shown of a finding, in characters.
const LONGEST: usize = 120;

/// Checks a document.
pub fn lint(document: &Postmortem, beside: &Beside<'_>, now: Timestamp) -> Linted {
    let rules = rules();
    let mut check = Check { document, beside, rules: &rules, linted: Linted::default() };
    check.linted.rules = rules.version;
    inferences::check(&mut check);
    causes::check(&mut check);
    items::check(&mut check);
    check.suppress(now);
    check.linted
}

impl Linted {
    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.found.iter().filter(|found| found.level == Weight::Error).count()
    }
}

/// A document while it is checked.
struct Check<'a> {
    document: &'a Postmortem,
    beside: &'a Beside<'a>,
    rules: &'a Rules,
    linted: Linted,
}

impl Check<'_> {
    /// States what a rule found, unless the incident is too small for it.
    fn found(&mut self, rule: &str, at: impl Into<String>, words: &str) {
        let Some(rule) = self.rules.rule(rule) else { return };
        let small = |from: Severity| self.document.severity.is_some_and(|it| it < from);
        if rule.from.is_some_and(small) {
            return;
        }
        let at = at.into();
        let shown: String = words.chars().take(LONGEST).collect();
        self.linted.found.push(Found {
            rule: rule.id.clone(),
            level: rule.level,
            line: self.line(&at),
            at,
            says: rule.says.clone(),
            words: Some(shown).filter(|words| !words.is_empty()),
            mend: rule.mend.clone(),
        });
    }

    /// The line of a part, or of what it is in.
    fn line(&self, at: &str) -> Option<usize> {
        let lines = &self.beside.lines;
        let within = at.split_once('.').map_or(at, |(whole, _)| whole);
        lines.get(at).or_else(|| lines.get(within)).copied()
    }

    /// Takes out what somebody suppressed with a reason, while its time lasts. Errors stay.
    fn suppress(&mut self, now: Timestamp) {
        for (number, one) in self.document.suppressed.iter().enumerate() {
            let may = self.rules.rule(&one.rule).is_some_and(|rule| rule.level == Weight::Finding);
            if !may || one.because.trim().is_empty() || one.until <= now {
                self.found("suppression-ended", format!("suppressed[{number}]"), &one.rule);
                continue;
            }
            let found = std::mem::take(&mut self.linted.found);
            let (out, stay) = found.into_iter().partition(|found| found.rule == one.rule);
            self.linted.found = stay;
            self.linted.suppressed.extend::<Vec<Found>>(out);
        }
        self.linted.found.sort_by_key(|found| found.level);
    }
}

#[cfg(test)]
mod tests;
