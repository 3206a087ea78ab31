//! Tickets: dated work that a notice asks for, because something in use will go.
//!
//! A ticket escalates as its date comes nearer ([`ladder`]), until somebody says that it is done.
//! How much of a notice was left when somebody first did something is a figure of its own
//! ([`used`]): sixty days' notice can be used as none.

pub mod fold;
pub mod ladder;
pub mod used;

use jiff::Timestamp;
use model::notice::TicketActed;
use model::{Fact, NoticeId, TicketId};
use serde::{Deserialize, Serialize};

use crate::access::Right;
use crate::incidents::Act;
use crate::notices::{NoticeError, NoticeState};
use crate::open::Mayday;
use fold::{Rung, TicketAct, TicketState};
use used::NoticeUsed;

/// A ticket with what its notice says and how it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketView {
    /// The ticket.
    pub ticket: TicketId,
    /// What asks for it.
    pub notice: NoticeId,
    /// What that says, in one line.
    pub title: String,
    /// Whose notice it is.
    pub provider: String,
    /// What the provider names to take instead.
    pub replacement: Option<String>,
    /// What is used that it concerns, as it was when the ticket was opened.
    pub concerns: Vec<String>,
    /// Whether it is still in use.
    pub in_use: bool,
    /// Who has to do it.
    pub owner: String,
    /// Through whom or what they are told.
    pub route: Vec<String>,
    /// By when.
    pub due: Timestamp,
    /// Days until then; negative after it.
    pub days_left: i64,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// How it escalated.
    pub rungs: Vec<Rung>,
    /// What was done about it.
    pub acts: Vec<TicketAct>,
    /// When it was done; none while it is not.
    pub done_at: Option<Timestamp>,
    /// How much of the notice was left when somebody first did something.
    pub used: NoticeUsed,
}

/// Longest words about what was done, in bytes.
const LONGEST_WORDS: usize = 1_000;

/// Whether an act is all that was to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// More is to be done.
    Begun,
    /// It is all.
    Done,
}

impl Mayday {
    /// Every ticket: those that are open first, by their date. Blocking.
    pub fn tickets(&self, now: Timestamp) -> Vec<TicketView> {
        let inventory = self.inventory(now);
        let notices = self.house.notices();
        let mine = notices.tickets.all().filter(|ticket| self.is_of(&ticket.tenant));
        let view = |ticket: &TicketState| {
            let notice = notices.get(&ticket.notice)?;
            let in_use = !inventory.concerned(&notice.says.models).is_empty();
            Some(TicketView { in_use, ..view(ticket, notice, now) })
        };
        let mut views: Vec<TicketView> = mine.filter_map(view).collect();
        views.sort_by_key(|one| (one.done_at.is_some(), one.due, one.ticket.clone()));
        views
    }

    /// States what a person did about a ticket. Blocking.
    pub fn act_on_ticket(
        &self,
        ticket: &TicketId,
        what: &str,
        progress: Progress,
        act: Act,
    ) -> Result<TicketView, NoticeError> {
        act.may(Right::Acknowledge)?;
        let what = what.trim();
        if !(1..=LONGEST_WORDS).contains(&what.len()) || what.contains(char::is_control) {
            return Err(NoticeError::NoWords);
        }
        let turn = self.house.desk.turn();
        let done = {
            let notices = self.house.notices();
            let found = notices.tickets.get(ticket).filter(|one| self.is_of(&one.tenant));
            found.ok_or_else(|| NoticeError::NoSuchTicket(ticket.clone()))?.done_at
        };
        if done.is_some() {
            return Err(NoticeError::Done(ticket.clone()));
        }
        let (tenant, what) = (self.room.tenant.clone(), what.to_owned());
        let done = progress == Progress::Done;
        let acted = TicketActed { ticket: ticket.clone(), tenant, what, done };
        self.state_notices(&[Fact::TicketActed(acted)], act)?;
        drop(turn);
        let found = self.tickets(act.at).into_iter().find(|one| one.ticket == *ticket);
        found.ok_or_else(|| NoticeError::NoSuchTicket(ticket.clone()))
    }
}

fn view(ticket: &TicketState, notice: &NoticeState, now: Timestamp) -> TicketView {
    TicketView {
        ticket: ticket.id.clone(),
        notice: ticket.notice.clone(),
        title: notice.says.title.clone(),
        provider: notice.says.provider.clone(),
        replacement: notice.says.replacement.clone(),
        concerns: ticket.concerns.clone(),
        in_use: true,
        owner: ticket.owner.clone(),
        route: ticket.route.clone(),
        due: ticket.due,
        days_left: ladder::days_left(ticket.due, now),
        opened_at: ticket.opened_at,
        rungs: ticket.rungs.clone(),
        acts: ticket.acts.clone(),
        done_at: ticket.done_at,
        used: used::of(ticket, notice, now),
    }
}
