//! `mayday export flights`: what was recorded, as lines for other tools or for another Mayday.

use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use api::flights::{Asked, Format};
use clap::{Args, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::civil::Date;
use tempfile::NamedTempFile;

use crate::door::Source;
use crate::world;

/// Take out what was recorded.
#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// Write flights as lines, trace after trace in the order of the days on which they came
    Flights(Flights),
}

/// Write flights as lines, trace after trace in the order of the days on which they came.
#[derive(Debug, Args)]
pub(crate) struct Flights {
    /// Begin with what came on this UTC day
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,

    /// End with what came on this UTC day
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,

    /// Write only traces with a run of this feature
    #[arg(long, value_name = "NAME")]
    feature: Option<String>,

    /// What a line is
    #[arg(long, value_enum, default_value_t = Written::Jsonl)]
    format: Written,

    /// Write to this file, which appears once it is whole; - is standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,

    #[command(flatten)]
    source: Source,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Written {
    /// A step, an outcome or a run
    Jsonl,
    /// An OTLP export request in JSON, for POST /v1/traces or, if it holds resourceLogs, /v1/logs
    Otlp,
}

impl Export {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Export::Flights(command) => command.run().await,
        }
    }
}

impl Flights {
    async fn run(self) -> Result<ExitCode> {
        let format = match self.format {
            Written::Jsonl => Format::Jsonl,
            Written::Otlp => Format::Otlp,
        };
        let asked = Asked { from: self.from, to: self.to, feature: self.feature, format };
        let mut out = Out::to(&self.out)?;
        let door = self.source.open().await?;
        match door.export(asked, |bytes| out.write(bytes)).await {
            Err(error) if is_closed_pipe(&error) => return Ok(ExitCode::SUCCESS),
            exported => exported?,
        }
        out.finish()?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Whether nobody reads standard output any more, which is no error.
pub(super) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// Where lines go, and how many went.
pub(super) struct Out<'a> {
    path: &'a Path,
    to: To,
    lines: u64,
    bytes: u64,
    progress: ProgressBar,
}

enum To {
    Output(BufWriter<std::io::Stdout>),
    /// Under another name until it is whole.
    File(BufWriter<NamedTempFile>),
}

impl<'a> Out<'a> {
    pub(super) fn to(path: &'a Path) -> Result<Self> {
        let to = if path == Path::new("-") {
            To::Output(BufWriter::new(std::io::stdout()))
        } else {
            let beside = path.parent().filter(|parent| *parent != Path::new(""));
            let file = NamedTempFile::new_in(beside.unwrap_or(Path::new(".")));
            To::File(BufWriter::new(file.with_context(|| failed(path))?))
        };
        let progress = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        progress.set_style(ProgressStyle::with_template("exported {msg}")?);
        Ok(Self { path, to, lines: 0, bytes: 0, progress })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.to {
            // As it is, so that whoever called sees a closed pipe.
            To::Output(to) => to.write_all(bytes)?,
            To::File(to) => to.write_all(bytes).with_context(|| failed(self.path))?,
        }
        self.lines += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.bytes += bytes.len() as u64;
        self.progress.set_message(self.told());
        Ok(())
    }

    fn told(&self) -> String {
        format!("{} lines, {} bytes", self.lines, self.bytes)
    }

    pub(super) fn finish(self) -> Result<()> {
        let told = self.told();
        match self.to {
            To::Output(mut to) => match to.flush() {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
                flushed => flushed.context("could not write to standard output")?,
            },
            To::File(to) => {
                let failed = || failed(self.path);
                let file = to.into_inner().map_err(std::io::IntoInnerError::into_error);
                let file = file.with_context(failed)?;
                file.as_file().sync_all().with_context(failed)?;
                file.persist(self.path).with_context(failed)?;
            }
        }
        self.progress.finish_and_clear();
        world::tell(&format!("exported {told}"));
        Ok(())
    }
}

fn failed(path: &Path) -> String {
    format!("could not write {}", path.display())
}
