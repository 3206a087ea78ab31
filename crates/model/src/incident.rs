//! Incidents: the object that links what was seen, what was found and what was decided.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::content::{Address, ContentHash};
use crate::course::Course;
use crate::fields::SixField;
use crate::id::{IncidentId, RunId, SpanId};
use crate::outcome::Outcome;
use crate::principal::TenantName;
use crate::report::{ChosenBy, Report};
use crate::triage::Triage;

/// What kind of harm it is. Only a rate waits for statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// A behaviour rate rose.
    Rate,
    /// One run did harm.
    Event,
    /// Something does not work at all: a provider, a tool. There may be no run of it.
    Outage,
}

impl IncidentKind {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            IncidentKind::Rate => "rate",
            IncidentKind::Event => "event",
            IncidentKind::Outage => "outage",
        }
    }
}

/// A run that an incident rests on, by address and never by its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The run.
    pub run: RunId,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it is cited: `with tool_shape:search_kb = 9c22`.
    pub role: String,
    /// The step in it that matters most, if one does.
    pub step: Option<SpanId>,
    /// Addresses of the content that step read and wrote.
    pub content: Vec<Address>,
}

/// A file with what an incident rests on, which outlives the day it was copied from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// The day, as `2026-11-23`.
    pub day: String,
    /// The head of its hash chain, in hexadecimal.
    pub head: String,
    /// Versions of steps in it.
    pub steps: u64,
}

/// A postmortem draft that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// When.
    pub at: Timestamp,
    /// By whom it was asked for.
    pub by: String,
    /// SHA-256 of the document.
    pub hash: ContentHash,
}

/// A comparison after the first: a revision, which leaves the first as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Which it is; the declaration was the first.
    pub number: u32,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What was found.
    pub report: Report,
}

impl Look {
    /// Whether its windows were chosen by hand, perhaps until something showed: then its intervals
    /// hold for one look and not for the best of several.
    pub fn is_exploratory(&self) -> bool {
        self.report.windows.chosen_by == ChosenBy::Caller
    }
}

/// An incident as the ledger tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// Whose it is.
    #[serde(default)]
    pub tenant: TenantName,
    /// What kind of harm.
    pub kind: IncidentKind,
    /// The feature concerned.
    pub feature: Option<String>,
    /// One line for lists.
    pub title: String,
    /// When it was declared.
    pub declared_at: Timestamp,
    /// Who declared it.
    pub declared_by: String,
    /// What was known when it was declared. Later looks do not change it.
    pub report: Report,
    /// What was found when the runs were compared once more, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub looks: Vec<Look>,
    /// The one run, for an event.
    pub run: Option<RunId>,
    /// The runs it rests on.
    pub evidence: Vec<Evidence>,
    /// What was asked of each surface, and answered, when it was declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub triage: Option<Triage>,
    /// Which variable moved, as far as it could be told when it was declared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<SixField>,
    /// What was copied so that it outlives its days; none until that was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpts: Option<Vec<Excerpt>>,
    /// Drafts written so far.
    pub drafts: Vec<Draft>,
    /// What was said and done in its course.
    #[serde(default)]
    pub course: Course,
}
