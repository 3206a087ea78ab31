//! Markers: what stands in the place of a finding, `[redacted:email]` or `[redacted:email:3f9c]`.
//!
//! A marker is made of characters that need no escape in JSON, however deep it stands, and it is
//! passed over when it is met again: redacting twice is redacting once.

use std::ops::Range;

use aho_corasick::{AhoCorasick, Match, MatchKind};

/// Longest replacement in a rules file, and longest token, in bytes.
const LONGEST: usize = 64;

/// The markers of all rules.
#[derive(Debug)]
pub(super) struct Markers {
    /// The replacements, by rule.
    replacements: Vec<String>,
    /// Finds each replacement without its closing bracket.
    stems: AhoCorasick,
}

impl Markers {
    /// Markers for these replacements, by rule; of each, [`is_replacement`] is true.
    pub(super) fn new(replacements: Vec<String>) -> Self {
        let stems = replacements.iter().map(|text| stem(text));
        let stems = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(stems);
        #[expect(clippy::expect_used, reason = "a rules file is short, and its markers are")]
        let stems = stems.expect("invariant: the stems of a rules file compile");
        Self { replacements, stems }
    }

    /// The marker of a rule.
    pub(super) fn plain(&self, rule: usize) -> &str {
        &self.replacements[rule]
    }

    /// The marker of a rule with a token. Of that, what a marker can't have is left out.
    pub(super) fn with_token(&self, rule: usize, token: &str) -> String {
        let token: String = token.chars().filter(|c| is_of_token(*c)).take(LONGEST).collect();
        let parted = if token.is_empty() { "" } else { ":" };
        format!("{}{parted}{token}]", stem(self.plain(rule)))
    }

    /// Where markers stand in a text, in order.
    pub(super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        let closed = |stem: Match| Some(stem.start()..stem.end() + tail(&text[stem.end()..])?);
        self.stems.find_iter(text).filter_map(closed).collect()
    }

    /// Whether a text is one marker and nothing else.
    pub(super) fn is_marker(&self, text: &str) -> bool {
        text.starts_with('[') && self.find(text).first().is_some_and(|at| *at == (0..text.len()))
    }
}

/// A marker without its closing bracket.
fn stem(replacement: &str) -> &str {
    replacement.strip_suffix(']').unwrap_or(replacement)
}

/// The length of what closes a marker: a token, if there is one, and the bracket.
fn tail(text: &str) -> Option<usize> {
    let token = text
        .strip_prefix(':')
        .map_or(0, |token| 1 + token.chars().take(LONGEST).take_while(|c| is_of_token(*c)).count());
    (token != 1 && text[token..].starts_with(']')).then_some(token + 1)
}

/// Whether a text can be a replacement: in square brackets, short, without what JSON escapes.
pub(super) fn is_replacement(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    inner.is_some_and(|inner| {
        let plain = |c: char| c.is_ascii_alphanumeric() || " _:.-".contains(c);
        !inner.is_empty() && text.len() <= LONGEST && inner.chars().all(plain)
    })
}

fn is_of_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}
