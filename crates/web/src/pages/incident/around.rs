//! What was changed or announced before an incident, and what was found to belong to it.

use response::{ChangeSuspect, Link, SuspectKind};

use crate::words::When;

/// A change or a notice before the onset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SuspectRow {
    /// Its id.
    pub(crate) what: String,
    /// How it is known.
    pub(crate) known: &'static str,
    /// One line.
    pub(crate) summary: String,
    /// Who made it, as far as anybody said.
    pub(crate) by: Option<String>,
    /// When it was made or announced.
    pub(crate) introduced: When,
    /// When it took effect.
    pub(crate) activated: Option<When>,
    /// The sum of its points.
    pub(crate) score: String,
    /// What speaks for it and against it, each with its points.
    pub(crate) parts: Vec<String>,
    /// What that rests on.
    pub(crate) evidence: Vec<String>,
}

/// Something that belongs to an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LinkRow {
    /// Its id.
    pub(crate) what: String,
    /// Why it belongs to this one.
    pub(crate) because: String,
    /// Since when.
    pub(crate) at: When,
}

impl SuspectRow {
    pub(super) fn of(suspect: &ChangeSuspect) -> Self {
        let parts = suspect.parts.iter().map(|part| format!("{:+.2} {}", part.points, part.why));
        Self {
            what: suspect.what.clone(),
            known: match suspect.kind {
                SuspectKind::Recorded => "recorded",
                SuspectKind::Unlogged => "recorded by nobody: flights show it",
                SuspectKind::Notice => "announced by a provider",
            },
            summary: suspect.summary.clone(),
            by: suspect.by.clone(),
            introduced: When::at(suspect.introduced),
            activated: suspect.activated.map(When::at),
            score: format!("{:.2}", suspect.score),
            parts: parts.collect(),
            evidence: suspect.evidence.clone(),
        }
    }
}

impl LinkRow {
    pub(super) fn of(link: &Link) -> Self {
        let (what, because) = (link.what.clone(), link.because.clone());
        Self { what, because, at: When::at(link.at) }
    }
}
