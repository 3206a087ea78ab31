//! Notices as doors show them: what was heard, in threads, and what was decided.

use jiff::Timestamp;
use model::notice::NoticeClass;
use model::{IncidentId, Notice, NoticeId, TicketId};
use serde::{Deserialize, Serialize};

use super::error::NoticeError;
use super::fold::{Confirmation, Judgement, NoticeState, Notices, is_flapping};
use crate::open::Mayday;

/// A notice, with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticeView {
    /// Its id.
    pub notice: NoticeId,
    /// The channel it came by; none if somebody brought it.
    pub via: Option<String>,
    /// When it came.
    pub heard_at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub says: Notice,
    /// What the provider said when it was asked back.
    pub confirmed: Option<Confirmation>,
    /// What is to be done about it; none while that is not decided.
    pub judged: Option<Judgement>,
    /// The ticket it asks for.
    pub ticket: Option<TicketId>,
    /// Incidents that it was found to belong to.
    pub incidents: Vec<IncidentId>,
    /// What was heard of the same thing, earliest first, itself among it.
    pub timeline: Vec<Moment>,
    /// Whether that went back and forth within the last hour.
    pub flapping: bool,
}

/// One notice in the course of a thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// The notice.
    pub notice: NoticeId,
    /// When it came.
    pub heard_at: Timestamp,
    /// When the provider says that it said so.
    pub stated: Option<Timestamp>,
    /// Where the thing stands by then.
    pub status: Option<String>,
    /// What it says.
    pub title: String,
}

impl NoticeView {
    /// Whether it says that a model or an interface goes.
    pub fn goes(&self) -> bool {
        matches!(self.says.class, NoticeClass::Deprecation | NoticeClass::Retirement)
    }
}

/// Notices that are listed.
const MOST_LISTED: usize = 500;

impl Mayday {
    /// Notices, latest first: of each thing the latest, with what came before it.
    pub fn list_notices(&self, now: Timestamp) -> Vec<NoticeView> {
        let notices = self.house.notices();
        let mine = notices.latest_first().filter(|one| self.is_of(&one.tenant));
        let is_latest = |one: &&NoticeState| {
            notices.thread_of(one).last().is_some_and(|last| last.id == one.id)
        };
        mine.filter(is_latest).take(MOST_LISTED).map(|one| view(&notices, one, now)).collect()
    }

    /// One notice.
    pub fn notice(&self, id: &NoticeId, now: Timestamp) -> Result<NoticeView, NoticeError> {
        let notices = self.house.notices();
        let found = notices.get(id).filter(|one| self.is_of(&one.tenant));
        let found = found.ok_or_else(|| NoticeError::NoSuchNotice(id.clone()))?;
        Ok(view(&notices, found, now))
    }
}

fn view(notices: &Notices, of: &NoticeState, now: Timestamp) -> NoticeView {
    let thread = notices.thread_of(of);
    let ticket = thread.iter().rev().find_map(|one| notices.tickets.of_notice(&one.id));
    let moment = |one: &&NoticeState| Moment {
        notice: one.id.clone(),
        heard_at: one.heard_at,
        stated: one.says.stated,
        status: one.says.status.clone(),
        title: one.says.title.clone(),
    };
    let mut incidents: Vec<IncidentId> =
        thread.iter().flat_map(|one| one.incidents.iter().cloned()).collect();
    incidents.sort();
    incidents.dedup();
    NoticeView {
        notice: of.id.clone(),
        via: of.via.clone(),
        heard_at: of.heard_at,
        says: of.says.clone(),
        confirmed: of.confirmed.clone(),
        judged: of.judged.clone(),
        ticket: ticket.map(|ticket| ticket.id.clone()),
        incidents,
        timeline: thread.iter().map(moment).collect(),
        flapping: is_flapping(&thread, now),
    }
}
