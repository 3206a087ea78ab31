//! Azure Service Health alerts, by the activity log's schema.

use model::notice::{Impact, Notice, NoticeClass};
use serde::Deserialize;

use super::{Delivery, blank, json, model_name, moment, name, names};
use crate::error::Refusal;
use crate::text::{LONGEST_LINE, line};

#[derive(Deserialize)]
struct Alert {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    context: Context,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    event_source: Option<String>,
    activity_log: ActivityLog,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActivityLog {
    event_source: Option<String>,
    status: Option<String>,
    level: Option<String>,
    event_timestamp: Option<String>,
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    title: Option<String>,
    communication: Option<String>,
    incident_type: Option<String>,
    region: Option<String>,
    impact_start_time: Option<String>,
    impacted_services: Option<String>,
    tracking_id: Option<String>,
    stage: Option<String>,
}

/// `impactedServices`, which is JSON within a text.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Service {
    #[serde(default)]
    impacted_regions: Vec<Region>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Region {
    region_name: String,
}

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Notice, Refusal> {
    let Alert { data: Data { context } } = json("Azure Service Health alert", delivery.body)?;
    let log = &context.activity_log;
    let source = context.event_source.as_deref().or(log.event_source.as_deref());
    if source != Some("ServiceHealth") {
        return Err(Refusal::field("eventSource", "is not `ServiceHealth`"));
    }
    let it = &log.properties;
    let title = it.title.as_deref().unwrap_or("Azure Service Health");
    let status = it.stage.as_deref().or(log.status.as_deref()).unwrap_or("Active");
    let services = it.impacted_services.as_deref().unwrap_or("[]");
    let services: Vec<Service> = serde_json::from_str(services).unwrap_or_default();
    let regions = services.iter().flat_map(|service| &service.impacted_regions);
    let regions = regions.map(|region| region.region_name.as_str()).chain(it.region.as_deref());
    let text = format!("{title} {}", it.communication.as_deref().unwrap_or_default());
    let found = model_name::found_in(&text);
    let mut notice = blank(delivery, it.incident_type.as_deref().unwrap_or("ServiceHealth"));
    if let Some(tracking) = &it.tracking_id {
        let stated = log.event_timestamp.as_deref().unwrap_or_default();
        notice.key =
            name(&format!("{tracking} {status} {stated} {}", &notice.raw.to_string()[..16]));
    }
    Ok(Notice {
        class: class(it.incident_type.as_deref(), &text),
        impact: impact(log.level.as_deref()),
        thread: it.tracking_id.as_deref().map(name),
        status: Some(name(&status.to_lowercase())),
        title: line(title, LONGEST_LINE),
        models: names(found.iter().map(String::as_str)),
        regions: names(regions),
        effective: it.impact_start_time.as_deref().and_then(moment::read),
        stated: log.event_timestamp.as_deref().and_then(moment::read),
        ..notice
    })
}

fn class(kind: Option<&str>, text: &str) -> NoticeClass {
    let text = text.to_lowercase();
    let goes = text.contains("retire") || text.contains("deprecat") || text.contains("end of life");
    match kind {
        Some("Incident") => NoticeClass::Incident,
        Some("Maintenance") => NoticeClass::Maintenance,
        Some("Security") => NoticeClass::Security,
        Some("Billing") => NoticeClass::BillingAnomaly,
        _ if goes => NoticeClass::Retirement,
        Some("ActionRequired") => NoticeClass::AccountWarning,
        _ => NoticeClass::Unknown,
    }
}

fn impact(level: Option<&str>) -> Impact {
    match level {
        Some("Critical") => Impact::Critical,
        Some("Error") => Impact::Major,
        Some("Warning") => Impact::Minor,
        _ => Impact::None,
    }
}
