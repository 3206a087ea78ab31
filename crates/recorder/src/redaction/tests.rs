//! What is found and what is not, in which text, and under which rules.

mod detectors;
mod documents;
mod hostile;
mod properties;
mod rules;

use std::sync::LazyLock;

use super::*;

static DEFAULTS: LazyLock<Rules> = LazyLock::new(Rules::default);

/// The text under the rules that Mayday comes with.
fn redacted(text: &str) -> String {
    under(&DEFAULTS, text)
}

/// The text under these rules.
fn under(rules: &Rules, text: &str) -> String {
    rules.redact(text).map_or_else(|| text.to_owned(), |redacted| redacted.text)
}

/// A rules file of one rule with the id `own`.
fn own(rule: &str) -> Rules {
    Rules::parse(&format!("version = \"1\"\n[[rule]]\nid = \"own\"\n{rule}")).unwrap()
}
