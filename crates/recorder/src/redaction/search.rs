//! The search: what is to be replaced in a text, at whatever depth it stands.
//!
//! Plain text is searched as it is. In JSON each string is searched for itself, without its
//! escapes, and so is the JSON that a string holds. Text that is no JSON but has escapes (a log
//! line, a part of a document) is searched without them too. Findings are carried back up to where
//! they stand in the text that came, so that nothing else is touched.

use std::borrow::Cow;
use std::ops::Range;

use super::Rules;
use super::escape::{Places, unescape};
use super::json::{Token, is_json, tokens};
use super::path::Led;
use super::signs::{Sign, Signs};

/// How often text within text is unescaped. What stands deeper is searched with its escapes.
const DEEPEST: usize = 6;

/// How often the rules go over plain text in which they find something.
const ROUNDS: usize = 4;

/// A place of a text, and what to put there.
#[derive(Debug)]
pub(super) struct Finding<'a> {
    pub range: Range<usize>,
    pub rule: usize,
    pub text: Cow<'a, str>,
}

/// A range of plain text that rules after this one don't look at.
struct Taken {
    range: Range<usize>,
    /// The rule that found it; none for a marker.
    rule: Option<usize>,
}

/// One search.
#[derive(Clone, Copy)]
pub(super) struct Search<'a> {
    pub rules: &'a Rules,
    /// Turns a value into a token, if tokens are asked for.
    pub tokeniser: Option<&'a dyn Fn(&str) -> String>,
}

