//! `mayday ticket`.

use std::process::ExitCode;

use anyhow::Result;
use api::tickets::TicketActJson;
use clap::{Args, Subcommand};
use model::TicketId;
use response::tickets::TicketView;
use response::wording;

use super::listing::Listing;
use crate::door::Source;
use crate::world;

/// List and act on the dated work that notices ask for.
#[derive(Debug, Subcommand)]
pub(crate) enum Ticket {
    List(List),
    Act(Act),
    Done(Done),
}

/// List tickets: open ones first, by their date.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    listing: Listing,
}

/// Say what was done about a ticket, when more is to be done.
#[derive(Debug, Args)]
pub(crate) struct Act {
    /// Which one, as `mayday ticket list` names it
    ticket: TicketId,

    /// What was done
    what: String,

    #[command(flatten)]
    source: Source,
}

/// Say that all is done that a ticket asks for.
#[derive(Debug, Args)]
pub(crate) struct Done {
    /// Which one, as `mayday ticket list` names it
    ticket: TicketId,

    /// What was done
    what: String,

    #[command(flatten)]
    source: Source,
}

impl Ticket {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Ticket::List(command) => command.run().await,
            Ticket::Act(command) => command.run().await,
            Ticket::Done(Done { ticket, what, source }) => {
                say(&source, ticket, TicketActJson { what, done: true, by: None }).await
            }
        }
    }
}

impl List {
    async fn run(self) -> Result<ExitCode> {
        let tickets = self.listing.open().await?.tickets().await?;
        let none = "no notice asks for work: nothing in use is known to go";
        self.listing.print(&tickets, none, told)
    }
}

impl Act {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let Self { ticket, what, source } = self;
        say(&source, ticket, TicketActJson { what, done: false, by: None }).await
    }
}

async fn say(source: &Source, ticket: TicketId, act: TicketActJson) -> Result<ExitCode> {
    world::print(&told(&source.open().await?.act_on_ticket(&ticket, act).await?));
    Ok(ExitCode::SUCCESS)
}

/// A ticket in a few lines.
fn told(view: &TicketView) -> String {
    let TicketView { ticket, title, owner, due, days_left, used, .. } = view;
    let due = wording::moment(*due);
    let state = match (view.done_at, *days_left) {
        (Some(at), _) => format!("done {}", wording::moment(at)),
        (None, left) if left < 0 => format!("{} days over", -left),
        (None, left) => format!("{left} days left"),
    };
    let head = format!("{ticket}  {state}  {title}  due {due}  for {owner}  {}", used.told());
    let in_use = if view.in_use { "in use" } else { "not in use any more" };
    let concerns = view.concerns.iter().map(|concern| format!("\n  {in_use}: {concern}"));
    let acts = view
        .acts
        .iter()
        .map(|act| format!("\n  {}  {}: {}", wording::moment(act.at), act.by, act.what));
    concerns.chain(acts).fold(head, |all, line| all + &line)
}
