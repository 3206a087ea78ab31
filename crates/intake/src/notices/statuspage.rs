//! Status pages: Statuspage's webhooks, those that look alike, and the summary that confirms them.
//!
//! A webhook has no type: it is told by its top-level key, `incident`, `component` with
//! `component_update`, or Instatus' `maintenance`. It is not signed either, so what it says is a
//! hint until [`Summary`], which is asked from the page itself, says the same.

use jiff::Timestamp;
use model::notice::{Impact, Notice, NoticeClass, NoticeProof};
use serde::Deserialize;
use serde_json::Value;

use super::{Delivery, blank, json, link, model_name, moment, name, names};
use crate::error::Refusal;
use crate::text::{LONGEST_LINE, line};

#[derive(Deserialize)]
struct Hook {
    incident: Option<Incident>,
    maintenance: Option<Incident>,
    component: Option<Component>,
    component_update: Option<ComponentUpdate>,
    /// Better Stack's word for what it sends.
    event_type: Option<String>,
    /// Better Stack's name for what elsewhere is an incident's id.
    status_report_id: Option<Value>,
}

#[derive(Deserialize)]
struct Incident {
    #[serde(default)]
    id: Value,
    name: Option<String>,
    status: Option<String>,
    impact: Option<String>,
    impact_override: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
    resolved_at: Option<String>,
    scheduled_for: Option<String>,
    shortlink: Option<String>,
    url: Option<String>,
    #[serde(default)]
    incident_updates: Vec<Update>,
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Deserialize)]
struct Update {
    #[serde(default)]
    id: Value,
    status: Option<String>,
    body: Option<String>,
    markdown: Option<String>,
    created_at: Option<String>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(default)]
    id: Value,
    name: Option<String>,
    status: Option<String>,
}

#[derive(Deserialize)]
struct ComponentUpdate {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    component_id: Value,
    old_status: Option<String>,
    new_status: Option<String>,
    created_at: Option<String>,
}

/// What a status page says of itself when it is asked: `GET /api/v2/summary.json`.
#[derive(Deserialize)]
pub struct Summary {
    #[serde(default)]
    components: Vec<Component>,
    #[serde(default)]
    incidents: Vec<Incident>,
    #[serde(default)]
    scheduled_maintenances: Vec<Incident>,
}

/// Whether a page says what a hint said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// Whether it does.
    pub holds: bool,
    /// What the page says.
    pub because: String,
}

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Notice, Refusal> {
    let hook: Hook = json("status page's webhook", delivery.body)?;
    let kind = hook.event_type.as_deref();
    if let Some(it) = &hook.incident {
        let notice = incident(delivery, it, kind.unwrap_or("incident"))?;
        return Ok(with_report(notice, hook.status_report_id.as_ref()));
    }
    if let Some(it) = &hook.maintenance {
        let notice = incident(delivery, it, kind.unwrap_or("maintenance"))?;
        return Ok(Notice { class: NoticeClass::Maintenance, ..notice });
    }
    let component = hook.component.ok_or_else(|| Refusal::missing("incident or component"))?;
    let update = hook.component_update.ok_or_else(|| Refusal::missing("component_update"))?;
    component_changed(delivery, &component, &update)
}

impl Summary {
    /// Reads what a page answered.
    pub fn read(body: &[u8]) -> Result<Self, Refusal> {
        json("status page's summary", body)
    }

    /// What it says as notices, proven by having been asked.
    pub fn notices(&self, delivery: &Delivery<'_>) -> Vec<Notice> {
        let all = self.incidents.iter().chain(&self.scheduled_maintenances);
        let asked = Delivery { id: None, proof: NoticeProof::Asked, ..*delivery };
        all.filter_map(|one| incident(&asked, one, "incident").ok()).collect()
    }

    /// Whether the page says what a hint said. What is over is not in a summary any more.
    pub fn confirms(&self, notice: &Notice) -> Confirmed {
        let thread = notice.thread.as_deref().unwrap_or_default();
        let status = notice.status.as_deref().unwrap_or_default();
        let (found, what) = match thread.strip_prefix("component:") {
            Some(id) => (self.component(id), "component"),
            None => (self.incident(thread), "incident"),
        };
        let (holds, because) = match found {
            // An update may have come since, but nothing that is listed as open is over.
            Some(says) => {
                let since = what == "incident" && !is_over(status);
                (says == status || since, format!("the page has the {what} as {says}"))
            }
            None if is_over(status) && what == "incident" => {
                (true, "the page does not list the incident as open any more".to_owned())
            }
            None => (false, format!("the page knows no such {what}")),
        };
        Confirmed { holds, because }
    }

    fn component(&self, id: &str) -> Option<String> {
        let found = self.components.iter().find(|one| text(&one.id).as_deref() == Some(id))?;
        Some(word(found.status.as_deref().unwrap_or_default()))
    }

    fn incident(&self, id: &str) -> Option<String> {
        let mut all = self.incidents.iter().chain(&self.scheduled_maintenances);
        let found = all.find(|one| text(&one.id).as_deref() == Some(id))?;
        Some(word(found.status.as_deref().unwrap_or_default()))
    }
}

