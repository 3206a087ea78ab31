//! `mayday moved --csv`: a table of one's own, and no server.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use model::{Fault, Faulty};
use response::{Brief, Measure, Question, SheetQuestion, brief, sheet};

use super::{Form, exit_code};
use crate::world::{self, Usage};

/// A table to look at instead of what was recorded.
#[derive(Debug, Args)]
pub(super) struct Own {
    /// Ask this CSV instead of a server; needs both windows, --time, and --outcome or --bad
    #[arg(long, value_name = "FILE", requires = "time", help_heading = TABLE)]
    csv: Option<PathBuf>,

    /// Its column with the time: RFC 3339 or Unix seconds
    #[arg(long, value_name = "COLUMN", requires = "csv", help_heading = TABLE)]
    time: Option<String>,

    /// Its column with good, bad or unknown, where a row is a run
    #[arg(
        long, value_name = "COLUMN", requires = "csv", conflicts_with = "bad", help_heading = TABLE
    )]
    outcome: Option<String>,

    /// Its column with the number of bad ones
    #[arg(long, value_name = "COLUMN", requires = "csv", help_heading = TABLE)]
    bad: Option<String>,

    /// Its column with the number of all; without it a row is one run
    #[arg(long, value_name = "COLUMN", requires = "bad", help_heading = TABLE)]
    total: Option<String>,

    /// A column to search, again for each; without it all others
    #[arg(long, value_name = "COLUMN", requires = "csv", help_heading = TABLE)]
    factor: Vec<String>,
}

const TABLE: &str = "A table of your own";

const NEXT: &str = "read bad rows there beside good ones elsewhere; --json has all of it";

impl Own {
    /// Whether a table was named.
    pub(super) fn is_asked(&self) -> bool {
        self.csv.is_some()
    }

    /// Reads the table and says where its rate rose.
    pub(super) fn run(self, asked: Question, form: Form) -> Result<ExitCode> {
        let usage = |text: &str| Usage(text.to_owned());
        let path = self.csv.ok_or_else(|| usage("name a table with --csv"))?;
        let time = self.time.ok_or_else(|| usage("name the column with the time with --time"))?;
        let measure = match (self.outcome, self.bad) {
            (Some(outcome), _) => Measure::Outcome(outcome),
            (None, Some(bad)) => Measure::Counts { bad, total: self.total },
            (None, None) => {
                return Err(usage("say what is bad: --outcome COLUMN, or --bad and --total").into());
            }
        };
        let windows = asked
            .windows
            .ok_or_else(|| usage("a table needs both windows: --baseline A..B --incident C..D"))?;
        let name = || path.file_stem().map(|name| name.to_string_lossy().into_owned());
        let feature = asked.feature.or_else(name);
        let file =
            File::open(&path).with_context(|| format!("could not open {}", path.display()))?;
        let question = SheetQuestion { time, measure, factors: self.factor, windows, feature };
        let answer =
            sheet::ask(file, &question, world::now()).map_err(|error| match error.fault() {
                Fault::Invalid => {
                    anyhow::Error::from(Usage(format!("{}: {error}", path.display())))
                }
                _ => anyhow::Error::from(error)
                    .context(format!("could not compare {}", path.display())),
            })?;
        for column in &answer.left_out {
            world::tell(&format!("left out: {column}, whose levels are as many as the rows"));
        }
        match form {
            Form::Json => world::print_json(&answer)?,
            Form::Text => {
                let words = Brief { next: NEXT.to_owned(), ..brief(&answer.report) };
                world::print(&words.lines().join("\n"));
            }
        }
        Ok(exit_code(&answer.report))
    }
}
