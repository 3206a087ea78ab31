//! `cargo xtask layers`: which crate may use which, from cargo's own graph and from the sources.
//!
//! The table is `xtask/layers.toml`. The rules are pure functions of the table and a graph.

mod graph;
mod rules;
mod state;
mod table;

use anyhow::Result;
use cargo_metadata::MetadataCommand;

use crate::finding::{Finding, report};
use crate::source::Source;
use crate::workspace::{TextFile, Workspace};
use graph::Graph;
use table::Table;

/// Prints what breaks a rule of the crates or of their sources, or else what was looked at.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let table = Table::read(&workspace.root.join("xtask/layers.toml"))?;
    let metadata = MetadataCommand::new().current_dir(&workspace.root).exec()?;
    let graph = Graph::from_metadata(&metadata);
    let mut findings = rules::check(&table, &graph);
    for file in &workspace.files()? {
        findings.extend(examine_source(&table, file));
    }
    report(findings)?;
    println!("layers: {} crates, {} packages", graph.members.len(), graph.reach.len());
    Ok(())
}

/// What `tidy` finds unreadable is left to `tidy`.
fn examine_source(table: &Table, file: &TextFile) -> Vec<Finding> {
    let Some(name) = crate_of(&file.path).filter(|_| file.path.ends_with(".rs")) else {
        return Vec::new();
    };
    match Source::parse(&file.path, &file.text) {
        Ok(source) => state::check(table, name, &source),
        Err(_) => Vec::new(),
    }
}

/// The crate whose product a path belongs to: `crates/NAME/src/…`. A benchmark may read a clock.
fn crate_of(path: &str) -> Option<&str> {
    let (name, within) = path.strip_prefix("crates/")?.split_once('/')?;
    within.starts_with("src/").then_some(name)
}
