//! The rules file: read, checked and compiled.

use std::collections::BTreeSet;
use std::ops::Range;

use model::id::hex;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::Rules;
use super::detector::{DETECTORS, Detector};
use super::marker::{Markers, is_replacement};
use super::path::{MOST_STEPS, Paths, parse};
use super::pattern::{Pattern, PatternError};
use super::signs::Sign;

/// Changes with what detectors find and how text is read, so that a version says what was done.
const ENGINE: &str = "1";

/// Most bytes of a file, and most rules in it.
const BYTES: usize = 256 << 10;
const RULES: usize = 200;

/// Longest id, version and path, in bytes.
const NAME: usize = 64;
const PATH: usize = 256;

/// Why a rules file can't be used.
#[derive(Debug, Error)]
pub enum RulesError {
    /// It is too large.
    #[error("the rules file has more than {BYTES} bytes or {RULES} rules: shorten it")]
    TooLarge,
    /// It is no TOML, or has keys that it can't have.
    #[error("the rules file can't be read, for the reason that follows: correct it")]
    NotToml(#[source] Box<toml::de::Error>),
    /// The version is missing or unfit.
    #[error("`version` is `{0}`: write up to {NAME} letters, digits, `.`, `-` or `_`")]
    Version(String),
    /// A rule can't be used.
    #[error("rule `{rule}` can't be used")]
    Rule {
        /// Its id, or `#3` for the third if it has none.
        rule: String,
        /// What is wrong with it, and how to mend that.
        source: RuleFault,
    },
}

/// What is wrong with one rule.
#[derive(Debug, Error)]
pub enum RuleFault {
    /// Its id is missing, unfit or taken.
    #[error("write an `id` of its own, of up to {NAME} small letters, digits, `-` or `_`")]
    Id,
    /// It has none or several of the keys that say what it finds.
    #[error("write exactly one of `detector`, `pattern` and `json_path`")]
    Kind,
    /// It names a detector that there is not.
    #[error("there is no detector `{0}`: write one of {known}", known = known_detectors())]
    Detector(String),
    /// Its pattern can't be used.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// Its path can't be used.
    #[error(
        "`{0}` is no path: write it like `$.customer.email`, `$..ssn`, `$.items[*]['card no']`"
    )]
    Path(String),
    /// All paths together have too many steps.
    #[error("all paths together have more than {MOST_STEPS} steps: shorten or drop some")]
    Steps,
    /// Its replacement can't be used.
    #[error(
        "write the replacement in square brackets, as in `[customer]`; letters, digits, ` _:.-`"
    )]
    Replacement,
    /// Another rule would find its replacement.
    #[error("its replacement is found by rule `{0}`: write it in other words")]
    Found(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    #[serde(default)]
    rule: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    id: String,
    detector: Option<String>,
    pattern: Option<String>,
    json_path: Option<String>,
    replacement: Option<String>,
    #[serde(default)]
    tokenise: bool,
}

/// A rule, compiled.
#[derive(Debug)]
pub(super) struct Rule {
    pub id: String,
    pub kind: Kind,
    /// Whether the marker carries a token of what was found.
    pub tokenise: bool,
}

/// What a rule finds.
#[derive(Debug)]
pub(super) enum Kind {
    Detector(Detector),
    Pattern(Pattern),
    /// Paths are followed together: [`Rules::paths`].
    Path,
}

impl Rules {
    /// Reads a rules file. An error names the rule, what is wrong with it, and how to mend it.
    pub fn parse(toml: &str) -> Result<Self, RulesError> {
        if toml.len() > BYTES {
            return Err(RulesError::TooLarge);
        }
        let file: File =
            toml::from_str(toml).map_err(|error| RulesError::NotToml(Box::new(error)))?;
        if file.rule.len() > RULES {
            return Err(RulesError::TooLarge);
        }
        if !is_version(&file.version) {
            return Err(RulesError::Version(file.version));
        }
        let hash = Sha256::new().chain_update(ENGINE).chain_update("\0").chain_update(toml);
        let version = format!("{}+{}", file.version, hex(&hash.finalize()[..6]));
        compile(version, file.rule)
    }
}

