//! The project's own chores: `cargo xtask test | tidy | layers | accuracy | fuzz`.
#![allow(clippy::print_stdout, reason = "the answer of a command")]
#![allow(clippy::print_stderr, reason = "the progress of a command")]

mod accuracy;
mod child;
mod finding;
mod fuzz;
mod layers;
mod source;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use workspace::Workspace;

/// Chores of the Mayday workspace.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    Test(test::Test),
    /// Checks the measures and rules of style.
    Tidy,
    /// Checks the directions between the crates.
    Layers,
    Accuracy(accuracy::Accuracy),
    Fuzz(fuzz::Fuzz),
}

fn main() -> ExitCode {
    match run(&Cli::parse().chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: &Chore) -> anyhow::Result<()> {
    let workspace = Workspace::locate()?;
    match chore {
        Chore::Test(test) => test.run(&workspace),
        Chore::Tidy => tidy::check(&workspace),
        Chore::Layers => layers::check(&workspace),
        Chore::Accuracy(accuracy) => accuracy.run(&workspace),
        Chore::Fuzz(fuzz) => fuzz.run(&workspace),
    }
}
