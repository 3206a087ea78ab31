//! Patterns: regular expressions of a rules file, kept to what can be searched in linear time.
//!
//! One search is linear in the text. Going on after each match is so only if no search reads far
//! beyond its match, so a pattern whose matches have no longest length is refused.

use std::ops::Range;

use regex::{Regex, RegexBuilder};
use thiserror::Error;

/// Longest pattern, longest match, and most memory of one compiled, in bytes.
const SOURCE: usize = 1_000;
const MATCH: usize = 1_000;
const COMPILED: usize = 4 << 20;

/// The group that is replaced, if a pattern has it, instead of the whole match.
const VALUE: &str = "value";

/// A pattern, compiled.
#[derive(Debug)]
pub(super) struct Pattern {
    regex: Regex,
    has_value: bool,
    /// Whether it asks for the start or end of the text or of a line.
    pub is_anchored: bool,
}

/// Why a pattern can't be used.
#[derive(Debug, Error)]
pub enum PatternError {
    /// It is too long.
    #[error("the pattern has more than {SOURCE} bytes: split it into several rules")]
    TooLong,
    /// It is no regular expression, or too large once compiled.
    #[error("the pattern can't be compiled, for the reason that follows: correct it")]
    NotCompiled(#[source] Box<regex::Error>),
    /// It matches nothing at all.
    #[error("the pattern matches the empty text: make it ask for one character at least")]
    Empty,
    /// No match of it is the longest.
    #[error(
        "a match of the pattern may be longer than {MATCH} bytes: \
         say how often at most, as in `[0-9]{{1,20}}` for `[0-9]+`"
    )]
    Endless,
}

impl Pattern {
    /// Compiles a pattern.
    pub(super) fn parse(source: &str) -> Result<Self, PatternError> {
        if source.len() > SOURCE {
            return Err(PatternError::TooLong);
        }
        let regex = RegexBuilder::new(source)
            .size_limit(COMPILED)
            .build()
            .map_err(|error| PatternError::NotCompiled(Box::new(error)))?;
        let properties = regex_syntax::parse(source).map(|hir| hir.properties().clone());
        let Ok(properties) = properties else { return Err(PatternError::Endless) };
        if properties.minimum_len().is_none_or(|least| least == 0) {
            return Err(PatternError::Empty);
        }
        if properties.maximum_len().is_none_or(|most| most > MATCH) {
            return Err(PatternError::Endless);
        }
        let has_value = regex.capture_names().flatten().any(|name| name == VALUE);
        Ok(Self { regex, has_value, is_anchored: properties.look_set().contains_anchor() })
    }

    /// Whether it matches anywhere.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// What is to be replaced within a range of a text, in order and apart.
    pub(super) fn find(&self, text: &str, within: Range<usize>) -> Vec<Range<usize>> {
        let text = &text[..within.end];
        let mut found = Vec::new();
        let mut at = within.start;
        while let Some(next) = self.regex.find_at(text, at) {
            let value = if self.has_value { self.value(text, next.start()) } else { next.range() };
            at = next.end();
            if !value.is_empty() {
                found.push(value);
            }
        }
        found
    }

    /// The group that is replaced, of the match that starts here; empty if it has no part in it.
    fn value(&self, text: &str, start: usize) -> Range<usize> {
        let groups = self.regex.captures_at(text, start);
        groups.and_then(|groups| Some(groups.name(VALUE)?.range())).unwrap_or(start..start)
    }
}