fn compile(version: String, entries: Vec<Entry>) -> Result<Rules, RulesError> {
    let mut ids = BTreeSet::new();
    let mut paths = Paths::default();
    let mut rules = Vec::with_capacity(entries.len());
    let mut replacements = Vec::with_capacity(entries.len());
    for (place, entry) in entries.into_iter().enumerate() {
        let rule = if entry.id.is_empty() { format!("#{}", place + 1) } else { entry.id.clone() };
        let broken = |source| RulesError::Rule { rule: rule.clone(), source };
        if !is_id(&entry.id) || !ids.insert(entry.id.clone()) {
            return Err(broken(RuleFault::Id));
        }
        replacements.push(replacement(&entry).map_err(broken)?);
        let kind = kind(&entry, place, &mut paths).map_err(broken)?;
        rules.push(Rule { id: entry.id, kind, tokenise: entry.tokenise });
    }
    check_replacements(&rules, &replacements)?;
    let asked = rules.iter().map(|rule| rule.kind.sign()).collect();
    Ok(Rules { version, rules, paths, markers: Markers::new(replacements), asked })
}

fn kind(entry: &Entry, place: usize, paths: &mut Paths) -> Result<Kind, RuleFault> {
    match (&entry.detector, &entry.pattern, &entry.json_path) {
        (Some(name), None, None) => {
            let known = DETECTORS.iter().find(|(known, _)| known == name);
            let unknown = || RuleFault::Detector(name.clone());
            known.map(|(_, detector)| Kind::Detector(*detector)).ok_or_else(unknown)
        }
        (None, Some(pattern), None) => Ok(Kind::Pattern(Pattern::parse(pattern)?)),
        (None, None, Some(path)) => {
            let steps = Some(path).filter(|path| path.len() <= PATH).and_then(|path| parse(path));
            let steps = steps.ok_or_else(|| RuleFault::Path(path.clone()))?;
            paths.add(steps, place).then_some(Kind::Path).ok_or(RuleFault::Steps)
        }
        _ => Err(RuleFault::Kind),
    }
}

fn replacement(entry: &Entry) -> Result<String, RuleFault> {
    let usual = || format!("[redacted:{}]", entry.id);
    let text = entry.replacement.clone().unwrap_or_else(usual);
    is_replacement(&text).then_some(text).ok_or(RuleFault::Replacement)
}

/// No replacement may itself be found: then a second pass would change it.
fn check_replacements(rules: &[Rule], replacements: &[String]) -> Result<(), RulesError> {
    for (rule, text) in rules.iter().zip(replacements) {
        let finder = rules.iter().find(|other| !other.kind.find(text, 0..text.len()).is_empty());
        if let Some(finder) = finder {
            let source = RuleFault::Found(finder.id.clone());
            return Err(RulesError::Rule { rule: rule.id.clone(), source });
        }
    }
    Ok(())
}

impl Kind {
    /// The sign without which a rule finds nothing.
    pub(super) fn sign(&self) -> Sign {
        match self {
            Self::Detector(detector) => Sign::of(*detector),
            Self::Pattern(pattern) if pattern.is_anchored => Sign::Always,
            Self::Pattern(_) => Sign::Pattern,
            Self::Path => Sign::Brackets,
        }
    }

    /// Whether its pattern matches anywhere in a text.
    pub(super) fn matches(&self, text: &str) -> bool {
        matches!(self, Self::Pattern(pattern) if pattern.is_in(text))
    }

    /// What was found without the freedom of writing it.
    pub(super) fn canonical(&self, found: &str) -> String {
        match self {
            Self::Detector(detector) => detector.canonical(found),
            Self::Pattern(_) | Self::Path => found.to_owned(),
        }
    }

    /// What a rule finds within a range of plain text, in order and apart. A path finds nothing.
    pub(super) fn find(&self, text: &str, within: Range<usize>) -> Vec<Range<usize>> {
        match self {
            Self::Detector(detector) => {
                let from = within.start;
                let found = detector.find(&text[within]);
                found.into_iter().map(|range| from + range.start..from + range.end).collect()
            }
            Self::Pattern(pattern) => pattern.find(text, within),
            Self::Path => Vec::new(),
        }
    }
}

fn is_version(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    (1..=NAME).contains(&text.len()) && text.chars().all(plain)
}

fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    (1..=NAME).contains(&text.len()) && text.chars().all(plain)
}

fn known_detectors() -> String {
    let names: Vec<&str> = DETECTORS.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}
