//! The data file of rules and words.

use std::sync::LazyLock;

use model::Severity;
use serde::Deserialize;

use super::Weight;
use super::words::Words;

/// Every rule, and the words that rules look for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Rules {
    /// Version of the data file.
    pub version: u32,
    /// The rules.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
    pub(super) words: Words,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Rule {
    /// Its name, which stays.
    pub id: String,
    /// How much it weighs.
    pub level: Weight,
    /// The least severity at which it is looked for; none for every severity.
    #[serde(default)]
    pub from: Option<Severity>,
    /// What is wrong.
    pub says: String,
    /// How to mend it.
    pub mend: String,
}

/// The rules that come with Mayday.
#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
pub fn rules() -> Rules {
    static RULES: LazyLock<Rules> = LazyLock::new(|| {
        toml::from_str(include_str!("../../data/lint.toml")).expect("invariant: the rules are TOML")
    });
    RULES.clone()
}

impl Rules {
    /// The rule of that name.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}
