//! How much of a notice was used: the days it gave, and those left at the first act. Pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::fold::TicketState;
use crate::notices::NoticeState;

/// How much of a notice was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeUsed {
    /// Days from when the provider said so, or from when it came here if that is not known, to the
    /// date.
    pub given_days: i64,
    /// Days left when somebody first did something, or now while nobody has; none left is 0.
    pub left_days: i64,
    /// Seconds from when it came here to the first act, or to now.
    pub waited_secs: i64,
    /// Days after which it came here, since the provider said so; none if that is not known.
    pub reached_after_days: Option<i64>,
    /// When somebody first did something; none while nobody has.
    pub acted_at: Option<Timestamp>,
}

impl NoticeUsed {
    /// In words: `60 days' notice used as 0`.
    pub fn told(&self) -> String {
        let Self { given_days, left_days, .. } = self;
        match self.acted_at {
            Some(_) => format!("{given_days} days' notice used as {left_days}"),
            None => format!("{given_days} days' notice, {left_days} left, nothing done yet"),
        }
    }
}

/// How much of its notice a ticket has used.
pub(crate) fn of(ticket: &TicketState, notice: &NoticeState, now: Timestamp) -> NoticeUsed {
    let heard = notice.heard_at;
    let stated = notice.says.stated.filter(|stated| *stated <= heard);
    let acted_at = ticket.acts.first().map(|act| act.at);
    let until = acted_at.unwrap_or(now);
    NoticeUsed {
        given_days: days(ticket.due, stated.unwrap_or(heard)),
        left_days: days(ticket.due, until),
        waited_secs: until.duration_since(heard).as_secs().max(0),
        reached_after_days: stated.map(|stated| days(heard, stated)),
        acted_at,
    }
}

/// Days between two moments, to the nearest; none if the first is not the later.
fn days(to: Timestamp, from: Timestamp) -> i64 {
    let seconds = to.duration_since(from).as_secs().max(0);
    (seconds + 43_200) / 86_400
}
