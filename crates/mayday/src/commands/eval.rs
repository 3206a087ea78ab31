//! `mayday eval`.

mod export;
mod results;

use std::process::ExitCode;

use anyhow::Result;
use api::evals::EvalRunJson;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use model::EvalRun;
use response::wording;

use super::listing::Listing;
use crate::door::Source;
use crate::world;

/// Keep runs and results of evals, take out cases for them, and say since when each was green.
#[derive(Debug, Subcommand)]
pub(crate) enum Eval {
    Record(Record),
    List(List),
    Results(results::Results),
    Export(export::Export),
    Ablate(results::Ablate),
}

/// Keep a run of a suite.
#[derive(Debug, Args)]
pub(crate) struct Record {
    /// The suite's name
    suite: String,

    /// How many cases were run
    #[arg(long)]
    cases: u64,

    /// How many of them failed
    #[arg(long)]
    failed: u64,

    /// The largest share of failed cases that is still green, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    threshold: f64,

    /// The feature that it is to guard
    #[arg(long)]
    feature: Option<String>,

    /// What it was judged with, such as a hash over judge, rubric and cases
    #[arg(long)]
    configuration: Option<String>,

    /// When it ran, if not now
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,

    #[command(flatten)]
    source: Source,
}

/// List suites, each with its last run and its last green one.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    listing: Listing,
}

impl Eval {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Eval::Record(record) => record.run().await,
            Eval::List(list) => list.run().await,
            Eval::Results(results) => results.run().await,
            Eval::Export(export) => export.run().await,
            Eval::Ablate(ablate) => ablate.run().await,
        }
    }
}

impl Record {
    async fn run(self) -> Result<ExitCode> {
        let Record { suite, cases, failed, threshold, feature, configuration, at, source } = self;
        let by = None;
        let run = EvalRunJson { suite, feature, configuration, cases, failed, threshold, at, by };
        let suite = source.make_and_open().await?.record_eval(run).await?;
        world::print(&told(&suite.last));
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    async fn run(self) -> Result<ExitCode> {
        let suites = self.listing.open().await?.suites().await?;
        let none = "no runs of suites yet: `mayday eval record` keeps one";
        self.listing.print(&suites, none, |suite| {
            let green = suite.last_green.as_ref().map(|run| wording::moment(run.at));
            let green = green.unwrap_or_else(|| "never".to_owned());
            format!("{}  last green {green}", told(&suite.last))
        })
    }
}

fn told(run: &EvalRun) -> String {
    let (colour, at) = (if run.is_green() { "green" } else { "red" }, wording::moment(run.at));
    format!("{}  {colour}  {} of {} failed  {at}", run.suite, run.failed, run.cases)
}
