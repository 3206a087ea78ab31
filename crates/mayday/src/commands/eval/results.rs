//! `mayday eval results` and `mayday eval ablate`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::{Context, Result};
use api::lessons::MeasuredJson;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use model::IncidentId;
use model::eval::{Ablation, Arm, CaseResult};
use response::{runners, wording};

use crate::door::Source;
use crate::world::{self, Usage};

/// Keep what an eval measured, case by case: what action items close by, and trends rest on.
#[derive(Debug, Args)]
pub(crate) struct Results {
    /// What the runner wrote; none for `--format otel`
    #[arg(required_unless_present = "within")]
    file: Option<PathBuf>,

    /// For `--format otel`: when the runs began whose evaluation events count, as START..END
    #[arg(long, value_name = "WINDOW", conflicts_with = "file")]
    within: Option<String>,

    /// By which runner
    #[arg(long, value_enum)]
    format: Runner,

    /// The eval's name
    #[arg(long)]
    eval: String,

    /// Its version: rates are compared within one version alone
    #[arg(long)]
    version: String,

    /// The version of the model that was measured
    #[arg(long)]
    model: String,

    /// What else it ran under: an incident's id, for a run as that incident ran
    #[arg(long)]
    configuration: Option<String>,

    /// The feature that it is to guard
    #[arg(long)]
    feature: Option<String>,

    /// The largest share of failed trials that is still green, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    threshold: f64,

    /// Only some of the eval's cases were run: none is missed
    #[arg(long)]
    partial: bool,

    /// When it ran, if not now
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,

    #[command(flatten)]
    source: Source,
}

/// A runner of evals, by what it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Runner {
    /// JUnit's XML, which pytest and most others write
    Junit,
    /// The JSON of `promptfoo eval --output`
    Promptfoo,
    /// Evaluation events that came by OpenTelemetry, each with its `mayday.eval.case`
    Otel,
}

/// Keep trials with one part of the input swapped: what "the prompt was the cause" must rest on.
#[derive(Debug, Args)]
pub(crate) struct Ablate {
    /// As evidence of which incident
    incident: IncidentId,

    /// The part that was swapped: `prompt`, `model_served`, or another factor
    #[arg(long)]
    part: String,

    /// An arm as LEVEL=FAILED/TRIALS; the first is the incident's own
    #[arg(long = "arm", value_name = "ARM", required = true, num_args = 1)]
    arms: Vec<Told>,

    /// The cases were other ones than those of the incident
    #[arg(long)]
    held_out: bool,

    /// Where the trials are on record
    #[arg(long = "from", value_name = "TEXT")]
    on_record: Option<String>,

    #[command(flatten)]
    source: Source,
}

/// An arm as it is written on the command line.
#[derive(Debug, Clone)]
struct Told(Arm);

impl FromStr for Told {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = "write LEVEL=FAILED/TRIALS, such as `v7=40/100`";
        let (level, counts) = text.rsplit_once('=').ok_or(form)?;
        let (k, n) = counts.split_once('/').ok_or(form)?;
        let number = |text: &str| text.trim().parse().map_err(|_| form);
        Ok(Self(Arm { level: level.to_owned(), n: number(n)?, k: number(k)? }))
    }
}

impl Results {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let (cases, source) = read(self.format, self.file.as_deref())?;
        let told = MeasuredJson {
            eval: self.eval,
            version: self.version,
            feature: self.feature,
            model: self.model,
            configuration: self.configuration,
            cases,
            from_flights: self.within,
            threshold: self.threshold,
            partial: self.partial,
            at: self.at,
            source: Some(source.to_owned()),
            by: None,
        };
        let measured = self.source.open().await?.measure(told).await?;
        let colour = if measured.is_green() { "green" } else { "red" };
        world::print(&format!(
            "{}  {}@{}  {colour}  {} cases, {} of all trials failed",
            measured.id,
            measured.eval,
            measured.version,
            measured.cases.len(),
            wording::rate(&measured.rate())
        ));
        Ok(ExitCode::SUCCESS)
    }
}

/// Reads what a runner wrote.
type Parse = fn(&str) -> Result<Vec<CaseResult>, runners::Refusal>;

/// The cases in the file of a runner, and what it is called; no cases where flights tell them.
fn read(runner: Runner, file: Option<&Path>) -> Result<(Vec<CaseResult>, &'static str)> {
    let (parse, source): (Parse, _) = match runner {
        Runner::Junit => (runners::junit, "junit"),
        Runner::Promptfoo => (runners::promptfoo, "promptfoo"),
        Runner::Otel if file.is_none() => return Ok((Vec::new(), "otel")),
        Runner::Otel => return Err(Usage("--format otel reads no file".to_owned()).into()),
    };
    let file = file.ok_or_else(|| Usage("name the file that the runner wrote".to_owned()))?;
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("could not read {}", file.display()))?;
    let cases = parse(&text).map_err(|why| Usage(format!("{}: {why}", file.display())))?;
    Ok((cases, source))
}

impl Ablate {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let Self { incident, part, arms, held_out, on_record, source } = self;
        let arms = arms.into_iter().map(|Told(arm)| arm).collect();
        let ablation = Ablation { part, arms, held_out, source: on_record };
        let view = source.open().await?.ablate(&incident, ablation).await?;
        for (level, fell) in &view.fell {
            let how = fell.as_ref().map_or("no trials".to_owned(), |fell| {
                let points = [fell.est, fell.low, fell.high].map(|share| 100.0 * share);
                let [est, low, high] = points;
                format!("failures fell by {est:.1} points [{low:.1} to {high:.1}]")
            });
            world::print(&format!("{level}: {how}"));
        }
        let shows = if view.shows_the_prompt { "shows" } else { "does not show" };
        world::print(&format!("this {shows} that the prompt alone was the cause"));
        Ok(ExitCode::SUCCESS)
    }
}
