//! `cargo xtask test`: everything that must hold before a change is done, in one command.
//!
//! It installs what the steps need and says so. What cannot be had is an error; `--without` is the
//! only way to leave something out, and what is left out is printed.

mod clients;
mod page;
mod system;

use std::time::Instant;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::workspace::{Workspace, succeed};
use crate::{fuzz, layers, tidy};

/// Runs every check: format, lints, rules, tests, real clients, the page in a browser.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Leave out what this machine cannot have.
    #[arg(long, value_delimiter = ',', value_name = "WHAT")]
    without: Vec<Extra>,
}

/// What a step needs besides Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Extra {
    /// Headless Chromium, for the screenshot of a page.
    Browser,
    /// Packages of Python and of Node.js, for the real clients.
    Python,
}

/// One step: what it does, in words, and how.
struct Step {
    name: &'static str,
    says: &'static str,
    needs: Option<Extra>,
    run: fn(&Workspace) -> Result<()>,
}

const STEPS: [Step; 9] = [
    step("format", "cargo fmt --all --check", |w| cargo(w, "fmt --all --check")),
    step("lints", "cargo clippy, warnings denied", |w| {
        cargo(w, "clippy --workspace --all-targets -- -D warnings")
    }),
    step("tidy", "the measures and rules of style", tidy::check),
    step("layers", "the directions between the crates", layers::check),
    step("build", "cargo build --bin mayday", |w| cargo(w, "build --bin mayday")),
    step("tests", "cargo test --workspace", |w| cargo(w, "test --workspace")),
    step("fuzz", "spoilt requests of every decoder and dialect, from a seed", fuzz::check),
    step("clients", "real clients into a started server, and their golden records", clients::check)
        .with(Extra::Python),
    step("page", "an incident's page in headless Chromium", page::check).with(Extra::Browser),
];

const fn step(name: &'static str, says: &'static str, run: fn(&Workspace) -> Result<()>) -> Step {
    Step { name, says, needs: None, run }
}

impl Step {
    const fn with(mut self, extra: Extra) -> Self {
        self.needs = Some(extra);
        self
    }

    /// Whether it needs something that is left out.
    fn is_left_out(&self, without: &[Extra]) -> bool {
        self.needs.is_some_and(|extra| without.contains(&extra))
    }
}

impl Test {
    /// Runs the steps in order and stops at the first that fails.
    pub(crate) fn run(&self, workspace: &Workspace) -> Result<()> {
        let outcome = run_steps(&STEPS, &self.without, workspace);
        for line in &outcome.summary {
            println!("{line}");
        }
        outcome.result
    }
}

/// How the steps went.
struct Outcome {
    summary: Vec<String>,
    result: Result<()>,
}

fn run_steps(steps: &[Step], without: &[Extra], workspace: &Workspace) -> Outcome {
    let (left_out, chosen): (Vec<_>, Vec<_>) =
        steps.iter().partition(|step| step.is_left_out(without));
    let mut passed = 0;
    let mut result = Ok(());
    for step in &chosen {
        result = run_step(step, workspace);
        if result.is_err() {
            break;
        }
        passed += 1;
    }
    let failed = usize::from(result.is_err());
    let mut summary: Vec<String> =
        left_out.iter().filter_map(|step| step.needs).map(left_out_line).collect();
    summary.push(format!("{passed} passed, {failed} failed"));
    Outcome { summary, result }
}

fn run_step(step: &Step, workspace: &Workspace) -> Result<()> {
    let Step { name, says, .. } = step;
    eprintln!("... {name}: {says}");
    let start = Instant::now();
    let result = (step.run)(workspace);
    let verdict = if result.is_ok() { "ok " } else { "BAD" };
    eprintln!("{verdict} {name} {:.1} s", start.elapsed().as_secs_f64());
    result.with_context(|| format!("{name} failed"))
}

fn left_out_line(extra: Extra) -> String {
    let name = extra.to_possible_value().map(|value| value.get_name().to_owned());
    format!("left out: {}", name.unwrap_or_default())
}

fn cargo(workspace: &Workspace, line: &str) -> Result<()> {
    let arguments: Vec<&str> = line.split(' ').collect();
    succeed(&mut workspace.cargo(&arguments)).with_context(|| format!("cargo {line}"))
}

#[cfg(test)]
mod tests {
    use anyhow::bail;
    use clap::{CommandFactory, FromArgMatches};

    use super::*;

    /// Runs good and bad steps; what they need is in the order of the names.
    fn outcome(steps: &[Step], without: &[Extra]) -> Outcome {
        let workspace = Workspace { root: "/nowhere".into(), target: "/nowhere".into() };
        run_steps(steps, without, &workspace)
    }

    const GOOD: Step = step("good", "nothing", |_| Ok(()));
    const BAD: Step = step("bad", "fail", |_| bail!("no reason"));

    #[test]
    fn steps_that_pass_are_counted() {
        let outcome = outcome(&[GOOD, GOOD.with(Extra::Python)], &[]);
        assert_eq!(outcome.summary, ["2 passed, 0 failed"]);
        assert!(outcome.result.is_ok());
    }

    #[test]
    fn the_first_failure_stops_the_rest_and_is_named() {
        let outcome = outcome(&[GOOD, BAD, GOOD], &[]);
        assert_eq!(outcome.summary, ["1 passed, 1 failed"]);
        assert_eq!(format!("{:#}", outcome.result.unwrap_err()), "bad failed: no reason");
    }

    #[test]
    fn what_is_left_out_is_printed() {
        let steps = [GOOD, BAD.with(Extra::Browser), GOOD.with(Extra::Python)];
        let outcome = outcome(&steps, &[Extra::Browser]);
        assert_eq!(outcome.summary, ["left out: browser", "2 passed, 0 failed"]);
    }

    #[test]
    fn a_list_names_what_is_left_out() {
        let command = Test::augment_args(clap::Command::new("test"));
        let matches = command.try_get_matches_from(["test", "--without", "browser,python"]);
        let test = Test::from_arg_matches(&matches.unwrap()).unwrap();
        assert_eq!(test.without, [Extra::Browser, Extra::Python]);
        crate::Cli::command().debug_assert();
    }
}
