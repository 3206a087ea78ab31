//! AWS Health events, as EventBridge sends them.

use model::notice::{Impact, Notice, NoticeClass};
use serde::Deserialize;

use super::{Delivery, blank, json, link, model_name, moment, name, names};
use crate::error::Refusal;
use crate::text::{LONGEST_LINE, line};

#[derive(Deserialize)]
struct Event {
    id: Option<String>,
    #[serde(rename = "detail-type")]
    detail_type: String,
    time: Option<String>,
    region: Option<String>,
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    event_arn: String,
    service: Option<String>,
    event_type_code: Option<String>,
    event_type_category: Option<String>,
    communication_id: Option<String>,
    start_time: Option<String>,
    last_updated_time: Option<String>,
    status_code: Option<String>,
    event_region: Option<String>,
    #[serde(default)]
    event_description: Vec<Description>,
    #[serde(default)]
    affected_entities: Vec<Entity>,
    page: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Description {
    latest_description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    entity_value: Option<String>,
}

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Notice, Refusal> {
    let event: Event = json("AWS Health event", delivery.body)?;
    let detail = &event.detail;
    let (class, impact) = meaning(&event);
    let description = detail.event_description.first();
    let description = description.and_then(|one| one.latest_description.as_deref());
    let code = detail.event_type_code.as_deref().unwrap_or(&event.detail_type);
    let says = description.unwrap_or(code);
    let service = detail.service.as_deref().unwrap_or("AWS");
    let entities = detail.affected_entities.iter().filter_map(|one| one.entity_value.as_deref());
    let named = entities.filter(|entity| model_name::provider_of(entity).is_some());
    let found = model_name::found_in(description.unwrap_or_default());
    let updated = detail.last_updated_time.as_deref();
    Ok(Notice {
        class,
        impact,
        key: key(&event),
        thread: Some(name(&detail.event_arn)),
        status: detail.status_code.as_deref().map(name),
        title: line(&format!("{service}: {says}"), LONGEST_LINE),
        models: names(named.chain(found.iter().map(String::as_str))),
        regions: names(detail.event_region.as_deref().or(event.region.as_deref())),
        effective: detail.start_time.as_deref().and_then(moment::read),
        stated: updated.or(event.time.as_deref()).and_then(moment::read),
        link: link(Some("https://health.console.aws.amazon.com/health/home")),
        ..blank(delivery, code)
    })
}

/// A later state of the event, and a further page of its entities, are notices of their own.
fn key(event: &Event) -> String {
    let detail = &event.detail;
    let said = detail.communication_id.as_deref().or(event.id.as_deref()).unwrap_or_default();
    let updated = detail.last_updated_time.as_deref().unwrap_or_default();
    let page = detail.page.as_deref().unwrap_or("1");
    name(&format!("{said} {updated} {page}"))
}

fn meaning(event: &Event) -> (NoticeClass, Impact) {
    let code = event.detail.event_type_code.as_deref().unwrap_or_default();
    if event.detail_type == "AWS Health Abuse Event" {
        return (NoticeClass::Security, Impact::Major);
    }
    match event.detail.event_type_category.as_deref() {
        Some("issue") => (NoticeClass::Incident, Impact::Major),
        Some("investigation") => (NoticeClass::Degradation, Impact::Minor),
        _ if code.ends_with("_PLANNED_LIFECYCLE_EVENT") => {
            (NoticeClass::Deprecation, Impact::Minor)
        }
        Some("scheduledChange") => (NoticeClass::Maintenance, Impact::Minor),
        Some("accountNotification") if code.contains("BILLING") => {
            (NoticeClass::BillingAnomaly, Impact::Minor)
        }
        Some("accountNotification") => (NoticeClass::AccountWarning, Impact::Minor),
        _ => (NoticeClass::Unknown, Impact::None),
    }
}
