//! What happened when: every fact of an incident and what is linked to it.
//!
//! Each [`Moment`] says where it is on record and what it [`Weighs`]. What people write is theirs
//! and no evidence; what was brought in from elsewhere, less still. Claims stand with their source
//! and how they stand, side by side where they contradict each other.

mod course;

use jiff::Timestamp;
use model::Incident;
use serde::{Deserialize, Serialize};

use crate::wording;

/// One row of a timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub what: String,
    /// Where that is on record.
    pub source: String,
    /// What it weighs.
    pub weighs: Weighs,
}

/// What a row of a timeline weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighs {
    /// It was recorded or measured.
    Recorded,
    /// Somebody claims it.
    Claimed,
    /// Somebody wrote it.
    Note,
    /// Somebody wrote it elsewhere, and it was brought here.
    Imported,
}

/// The moments of an incident, in order.
pub fn moments(incident: &Incident) -> Vec<Moment> {
    let mut moments = compared(incident);
    moments.extend(decided(incident));
    moments.extend(course::moments(&incident.course, &incident.id));
    moments.sort_by_key(|moment| moment.at);
    moments
}

/// What the comparison of runs tells.
fn compared(incident: &Incident) -> Vec<Moment> {
    let report = &incident.report;
    let mut moments = Vec::new();
    for mover in &report.movers {
        if let Some(at) = mover.first_seen {
            let what = format!("{} = {} first seen", mover.factor, wording::level(&mover.to));
            moments.push(Moment::recorded(at, what, "flights: runs compared"));
        }
    }
    if let Some(onset) = report.onset {
        let range = format!(
            "behaviour changed (90 % range {} to {})",
            wording::clock(onset.earliest),
            wording::clock(onset.latest)
        );
        moments.push(Moment::recorded(onset.at, range, "flights: change point"));
    }
    moments
}

/// What was decided and asked before its course, and written of it.
fn decided(incident: &Incident) -> Vec<Moment> {
    let source = format!("ledger: {}", incident.id);
    let mut moments = Vec::new();
    let mut add = |at, what: String| moments.push(Moment::recorded(at, what, &source));
    add(incident.declared_at, format!("incident declared by {}", incident.declared_by));
    for row in incident.triage.iter().flat_map(|triage| &triage.rows) {
        for told in &row.told {
            let (answer, because) = (told.answer.as_str(), &told.because);
            add(told.at, format!("{} answered {}: {answer}: {because}", told.by, row.node));
        }
    }
    for look in &incident.looks {
        add(look.at, wording::look(look));
    }
    for draft in &incident.drafts {
        add(draft.at, format!("postmortem drafted by {}", draft.by));
    }
    moments
}

impl Moment {
    fn recorded(at: Timestamp, what: String, source: &str) -> Self {
        Self { at, what, source: source.to_owned(), weighs: Weighs::Recorded }
    }
}

impl Weighs {
    /// The words that mark a row; none for what was recorded.
    pub fn mark(self) -> Option<&'static str> {
        match self {
            Weighs::Recorded => None,
            Weighs::Claimed => Some("claim"),
            Weighs::Note => Some("note, no evidence"),
            Weighs::Imported => Some("brought from elsewhere, no evidence"),
        }
    }
}
