//! Alerts, which come from outside; signals, which detectors find; complaints, which people make.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::content::Address;
use crate::id::{AlertId, ComplaintId, IncidentId, RunId, SignalId};
use crate::principal::TenantName;
use crate::time::Window;

/// What a sender of alerts says, in one delivery, of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertEvent {
    /// Which door it came through.
    pub door: AlertDoor,
    /// What makes two deliveries the same alert: the sender's own key, within its routing key.
    pub key: String,
    /// What happened to it.
    pub action: AlertAction,
    /// One line.
    pub summary: String,
    /// How bad the sender says it is.
    pub severity: AlertSeverity,
    /// When the sender says it began or ended.
    pub at: Timestamp,
    /// The feature concerned, if the sender names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// Whatever else the sender says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Where more of it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Which door an alert came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertDoor {
    /// Alertmanager's webhook, version 4, and what sends the same.
    Alertmanager,
    /// PagerDuty's Events API, version 2.
    Pagerduty,
}

/// What happened to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertAction {
    /// It fires.
    Trigger,
    /// Somebody has seen it.
    Acknowledge,
    /// It is over.
    Resolve,
}

/// How bad a sender says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertSeverity {
    /// For information.
    Info,
    /// Not yet bad.
    Warning,
    /// Bad.
    Error,
    /// As bad as it gets.
    Critical,
}

/// A delivery about an alert was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertHeard {
    /// The alert: new for a trigger that no open alert has the key of.
    pub alert: AlertId,
    /// Whose.
    pub tenant: TenantName,
    /// What was said.
    pub says: Box<AlertEvent>,
}

/// An alert, a signal or a complaint was found to belong to an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedToIncident {
    /// The incident.
    pub incident: IncidentId,
    /// What belongs to it: `alr_…`, `sig_…`, `cmp_…`, `ntc_…`, `chg_…`.
    pub what: String,
    /// Why it was joined to this one and did not begin another.
    pub because: String,
}

/// Somebody says that an answer was bad.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// The feature.
    pub feature: String,
    /// The run, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// What the complaint names, as a keyed hash: an order, an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pivot: Option<Address>,
    /// When it happened to them.
    pub at: Timestamp,
    /// What is wrong, in one word of the team's own: `wrong_tone`.
    pub category: String,
    /// Where it was heard: `zendesk`, `phone`.
    pub source: String,
}

/// A complaint was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintHeard {
    /// The complaint.
    pub complaint: ComplaintId,
    /// Whose.
    pub tenant: TenantName,
    /// What it says.
    pub says: Complaint,
}

/// A detector found something: a candidate for an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalRaised {
    /// The signal.
    pub signal: SignalId,
    /// Whose.
    pub tenant: TenantName,
    /// What kind of finding: `complaints`, `rate`.
    pub kind: String,
    /// The feature.
    pub feature: String,
    /// One line with its figures.
    pub summary: String,
    /// The time it is about.
    pub window: Window,
    /// What it rests on: ids of complaints, alerts, runs.
    pub members: Vec<String>,
}

impl AlertDoor {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alertmanager => "alertmanager",
            Self::Pagerduty => "pagerduty",
        }
    }
}

impl AlertSeverity {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

impl AlertEvent {
    /// Whether the sender says that something does not work at all: a label `mayday_kind`, `kind`
    /// or `class` that is `outage`.
    pub fn is_outage(&self) -> bool {
        let says =
            |key: &str| self.labels.get(key).is_some_and(|it| it.eq_ignore_ascii_case("outage"));
        ["mayday_kind", "kind", "class"].into_iter().any(says)
    }
}
