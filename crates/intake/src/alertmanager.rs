//! Alertmanager's webhook, version 4, and what sends the same: Grafana, Mimir, VictoriaMetrics.
//!
//! One delivery holds a group of alerts; each is an event of its own, with the key `groupKey` and
//! `fingerprint`. Whatever a sender adds is ignored. An `endsAt` of year 1 means that it still
//! fires.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::AlertEvent;
use model::alert::{AlertAction, AlertDoor, AlertSeverity};
use model::content::ContentHash;
use serde::Deserialize;

use crate::change::labels;
use crate::error::Refusal;
use crate::json;
use crate::text::{LONGEST_LINE, LONGEST_NAME, line, link, moment, some_line};

/// What one delivery says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// One event for each alert of the group.
    pub events: Vec<AlertEvent>,
    /// Alerts that the sender left out of the delivery because there were too many.
    pub truncated: u64,
}

/// Alerts of one group that are read.
const MOST_ALERTS: usize = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Webhook {
    #[serde(default)]
    version: String,
    group_key: String,
    #[serde(default)]
    truncated_alerts: u64,
    #[serde(default)]
    common_annotations: BTreeMap<String, String>,
    #[serde(rename = "externalURL", default)]
    external_url: String,
    alerts: Vec<Alert>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    status: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    starts_at: Option<String>,
    ends_at: Option<String>,
    #[serde(rename = "generatorURL", default)]
    generator_url: String,
    #[serde(default)]
    fingerprint: String,
}

/// Reads one delivery, taken in at a moment.
pub fn read(body: &[u8], now: Timestamp) -> Result<Group, Refusal> {
    let webhook: Webhook = json::read("Alertmanager webhook", body)?;
    // Grafana leaves the version "1" in its superset.
    if !["4", "1"].contains(&webhook.version.as_str()) {
        return Err(Refusal::field("version", "is not `4`"));
    }
    let parts = webhook.alerts.len();
    if parts > MOST_ALERTS {
        return Err(Refusal::TooMany { parts, what: "alerts", most: MOST_ALERTS });
    }
    let events = webhook.alerts.iter().map(|alert| event(&webhook, alert, now));
    Ok(Group { events: events.collect::<Result<_, _>>()?, truncated: webhook.truncated_alerts })
}

fn event(webhook: &Webhook, alert: &Alert, now: Timestamp) -> Result<AlertEvent, Refusal> {
    let action = match alert.status.as_str() {
        "firing" => AlertAction::Trigger,
        "resolved" => AlertAction::Resolve,
        _ => return Err(Refusal::field("alerts.status", "is neither `firing` nor `resolved`")),
    };
    let told = match action {
        AlertAction::Resolve => &alert.ends_at,
        _ => &alert.starts_at,
    };
    let says = |name: &str| {
        let said = alert.annotations.get(name).or_else(|| webhook.common_annotations.get(name));
        said.and_then(|text| some_line(text, LONGEST_LINE))
    };
    let alertname = || alert.labels.get("alertname").map(|name| line(name, LONGEST_LINE));
    let summary = says("summary").or_else(|| says("description")).or_else(|| says("message"));
    let runbook = says("runbook_url");
    let more = runbook.map(|url| ("runbook_url".to_owned(), url));
    Ok(AlertEvent {
        door: AlertDoor::Alertmanager,
        key: key(&webhook.group_key, alert),
        action,
        summary: summary.or_else(alertname).unwrap_or_else(|| "an alert without a name".to_owned()),
        severity: severity(alert.labels.get("severity").map(String::as_str)),
        at: moment(told.as_deref(), now).unwrap_or(now),
        feature: feature(&alert.labels),
        labels: labels(alert.labels.clone().into_iter().chain(more)),
        link: link(&alert.generator_url).or_else(|| link(&webhook.external_url)),
    })
}

/// What makes two deliveries the same alert. Without a fingerprint, the labels stand for it.
fn key(group: &str, alert: &Alert) -> String {
    let key = match alert.fingerprint.is_empty() {
        false => format!("{group} {}", alert.fingerprint),
        true => {
            let labels = serde_json::to_vec(&alert.labels).unwrap_or_default();
            format!("{group} {}", ContentHash::of(&labels))
        }
    };
    short(&key)
}

/// A key as it is kept: as it is if it is short and plain, else its hash, so that none merge.
pub(crate) fn short(key: &str) -> String {
    let is_plain = key.len() <= LONGEST_NAME && !key.contains(char::is_control);
    if is_plain { key.to_owned() } else { ContentHash::of(key.as_bytes()).to_string() }
}

/// The feature that labels name.
pub(crate) fn feature(labels: &BTreeMap<String, String>) -> Option<String> {
    let named = labels.get("mayday_feature").or_else(|| labels.get("feature"));
    named.and_then(|name| some_line(name, LONGEST_NAME))
}

/// How bad a word says that it is; `warning` where there is no word, or one that nobody knows.
pub(crate) fn severity(word: Option<&str>) -> AlertSeverity {
    match word.unwrap_or_default().to_ascii_lowercase().as_str() {
        "critical" | "page" | "fatal" | "emergency" | "disaster" => AlertSeverity::Critical,
        "error" | "high" | "major" => AlertSeverity::Error,
        "info" | "informational" | "none" | "notice" | "low" => AlertSeverity::Info,
        _ => AlertSeverity::Warning,
    }
}

#[cfg(test)]
mod tests;
