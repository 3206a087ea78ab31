//! The page on attributes says what the tables say.

use std::collections::BTreeMap;

use model::record::Dialect;

use crate::dialect::slot::{Below, Means};
use crate::dialect::{VOCABULARIES, known_beginnings, known_keys};

const PAGE: &str = include_str!("../../../../docs/attributes.md");

/// A name in camels as words: `ModelServed` is `model served`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(c.to_ascii_lowercase());
    }
    words
}

fn meaning(means: Means) -> String {
    match means {
        Means::Is(slot) => words(&format!("{slot:?}")),
        Means::Parameter(name) => format!("parameter {name}"),
        Means::Tokens(bucket) => format!("tokens: {}", words(&format!("{bucket:?}"))),
        Means::Subject => "subject".to_owned(),
        Means::Sign => "a sign of the dialect".to_owned(),
    }
}

fn meaning_below(below: Below) -> String {
    match below {
        Below::Sign => "a sign of the dialect".to_owned(),
        below => words(&format!("{below:?}")),
    }
}

/// What is read in each dialect, as the page has it.
fn listing() -> String {
    let mut page = String::new();
    for vocabulary in VOCABULARIES.iter().filter(|words| words.dialect != Dialect::Mayday) {
        let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let loose = vocabulary
            .loose
            .iter()
            .map(|(key, means)| (format!("`{key}` (beside its own)"), means));
        let keys = vocabulary.keys.iter().map(|(key, means)| (format!("`{key}`"), means));
        for (key, means) in keys.chain(loose) {
            rows.entry(meaning(*means)).or_default().push(key);
        }
        for (beginning, below) in vocabulary.below {
            rows.entry(meaning_below(*below)).or_default().push(format!("`{beginning}…`"));
        }
        let name = match vocabulary.dialect {
            Dialect::Unknown => "OpenTelemetry, general",
            dialect => dialect.as_str(),
        };
        page.push_str(&format!("\n### {name}\n\n| read as | from |\n|---|---|\n"));
        for (meaning, keys) in rows {
            page.push_str(&format!("| {meaning} | {} |\n", keys.join(", ")));
        }
    }
    page
}

#[test]
fn the_page_lists_every_attribute_that_is_read() {
    let listing = listing();
    assert!(PAGE.ends_with(&listing), "end docs/attributes.md with this:\n{listing}");
}

#[test]
fn the_page_explains_every_attribute_of_our_own() {
    let ours = known_keys().into_iter().chain(known_beginnings());
    for key in ours.filter(|key| key.starts_with("mayday.") || key.starts_with("agent.stop.")) {
        assert!(PAGE.contains(&format!("| `{key}")), "docs/attributes.md does not explain {key}");
    }
}

#[test]
fn no_key_stands_in_two_tables() {
    let keys = VOCABULARIES.iter().flat_map(|words| words.keys.iter().chain(words.loose));
    let mut keys: Vec<&str> = keys.map(|(key, _)| *key).collect();
    keys.sort_unstable();
    let twice: Vec<_> = keys.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert_eq!(twice, Vec::<&[&str]>::new());
}
