//! `mayday postmortem show`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use model::IncidentId;
use response::postmortem::{html, markdown};
use response::{DocumentView, wording};

use crate::door::Source;
use crate::world;

/// Show an incident's postmortem as it was filed last, else as facts and flights tell it.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Of which incident
    incident: IncidentId,

    /// As what
    #[arg(long, value_enum, default_value_t = Form::Markdown)]
    format: Form,

    /// Say what the linter finds instead
    #[arg(long)]
    lint: bool,

    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    source: Source,
}

/// A form of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Markdown, which reads back as it is
    Markdown,
    /// JSON of the schema, with who filed it and how its items stand
    Json,
    /// A page by itself, which loads nothing
    Html,
}

impl Show {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let Self { incident, format, lint, out, source } = self;
        let view = source.open().await?.document(&incident).await?;
        world::tell(&headline(&view));
        let text = match (lint, format) {
            (true, Form::Json) => serde_json::to_string_pretty(&view.linted)?,
            (true, _) => found(&view),
            (false, Form::Markdown) => markdown(&view.document),
            (false, Form::Html) => html(&view.document),
            (false, Form::Json) => serde_json::to_string_pretty(&view)?,
        };
        match out {
            Some(path) => std::fs::write(&path, text)
                .with_context(|| format!("could not write {}", path.display()))?,
            None => world::print(text.trim_end()),
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Which version it is, and how many findings it has.
pub(super) fn headline(view: &DocumentView) -> String {
    let version = view.filed.as_ref().map_or_else(
        || "not filed yet: what facts and flights tell".to_owned(),
        |filed| {
            let at = wording::moment(filed.at);
            format!("version {}, filed {at} by {}", filed.version, filed.by)
        },
    );
    let (found, errors) = (view.linted.found.len(), view.linted.errors());
    format!(
        "postmortem of {}: {version}; {errors} errors, {} findings",
        view.incident,
        found - errors
    )
}

fn found(view: &DocumentView) -> String {
    let linted = &view.linted;
    let found = linted.found.iter().map(|one| {
        let words = one.words.as_ref().map(|words| format!(" ({words})")).unwrap_or_default();
        format!("{}: {}{words} [{}]\n  to mend it, {}\n", one.at, one.says, one.rule, one.mend)
    });
    let unchecked = linted.not_checked.iter().map(|why| format!("not checked: {why}\n"));
    found.chain(unchecked).collect()
}
