//! `mayday bench ledger`: how fast facts are stated, verified, moved and taken up again.

mod facts;

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Args;
use response::Verified;
use response::engine::{Append, Expected, Ledger as Facts};
use serde::Serialize;

use self::facts::Stated;
use super::figures::Spread;
use crate::config::Config;
use crate::world;

/// Facts of one append while the ledger is filled.
const BATCH: u64 = 500;

/// Facts written to a bare file, each synced, for comparison.
const BARE: u64 = 2_000;

/// Bytes of a page when facts are taken out.
const PAGE_BYTES: usize = 4 << 20;

/// Measure how fast facts are stated, verified, moved and taken up again.
#[derive(Debug, Args)]
pub(crate) struct Ledger {
    /// How many facts the ledger holds
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1_000..=20_000_000))]
    facts: u64,

    /// How many threads state facts at once
    #[arg(long, value_name = "N", default_value_t = 32)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=512))]
    appenders: u64,

    /// How many facts they state, one an append, in each round
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(100..=1_000_000))]
    singly: u64,

    /// How often each figure is measured
    #[arg(long, value_name = "N", default_value_t = 5)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=100))]
    rounds: u64,

    /// Measure in a directory below this one
    #[arg(long, value_name = "DIR")]
    dir: Option<std::path::PathBuf>,

    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// What was measured; each rate is in facts a second, and durable.
#[derive(Debug, Serialize)]
struct Report {
    build: &'static str,
    facts: u64,
    bytes: u64,
    appenders: u64,
    /// One fact an append, all appenders at once.
    append_at_once: Spread,
    /// One fact an append, one after the other.
    append_alone: Spread,
    /// As many bytes appended to a bare file, each synced, one after the other.
    bare_file: Spread,
    /// The ledger filled, 500 facts an append.
    append_in_batches: f64,
    /// Every fact folded, with no snapshot there.
    first_open_seconds: f64,
    /// An orderly end, which keeps the snapshot.
    close_seconds: f64,
    snapshot_bytes: u64,
    /// Opened with the snapshot.
    open_seconds: Spread,
    verify_facts_per_second: Spread,
    export_facts_per_second: f64,
    import_facts_per_second: f64,
}

impl Ledger {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let scratch = super::scratch(self.dir.as_deref())?;
        let report = self.measure(scratch.path())?;
        match self.json {
            true => world::print_json(&report)?,
            false => report.lines().iter().for_each(|line| world::print(line)),
        }
        Ok(ExitCode::SUCCESS)
    }

    fn measure(&self, within: &Path) -> Result<Report> {
        let stated = Stated::new()?;
        let few = within.join("few");
        let spread = |once: &dyn Fn(u64) -> Result<f64>| {
            let rounds: Vec<f64> = (0..self.rounds).map(once).collect::<Result<_>>()?;
            Spread::of(rounds).context("measure at least one round")
        };
        let append_at_once = spread(&|round| self.at_once(&few, round, self.appenders, &stated))?;
        let append_alone = spread(&|round| self.at_once(&few, self.rounds + round, 1, &stated))?;
        let bare_file = spread(&|_| bare(&within.join("bare"), &stated))?;

        let whole = within.join("whole");
        let append_in_batches = self.fill(&whole, &stated)?;
        let (first_open_seconds, close_seconds) = opened(&whole)?;
        let open_seconds = spread(&|_| Ok(opened(&whole)?.0))?;
        let verify_facts_per_second = spread(&|_| self.verified(&whole))?;
        let export = within.join("export.jsonl");
        let export_facts_per_second = self.exported(&whole, &export)?;
        let import_facts_per_second = self.imported(&within.join("other"), &export)?;
        Ok(Report {
            build: super::BUILD,
            facts: self.facts,
            bytes: std::fs::metadata(whole.join("ledger.db"))?.len(),
            appenders: self.appenders,
            append_at_once,
            append_alone,
            bare_file,
            append_in_batches,
            first_open_seconds,
            close_seconds,
            snapshot_bytes: bytes_in(&whole.join("snapshots"))?,
            open_seconds,
            verify_facts_per_second,
            export_facts_per_second,
            import_facts_per_second,
        })
    }

    /// So many threads state facts one by one into one ledger.
    fn at_once(&self, dir: &Path, round: u64, threads: u64, stated: &Stated) -> Result<f64> {
        std::fs::create_dir_all(dir)?;
        let ledger = Facts::open(dir)?;
        let count = if threads == 1 { self.singly.min(BARE) } else { self.singly };
        let next = AtomicU64::new(0);
        let first = round * self.singly;
        let lane = || -> Result<()> {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok(());
                }
                state(&ledger, stated, first + number, 1)?;
            }
        };
        let began = Instant::now();
        thread::scope(|scope| -> Result<()> {
            let lanes: Vec<_> = (0..threads).map(|_| scope.spawn(lane)).collect();
            let died = |_| Err(anyhow::anyhow!("a thread that states facts died"));
            lanes.into_iter().try_for_each(|lane| lane.join().unwrap_or_else(died))
        })?;
        Ok(count as f64 / began.elapsed().as_secs_f64())
    }

    /// Fills a ledger, many facts an append.
    fn fill(&self, dir: &Path, stated: &Stated) -> Result<f64> {
        std::fs::create_dir_all(dir)?;
        let ledger = Facts::open(dir)?;
        let bar = super::bar(self.facts, "stating facts")?;
        let began = Instant::now();
        for first in (0..self.facts).step_by(BATCH as usize) {
            let count = BATCH.min(self.facts - first);
            state(&ledger, stated, first, count)?;
            bar.inc(count);
        }
        let took = began.elapsed().as_secs_f64();
        bar.finish_and_clear();
        Ok(self.facts as f64 / took)
    }

    fn verified(&self, dir: &Path) -> Result<f64> {
        let ledger = Facts::open(dir)?;
        let began = Instant::now();
        let verified = ledger.verify()?;
        let took = began.elapsed().as_secs_f64();
        let Verified::Intact { entries, .. } = verified else {
            anyhow::bail!("the ledger is broken: {verified:?}")
        };
        ensure!(entries == self.facts, "{entries} of {} facts are there", self.facts);
        Ok(entries as f64 / took)
    }

    fn exported(&self, dir: &Path, to: &Path) -> Result<f64> {
        let ledger = Facts::open(dir)?;
        let mut file = BufWriter::new(File::create(to)?);
        let (mut next, began) = (1, Instant::now());
        loop {
            let page = ledger.stored(next, usize::MAX, PAGE_BYTES)?;
            let Some(last) = page.last() else { break };
            next = last.seq + 1;
            for entry in &page {
                serde_json::to_writer(&mut file, entry)?;
                file.write_all(b"\n")?;
            }
        }
        file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        Ok(self.facts as f64 / began.elapsed().as_secs_f64())
    }

    fn imported(&self, dir: &Path, from: &Path) -> Result<f64> {
        std::fs::create_dir_all(dir)?;
        let began = Instant::now();
        let imported = Facts::open(dir)?.import(BufReader::new(File::open(from)?))?;
        ensure!(imported.entries == self.facts, "{imported:?} is not all");
        Ok(self.facts as f64 / began.elapsed().as_secs_f64())
    }
}

