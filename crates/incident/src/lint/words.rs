//! Words and phrases in a text, whatever stands between and around them.

use serde::Deserialize;

/// The words that rules look for. All are lower case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) wording: Vec<String>,
    pub(super) worded: Vec<String>,
    pub(super) prompt: Vec<String>,
    pub(super) prompt_tweak: Vec<String>,
    pub(super) not_wording: Vec<String>,
    pub(super) runbook: Vec<String>,
    pub(super) guardrail: Vec<String>,
    pub(super) obey: Vec<String>,
    pub(super) no_category: Vec<String>,
    pub(super) bare_category: Vec<String>,
    pub(super) generic_cause: Vec<String>,
    pub(super) bad_prompt: Vec<String>,
    pub(super) degraded: Vec<String>,
    pub(super) blames_model: Vec<String>,
    pub(super) by_a_team: Vec<String>,
    pub(super) rerun: Vec<String>,
    pub(super) should_have: Vec<String>,
    pub(super) roles: Vec<String>,
}

/// How far off a word is still about another.
const NEAR: usize = 6;

/// A text as words in lower case, and where its sentences end.
pub(super) struct Text {
    words: Vec<String>,
    whole: String,
}

impl Text {
    pub(super) fn of(text: &str) -> Self {
        let lower = text.to_lowercase();
        let mut words = Vec::new();
        for sentence in lower.split(['.', ';', '\n', '!', '?']) {
            let of =
                sentence.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '-' | '@'));
            words.extend(of.filter(|word| !word.is_empty()).map(str::to_owned));
            words.push(String::new());
        }
        let whole = format!(" {} ", words.join(" "));
        Self { words, whole }
    }

    /// Whether it holds a phrase, word by word.
    pub(super) fn has(&self, phrase: &str) -> bool {
        self.whole.contains(&format!(" {phrase} "))
    }

    /// The first of these phrases that it holds.
    pub(super) fn first<'a>(&self, phrases: &'a [String]) -> Option<&'a str> {
        phrases.iter().map(String::as_str).find(|phrase| self.has(phrase))
    }

    /// Whether one of these stems begins a word or stands in it.
    pub(super) fn has_stem(&self, stems: &[String]) -> bool {
        stems.iter().any(|stem| self.whole.contains(&format!(" {stem}")))
    }

    /// Words that say something: those of four letters and more that are none of these.
    pub(super) fn telling(&self, but: &[&[String]]) -> Vec<&str> {
        let said = self.words.iter().map(String::as_str).filter(|word| word.len() > 3);
        said.filter(|word| !but.iter().any(|of| of.iter().any(|one| one == word))).collect()
    }

    /// Whether it is one of these phrases and nothing else.
    pub(super) fn is_one_of(&self, phrases: &[String]) -> bool {
        phrases.iter().any(|phrase| self.whole.trim() == phrase.as_str())
    }

    /// Whether it says that one of these things is worded anew: `reword it`, `it was reworded`.
    pub(super) fn rewords(&self, words: &Words, things: &[String]) -> bool {
        self.does(&words.wording, things) || self.does(things, &words.worded)
    }

    /// Whether one of these words stands before one of those, in one sentence and not far off.
    fn does(&self, first: &[String], second: &[String]) -> bool {
        let is = |of: &[String], word: &String| of.iter().any(|one| one == word);
        self.words.iter().enumerate().any(|(at, word)| {
            let after = self.words[at + 1..].iter().take_while(|word| !word.is_empty()).take(NEAR);
            is(first, word) && after.into_iter().any(|word| is(second, word))
        })
    }

    /// The words that stand before one of these phrases: `sam` of `sam should have`.
    pub(super) fn before<'a>(&'a self, phrases: &[String]) -> Vec<&'a str> {
        let mut found = Vec::new();
        for phrase in phrases {
            for (at, _) in self.whole.match_indices(&format!(" {phrase} ")) {
                found.extend(self.whole[..at].split_whitespace().next_back());
            }
        }
        found
    }
}
