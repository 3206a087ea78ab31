//! Rules that show in the tokens of a file: words that must not stand there.

use super::paths::is_empty_name;
use crate::finding::Finding;
use crate::source::{Source, Token};

const INLINE_TEST_LINES: usize = 100;

/// The words that open a statement of SQL.
const SQL: [&str; 5] = ["SELECT", "INSERT", "CREATE", "UPDATE", "DELETE"];

/// Every rule for the tokens of one file.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = inline_tests(source);
    findings.extend(sleeps(source));
    for at in 0..source.tokens.len() {
        findings.extend(unwraps(source, at));
        findings.extend(gaps(source, at));
        findings.extend(ignores(source, at));
        findings.extend(test_names(source, at));
        findings.extend(module_names(source, at));
        findings.extend(statements(source, at));
        findings.extend(error_texts(source, at));
    }
    findings
}

fn finding(source: &Source, at: usize, rule: &'static str, mend: &str) -> Finding {
    Finding::new(&source.path, source.tokens[at].line, rule, mend)
}

/// A test module over 100 lines goes to its own file.
fn inline_tests(source: &Source) -> Vec<Finding> {
    let long = |first: usize, last: usize| last + 1 - first > INLINE_TEST_LINES;
    let modules = source.test_modules.iter().filter(|module| long(module.first, module.last));
    let mend = format!("over {INLINE_TEST_LINES} lines: move them to foo/tests.rs");
    modules
        .map(|module| Finding::new(&source.path, module.first, "inline-tests", mend.clone()))
        .collect()
}

/// Tests wait for what happens, with a bound; they never sleep.
fn sleeps(source: &Source) -> Vec<Finding> {
    let modules = ["thread", "time"].iter();
    let sleeps = modules.flat_map(|module| source.mentions(module, "sleep"));
    let mend = "wait for the event with a bound, or use the fake clock";
    sleeps
        .filter(|token| token.test)
        .map(|token| Finding::new(&source.path, token.line, "no-sleep", mend))
        .collect()
}

fn unwraps(source: &Source, at: usize) -> Option<Finding> {
    let called = source.reads(at, &["."]) || source.reads(at, &[":", ":"]);
    let name = if source.reads(at, &["."]) { at + 1 } else { at + 2 };
    let word = source.tokens.get(name)?.code();
    if !called || source.tokens[at].test {
        return None;
    }
    let mend = "return an error, or say why it can't be: expect(\"invariant: …\")";
    let reason = source.tokens.get(name + 2).and_then(|token| token.text());
    let broken = match word {
        "unwrap" | "unwrap_err" => true,
        "expect" | "expect_err" => !reason.is_some_and(|text| text.starts_with("invariant: ")),
        _ => false,
    };
    broken.then(|| finding(source, name, "no-unwrap", mend))
}

fn gaps(source: &Source, at: usize) -> Option<Finding> {
    let gap = source.reads(at, &["todo", "!"]) || source.reads(at, &["unimplemented", "!"]);
    gap.then(|| finding(source, at, "no-gaps", "write it, or leave the way to it out"))
}

fn ignores(source: &Source, at: usize) -> Option<Finding> {
    let attribute = source.reads(at, &["#", "[", "ignore"]);
    let conditional = source.reads(at, &["#", "[", "cfg_attr"]) && {
        let words = source.tokens[at..].iter().take_while(|token| !token.is("]"));
        words.into_iter().any(|token| token.is("ignore"))
    };
    let mend = "a test runs or is gone: no #[ignore]";
    (attribute || conditional).then(|| finding(source, at, "no-ignore", mend))
}

/// The name is a fact. The attribute may stand some attributes before the function.
fn test_names(source: &Source, at: usize) -> Option<Finding> {
    let name = source.tokens.get(at + 1)?.code();
    let named = source.tokens[at].is("fn") && name.starts_with("test_");
    let mend = format!("`{name}`: state the fact that it shows, without test_");
    (named && follows_test_attribute(source, at)).then(|| finding(source, at, "test-names", &mend))
}

fn follows_test_attribute(source: &Source, at: usize) -> bool {
    let before = source.tokens[..at].iter().rev();
    let header: Vec<&str> =
        before.map(Token::code).take_while(|code| !["{", "}", ";"].contains(code)).collect();
    header.windows(2).any(|pair| pair[1] == "test" && ["]", "("].contains(&pair[0]))
}

fn module_names(source: &Source, at: usize) -> Option<Finding> {
    let name = source.tokens.get(at + 1)?.code();
    let mend = format!("`{name}` says nothing: name what is inside");
    (source.tokens[at].is("mod") && is_empty_name(name))
        .then(|| finding(source, at, "telling-name", &mend))
}

fn statements(source: &Source, at: usize) -> Option<Finding> {
    if source.tokens[at].test {
        return None;
    }
    let text = source.tokens[at].text()?.trim_start();
    let opens = |word: &str| {
        text.strip_prefix(word).is_some_and(|rest| rest.starts_with(char::is_whitespace))
    };
    let mend = "move the statement to a .sql file beside the code, and include_str! it";
    SQL.iter().any(|word| opens(word)).then(|| finding(source, at, "sql-files", mend))
}

/// An error's text is lower case, has no full stop, and leaves the source to the chain.
fn error_texts(source: &Source, at: usize) -> Option<Finding> {
    if !source.reads(at, &["#", "[", "error", "("]) {
        return None;
    }
    let text = source.tokens.get(at + 4)?.text()?;
    let mut letters = text.chars();
    let capital = letters.next().is_some_and(char::is_uppercase)
        && letters.next().is_some_and(char::is_lowercase);
    let mend = if capital {
        "start it in lower case"
    } else if text.ends_with('.') {
        "no full stop: the chain goes on"
    } else if text.contains("{source") {
        "leave the source to the chain"
    } else {
        return None;
    };
    Some(finding(source, at, "error-text", mend))
}