impl Report {
    fn lines(&self) -> Vec<String> {
        let rate = |spread: &Spread| {
            format!("{:.0} facts/s [{:.0}, {:.0}]", spread.median, spread.min, spread.max)
        };
        let Spread { median, min, max } = self.open_seconds;
        vec![
            format!("append, {} at once: {}", self.appenders, rate(&self.append_at_once)),
            format!("append, one after the other: {}", rate(&self.append_alone)),
            format!("a bare file, each fact synced: {}", rate(&self.bare_file)),
            format!("append, {BATCH} together: {:.0} facts/s", self.append_in_batches),
            format!("open with a snapshot: {median:.2} s [{min:.2}, {max:.2}]"),
            format!(
                "open without: {:.2} s; the snapshot of {:.1} MB kept in {:.2} s",
                self.first_open_seconds,
                self.snapshot_bytes as f64 / 1e6,
                self.close_seconds
            ),
            format!("verify: {}", rate(&self.verify_facts_per_second)),
            format!("export: {:.0} facts/s", self.export_facts_per_second),
            format!("import: {:.0} facts/s", self.import_facts_per_second),
            format!("{} facts, {:.0} MB", self.facts, self.bytes as f64 / 1e6),
        ]
    }
}

/// States so many facts together.
fn state(ledger: &Facts, stated: &Stated, first: u64, count: u64) -> Result<()> {
    let facts: Vec<_> = (first..first + count).map(|number| stated.fact(number)).collect();
    let stream = stated.stream(first);
    let (expected, at, actor) = (Expected::Any, stated.at(first), "bench");
    ledger.append(Append { stream: &stream, expected, at, actor, facts: &facts })?;
    Ok(())
}

/// The same bytes appended to a file, each fact synced.
fn bare(path: &Path, stated: &Stated) -> Result<f64> {
    let bodies: Vec<String> = (0..BARE)
        .map(|number| serde_json::to_string(&stated.fact(number)))
        .collect::<Result<_, _>>()?;
    let mut file = File::create(path)?;
    let began = Instant::now();
    for body in &bodies {
        file.write_all(body.as_bytes())?;
        file.sync_data()?;
    }
    Ok(BARE as f64 / began.elapsed().as_secs_f64())
}

/// How long a whole Mayday takes to open on it, and to end.
fn opened(dir: &Path) -> Result<(f64, f64)> {
    let config = Config::read(None)?;
    let began = Instant::now();
    let mayday = config.open(dir)?;
    let opened = began.elapsed().as_secs_f64();
    let began = Instant::now();
    drop(mayday);
    Ok((opened, began.elapsed().as_secs_f64()))
}

fn bytes_in(dir: &Path) -> Result<u64> {
    let mut bytes = 0;
    for file in std::fs::read_dir(dir)? {
        bytes += file?.metadata()?.len();
    }
    Ok(bytes)
}
