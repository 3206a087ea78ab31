//! Deliveries: what is to be told to somebody outside, stated first and done afterwards.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::course::Severity;
use crate::id::DeliveryId;
use crate::principal::TenantName;

/// Something is to be told to a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryWanted {
    /// The delivery, which the target can know a second attempt by.
    pub delivery: DeliveryId,
    /// Whose.
    pub tenant: TenantName,
    /// The target's name in the settings.
    pub target: String,
    /// What it is about: `inc_…`, `tkt_…`.
    pub about: String,
    /// What happened to it: `incident.declared`, `incident.closed`, `ticket.escalated`.
    pub topic: String,
    /// What it does to whatever the target keeps of that.
    pub effect: DeliveryEffect,
    /// How bad the incident was; none if nobody had said so, or it is about something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Whether it wakes somebody.
    #[serde(default)]
    pub pages: bool,
    /// What somebody is woken for once an hour at most: the cause, else what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// An earlier page for the same cause within the hour, which stands for this one too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covered_by: Option<DeliveryId>,
    /// One line.
    pub title: String,
    /// A few lines.
    pub text: String,
}

/// What a delivery does to whatever its target keeps: an alert, an issue, a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryEffect {
    /// It begins one.
    Open,
    /// It says more.
    Update,
    /// Somebody has seen it.
    Acknowledge,
    /// It is over.
    Close,
}

/// A delivery was attempted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryTried {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Whose.
    pub tenant: TenantName,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// What came of it.
    pub result: DeliveryResult,
    /// What the target answered, or why it could not be reached. No secrets.
    pub because: String,
    /// What the target calls it: an issue's number, a message's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// When it is tried again, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
}

/// Somebody wants a delivery that was given up to be tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRetried {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Whose.
    pub tenant: TenantName,
}

/// What came of an attempt to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryResult {
    /// It arrived.
    Delivered,
    /// It did not, and is tried again.
    Failed,
    /// It did not, and is not tried again: somebody has to look.
    GivenUp,
    /// The target says that it is gone for good: nothing more is sent to it by itself.
    Gone,
}
