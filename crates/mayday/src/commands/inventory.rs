//! `mayday inventory`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use response::inventory::{AliasFound, By, Going, ModelUse, Use};
use response::wording;

use crate::door::Source;
use crate::world;

/// Say which models, tools and indexes are really used, by whom and how much.
#[derive(Debug, Args)]
pub(crate) struct Inventory {
    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// Features and names that are told of one thing.
const MOST_TOLD: usize = 4;

impl Inventory {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let view = self.source.open().await?.inventory().await?;
        if self.json {
            world::print_json(&view)?;
            return Ok(ExitCode::SUCCESS);
        }
        let it = &view.inventory;
        let since = it.since.map_or_else(|| "the first".to_owned(), wording::moment);
        world::print(&format!("{} runs since {since}; {} name no model", it.runs, it.nameless));
        view.going.iter().for_each(|one| world::print(&going(one)));
        it.aliases.iter().for_each(|one| world::print(&alias(one)));
        it.models.iter().for_each(|one| world::print(&model(one)));
        it.tools.iter().for_each(|one| world::print(&thing("tool", one)));
        it.indexes.iter().for_each(|one| world::print(&thing("index", one)));
        Ok(ExitCode::SUCCESS)
    }
}

fn going(one: &Going) -> String {
    let when = match (one.on, one.days_left) {
        (Some(on), Some(left)) if left < 0 => {
            format!("went {}, {} days ago", wording::moment(on), -left)
        }
        (Some(on), Some(left)) => format!("goes {}, in {left} days", wording::moment(on)),
        _ => "goes, no date is known".to_owned(),
    };
    let to = one.replacement.as_ref().map_or(String::new(), |to| format!("; take {to}"));
    let ticket = one.ticket.as_ref().map_or(String::new(), |ticket| format!("  [{ticket}]"));
    format!("GOES     {}  {when}{to}  {} runs of {}{ticket}", one.name, one.runs, by(&one.features))
}

fn alias(one: &AliasFound) -> String {
    format!("ALIAS    {}  {}  {} runs of {}", one.name, one.why, one.runs, by(&one.features))
}

fn model(one: &ModelUse) -> String {
    let provider = one.provider.as_deref().unwrap_or("provider unknown");
    let answered = match one.answered_by.is_empty() {
        true => String::new(),
        false => format!("; answered by {}", by(&one.answered_by)),
    };
    format!(
        "model    {}  {provider}  {} runs ({})  {}{answered}  last {}",
        one.name,
        one.runs,
        wording::percent(one.share),
        by(&one.features),
        wording::moment(one.last)
    )
}

fn thing(what: &str, one: &Use) -> String {
    let versions = one.versions.len();
    let share = wording::percent(one.share);
    let features = by(&one.features);
    format!("{what:<8} {}  {} runs ({share})  {features}  {versions} versions", one.name, one.runs)
}

fn by(all: &[By]) -> String {
    let told = all.iter().take(MOST_TOLD).map(|by| format!("{} {}", by.name, by.runs));
    let told = told.collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(MOST_TOLD) {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}
