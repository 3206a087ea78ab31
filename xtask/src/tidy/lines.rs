//! Rules that a text meets line by line, whatever language it is in.

use crate::finding::Finding;

const WIDTH: usize = 100;
const ARCHITECTURE_LINES: usize = 200;
const PACKAGES: usize = 350;

/// Words of a workplace: paths that mean nothing in a clone.
const WORKPLACE: [&str; 2] = [concat!("../sha", "red"), concat!(".libr", "ary")];

/// Every rule for one text.
pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = workplace(path, text);
    if path.ends_with(".rs") {
        findings.extend(width(path, text));
        findings.extend(opening(path, text));
    }
    match path {
        "ARCHITECTURE.md" => findings.extend(architecture(path, text)),
        "Cargo.lock" => findings.extend(packages(path, text)),
        _ => {}
    }
    findings
}

fn workplace(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for word in WORKPLACE.iter().filter(|word| stands_in(line, word)) {
            let mend = format!("`{word}` is a path of the workplace: speak of the product alone");
            findings.push(Finding::new(path, number, "no-workplace", mend));
        }
    }
    findings
}

/// Whether the word stands in the line by itself, not as the end or the start of another.
fn stands_in(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

fn width(path: &str, text: &str) -> Vec<Finding> {
    let wide = |line: &str| line.chars().count() > WIDTH;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| wide(line));
    let mend = format!("break the line: at most {WIDTH} columns");
    lines.map(|(number, _)| Finding::new(path, number, "width", mend.clone())).collect()
}

fn opening(path: &str, text: &str) -> Option<Finding> {
    let mend = "open the file with a `//!` line that says what it holds";
    let opens = text.lines().next().is_some_and(|line| line.starts_with("//!"));
    (!opens).then(|| Finding::new(path, 1, "opening-line", mend))
}

fn architecture(path: &str, text: &str) -> Option<Finding> {
    let lines = text.lines().count();
    let mend = format!("{lines} lines: cut it to {ARCHITECTURE_LINES}");
    (lines > ARCHITECTURE_LINES).then(|| Finding::new(path, lines, "architecture", mend))
}

fn packages(path: &str, text: &str) -> Option<Finding> {
    let packages = count_packages(text);
    let mend = format!("{packages} packages: drop a dependency, at most {PACKAGES}");
    (packages > PACKAGES).then(|| Finding::new(path, 1, "packages", mend))
}

/// How many packages a lock file names.
fn count_packages(lock: &str) -> usize {
    lock.lines().filter(|line| *line == "[[package]]").count()
}