/// Whether a status says that nothing is wrong any more.
pub fn is_over(status: &str) -> bool {
    const OVER: [&str; 8] = [
        "resolved",
        "postmortem",
        "completed",
        "closed",
        "operational",
        "verifying",
        "recovered",
        "rca",
    ];
    OVER.contains(&status)
}

fn incident(delivery: &Delivery<'_>, it: &Incident, kind: &str) -> Result<Notice, Refusal> {
    let id = text(&it.id).ok_or_else(|| Refusal::missing("incident.id"))?;
    let latest = it.incident_updates.iter().max_by_key(|one| one.created_at.clone());
    let status = it.status.as_deref().or(latest.and_then(|one| one.status.as_deref()));
    let status = word(status.unwrap_or_default());
    let update = latest.and_then(|one| text(&one.id));
    let changed = update.or_else(|| it.updated_at.clone()).unwrap_or_default();
    let title = it.name.as_deref().unwrap_or("an incident without a name");
    let said = it.incident_updates.iter().flat_map(|one| [&one.body, &one.markdown]);
    let said = said.flatten().fold(title.to_owned(), |all, body| all + "\n" + body);
    let touched = it.components.iter().filter_map(|one| one.name.as_deref());
    let said = touched.fold(said, |all, name| all + "\n" + name);
    let found = model_name::found_in(&said);
    let stated = latest.and_then(|one| one.created_at.as_deref()).or(it.updated_at.as_deref());
    let began = it.scheduled_for.as_deref().or(it.created_at.as_deref());
    Ok(Notice {
        class: match it.scheduled_for.is_some() {
            true => NoticeClass::Maintenance,
            false => NoticeClass::Incident,
        },
        key: name(&format!("{id} {changed} {status}")),
        thread: Some(name(&id)),
        impact: impact(it.impact_override.as_deref().or(it.impact.as_deref())),
        title: line(title, LONGEST_LINE),
        models: names(found.iter().map(String::as_str)),
        effective: began.and_then(moment::read),
        stated: stated.or(it.resolved_at.as_deref()).and_then(moment::read),
        link: link(it.shortlink.as_deref().or(it.url.as_deref())),
        status: Some(status),
        ..blank(delivery, kind)
    })
}

fn component_changed(
    delivery: &Delivery<'_>,
    component: &Component,
    update: &ComponentUpdate,
) -> Result<Notice, Refusal> {
    let id = text(&component.id).or_else(|| text(&update.component_id));
    let id = id.ok_or_else(|| Refusal::missing("component.id"))?;
    let new = update.new_status.as_deref().or(component.status.as_deref());
    let status = word(new.unwrap_or_default());
    let old = word(update.old_status.as_deref().unwrap_or_default());
    let (class, impact) = match status.as_str() {
        "operational" => (class_of(&old), Impact::None),
        other => (class_of(other), component_impact(other)),
    };
    let called = component.name.as_deref().unwrap_or("a component without a name");
    let at: Option<Timestamp> = update.created_at.as_deref().and_then(moment::read);
    let notice = blank(delivery, "component_update");
    let key = text(&update.id).unwrap_or_else(|| notice.raw.to_string());
    Ok(Notice {
        class,
        impact,
        key: name(&key),
        thread: Some(name(&format!("component:{id}"))),
        title: line(&format!("{called}: {old} → {status}"), LONGEST_LINE),
        models: names(model_name::found_in(called).iter().map(String::as_str)),
        effective: at,
        stated: at,
        status: Some(status),
        ..notice
    })
}

/// Better Stack's reports: the report is the thread, for its events have ids of their own.
fn with_report(notice: Notice, report: Option<&Value>) -> Notice {
    let Some(report) = report.and_then(text) else { return notice };
    Notice { thread: Some(name(&report)), ..notice }
}

fn class_of(status: &str) -> NoticeClass {
    match status {
        "under_maintenance" => NoticeClass::Maintenance,
        "degraded_performance" => NoticeClass::Degradation,
        "partial_outage" | "major_outage" => NoticeClass::Incident,
        _ => NoticeClass::Unknown,
    }
}

fn component_impact(status: &str) -> Impact {
    match status {
        "major_outage" => Impact::Critical,
        "partial_outage" => Impact::Major,
        "degraded_performance" | "under_maintenance" => Impact::Minor,
        _ => Impact::None,
    }
}

fn impact(said: Option<&str>) -> Impact {
    match word(said.unwrap_or_default()).as_str() {
        "critical" | "major_outage" => Impact::Critical,
        "major" | "partial_outage" => Impact::Major,
        "minor" | "degraded_performance" | "maintenance" | "under_maintenance" => Impact::Minor,
        _ => Impact::None,
    }
}

/// A status as Statuspage writes it. Instatus writes `PARTIALOUTAGE`.
fn word(status: &str) -> String {
    let lower = name(status).to_lowercase().replace([' ', '-'], "_");
    let known = match lower.replace('_', "").as_str() {
        "degradedperformance" => "degraded_performance",
        "partialoutage" => "partial_outage",
        "majoroutage" => "major_outage",
        "undermaintenance" => "under_maintenance",
        "inprogress" => "in_progress",
        "notstartedyet" => "scheduled",
        _ => return lower,
    };
    known.to_owned()
}

/// An id, which some send as a number.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(name(text)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
