//! `mayday review`.

use std::process::ExitCode;

use anyhow::{Context, Result};
use api::reviews::GradeJson;
use clap::{Args, Subcommand};
use model::IncidentId;
use model::lesson::Grade;
use response::reviews::{Quarter, markdown};

use crate::door::Source;
use crate::world;

/// Read a quarter's postmortems again: were they used, and did anything get better.
///
/// The machine's grades are withheld until `--grades` asks for them: grade the sample before that.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Review {
    #[command(subcommand)]
    grade: Option<Graded>,

    /// Which quarter, as in 2026-Q3
    quarter: Option<Quarter>,

    /// Show the machine's grades and those of others: what you grade from then on is not blind
    #[arg(long)]
    grades: bool,

    /// Print it as JSON instead of Markdown
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// What can be done in a review.
#[derive(Debug, Subcommand)]
enum Graded {
    Grade(GradeIt),
}

/// Say whether a document uses its fields or flattens what happened.
#[derive(Debug, Args)]
struct GradeIt {
    /// Which quarter, as in 2026-Q3
    quarter: Quarter,

    /// The incident whose document it is
    incident: IncidentId,

    /// `flattened`, `partly` or `used`
    #[arg(long = "as", value_name = "GRADE", value_parser = grade)]
    grade: Grade,

    /// On what ground
    #[arg(long, value_name = "TEXT")]
    because: String,

    #[command(flatten)]
    source: Source,
}

impl Review {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        if let Some(Graded::Grade(command)) = self.grade {
            return command.run().await;
        }
        let quarter = self.quarter.context("name a quarter, as in 2026-Q3")?;
        let door = self.source.open().await?;
        let review = match self.grades {
            true => door.show_grades(quarter).await?,
            false => door.review(quarter).await?,
        };
        match self.json {
            true => world::print_json(&review)?,
            false => world::print(markdown(&review).trim_end()),
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl GradeIt {
    async fn run(self) -> Result<ExitCode> {
        let Self { quarter, incident, grade, because, source } = self;
        let told = format!("{incident} graded {} in {quarter}", grade.as_str());
        let it = GradeJson { incident, grade, because, by: None };
        source.open().await?.grade(quarter, it).await?;
        world::print(&told);
        Ok(ExitCode::SUCCESS)
    }
}

fn grade(text: &str) -> Result<Grade, String> {
    Grade::of_word(text).ok_or_else(|| "write flattened, partly or used".to_owned())
}
