//! `mayday postmortem lint`: an exit status for anyone's CI; a server only to look quotes up.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use api::postmortems::DocumentJson;
use clap::{Args, ValueEnum};
use response::postmortem::{Beside, Linted, Weight, lint_rules, lint_text, sarif};
use serde_json::json;

use crate::door::{Door, Source};
use crate::world;

/// Check postmortems in files.
///
/// Exit status: 0 if there is no error, 1 if there is one, 2 if a file can't be read. What needs a
/// trace to be checked is listed as not checked.
#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Markdown, or JSON of the schema in docs/postmortem.md
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// How to print what is found
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,

    /// Print JSON; the same as --format json
    #[arg(long)]
    json: bool,

    /// Findings count as errors for the exit status
    #[arg(long)]
    strict: bool,

    /// A file with names and handles, one on each line, that no cause or remedy may hold
    #[arg(long, value_name = "FILE")]
    roster: Option<PathBuf>,

    /// Look quotes up in the traces of a server, or of a data directory
    #[arg(long)]
    traces: bool,

    #[command(flatten)]
    source: Source,
}

/// How to print what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A line for each finding, and how to mend it
    Text,
    /// JSON
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// Largest file read, in bytes.
const LARGEST: u64 = 4 << 20;

impl Lint {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let roster = self.roster.as_deref().map(read).transpose()?.unwrap_or_default();
        let names = roster.lines().map(str::trim).filter(|line| !line.is_empty());
        let roster: Vec<String> = names.map(str::to_owned).collect();
        let door = if self.traces { Some(self.source.open().await?) } else { None };
        let mut linted = Vec::with_capacity(self.files.len());
        for path in &self.files {
            let text = read(path)?;
            let checked = check(door.as_ref(), text, &roster).await;
            let unread = || format!("could not check {} as a postmortem", path.display());
            linted.push((path.display().to_string(), checked.with_context(unread)?));
        }
        let form = if self.json { Form::Json } else { self.format };
        print(form, &linted)?;
        let worst = linted.iter().flat_map(|(_, one)| &one.found).map(|found| found.level).min();
        Ok(match worst {
            Some(Weight::Error) => ExitCode::FAILURE,
            Some(Weight::Finding) if self.strict => ExitCode::FAILURE,
            _ => ExitCode::SUCCESS,
        })
    }
}

async fn check(door: Option<&Door>, text: String, roster: &[String]) -> Result<Linted> {
    let roster = roster.to_vec();
    match door {
        Some(door) => door.lint(DocumentJson { text, roster }).await,
        None => {
            let beside = Beside { roster, ..Beside::default() };
            Ok(lint_text(&text, &beside, world::now())?)
        }
    }
}

fn read(path: &Path) -> Result<String> {
    let failed = || format!("could not read {}", path.display());
    let size = std::fs::metadata(path).with_context(failed)?.len();
    ensure!(size <= LARGEST, "{} has {size} bytes; at most {LARGEST} are read", path.display());
    let bytes = std::fs::read(path).with_context(failed)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn print(form: Form, linted: &[(String, Linted)]) -> Result<()> {
    match form {
        Form::Text => {
            linted.iter().for_each(|(file, one)| text(file, one));
            Ok(())
        }
        Form::Json => {
            let files = linted.iter().map(|(file, one)| json!({ "file": file, "linted": one }));
            world::print_json(&files.collect::<Vec<_>>())
        }
        Form::Sarif => {
            let files = linted.iter().map(|(file, one)| (file.as_str(), one));
            world::print_json(&sarif(files, &lint_rules()))
        }
    }
}

fn text(file: &str, linted: &Linted) {
    for found in &linted.found {
        let line = found.line.map_or(String::new(), |line| format!(":{line}"));
        let level = match found.level {
            Weight::Error => "error",
            Weight::Finding => "finding",
        };
        let words = found.words.as_ref().map_or(String::new(), |words| format!("\n  > {words}"));
        world::print(&format!(
            "{file}{line}: {level} [{}] {}: {}{words}\n  mend: {}",
            found.rule, found.at, found.says, found.mend
        ));
    }
    for what in &linted.not_checked {
        world::print(&format!("{file}: not checked: {what}"));
    }
    let (errors, all) = (linted.errors(), linted.found.len());
    let (findings, suppressed) = (all - errors, linted.suppressed.len());
    let unchecked = linted.not_checked.len();
    world::print(&format!(
        "{file}: {errors} errors, {findings} findings, {suppressed} suppressed, {unchecked} not \
         checked"
    ));
}
