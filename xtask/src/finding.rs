//! A finding: a place, the rule it breaks, and how to mend it.

use std::fmt;

use anyhow::{Result, bail};

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// The file, from the root of the repository.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// The rule's short name.
    pub(crate) rule: &'static str,
    /// What is wrong, and how to mend it.
    pub(crate) mend: String,
}

impl Finding {
    /// A finding at a place.
    pub(crate) fn new(
        file: &str,
        line: usize,
        rule: &'static str,
        mend: impl Into<String>,
    ) -> Self {
        Self { file: file.to_owned(), line, rule, mend: mend.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.rule, self.mend)
    }
}

/// Prints the findings in order of place; an error if there are any.
pub(crate) fn report(mut findings: Vec<Finding>) -> Result<()> {
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        1 => bail!("1 finding"),
        n => bail!("{n} findings"),
    }
}
