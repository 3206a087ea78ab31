//! `/notices`: what asks for work, who could tell us, and what they told.

mod channels;
mod heard;
mod tickets;

use askama::Template;
use jiff::Timestamp;
use response::channels::matrix::{ChannelState, Matrix};
use response::inventory::InventoryView;
use response::notices::NoticeView;
use response::tickets::TicketView;

use crate::words::When;

use channels::ProviderBlock;
use heard::HeardRow;
use tickets::{AliasRow, TicketRow};

/// `/notices`
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "notices.html")]
pub(crate) struct NoticesPage {
    /// When this was looked up.
    pub(crate) asked: When,
    /// The answer in one sentence.
    pub(crate) headline: String,
    /// The tickets, open ones first.
    pub(crate) tickets: Vec<TicketRow>,
    /// Names that may mean another model tomorrow.
    pub(crate) aliases: Vec<AliasRow>,
    /// The channels by provider.
    pub(crate) providers: Vec<ProviderBlock>,
    /// The notices, latest first.
    pub(crate) notices: Vec<HeardRow>,
}

/// What the page shows.
pub(crate) struct Shown<'a> {
    pub(crate) matrix: &'a Matrix,
    pub(crate) notices: &'a [NoticeView],
    pub(crate) tickets: &'a [TicketView],
    pub(crate) inventory: &'a InventoryView,
}

/// Notices that are listed.
const MOST_LISTED: usize = 100;

impl NoticesPage {
    /// The page as of now.
    pub(crate) fn new(shown: &Shown<'_>, now: Timestamp) -> Self {
        let Shown { matrix, notices, tickets, inventory } = shown;
        Self {
            asked: When::at(now),
            headline: headline(tickets, matrix),
            tickets: tickets.iter().map(TicketRow::of).collect(),
            aliases: inventory.inventory.aliases.iter().map(AliasRow::of).collect(),
            providers: matrix.providers.iter().map(ProviderBlock::of).collect(),
            notices: notices.iter().take(MOST_LISTED).map(HeardRow::of).collect(),
        }
    }
}

/// The nearest work, and whether anybody would be told.
fn headline(tickets: &[TicketView], matrix: &Matrix) -> String {
    let open: Vec<&TicketView> = tickets.iter().filter(|one| one.done_at.is_none()).collect();
    let work = match open.iter().map(|one| one.days_left).min() {
        None => "Nothing in use is known to go".to_owned(),
        Some(left) if left < 0 => {
            format!("{} of {} open tickets are over their date", over(&open), open.len())
        }
        Some(left) => format!(
            "{}, the nearest due in {}",
            counted(open.len(), "open ticket"),
            counted(left.unsigned_abs() as usize, "day")
        ),
    };
    let cells = matrix.providers.iter().flat_map(|row| &row.cells);
    match cells.filter(|cell| cell.state == ChannelState::Red).count() {
        0 => format!("{work}; no channel is red"),
        1 => format!("{work}; one way to be told is red"),
        red => format!("{work}; {red} ways to be told are red"),
    }
}

fn over(open: &[&TicketView]) -> usize {
    open.iter().filter(|one| one.days_left < 0).count()
}

/// `1 day`, `2 days`
fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