impl<'a> Search<'a> {
    /// Everything that is to be replaced, in order and apart.
    pub(super) fn all(self, text: &str) -> Vec<Finding<'a>> {
        self.below(text, self.rules.asked, 0)
    }

    /// Searches text that was unescaped so often, for what may be there at all.
    fn below(self, text: &str, asked: Signs, depth: usize) -> Vec<Finding<'a>> {
        let asked = self.rules.shown(text, asked);
        if asked.is_empty() {
            Vec::new()
        } else if depth == DEEPEST {
            self.plain(text, asked)
        } else if is_json(text) {
            self.json(text, asked, depth)
        } else if let Some(inner) = unescape(text) {
            lift(self.below(&inner, asked, depth + 1), text, 0)
        } else {
            self.plain(text, asked)
        }
    }

    /// Applies the rules to plain text until they find nothing more in what is left.
    ///
    /// What is taken out may set free what stood glued to it: `bob@example.com+4915123456789`.
    fn plain(self, text: &str, asked: Signs) -> Vec<Finding<'a>> {
        let mut taken = self.round(text, asked, Vec::new());
        if taken.is_empty() {
            return Vec::new();
        }
        // Markers are rare, and passed over: only where something is found are they looked for.
        let markers = self.rules.markers.find(text);
        if !markers.is_empty() {
            let markers = markers.into_iter().map(|range| Taken { range, rule: None });
            taken = self.round(text, asked, markers.collect());
        }
        for _ in 1..ROUNDS {
            let before = taken.len();
            taken = self.round(text, asked, taken);
            if taken.len() == before {
                break;
            }
        }
        let finding = |Taken { range, rule }: Taken| {
            let text = self.marker(rule?, &text[range.clone()]);
            Some(Finding { range, rule: rule?, text })
        };
        taken.into_iter().filter_map(finding).collect()
    }

    /// Applies each rule to what those before it left, and adds what it finds.
    fn round(self, text: &str, asked: Signs, mut taken: Vec<Taken>) -> Vec<Taken> {
        for (number, rule) in self.rules.rules.iter().enumerate() {
            if !asked.has(rule.kind.sign()) {
                continue;
            }
            let found = gaps(&taken, text.len()).flat_map(|gap| rule.kind.find(text, gap));
            let found: Vec<_> = found.map(|range| Taken { range, rule: Some(number) }).collect();
            if !found.is_empty() {
                taken.extend(found);
                // Two runs in order: a stable sort merges them in linear time.
                taken.sort_by_key(|taken| taken.range.start);
            }
        }
        taken
    }

    /// Searches a JSON text: what paths take, then each name, string and number of the rest.
    fn json(self, json: &str, asked: Signs, depth: usize) -> Vec<Finding<'a>> {
        let mut found = Vec::new();
        if asked.has(Sign::Brackets) {
            found.extend(
                self.rules.paths.find(json).into_iter().filter_map(|it| self.led_to(json, it)),
            );
        }
        let whole: Vec<Range<usize>> = found.iter().map(|finding| finding.range.clone()).collect();
        let mut whole = whole.into_iter().peekable();
        for token in tokens(json) {
            let (Token::Name(range) | Token::Text(range) | Token::Scalar(range)) = &token else {
                continue;
            };
            while whole.next_if(|taken| taken.end <= range.start).is_some() {}
            if whole.peek().is_some_and(|taken| taken.start <= range.start) {
                continue;
            }
            match token {
                Token::Scalar(range) => found.extend(self.scalar(json, range, asked)),
                _ => found.extend(self.string(&json[range.clone()], range.start, (asked, depth))),
            }
        }
        found.sort_by_key(|finding| finding.range.start);
        found
    }

    /// Searches what stands between quotes, from `start` on.
    fn string(self, raw: &str, start: usize, (asked, depth): (Signs, usize)) -> Vec<Finding<'a>> {
        let asked = self.rules.shown(raw, asked);
        if asked.is_empty() {
            return Vec::new();
        }
        let inner = unescape(raw);
        lift(self.below(inner.as_deref().unwrap_or(raw), asked, depth + 1), raw, start)
    }

    /// Searches a number. If there is a finding it gives way to a string, so that JSON stays JSON.
    fn scalar(self, json: &str, range: Range<usize>, asked: Signs) -> Option<Finding<'a>> {
        let text = &json[range.clone()];
        let asked = self.rules.shown(text, asked);
        let found = if asked.is_empty() { Vec::new() } else { self.plain(text, asked) };
        let first = found.into_iter().next()?;
        Some(Finding { range, text: quoted(&first.text), ..first })
    }

    /// What to put in the place of a value that a path leads to; nothing if that was done before.
    fn led_to(self, json: &str, Led { range, rule }: Led) -> Option<Finding<'a>> {
        let value = &json[range.clone()];
        let content = value.strip_prefix('"').map(|text| text.strip_suffix('"').unwrap_or(text));
        let inner = content.and_then(unescape);
        let value = inner.as_deref().or(content).unwrap_or(value);
        let done = content.is_some() && self.rules.markers.is_marker(value);
        (!done).then(|| Finding { range, rule, text: quoted(&self.marker(rule, value)) })
    }

    /// What a rule puts in the place of a value.
    fn marker(self, rule: usize, value: &str) -> Cow<'a, str> {
        let markers = &self.rules.markers;
        match self.tokeniser.filter(|_| self.rules.rules[rule].tokenise) {
            Some(token) => {
                let canonical = self.rules.rules[rule].kind.canonical(value);
                Cow::Owned(markers.with_token(rule, &token(&canonical)))
            }
            None => Cow::Borrowed(markers.plain(rule)),
        }
    }
}

/// What lies between ranges that are in order and apart.
fn gaps(taken: &[Taken], length: usize) -> impl Iterator<Item = Range<usize>> {
    let starts = std::iter::once(0).chain(taken.iter().map(|taken| taken.range.end));
    let ends = taken.iter().map(|taken| taken.range.start).chain(std::iter::once(length));
    starts.zip(ends).map(|(start, end)| start..end).filter(|gap| !gap.is_empty())
}

/// Findings of unescaped text, carried to where they stand escaped, from `start` on.
fn lift<'a>(found: Vec<Finding<'a>>, raw: &str, start: usize) -> Vec<Finding<'a>> {
    let mut places = Places::of(raw);
    let lifted = found.into_iter().map(|finding| {
        let from = start + places.of_unescaped(finding.range.start);
        let to = start + places.of_unescaped(finding.range.end);
        Finding { range: from..to, text: escaped(finding.text), ..finding }
    });
    lifted.collect()
}

/// A text as it stands between quotes.
fn escaped(text: Cow<str>) -> Cow<str> {
    if !text.contains(['"', '\\']) {
        return text;
    }
    let quoted = serde_json::Value::from(text.as_ref()).to_string();
    Cow::Owned(quoted[1..quoted.len() - 1].to_owned())
}

/// A marker as a string of JSON: it needs no escapes.
fn quoted<'a>(marker: &str) -> Cow<'a, str> {
    Cow::Owned(format!("\"{marker}\""))
}
