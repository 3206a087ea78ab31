//! Dated work, and names that may mean another model tomorrow.

use response::inventory::{AliasFound, By};
use response::tickets::TicketView;

use super::counted;
use crate::words::When;

/// A ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TicketRow {
    /// Its id.
    pub(crate) id: String,
    /// What its notice says.
    pub(crate) title: String,
    /// How it stands: `12 days left`.
    pub(crate) state: String,
    /// The class of its colours.
    pub(crate) tone: &'static str,
    /// Its shape.
    pub(crate) mark: &'static str,
    /// By when.
    pub(crate) due: When,
    /// Who has to do it.
    pub(crate) owner: String,
    /// What of what is used it concerns.
    pub(crate) concerns: Vec<String>,
    /// What to take instead.
    pub(crate) replacement: Option<String>,
    /// How much of the notice was used.
    pub(crate) used: String,
    /// How it escalated, in words; none if it has not.
    pub(crate) escalated: Option<String>,
    /// What was done.
    pub(crate) acts: Vec<ActRow>,
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ActRow {
    /// When.
    pub(crate) at: When,
    /// By whom.
    pub(crate) by: String,
    /// What.
    pub(crate) what: String,
}

/// A name without a date that production asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AliasRow {
    /// The name.
    pub(crate) name: String,
    /// Why it is a finding.
    pub(crate) why: String,
    /// Runs and features.
    pub(crate) used: String,
    /// What answered.
    pub(crate) answered: String,
}

/// Days before the date from which a ticket is urgent.
const URGENT: i64 = 7;

/// Features and names in one line.
const MOST_TOLD: usize = 4;

impl TicketRow {
    pub(super) fn of(view: &TicketView) -> Self {
        let (mark, state, tone) = match (view.done_at, view.days_left) {
            (Some(_), _) => ("=", "done".to_owned(), "calm"),
            (None, left) if left < 0 => {
                ("▲", format!("{} over", counted(left.unsigned_abs() as usize, "day")), "alert")
            }
            (None, left) => {
                let urgent = left <= URGENT;
                let words = format!("{} left", counted(left.unsigned_abs() as usize, "day"));
                if urgent { ("▲", words, "alert") } else { ("◆", words, "notice") }
            }
        };
        let rungs = view.rungs.iter().map(|rung| match rung.pages {
            true => format!("T-{} (paged)", rung.days),
            false => format!("T-{}", rung.days),
        });
        let rungs = rungs.collect::<Vec<_>>().join(", ");
        let act = |act: &response::tickets::fold::TicketAct| ActRow {
            at: When::at(act.at),
            by: act.by.clone(),
            what: act.what.clone(),
        };
        Self {
            id: view.ticket.to_string(),
            title: view.title.clone(),
            state,
            tone,
            mark,
            due: When::at(view.due),
            owner: view.owner.clone(),
            concerns: match view.in_use {
                true => view.concerns.clone(),
                false => vec!["not in use any more".to_owned()],
            },
            replacement: view.replacement.clone(),
            used: view.used.told(),
            escalated: Some(rungs).filter(|rungs| !rungs.is_empty()),
            acts: view.acts.iter().map(act).collect(),
        }
    }
}

impl AliasRow {
    pub(super) fn of(found: &AliasFound) -> Self {
        Self {
            name: found.name.clone(),
            why: found.why.clone(),
            used: format!("{} of {}", counted(found.runs as usize, "run"), by(&found.features)),
            answered: match found.answered_by.is_empty() {
                true => "not on record".to_owned(),
                false => by(&found.answered_by),
            },
        }
    }
}

fn by(all: &[By]) -> String {
    let told = all.iter().take(MOST_TOLD).map(|by| format!("{} ({})", by.name, by.runs));
    let told = told.collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(MOST_TOLD) {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}
