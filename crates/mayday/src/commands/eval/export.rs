//! `mayday eval export`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use api::lessons::ExportAsked;
use clap::{Args, ValueEnum};
use model::IncidentId;
use response::lessons::{CaseFormat, Export as Exported};

use crate::door::Source;
use crate::world;

/// Take out an incident's bad runs as cases for an eval, anonymised.
///
/// Run them as the incident ran first, and keep the results with `--configuration INCIDENT`: an
/// eval item closes only with a case that was red.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Of which incident
    incident: IncidentId,

    /// For which runner
    #[arg(long, value_enum, default_value_t = Form::Jsonl)]
    format: Form,

    /// Most runs that become cases
    #[arg(long, value_name = "NUMBER")]
    most: Option<usize>,

    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    source: Source,
}

/// A form of cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A configuration of promptfoo
    Promptfoo,
    /// A dataset of Inspect AI
    Inspect,
    /// Cases as Mayday has them, one on each line
    Jsonl,
}

impl Export {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let Self { incident, format, most, out, source } = self;
        let export = source.open().await?.cases(&incident, ExportAsked { most }).await?;
        let written = export.written(match format {
            Form::Promptfoo => CaseFormat::Promptfoo,
            Form::Inspect => CaseFormat::Inspect,
            Form::Jsonl => CaseFormat::JsonLines,
        });
        match out {
            Some(path) => std::fs::write(&path, written)
                .with_context(|| format!("could not write {}", path.display()))?,
            None => world::print(written.trim_end()),
        }
        world::tell(&told(&export));
        Ok(ExitCode::SUCCESS)
    }
}

/// What was replaced, what was left out, and what to do next.
fn told(export: &Exported) -> String {
    let mut told = format!("{} cases, anonymised by rules {}", export.cases.len(), export.rules);
    for case in &export.cases {
        let replaced = case.replaced.iter().map(|(rule, times)| format!("{rule} ×{times}"));
        let replaced = replaced.collect::<Vec<_>>().join(", ");
        let replaced = if replaced.is_empty() { "nothing".to_owned() } else { replaced };
        told += &format!("\n  {}: replaced {replaced}", case.case);
    }
    for one in &export.left_out {
        told += &format!("\n  {} is left out: {}", one.run, one.why);
    }
    told + &format!(
        "\nread them before you share them: rules find shapes, not names\nnext: run them as the \
         incident ran, and keep that with `mayday eval results FILE --configuration {}`",
        export.incident
    )
}
