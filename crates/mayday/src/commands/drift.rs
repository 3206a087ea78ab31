//! `mayday drift`.

use std::process::ExitCode;

use anyhow::Result;
use api::drift::ReviewJson;
use clap::{Args, Subcommand};
use model::ChangeSurface;
use response::{DriftView, wording};

use crate::door::Source;
use crate::world;

/// Say what surfaces have been through since a person last looked, and what is not as recorded.
#[derive(Debug, Args)]
pub(crate) struct Drift {
    #[command(subcommand)]
    review: Option<Act>,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// What can be done about it.
#[derive(Debug, Subcommand)]
enum Act {
    /// Take what a surface has become as the new baseline
    Review(Review),
}

/// Take what a surface has become as the new baseline.
#[derive(Debug, Args)]
struct Review {
    /// The feature
    feature: String,

    /// The surface
    surface: ChangeSurface,

    /// What was found
    #[arg(long, value_name = "TEXT")]
    because: String,

    #[command(flatten)]
    source: Source,
}

impl Drift {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let view = match self.review {
            None => self.source.open().await?.drift().await?,
            Some(Act::Review(Review { feature, surface, because, source })) => {
                let review = ReviewJson { feature, surface, because, by: None };
                source.open().await?.review_drift(review).await?
            }
        };
        match self.json {
            true => world::print_json(&view)?,
            false => print(&view),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print(view: &DriftView) {
    if view.drifts.is_empty() && view.mismatches.is_empty() {
        world::print("no edit waits for a review, and what is served is what was recorded");
    }
    for row in &view.drifts {
        let due = if row.due { "review it" } else { "small" };
        let unlogged = match row.unlogged {
            0 => String::new(),
            count => format!("; {count} of them nobody recorded"),
        };
        let (feature, surface) = (&row.feature, row.surface.as_str());
        world::print(&format!("{due:<10}{feature}  {surface}: {}{unlogged}", row.why));
    }
    for row in &view.mismatches {
        world::print(&format!(
            "mismatch  {}  {} is {} in {} of {} runs; {} of {} says {}",
            row.feature,
            row.factor,
            wording::level(&row.served),
            row.runs,
            row.of,
            row.change,
            wording::moment(row.since),
            wording::level(&row.recorded),
        ));
    }
    for row in &view.waiting {
        let (feature, factor, levels) = (&row.feature, &row.factor, row.levels);
        world::print(&format!("waiting   {feature}  {factor}: {levels} more new levels this hour"));
    }
}
