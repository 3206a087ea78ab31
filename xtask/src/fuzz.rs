//! `cargo xtask fuzz`: the tests that spoil good requests at random, for longer than in every run.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use clap::Args;

use crate::workspace::{Workspace, succeed};

/// Spoils requests of every decoder and dialect, from a seed, and checks that it does no harm.
#[derive(Debug, Args)]
pub(crate) struct Fuzz {
    /// How often each sample is spoilt; 10 000 rounds take half an hour.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    rounds: u64,
    /// Where to begin. The same seed spoils the same things.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// How often each sample is spoilt before a change lands: half a minute's worth.
const ROUNDS_OF_A_TEST: u64 = 200;

/// Spoils requests from another seed each time, which is printed.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Fuzz { rounds: ROUNDS_OF_A_TEST, seed: since.as_secs() }.run(workspace)
}

impl Fuzz {
    /// Runs the tests of the recorder that do so.
    pub(crate) fn run(&self, workspace: &Workspace) -> Result<()> {
        let mut tests = workspace.cargo(&["test", "-p", "recorder", "--lib", "tests::mutation"]);
        tests.env("MAYDAY_FUZZ_ROUNDS", self.rounds.to_string());
        tests.env("MAYDAY_FUZZ_SEED", self.seed.to_string());
        println!("seed {}, {} rounds for each sample", self.seed, self.rounds);
        succeed(&mut tests)
    }
}
