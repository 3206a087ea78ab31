//! What was learned, as it is shown.

use incident::lessons::{Closed, KnownItem, Reopened};
use incident::lint::Linted;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::IncidentId;
use model::lesson::ItemProof;
use model::postmortem::{ActionItem, ItemState, Postmortem};
use serde::{Deserialize, Serialize};

/// An incident's document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentView {
    /// The incident.
    pub incident: IncidentId,
    /// When it was filed last; none for a draft, which only facts and flights have written.
    pub filed: Option<FiledView>,
    /// When somebody worked on it, and who.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<(Timestamp, String)>,
    /// The document, with its quotes as far as they are still on record.
    pub document: Postmortem,
    /// What the linter says of it now.
    pub linted: Linted,
    /// Its items, with those that the latest version leaves out.
    pub items: Vec<ItemView>,
}

/// Which version it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledView {
    /// Counted from 1.
    pub version: u32,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// An action item as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemView {
    /// The incident it follows from.
    pub incident: IncidentId,
    /// The item; its state is what facts say.
    pub item: ActionItem,
    /// Since when it is on record.
    pub opened: Timestamp,
    /// Whether it is open and its date is over; none if it has no date that can be read.
    pub overdue: Option<bool>,
    /// What showed last that it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
    /// Why it was opened again last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened: Option<Reopened>,
    /// Whether the latest version of the document leaves it out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left_out: bool,
}

impl ItemView {
    pub(super) fn of(incident: &IncidentId, known: &KnownItem, now: Timestamp) -> Self {
        let mut item = known.item.clone();
        item.state = known.state();
        let closed = known.closed.last().cloned();
        let is_closed = item.state == ItemState::Closed;
        if let Some(Closed { proof: ItemProof::Eval { green, .. }, .. }) =
            closed.as_ref().filter(|_| is_closed)
        {
            item.contract.green_run = Some(green.to_string());
        }
        let due = item.due.as_deref().and_then(|due| due.trim().parse::<Date>().ok());
        let today = now.to_zoned(TimeZone::UTC).date();
        Self {
            incident: incident.clone(),
            item,
            opened: known.opened,
            overdue: due.map(|due| !is_closed && due < today),
            closed,
            reopened: known.reopened.last().cloned(),
            left_out: known.left_out,
        }
    }
}
