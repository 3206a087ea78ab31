//! `cargo xtask accuracy`: how often the demo names the cause that its simulator built in.
//!
//! Right is: the cause first where there is one, or the right verdict where there is none. The
//! bar is 57 of 60, and in proportion for other numbers of seeds.

mod score;
mod verdict;

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand};

use crate::child::Running;
use crate::workspace::{Workspace, succeed};
use score::{Score, Trial};
use verdict::{Verdict, judge};

const SCENARIOS: [&str; 14] = [
    "prompt-edit",
    "model-alias",
    "tool-shape",
    "index-rebuild",
    "nothing",
    "quiet",
    "region-skew",
    "canary",
    "alias-silent",
    "prompt-silent",
    "tool-timeouts",
    "new-customer",
    "two-faults",
    "behind-a-deploy",
];

/// Prints its own score, and fails below its bars.
const LOCALIZATION: [&str; 6] =
    ["run", "--release", "--package", "moved", "--example", "localization"];

/// How long one demo may take; longer is a miss.
const LIMIT: Duration = Duration::from_secs(60);

/// Plays the scenarios with known causes, and counts how often the answer is right.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Accuracy {
    /// Another kind of case.
    #[command(subcommand)]
    on: Option<On>,
    /// How many seeds each scenario is played with.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    first_seed: u64,
    /// Only this scenario.
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
}

/// Cases that no scenario made.
#[derive(Debug, Subcommand)]
enum On {
    /// Incidents of a video service whose causes people have named.
    Localization,
    /// Many worlds whose truth is known, put to the engine without spans.
    Engine(Engine),
}

/// What the worlds are asked with; `-- --help` says what there is.
#[derive(Debug, Args)]
struct Engine {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Accuracy {
    /// Scores what was asked for; fails below the bar.
    pub(crate) fn run(&self, workspace: &Workspace) -> Result<()> {
        match &self.on {
            Some(On::Engine(engine)) => {
                let run = ["run", "--release", "--package", "accuracy", "--"];
                succeed(workspace.cargo(&run).args(&engine.arguments))
            }
            Some(On::Localization) => succeed(&mut workspace.cargo(&LOCALIZATION)),
            None => self.scenarios(workspace),
        }
    }

    /// Builds the release, plays every scenario with every seed, prints the score.
    fn scenarios(&self, workspace: &Workspace) -> Result<()> {
        succeed(&mut workspace.cargo(&["build", "--release", "--bin", "mayday"]))?;
        let mut score = Score::default();
        let wanted = |name: &&str| self.scenario.as_deref().is_none_or(|only| only == *name);
        for scenario in SCENARIOS.into_iter().filter(wanted) {
            for seed in self.first_seed..self.first_seed + self.seeds {
                let trial = play(workspace, scenario, seed);
                eprintln!("{trial}");
                score.add(trial);
            }
        }
        print!("{score}");
        ensure!(score.is_enough(), "below the bar: {}", score.total());
        Ok(())
    }
}

fn play(workspace: &Workspace, scenario: &'static str, seed: u64) -> Trial {
    let start = Instant::now();
    let verdict = answer(workspace, scenario, seed)
        .and_then(|answer| judge(scenario, &answer))
        .unwrap_or_else(|error| Verdict::Miss(format!("{error:#}")));
    Trial { scenario, seed, verdict, seconds: start.elapsed().as_secs_f64() }
}

/// What one demo printed. Its exit status is not asked: an answer that is unsure has one too.
fn answer(workspace: &Workspace, scenario: &str, seed: u64) -> Result<serde_json::Value> {
    let mut demo = Command::new(workspace.mayday("release"));
    demo.args(["demo", "--once", "--json", "--scenario", scenario, "--seed", &seed.to_string()]);
    demo.stderr(std::process::Stdio::null());
    let ended = Running::start(&mut demo)?.finish(LIMIT)?;
    serde_json::from_str(&ended.stdout)
        .with_context(|| format!("read its JSON; it ended with {}", ended.status))
}
