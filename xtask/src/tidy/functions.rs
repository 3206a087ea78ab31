//! Rules for functions: length, arguments, flags. A signature that a trait dictates is the
//! trait's affair; the functions of tests may be long, because a snapshot may be.

use crate::finding::Finding;
use crate::source::{Chosen, Function, Source};

const LINES: usize = 70;
const MAIN_LINES: usize = 60;
const ARGUMENTS: usize = 5;

/// Every rule for the functions of one file.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in &source.functions {
        if !source.is_test(function.line) {
            findings.extend(length(&source.path, function));
        }
        if function.signature == Chosen::Here {
            findings.extend(arguments(&source.path, function));
            findings.extend(flags(&source.path, function));
        }
    }
    findings
}

fn length(path: &str, function: &Function) -> Option<Finding> {
    let Function { name, line, lines, .. } = function;
    let limit = if name == "main" { MAIN_LINES } else { LINES };
    let mend = format!("`{name}` has {lines} lines: split it, at most {limit}");
    (*lines > limit).then(|| Finding::new(path, *line, "function-length", mend))
}

fn arguments(path: &str, function: &Function) -> Option<Finding> {
    let Function { name, line, arguments, .. } = function;
    let mend = format!("`{name}` takes {arguments}: name a struct, at most {ARGUMENTS}");
    (*arguments > ARGUMENTS).then(|| Finding::new(path, *line, "arguments", mend))
}

fn flags(path: &str, function: &Function) -> Option<Finding> {
    let flags = function.flags.join("`, `");
    let mend = format!("`{flags}` is a bool: make it an enum that says what it means");
    (!flags.is_empty()).then(|| Finding::new(path, function.line, "no-bool", mend))
}
