//! PagerDuty's Events API, version 2: alerts and change events, as senders of them know it.
//!
//! What is wrong with a request is told in that API's own form, as a list of everything that is.
//! `routing_key` says who sends; the same `dedup_key` is the same alert only under the same one, so
//! whoever calls names the lane that a routing key stands for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::alert::{AlertAction, AlertDoor, AlertSeverity};
use model::change::{ChangeDoor, ChangeScope};
use model::content::ContentHash;
use model::{AlertEvent, Change, ChangeSurface};
use serde::Deserialize;
use serde_json::Value;

use crate::alertmanager::{feature, short};
use crate::change::labels;
use crate::json::{self, as_text};
use crate::text::{LONGEST_LINE, LONGEST_NAME, line, link, moment, some_line};

/// A request for `/v2/enqueue` that makes sense.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Who sends, as they show it. A secret.
    pub routing_key: String,
    /// What makes two requests the same alert; a trigger may leave it out.
    pub dedup_key: Option<String>,
    action: AlertAction,
    at: Option<Timestamp>,
    summary: String,
    severity: AlertSeverity,
    labels: BTreeMap<String, String>,
    link: Option<String>,
}

/// A request for `/v2/change/enqueue` that makes sense.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeEvent {
    /// Who sends, as they show it. A secret.
    pub routing_key: String,
    /// What changed.
    pub change: Change,
}

/// All that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct Invalid(pub Vec<String>);

