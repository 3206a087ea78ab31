//! What the ledger tells of tickets.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::notice::{TicketEscalated, TicketOpened};
use model::{Entry, Fact, NoticeId, TenantName, TicketId};
use serde::{Deserialize, Serialize};

/// Every ticket, as the facts read so far tell it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tickets {
    by_id: BTreeMap<TicketId, TicketState>,
    by_notice: BTreeMap<NoticeId, TicketId>,
}

/// A ticket, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketState {
    /// Its id.
    pub id: TicketId,
    /// Whose.
    pub tenant: TenantName,
    /// What asked for it first.
    pub notice: NoticeId,
    /// What says its date.
    pub dated_by: NoticeId,
    /// What is used that it concerns.
    pub concerns: Vec<String>,
    /// Who has to do it.
    pub owner: String,
    /// Through whom or what they are told.
    pub route: Vec<String>,
    /// By when.
    pub due: Timestamp,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The rungs it escalated by towards this date.
    pub rungs: Vec<Rung>,
    /// What was done about it, in order.
    pub acts: Vec<TicketAct>,
    /// When it was done.
    pub done_at: Option<Timestamp>,
}

/// A ticket came nearer to its date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// Days before the date.
    pub days: i64,
    /// When that was stated.
    pub at: Timestamp,
    /// Whether somebody is paged.
    pub pages: bool,
}

/// Something that was done about a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketAct {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What.
    pub what: String,
    /// Whether that was all.
    pub done: bool,
}

impl Tickets {
    /// Takes in one entry; facts about other things change nothing.
    pub fn apply(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::TicketOpened(it) => self.opened(it, entry.at),
            Fact::TicketRedated(it) => {
                self.by_notice.insert(it.notice.clone(), it.ticket.clone());
                if let Some(ticket) = self.by_id.get_mut(&it.ticket) {
                    (ticket.due, ticket.dated_by) = (it.due, it.notice.clone());
                    // Towards another date every rung counts anew.
                    ticket.rungs.clear();
                }
            }
            Fact::TicketEscalated(it) => {
                let TicketEscalated { rung, pages, .. } = *it;
                if let Some(ticket) = self.by_id.get_mut(&it.ticket) {
                    ticket.rungs.push(Rung { days: rung, at: entry.at, pages });
                }
            }
            Fact::TicketActed(it) => {
                let Some(ticket) = self.by_id.get_mut(&it.ticket) else { return };
                let (by, what) = (entry.actor.clone(), it.what.clone());
                ticket.acts.push(TicketAct { at: entry.at, by, what, done: it.done });
                if it.done {
                    ticket.done_at.get_or_insert(entry.at);
                }
            }
            _ => {}
        }
    }

    fn opened(&mut self, it: &TicketOpened, at: Timestamp) {
        let ticket = TicketState {
            id: it.ticket.clone(),
            tenant: it.tenant.clone(),
            notice: it.notice.clone(),
            dated_by: it.notice.clone(),
            concerns: it.concerns.clone(),
            owner: it.owner.clone(),
            route: it.route.clone(),
            due: it.due,
            opened_at: at,
            rungs: Vec::new(),
            acts: Vec::new(),
            done_at: None,
        };
        self.by_notice.insert(it.notice.clone(), it.ticket.clone());
        self.by_id.insert(it.ticket.clone(), ticket);
    }

    /// One ticket.
    pub fn get(&self, id: &TicketId) -> Option<&TicketState> {
        self.by_id.get(id)
    }

    /// The ticket that a notice asks for or dates.
    pub fn of_notice(&self, id: &NoticeId) -> Option<&TicketState> {
        self.by_id.get(self.by_notice.get(id)?)
    }

    /// All of them, in the order of their ids.
    pub fn all(&self) -> impl Iterator<Item = &TicketState> {
        self.by_id.values()
    }
}
