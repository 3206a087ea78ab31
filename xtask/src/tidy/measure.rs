//! Measures over the whole tree: medians and percentiles of files and functions.

use std::fmt;

use crate::finding::Finding;
use crate::source::{Source, is_test_file};

const FILE_LINES: usize = 500;
const FILE_NINE_OF_TEN: usize = 350;
const FILE_MEDIAN: usize = 130;
const FUNCTION_NINE_OF_TEN: usize = 30;

/// Below so many, a share says nothing: only the hard limits count.
const ENOUGH: usize = 20;

/// The lengths of all files and functions of code; tests apart.
#[derive(Debug, Default)]
pub(super) struct Measures {
    files: Vec<Measured>,
    functions: Vec<Measured>,
}

/// Something with a length, and where it is.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Measured {
    lines: usize,
    path: String,
    line: usize,
}

impl Measures {
    /// Measures one file. What follows its inline tests is theirs.
    pub(super) fn add(&mut self, source: &Source, text: &str) {
        if is_test_file(&source.path) {
            return;
        }
        let whole = text.lines().count();
        let lines = source.test_modules.first().map_or(whole, |module| module.first - 1);
        self.files.push(Measured { lines, path: source.path.clone(), line: 1 });
        let functions = source
            .functions
            .iter()
            .filter(|function| function.lines > 0 && !source.is_test(function.line));
        self.functions.extend(functions.map(|function| Measured {
            lines: function.lines,
            path: source.path.clone(),
            line: function.line,
        }));
    }

    /// What is longer than it may be.
    pub(super) fn check(&self) -> Vec<Finding> {
        let over = self.files.iter().filter(|file| file.lines > FILE_LINES);
        let mut findings: Vec<Finding> = over
            .map(|file| {
                let mend = format!("{} lines: split it, at most {FILE_LINES}", file.lines);
                Finding::new(&file.path, 1, "file-length", mend)
            })
            .collect();
        findings.extend(share(&self.files, Share { of: "files", percent: 50, limit: FILE_MEDIAN }));
        let limit = FILE_NINE_OF_TEN;
        findings.extend(share(&self.files, Share { of: "files", percent: 90, limit }));
        let limit = FUNCTION_NINE_OF_TEN;
        findings.extend(share(&self.functions, Share { of: "functions", percent: 90, limit }));
        findings
    }
}

impl fmt::Display for Measures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (of, all) in [("files", &self.files), ("functions", &self.functions)] {
            let separator = if of == "files" { "" } else { "; " };
            let [median, nine, most] = [50, 90, 100].map(|percent| percentile(all, percent));
            let count = all.len();
            write!(f, "{separator}{count} {of}: median {median}, 90 % ≤ {nine}, longest {most}")?;
        }
        Ok(())
    }
}

/// A share that must stay within a limit.
struct Share {
    of: &'static str,
    percent: usize,
    limit: usize,
}

/// A finding at the longest of them, when the percentile is over its limit.
fn share(all: &[Measured], Share { of, percent, limit }: Share) -> Option<Finding> {
    let value = percentile(all, percent);
    let longest = all.iter().max()?;
    let mend = format!("{percent} % of {of} reach {value} lines, at most {limit}: split this one");
    (all.len() >= ENOUGH && value > limit)
        .then(|| Finding::new(&longest.path, longest.line, "share", mend))
}

/// The smallest length that so many per cent do not exceed.
fn percentile(all: &[Measured], percent: usize) -> usize {
    let mut lines: Vec<usize> = all.iter().map(|one| one.lines).collect();
    lines.sort_unstable();
    let rank = (lines.len() * percent).div_ceil(100).max(1);
    lines.get(rank - 1).copied().unwrap_or(0)
}
