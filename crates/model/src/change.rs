//! Changes: recorded alterations of a surface, and those seen in flights that nobody recorded.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ChangeId, IncidentId};
use crate::principal::TenantName;

/// An alteration of a surface, as somebody recorded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What was altered.
    pub surface: ChangeSurface,
    /// Which one of it: a prompt's, tool's, index's, judge's name; none where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What it was: a hash, a version, a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// One line that says what was done.
    pub summary: String,
    /// Where it holds.
    #[serde(default)]
    pub scope: ChangeScope,
    /// Who made it, as it was told; the entry's actor is who told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Why it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How to take it back: a revision, a command, a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<String>,
    /// Where more of it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The incident in whose course it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// When it was made: merged, saved, announced.
    pub introduced: Timestamp,
    /// When it took effect; none if that is not known, or has not happened yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activated: Option<Timestamp>,
    /// Which door it came through.
    pub door: ChangeDoor,
    /// What the sender calls it, so that a second delivery is no second change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<String>,
    /// What the sender calls the thing itself, so that a later word on it finds it: `deployment 7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whatever else the sender says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// What a change alters. The words of the surfaces, and of what else can move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeSurface {
    /// A system prompt or template.
    Prompt,
    /// A model or an alias.
    Model,
    /// Which model or path a request takes.
    Router,
    /// A tool: its schema, its code, what it answers.
    Tool,
    /// An index, its build, its embedding model, a retrieval stage.
    Retrieval,
    /// A judge or an evaluation suite.
    Judge,
    /// Sampling parameters.
    Parameters,
    /// How the context is put together and cut.
    Context,
    /// A guardrail.
    Guardrail,
    /// Who is alerted of what.
    AlertRouting,
    /// What somebody or something may do.
    Permissions,
    /// Who comes, and how many.
    Traffic,
    /// Code or a deployment of it.
    Code,
    /// Machines, networks, stores.
    Infrastructure,
}

/// Where a change holds; an empty list is everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangeScope {
    /// Features.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// Regions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// Segments: `plan=free`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
    /// `production`, `staging`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

/// Which door a change came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeDoor {
    /// The API or the command line.
    Api,
    /// A change event of PagerDuty's form.
    Pagerduty,
    /// A webhook of GitHub's form.
    Github,
    /// A CloudEvent.
    Cloudevents,
    /// A hook of a git repository.
    Git,
    /// None: nobody told of it, flights show it.
    Flights,
}

/// A change was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRecorded {
    /// The change.
    pub change: ChangeId,
    /// Whose.
    pub tenant: TenantName,
    /// What it says.
    pub says: Box<Change>,
}

/// A change that was recorded earlier took effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeActivated {
    /// The change.
    pub change: ChangeId,
    /// Whose.
    pub tenant: TenantName,
    /// When it took effect.
    pub at: Timestamp,
}

/// Flights show a level that no recorded change explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnloggedChangeSeen {
    /// The change.
    pub change: ChangeId,
    /// Whose.
    pub tenant: TenantName,
    /// In which feature.
    pub feature: String,
    /// What it alters.
    pub surface: ChangeSurface,
    /// The variable.
    pub factor: String,
    /// Its commonest level before; none if it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Its new level.
    pub after: String,
    /// Start of the first run seen with it.
    pub first_seen: Timestamp,
    /// Further new levels of the factor in that hour, for which no fact of their own was stated.
    #[serde(default)]
    pub unlisted: u64,
    /// Those of them that are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// Further variables in which the same edit shows, each with its new level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<(String, String)>,
}

/// What a feature ran under when it was first seen: no changes, but what they are told from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelsLearned {
    /// Whose.
    pub tenant: TenantName,
    /// The feature.
    pub feature: String,
    /// Start of the first run that was looked at.
    pub since: Timestamp,
    /// Levels first seen up to here are no changes.
    pub until: Timestamp,
    /// The levels of each factor; of a factor with too many to tell a new one, none.
    pub levels: BTreeMap<String, Vec<String>>,
}

/// A person looked at what a surface has become and took it as the new baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftReviewed {
    /// Whose.
    pub tenant: TenantName,
    /// Of which feature.
    pub feature: String,
    /// Which surface.
    pub surface: ChangeSurface,
    /// What was found.
    pub because: String,
}

impl ChangeSurface {
    /// All of them, in the order of the data file.
    pub const ALL: [Self; 14] = [
        Self::Prompt,
        Self::Model,
        Self::Router,
        Self::Tool,
        Self::Retrieval,
        Self::Judge,
        Self::Parameters,
        Self::Context,
        Self::Guardrail,
        Self::AlertRouting,
        Self::Permissions,
        Self::Traffic,
        Self::Code,
        Self::Infrastructure,
    ];

    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Model => "model",
            Self::Router => "router",
            Self::Tool => "tool",
            Self::Retrieval => "retrieval",
            Self::Judge => "judge",
            Self::Parameters => "parameters",
            Self::Context => "context",
            Self::Guardrail => "guardrail",
            Self::AlertRouting => "alert_routing",
            Self::Permissions => "permissions",
            Self::Traffic => "traffic",
            Self::Code => "code",
            Self::Infrastructure => "infrastructure",
        }
    }
}

impl FromStr for ChangeSurface {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|surface| surface.as_str() == text).ok_or_else(|| {
            let all = Self::ALL.map(Self::as_str).join(", ");
            format!("`{text}` is no surface: write one of {all}")
        })
    }
}

impl ChangeDoor {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Pagerduty => "pagerduty",
            Self::Github => "github",
            Self::Cloudevents => "cloudevents",
            Self::Git => "git",
            Self::Flights => "flights",
        }
    }
}

impl Change {
    /// When it began to matter, as far as anybody said: when it took effect, else when it was made.
    pub fn told_at(&self) -> Timestamp {
        self.activated.unwrap_or(self.introduced)
    }
}
