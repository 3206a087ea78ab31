//! What eval runners write about their runs: JUnit's XML and promptfoo's JSON, case by case.
//!
//! A case that was tried several times is counted once, with all its trials. What was skipped was
//! not tried.

use std::collections::BTreeMap;

use model::eval::CaseResult;
use serde::Deserialize;

use crate::error::Refusal;

/// Longest file read, in bytes.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Elements of a file of JUnit's that are looked at.
const MOST_NODES: u32 = 2_000_000;

/// Trials and failures of cases, by name.
#[derive(Default)]
struct Counts(BTreeMap<String, (u32, u32)>);

impl Counts {
    fn add(&mut self, case: &str, failures: u32) {
        let (n, k) = self.0.entry(case.to_owned()).or_default();
        *n += 1;
        *k += failures;
    }

    fn done(self) -> Result<Vec<CaseResult>, Refusal> {
        if self.0.is_empty() {
            return Err(Refusal::missing("a case that was run"));
        }
        Ok(self.0.into_iter().map(|(case, (n, k))| CaseResult { case, n, k }).collect())
    }
}

/// The cases of a file of JUnit's: a `testcase` by its name, failed with a `failure` or `error`.
///
/// `classname` is left out of the name: a case of Mayday's is called by its own.
pub fn junit(text: &str) -> Result<Vec<CaseResult>, Refusal> {
    small_enough(text)?;
    let options = roxmltree::ParsingOptions {
        allow_dtd: false,
        nodes_limit: MOST_NODES,
        ..roxmltree::ParsingOptions::default()
    };
    let document = roxmltree::Document::parse_with_options(text, options);
    let document = document.map_err(|error| Refusal::unreadable("JUnit file", &error))?;
    let mut counts = Counts::default();
    for case in document.descendants().filter(|node| node.has_tag_name("testcase")) {
        let name = case.attribute("name").ok_or_else(|| Refusal::missing("testcase name"))?;
        let has = |tags: &[&str]| case.children().any(|it| tags.contains(&it.tag_name().name()));
        if !has(&["skipped"]) {
            counts.add(name, has(&["failure", "error"]).into());
        }
    }
    counts.done()
}

/// A file of promptfoo's, as far as it is looked at.
#[derive(Deserialize)]
struct Written {
    results: Results,
}

/// Older files hold the list itself, newer ones an object with it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Results {
    Within { results: Vec<Trial> },
    List(Vec<Trial>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trial {
    success: bool,
    #[serde(default)]
    test_case: TestCase,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize, Default)]
struct TestCase {
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    metadata: Option<Metadata>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    #[serde(default)]
    case: Option<String>,
}

/// The cases of a file that `promptfoo eval --output` wrote: by `metadata.case`, as Mayday's
/// exports have it, else by their description.
pub fn promptfoo(text: &str) -> Result<Vec<CaseResult>, Refusal> {
    small_enough(text)?;
    let form = |error: serde_json::Error| Refusal::unreadable("promptfoo output", &error);
    let written: Written = serde_json::from_str(text).map_err(form)?;
    let (Results::Within { results } | Results::List(results)) = written.results;
    let mut counts = Counts::default();
    for Trial { success, test_case, metadata } in results {
        let named = test_case.metadata.and_then(|metadata| metadata.case).or(metadata.case);
        let name = named.or(test_case.description);
        let name = name.ok_or_else(|| Refusal::missing("testCase.description"))?;
        counts.add(&name, (!success).into());
    }
    counts.done()
}

fn small_enough(text: &str) -> Result<(), Refusal> {
    let (bytes, most) = (text.len(), MOST_BYTES);
    if bytes > most { Err(Refusal::TooLarge { bytes, most }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(cases: Result<Vec<CaseResult>, Refusal>) -> String {
        let told =
            cases.unwrap().into_iter().map(|one| format!("{} {}/{}", one.case, one.k, one.n));
        told.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_file_of_junits_gives_its_cases_with_all_trials() {
        let text = r#"<?xml version="1.0"?><testsuites><testsuite name="s">
            <testcase classname="a" name="stall"/>
            <testcase classname="a" name="stall"><failure message="no">x</failure></testcase>
            <testcase name="drain"><error/></testcase>
            <testcase name="later"><skipped/></testcase></testsuite></testsuites>"#;
        assert_eq!(told(junit(text)), "drain 1/1, stall 1/2");
    }

    #[test]
    fn a_file_of_promptfoos_gives_its_cases_in_both_forms() {
        let trial = r#"
            {"success":false,"testCase":{"description":"d","metadata":{"case":"case_1"}}},
            {"success":true,"testCase":{"description":"other"}}"#;
        let new = format!(r#"{{"results":{{"version":3,"results":[{trial}]}}}}"#);
        let old = format!(r#"{{"results":[{trial}]}}"#);
        for text in [new, old] {
            assert_eq!(told(promptfoo(&text)), "case_1 1/1, other 0/1");
        }
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        for text in ["", "<a>", "{}", "<testsuite/>", r#"<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>"#]
        {
            assert!(junit(text).is_err(), "{text}");
        }
        for text in ["", "[]", "{}", r#"{"results":[]}"#, r#"{"results":[{"success":true}]}"#] {
            assert!(promptfoo(text).is_err(), "{text}");
        }
    }
}
