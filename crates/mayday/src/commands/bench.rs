//! `mayday bench`: speed on this machine, as ratios against a named limit of the same run.
//!
//! The cast: [`load`] makes requests beforehand (`words`, `span`, `conversation`), [`files`] writes
//! them for other servers; [`child`] is the server under measurement, a process of its own whose
//! use of CPU and memory [`process`] reads; [`send`] is the load generator. [`ingest`] alternates
//! the [`floor`] with a [`round`] of the server, then asks when traces are [`visible`], and makes a
//! [`report`]; [`trace`] asks for traces by id, [`moved`] asks the engine alone, [`ledger`] states
//! facts. [`figures`] says what many samples come to.

mod child;
mod conversation;
mod figures;
mod files;
mod floor;
mod ingest;
mod ledger;
mod load;
mod moved;
mod process;
mod report;
mod round;
mod send;
mod span;
mod trace;
mod visible;
mod words;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

use crate::world;

/// How this binary was built. Figures of a debug build say nothing about speed.
const BUILD: &str = if cfg!(debug_assertions) { "debug" } else { "release" };

/// Measure speed on this machine.
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Durable spans a second, beside decoding, compressing, appending and syncing the same bytes
    Ingest(ingest::Ingest),
    /// A trace by its id, out of a million steps
    Trace(trace::Trace),
    /// How long it takes to say what moved, by runs, factors and levels
    Moved(moved::Moved),
    /// Facts stated, verified, moved and taken up again, out of a million
    Ledger(ledger::Ledger),
    /// Write a load as files, to send it to other servers
    Load(files::LoadFiles),
}

impl Bench {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        if cfg!(debug_assertions) {
            world::tell("this is a debug build: its figures say nothing about speed");
        }
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            done = self.measure() => done,
            _ = terminate.recv() => bail!("ended by a signal"),
            _ = tokio::signal::ctrl_c() => bail!("interrupted"),
        }
    }

    async fn measure(self) -> Result<ExitCode> {
        match self {
            Bench::Ingest(command) => command.run().await,
            Bench::Trace(command) => command.run().await,
            Bench::Moved(command) => command.run(),
            Bench::Ledger(command) => command.run(),
            Bench::Load(command) => command.run(),
        }
    }
}

/// A directory that goes away with everything in it.
fn scratch(below: Option<&Path>) -> Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    let builder = builder.prefix("mayday-bench-");
    let made = below.map_or_else(|| builder.tempdir(), |below| builder.tempdir_in(below));
    made.context("could not make a directory to measure in: name one with --dir")
}

/// A bar of progress on standard error.
fn bar(length: u64, what: &str) -> Result<ProgressBar> {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos} of {human_len}")?;
    Ok(bar.with_style(style).with_message(what.to_owned()))
}
