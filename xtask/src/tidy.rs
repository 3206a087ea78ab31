//! `cargo xtask tidy`: the measures and the rules of style, as a machine.
//!
//! Every rule is a pure function of a path and a text. A function's length, its arguments and
//! what counts as a test come from the parsed file, so prose and string literals do not count.

mod functions;
mod lines;
mod measure;
mod paths;
mod tokens;

#[cfg(test)]
mod tests;

use anyhow::Result;

use crate::finding::{Finding, report};
use crate::source::Source;
use crate::workspace::{TextFile, Workspace};
use measure::Measures;

/// Prints what breaks a rule, or else what was measured.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let (findings, measures) = examine(&workspace.files()?);
    report(findings)?;
    println!("tidy: {measures}");
    Ok(())
}

/// Applies every rule to every file.
fn examine(files: &[TextFile]) -> (Vec<Finding>, Measures) {
    let mut findings = paths::one_integration_binary(files);
    let mut measures = Measures::default();
    for file in files {
        findings.extend(paths::check(&file.path));
        findings.extend(lines::check(&file.path, &file.text));
        if file.path.ends_with(".rs") {
            findings.extend(examine_source(file, &mut measures));
        }
    }
    findings.extend(measures.check());
    (findings, measures)
}

fn examine_source(file: &TextFile, measures: &mut Measures) -> Vec<Finding> {
    match Source::parse(&file.path, &file.text) {
        Ok(source) => {
            measures.add(&source, &file.text);
            let mut findings = functions::check(&source);
            findings.extend(tokens::check(&source));
            findings
        }
        Err(error) => {
            let line = error.span().start().line;
            vec![Finding::new(&file.path, line, "rust", format!("make it parse: {error}"))]
        }
    }
}
