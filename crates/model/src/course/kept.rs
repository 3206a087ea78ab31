//! What was said and done in the course of an incident, as its facts tell it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Acknowledged, ActionsRevised, ClaimMade, ClaimRevised, ClaimState, ContainmentAttempted, Duty,
    DutyTaken, NoteAdded, PlaybookRehearsed, Severity, SeveritySet, Stage, StageReached,
};

/// Something that was stated, with when and by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dated<T> {
    /// When it was stated.
    pub at: Timestamp,
    /// By whom, as the ledger names them.
    pub by: String,
    /// Whether that is a person, and no program.
    pub person: bool,
    /// What was stated.
    #[serde(flatten)]
    pub what: T,
}

/// What was said and done in the course of an incident, each in the order in which it was stated.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Course {
    /// Whether a person declared it.
    pub declared_by_person: bool,
    /// Who said that they have seen it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acknowledged: Vec<Dated<Acknowledged>>,
    /// Stages reached after the declaration.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Dated<StageReached>>,
    /// Who took which duty on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub duties: Vec<Dated<DutyTaken>>,
    /// How bad it was said to be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub severities: Vec<Dated<SeveritySet>>,
    /// What was tried.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Tried>,
    /// What people and programs wrote.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Dated<NoteAdded>>,
    /// What was claimed, and how it stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claimed>,
    /// What was said of actions that agents executed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Dated<ActionsRevised>>,
    /// What was found to belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub linked: Vec<Linked>,
    /// Playbooks that were walked through.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rehearsed: Vec<Dated<PlaybookRehearsed>>,
}

/// An attempt to stop the harm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// What was told of it.
    #[serde(flatten)]
    pub told: Dated<ContainmentAttempted>,
    /// The change that was made, as it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Heard>,
}

/// A claim, and what was said of it since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claimed {
    /// The claim.
    #[serde(flatten)]
    pub made: Dated<ClaimMade>,
    /// What was said of it since, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revised: Vec<Dated<ClaimRevised>>,
    /// For a cause: the change or notice that it rests on, as it was heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<Heard>,
}

/// Something that belongs to an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linked {
    /// When it was linked.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What: `alr_…`, `sig_…`, `cmp_…`, `ntc_…`, `chg_…`.
    pub what: String,
    /// Why it belongs here.
    pub because: String,
    /// What was heard of it; none if that is not on record any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<Heard>,
}

/// Something that came from outside or was seen, in short: what clocks and timelines need of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: HeardKind,
    /// One line.
    pub line: String,
    /// When Mayday heard of it first.
    pub heard: Timestamp,
    /// When its sender says that it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<Timestamp>,
    /// Of a change: when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduced: Option<Timestamp>,
    /// Of a change or an announcement: when it took effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activated: Option<Timestamp>,
    /// When somebody elsewhere was heard to have seen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Timestamp>,
    /// When it was heard to be over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Timestamp>,
}

/// What was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeardKind {
    /// An alert.
    Alert,
    /// A complaint.
    Complaint,
    /// A detector's finding.
    Signal,
    /// What a provider told.
    Notice,
    /// A change that somebody recorded.
    Change,
    /// A change that flights show and nobody recorded.
    Unlogged,
}

impl Dated<()> {
    /// The same teller at the same time, telling something.
    pub fn telling<T>(self, what: T) -> Dated<T> {
        Dated { at: self.at, by: self.by, person: self.person, what }
    }
}

impl Course {
    /// How far the incident has come.
    pub fn stage(&self) -> Stage {
        self.stages.last().map_or(Stage::Declared, |reached| reached.what.stage)
    }

    /// How bad it is said to be now; none if nobody has said.
    pub fn severity(&self) -> Option<Severity> {
        self.severities.last().map(|set| set.what.severity)
    }

    /// Who has a duty now.
    pub fn on(&self, duty: Duty) -> Option<&str> {
        let taken = self.duties.iter().rfind(|taken| taken.what.duty == duty);
        taken.map(|taken| taken.what.who.as_str())
    }
}

impl Claimed {
    /// How it stands.
    pub fn state(&self) -> ClaimState {
        self.revised.last().map_or(ClaimState::Open, |revised| revised.what.state)
    }

    /// Who or what says so.
    pub fn source(&self) -> &str {
        self.made.what.source.as_deref().unwrap_or(&self.made.by)
    }
}

impl HeardKind {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Complaint => "complaint",
            Self::Signal => "signal",
            Self::Notice => "notice",
            Self::Change => "change",
            Self::Unlogged => "unlogged change",
        }
    }
}
