//! `mayday moved --csv`: a table of one's own, and no server.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{ArgGroup, Args};
use model::{Fault, Faulty};
use response::{Brief, Measure, Question, SheetQuestion, SheetReport, SumVerdict, brief, sheet};

use super::{Form, exit_code};
use crate::world::{self, Usage};

/// A table to look at instead of what was recorded.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("table").args(["csv", "parquet"]))]
pub(super) struct Own {
    /// Ask this CSV instead of a server; needs both windows, --time, and --outcome or --bad
    #[arg(long, value_name = "FILE", requires = "time", help_heading = TABLE)]
    csv: Option<PathBuf>,

    /// The same of a Parquet file
    #[arg(
        long, value_name = "FILE", requires = "time", conflicts_with = "csv", help_heading = TABLE
    )]
    parquet: Option<PathBuf>,

    /// Its column with the time: RFC 3339 or Unix seconds
    #[arg(long, value_name = "COLUMN", requires = "table", help_heading = TABLE)]
    time: Option<String>,

    /// Its column with good, bad or unknown, where a row is a run
    #[arg(
        long,
        value_name = "COLUMN",
        requires = "table",
        conflicts_with = "bad",
        help_heading = TABLE
    )]
    outcome: Option<String>,

    /// Its column with the number of bad ones
    #[arg(long, value_name = "COLUMN", requires = "table", help_heading = TABLE)]
    bad: Option<String>,

    /// Its column with the number of all; without it a row is one run
    #[arg(long, value_name = "COLUMN", requires = "bad", help_heading = TABLE)]
    total: Option<String>,

    /// Its column with a number, such as what a row cost: says where its sum grew
    #[arg(
        long,
        value_name = "COLUMN",
        requires = "table",
        conflicts_with_all = ["bad", "outcome"],
        help_heading = TABLE
    )]
    value: Option<String>,

    /// A column to search, again for each; without it all others
    #[arg(long, value_name = "COLUMN", requires = "table", help_heading = TABLE)]
    factor: Vec<String>,
}

const TABLE: &str = "A table of your own";

const NEXT: &str = "read bad rows there beside good ones elsewhere; --json has all of it";

impl Own {
    /// Whether a table was named.
    pub(super) fn is_asked(&self) -> bool {
        self.csv.is_some() || self.parquet.is_some()
    }

    /// Reads the table and says where its rate rose.
    pub(super) fn run(self, asked: Question, form: Form) -> Result<ExitCode> {
        let usage = |text: &str| Usage(text.to_owned());
        let is_parquet = self.parquet.is_some();
        let path = self.csv.or(self.parquet);
        let path = path.ok_or_else(|| usage("name a table with --csv or --parquet"))?;
        let time = self.time.ok_or_else(|| usage("name the column with the time with --time"))?;
        let measure = match (self.outcome, self.bad, self.value) {
            (Some(outcome), ..) => Measure::Outcome(outcome),
            (None, Some(bad), _) => Measure::Counts { bad, total: self.total },
            (None, None, Some(value)) => Measure::Value(value),
            (None, None, None) => {
                let how = "say what is measured: --outcome, --bad with --total, or --value";
                return Err(usage(how).into());
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
        let now = world::now();
        let answer = match is_parquet {
            true => sheet::ask_parquet(file, &question, now),
            false => sheet::ask(file, &question, now),
        };
        let answer = answer.map_err(|error| match error.fault() {
            Fault::Invalid => anyhow::Error::from(Usage(format!("{}: {error}", path.display()))),
            _ => {
                anyhow::Error::from(error).context(format!("could not compare {}", path.display()))
            }
        })?;
        for column in &answer.left_out {
            world::tell(&format!("left out: {column}, whose levels are as many as the rows"));
        }
        if form == Form::Json {
            world::print_json(&answer)?;
        }
        Ok(match answer.report {
            SheetReport::Sum { value, report } => {
                if form == Form::Text {
                    world::print(&sheet::sum_in_words(&report, &value).join("\n"));
                }
                let is_answer = report.verdict != SumVerdict::InsufficientData;
                if is_answer { ExitCode::SUCCESS } else { ExitCode::from(3) }
            }
            SheetReport::Rate(report) => {
                if form == Form::Text {
                    let words = Brief { next: NEXT.to_owned(), ..brief(&report) };
                    world::print(&words.lines().join("\n"));
                }
                exit_code(&report)
            }
        })
    }
}
