//! Facts: what was decided, in the past tense, one entry of the ledger each.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::content::ContentHash;
use crate::id::{IncidentId, RunId};
use crate::incident::{Evidence, IncidentKind};
use crate::report::Report;

/// Something that was decided. Facts hold references to content, never its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Fact {
    /// Someone declared an incident; the windows and the verdict stand as they were then.
    IncidentDeclared {
        /// The incident.
        incident: IncidentId,
        /// What kind of harm.
        kind: IncidentKind,
        /// The feature concerned.
        feature: Option<String>,
        /// One line for lists.
        title: String,
        /// What moved, as far as could be told at that moment.
        report: Box<Report>,
        /// The one run, for an event.
        run: Option<RunId>,
    },
    /// The runs that an incident rests on, by address.
    EvidenceCited {
        /// The incident.
        incident: IncidentId,
        /// The runs.
        evidence: Vec<Evidence>,
    },
    /// A postmortem draft was written.
    PostmortemDrafted {
        /// The incident.
        incident: IncidentId,
        /// SHA-256 of the document.
        hash: ContentHash,
    },
}

/// A fact in its place: who stated it, when, and what came before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Place in the whole ledger, from 1, without gaps.
    pub seq: u64,
    /// What it is about: `inc_…`.
    pub stream: String,
    /// Place in its stream, from 1, without gaps.
    pub version: u64,
    /// When it was stated.
    pub at: Timestamp,
    /// Who stated it.
    pub actor: String,
    /// What was stated.
    pub fact: Fact,
    /// Hash of the entry before it; 64 zeros for the first.
    pub prev: ContentHash,
    /// Hash of this entry, which covers `prev`.
    pub hash: ContentHash,
}
