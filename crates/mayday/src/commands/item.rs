//! `mayday item`.

use std::process::ExitCode;

use anyhow::Result;
use api::lessons::ClosingJson;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use model::ItemId;
use model::lesson::{ItemProof, Reopening};
use model::postmortem::ItemState;
use response::{ItemView, wording};

use crate::door::Source;
use crate::world;

/// List action items, close them by their proof, open them again.
#[derive(Debug, Subcommand)]
pub(crate) enum Item {
    List(List),
    Close(Close),
    Reopen(Reopen),
    Fix(Fixed),
}

/// List action items: those of the latest incident first.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only those that are not closed
    #[arg(long)]
    open: bool,

    /// Print them as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// Close an action item, if the record shows that it is done.
///
/// An eval item closes by a run in which its cases failed as the incident ran, and a green one
/// since, with enough trials; a guardrail by a run that shows what it stops and what it lets pass;
/// a threshold by the share of uses in flights. Any other says what somebody saw.
#[derive(Debug, Args)]
pub(crate) struct Close {
    /// Which one, as `mayday item list` names it
    item: ItemId,

    /// What was seen, by the item's own verification
    #[arg(long, value_name = "TEXT")]
    because: Option<String>,

    /// For a threshold: since when its share is taken, such as when the change took effect
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,

    #[command(flatten)]
    source: Source,
}

/// Open an action item again.
#[derive(Debug, Args)]
pub(crate) struct Reopen {
    /// Which one, as `mayday item list` names it
    item: ItemId,

    /// On what ground
    #[arg(long, value_name = "TEXT")]
    because: String,

    #[command(flatten)]
    source: Source,
}

/// Say whether what an item did helped, on cases that are not its own
#[derive(Debug, Args)]
pub(crate) struct Fixed {
    /// Which one, as `mayday item list` names it
    item: ItemId,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

impl Item {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Item::List(command) => command.run().await,
            Item::Close(Close { item, because, since, source }) => {
                let it = ClosingJson { because, since, by: None };
                said(&source.open().await?.close_item(&item, it).await?)
            }
            Item::Fix(Fixed { item, json, source }) => {
                let fix = source.open().await?.fix(&item).await?;
                match json {
                    true => world::print_json(&fix)?,
                    false => world::print(&format!("{}: {}", fix.verdict.as_str(), fix.why)),
                }
                Ok(ExitCode::SUCCESS)
            }
            Item::Reopen(Reopen { item, because, source }) => {
                said(&source.open().await?.reopen_item(&item, because).await?)
            }
        }
    }
}

impl List {
    async fn run(self) -> Result<ExitCode> {
        let items = self.source.open().await?.items().await?;
        let wanted = |one: &ItemView| !self.open || one.item.state != ItemState::Closed;
        let items: Vec<ItemView> = items.into_iter().filter(wanted).collect();
        if self.json {
            world::print_json(&items)?;
            return Ok(ExitCode::SUCCESS);
        }
        if items.is_empty() {
            world::print("no action items: they come with `mayday postmortem file`");
        }
        items.iter().for_each(|one| world::print(&told(one)));
        Ok(ExitCode::SUCCESS)
    }
}

fn said(item: &ItemView) -> Result<ExitCode> {
    world::print(&told(item));
    Ok(ExitCode::SUCCESS)
}

/// An item in a few lines.
pub(super) fn told(view: &ItemView) -> String {
    let item = &view.item;
    let id = item.id.as_ref().map(ItemId::as_str).unwrap_or_default();
    let due = match (&item.due, view.overdue) {
        (Some(due), Some(true)) => format!("due {due}, overdue"),
        (Some(due), _) => format!("due {due}"),
        (None, _) => "no date".to_owned(),
    };
    let owner = item.owner.as_deref().unwrap_or("nobody");
    let (state, kind) = (item.state.as_str(), item.kind.as_str());
    let mut told = format!("{id}  {state}  {kind}  {}  {due}  for {owner}", item.what);
    let is_closed = item.state == ItemState::Closed;
    if let Some(closed) = view.closed.as_ref().filter(|_| is_closed) {
        let at = wording::moment(closed.at);
        told += &format!("\n  closed {at} by {}: {}", closed.by, proven(&closed.proof));
    }
    if let Some(again) = view.reopened.as_ref().filter(|_| !is_closed) {
        let at = wording::moment(again.at);
        told += &format!("\n  reopened {at} by {}: {}", again.by, because(&again.because));
    }
    if view.left_out {
        told += "\n  left out by the latest version of the document";
    }
    told
}

fn proven(proof: &ItemProof) -> String {
    match proof {
        ItemProof::Eval { red, green, rate } => {
            format!("red in {red}, green in {green}; its cases failed {}", wording::rate(rate))
        }
        ItemProof::Guardrail { run } => format!("{run} shows what it stops and lets pass"),
        ItemProof::Threshold { share, .. } => {
            format!("{} of the uses were the agent's alone", wording::rate(share))
        }
        ItemProof::Looked { because } => because.clone(),
    }
}

fn because(reopening: &Reopening) -> String {
    match reopening {
        Reopening::CaseDropped { run, case } => format!("{run} lacks its case {case}"),
        Reopening::FailsAgain { run } => format!("its cases fail again in {run}"),
        Reopening::DueAgain { uses } => format!("{uses} uses: it is to be looked at again"),
        Reopening::Said { because } => because.clone(),
    }
}
