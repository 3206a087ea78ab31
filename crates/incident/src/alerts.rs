//! Alerts as the ledger tells them: each from its trigger until it is resolved.
//!
//! An alert is not an incident: it may belong to one. Deliveries are one alert while it is open
//! and they have its key, under its door and its tenant; a trigger after that begins another.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use model::alert::{AlertAction, AlertDoor, AlertHeard, AlertSeverity};
use model::{AlertEvent, AlertId, Entry, Fact, TenantName};
use serde::{Deserialize, Serialize};

use crate::wording;

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// Whose.
    pub tenant: TenantName,
    /// Which door it came through.
    pub door: AlertDoor,
    /// What makes deliveries the same alert.
    pub key: String,
    /// Where it stands.
    pub state: AlertState,
    /// One line, as last said.
    pub summary: String,
    /// The worst that was said.
    pub severity: AlertSeverity,
    /// The feature concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// Whether something does not work at all.
    pub outage: bool,
    /// When it began, as its sender says.
    pub began: Timestamp,
    /// When it was first heard of.
    pub heard: Timestamp,
    /// When its sender said that it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// How many deliveries are on record.
    pub deliveries: u64,
    /// The first and the latest of them.
    pub said: Vec<Delivery>,
    /// Whatever else was last said.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Where more of it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Where an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// It fires.
    Open,
    /// Somebody has seen it, as its sender says.
    Acknowledged,
    /// It is over.
    Resolved,
}

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// When it was taken in.
    pub at: Timestamp,
    /// What was said to have happened.
    pub action: AlertAction,
    /// How bad it was said to be.
    pub severity: AlertSeverity,
}

/// Every alert.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alerts {
    by_id: BTreeMap<AlertId, Alert>,
    open: BTreeMap<String, AlertId>,
    last: BTreeMap<String, AlertId>,
    /// Those of each tenant, in the order in which they were first heard of.
    order: BTreeMap<TenantName, VecDeque<AlertId>>,
}

/// Deliveries of one alert that are listed: the first, and the latest.
const MOST_LISTED: usize = 50;

/// Alerts of a tenant that are kept; the ledger keeps all of them.
const MOST: usize = 20_000;

impl Alerts {
    /// Takes in one entry; facts about other things change nothing.
    pub fn apply(&mut self, entry: &Entry) {
        let Fact::AlertHeard(AlertHeard { alert: id, tenant, says }) = &entry.fact else { return };
        let place = place(tenant, says.door, &says.key);
        if !self.by_id.contains_key(id) {
            self.by_id.insert(id.clone(), Alert::of(id, tenant, says, entry.at));
            self.order.entry(tenant.clone()).or_default().push_back(id.clone());
        }
        if let Some(alert) = self.by_id.get_mut(id) {
            alert.hear(says, entry.at);
        }
        match says.action {
            AlertAction::Resolve => _ = self.open.remove(&place),
            _ => _ = self.open.insert(place.clone(), id.clone()),
        }
        self.last.insert(place, id.clone());
        self.forget(tenant);
    }

    /// Forgets the oldest that is over, else the oldest, where a tenant has too many.
    fn forget(&mut self, tenant: &TenantName) {
        let Some(order) = self.order.get_mut(tenant).filter(|order| order.len() > MOST) else {
            return;
        };
        let is_over =
            |id: &AlertId| self.by_id.get(id).is_none_or(|it| it.state == AlertState::Resolved);
        let oldest = order.iter().position(is_over).unwrap_or(0);
        let Some(gone) = order.remove(oldest).and_then(|id| self.by_id.remove(&id)) else {
            return;
        };
        let place = place(tenant, gone.door, &gone.key);
        for index in [&mut self.open, &mut self.last] {
            if index.get(&place) == Some(&gone.id) {
                index.remove(&place);
            }
        }
    }

    /// The open alert that an event belongs to.
    pub fn open(&self, tenant: &TenantName, event: &AlertEvent) -> Option<&Alert> {
        self.by_id.get(self.open.get(&place(tenant, event.door, &event.key))?)
    }

    /// The latest alert with an event's key, open or over.
    pub fn last(&self, tenant: &TenantName, event: &AlertEvent) -> Option<&Alert> {
        self.by_id.get(self.last.get(&place(tenant, event.door, &event.key))?)
    }

    /// One alert.
    pub fn get(&self, id: &AlertId) -> Option<&Alert> {
        self.by_id.get(id)
    }

    /// Every open alert.
    pub fn all_open(&self) -> impl Iterator<Item = &Alert> {
        self.open.values().filter_map(|id| self.by_id.get(id))
    }