/// Longest summary and longest `dedup_key`, as the API states them.
const LONGEST_SUMMARY: usize = 1024;
const LONGEST_KEY: usize = 255;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Request {
    routing_key: Option<String>,
    event_action: Option<String>,
    dedup_key: Option<String>,
    payload: Option<Payload>,
    links: Vec<Link>,
    client: Option<String>,
    client_url: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Payload {
    summary: Option<String>,
    source: Option<String>,
    severity: Option<String>,
    timestamp: Option<String>,
    component: Option<String>,
    group: Option<String>,
    class: Option<String>,
    custom_details: Value,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Link {
    href: String,
}

/// Reads an event, taken in at a moment.
pub fn event(body: &[u8], now: Timestamp) -> Result<Event, Invalid> {
    let request = read(body)?;
    let mut wrong = Vec::new();
    let routing_key = required("routing_key", request.routing_key.as_deref(), &mut wrong);
    let action = action(request.event_action.as_deref(), &mut wrong);
    let dedup_key = request.dedup_key.as_deref().filter(|key| !key.trim().is_empty());
    if dedup_key.is_some_and(|key| key.chars().count() > LONGEST_KEY) {
        wrong.push(format!("'dedup_key' is too long (at most {LONGEST_KEY} characters)"));
    }
    let is_trigger = action == Some(AlertAction::Trigger);
    if !is_trigger && action.is_some() && dedup_key.is_none() {
        wrong.push("'dedup_key' is missing or blank".to_owned());
    }
    let payload = request.payload.as_ref();
    if payload.is_none() && is_trigger {
        wrong.push("'payload' is missing or blank".to_owned());
    }
    let none = Payload::default();
    let said = payload.unwrap_or(&none);
    let mut severity = AlertSeverity::Info;
    if let (true, Some(said)) = (is_trigger, payload) {
        required("payload.summary", said.summary.as_deref(), &mut wrong);
        required("payload.source", said.source.as_deref(), &mut wrong);
        severity = severity_of(said.severity.as_deref(), &mut wrong).unwrap_or(severity);
    }
    let (Some(action), []) = (action, &wrong[..]) else { return Err(Invalid(wrong)) };
    let summary = said.summary.clone().unwrap_or_default();
    let links = request.links.iter().find_map(|one| link(&one.href));
    Ok(Event {
        routing_key,
        dedup_key: dedup_key.map(str::to_owned),
        action,
        at: moment(said.timestamp.as_deref(), now),
        summary: line(&summary, LONGEST_SUMMARY),
        severity,
        labels: details(&request, said, &summary),
        link: links.or_else(|| request.client_url.as_deref().and_then(link)),
    })
}

impl Event {
    /// The event as an alert's: under the lane that its routing key stands for, with its key or one
    /// that was made up for it.
    pub fn alert(self, lane: &str, dedup_key: &str, now: Timestamp) -> AlertEvent {
        AlertEvent {
            door: AlertDoor::Pagerduty,
            key: short(&format!("{lane} {dedup_key}")),
            action: self.action,
            summary: self.summary,
            severity: self.severity,
            at: self.at.unwrap_or(now),
            feature: feature(&self.labels),
            labels: self.labels,
            link: self.link,
        }
    }
}

/// Reads a change event, taken in at a moment. What it says of our own words in `custom_details`
/// (`surface`, `subject`, `before`, `after`, `feature`, …) is understood; without, it is code.
pub fn change_event(body: &[u8], now: Timestamp) -> Result<ChangeEvent, Invalid> {
    let request = read(body)?;
    let mut wrong = Vec::new();
    let routing_key = required("routing_key", request.routing_key.as_deref(), &mut wrong);
    let none = Payload::default();
    let said = request.payload.as_ref().unwrap_or(&none);
    if request.payload.is_none() {
        wrong.push("'payload' is missing or blank".to_owned());
    } else {
        required("payload.summary", said.summary.as_deref(), &mut wrong);
    }
    let summary = said.summary.clone().unwrap_or_default();
    let mut rest = details(&request, said, &summary);
    let surface = rest.remove("surface").map(|word| word.parse::<ChangeSurface>());
    let surface = surface.transpose().unwrap_or_else(|error| {
        wrong.push(format!("'payload.custom_details.surface': {error}"));
        None
    });
    if !wrong.is_empty() {
        return Err(Invalid(wrong));
    }
    let told = moment(said.timestamp.as_deref(), now);
    let introduced = moment(rest.remove("introduced").as_deref(), now).or(told).unwrap_or(now);
    let activated = moment(rest.remove("activated").as_deref(), now).or(told).unwrap_or(now);
    let features = rest.remove("mayday_feature").or_else(|| rest.remove("feature"));
    let change = Change {
        surface: surface.unwrap_or(ChangeSurface::Code),
        subject: rest.remove("subject"),
        before: rest.remove("before"),
        after: rest.remove("after"),
        summary: line(&summary, LONGEST_LINE),
        scope: ChangeScope {
            features: features.into_iter().collect(),
            environment: rest.remove("environment"),
            ..ChangeScope::default()
        },
        author: rest.remove("author"),
        reason: rest.remove("reason"),
        rollback: rest.remove("rollback"),
        link: request.links.iter().find_map(|one| link(&one.href)),
        incident: None,
        introduced: introduced.min(activated),
        activated: Some(activated),
        door: ChangeDoor::Pagerduty,
        // Without a time of its own, the same text may well tell of another change.
        delivery: told.map(|_| ContentHash::of(body).to_string()),
        key: None,
        labels: rest,
    };
    Ok(ChangeEvent { routing_key, change })
}

fn read(body: &[u8]) -> Result<Request, Invalid> {
    json::read("event", body).map_err(|refusal| Invalid(vec![refusal.to_string()]))
}

/// What else a request says: every named part, and each of `custom_details`.
fn details(request: &Request, said: &Payload, summary: &str) -> BTreeMap<String, String> {
    let custom = match &said.custom_details {
        Value::Object(members) => {
            members.iter().filter_map(|(key, value)| Some((key.clone(), as_text(value)?))).collect()
        }
        other => {
            as_text(other).map(|text| ("custom_details".to_owned(), text)).into_iter().collect()
        }
    };
    let custom: Vec<(String, String)> = custom;
    let is_cut = summary.len() > LONGEST_SUMMARY;
    let named = [
        ("source", said.source.clone()),
        ("component", said.component.clone()),
        ("group", said.group.clone()),
        ("class", said.class.clone()),
        ("client", request.client.clone()),
        ("mayday_cut", is_cut.then(|| "summary".to_owned())),
    ];
    let named = named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    labels(named.chain(custom))
}

fn required(field: &str, text: Option<&str>, wrong: &mut Vec<String>) -> String {
    let text = text.and_then(|text| some_line(text, LONGEST_SUMMARY.max(LONGEST_NAME)));
    text.unwrap_or_else(|| {
        wrong.push(format!("'{field}' is missing or blank"));
        String::new()
    })
}

fn action(word: Option<&str>, wrong: &mut Vec<String>) -> Option<AlertAction> {
    match word {
        Some("trigger") => Some(AlertAction::Trigger),
        Some("acknowledge") => Some(AlertAction::Acknowledge),
        Some("resolve") => Some(AlertAction::Resolve),
        None => {
            wrong.push("'event_action' is missing or blank".to_owned());
            None
        }
        Some(_) => {
            let words = "'trigger', 'acknowledge' or 'resolve'";
            wrong
                .push(format!("'event_action' is invalid (must be one of the following: {words})"));
            None
        }
    }
}

fn severity_of(word: Option<&str>, wrong: &mut Vec<String>) -> Option<AlertSeverity> {
    match word {
        Some("critical") => Some(AlertSeverity::Critical),
        Some("error") => Some(AlertSeverity::Error),
        Some("warning") => Some(AlertSeverity::Warning),
        Some("info") => Some(AlertSeverity::Info),
        _ => {
            let words = "'critical', 'warning', 'error' or 'info'";
            let told =
                format!("'payload.severity' is invalid (must be one of the following: {words})");
            wrong.push(told);
            None
        }
    }
}

#[cfg(test)]
mod tests;