    /// Those of a tenant, latest first.
    pub fn latest_first(&self, tenant: &TenantName) -> Vec<&Alert> {
        let mut alerts: Vec<&Alert> =
            self.by_id.values().filter(|alert| alert.tenant == *tenant).collect();
        alerts.sort_by(|a, b| b.heard.cmp(&a.heard).then(a.id.cmp(&b.id)));
        alerts
    }
}

impl Alert {
    fn of(id: &AlertId, tenant: &TenantName, says: &AlertEvent, at: Timestamp) -> Self {
        Self {
            id: id.clone(),
            tenant: tenant.clone(),
            door: says.door,
            key: says.key.clone(),
            state: AlertState::Open,
            summary: says.summary.clone(),
            severity: says.severity,
            feature: says.feature.clone(),
            outage: says.is_outage(),
            began: says.at.min(at),
            heard: at,
            ended: None,
            deliveries: 0,
            said: Vec::new(),
            labels: says.labels.clone(),
            link: says.link.clone(),
        }
    }

    fn hear(&mut self, says: &AlertEvent, at: Timestamp) {
        self.deliveries += 1;
        if self.said.len() >= MOST_LISTED {
            self.said.remove(1);
        }
        self.said.push(Delivery { at, action: says.action, severity: says.severity });
        match says.action {
            AlertAction::Trigger => {
                self.summary = says.summary.clone();
                self.severity = self.severity.max(says.severity);
                self.feature = self.feature.take().or_else(|| says.feature.clone());
                self.outage |= says.is_outage();
                self.labels = says.labels.clone();
                self.link = says.link.clone().or_else(|| self.link.take());
            }
            AlertAction::Acknowledge => self.state = AlertState::Acknowledged,
            AlertAction::Resolve => {
                self.state = AlertState::Resolved;
                self.ended = Some(says.at.min(at));
            }
        }
    }

    /// Why its deliveries are one alert, in one line.
    pub fn why_one(&self) -> String {
        let door = self.door.as_str();
        let heard = wording::moment(self.heard);
        match self.deliveries {
            1 => format!("1 delivery from {door}, key `{}`", self.key),
            n => format!(
                "{n} deliveries from {door}, same key `{}`: joined because the alert that began \
                 with the first, at {heard}, was open each time",
                self.key
            ),
        }
    }
}

impl AlertState {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            AlertState::Open => "open",
            AlertState::Acknowledged => "acknowledged",
            AlertState::Resolved => "resolved",
        }
    }
}

fn place(tenant: &TenantName, door: AlertDoor, key: &str) -> String {
    format!("{tenant} {} {key}", door.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::entry;

    fn heard(alert: usize, tenant: &str, action: AlertAction) -> Entry {
        let says = AlertEvent {
            door: AlertDoor::Alertmanager,
            key: format!("key {alert}"),
            action,
            summary: "slow".to_owned(),
            severity: AlertSeverity::Warning,
            at: crate::tests::at(0),
            feature: None,
            labels: BTreeMap::new(),
            link: None,
        };
        let (alert, tenant) = (format!("alr_{alert}").parse().unwrap(), tenant.parse().unwrap());
        entry(1, Fact::AlertHeard(AlertHeard { alert, tenant, says: Box::new(says) }))
    }

    #[test]
    fn a_tenants_alerts_are_kept_up_to_a_number_and_what_is_over_goes_first() {
        let mut alerts = Alerts::default();
        alerts.apply(&heard(900_000, "other", AlertAction::Trigger));
        for number in 0..MOST {
            alerts.apply(&heard(number, "default", AlertAction::Trigger));
        }
        alerts.apply(&heard(7, "default", AlertAction::Resolve));
        let knows = |alerts: &Alerts, number: usize| {
            alerts.get(&format!("alr_{number}").parse().unwrap()).is_some()
        };
        assert!(knows(&alerts, 0) && knows(&alerts, 7));
        alerts.apply(&heard(MOST, "default", AlertAction::Trigger));
        assert!(knows(&alerts, 0) && !knows(&alerts, 7));
        alerts.apply(&heard(MOST + 1, "default", AlertAction::Trigger));
        assert!(!knows(&alerts, 0) && knows(&alerts, 1) && knows(&alerts, 900_000));
        let tenant = "default".parse().unwrap();
        assert_eq!(alerts.latest_first(&tenant).len(), MOST);
        let Fact::AlertHeard(gone) = heard(0, "default", AlertAction::Resolve).fact else {
            panic!("another fact")
        };
        assert_eq!(alerts.open(&tenant, &gone.says), None);
        assert_eq!(alerts.last(&tenant, &gone.says), None);
        assert_eq!(alerts.all_open().count(), MOST + 1);
    }
}
