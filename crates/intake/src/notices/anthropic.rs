//! Anthropic's events: the event's name stands in `data.type`, not at the top.

use model::notice::{Impact, Notice, NoticeClass};
use serde::Deserialize;

use super::{Delivery, blank, json, moment, name};
use crate::error::Refusal;
use crate::text::{LONGEST_LINE, line};

#[derive(Deserialize)]
struct Event {
    id: Option<String>,
    created_at: Option<String>,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    r#type: String,
    id: Option<String>,
    workspace_id: Option<String>,
}

/// Families of which every event is about the state of something that was ordered.
const FAMILIES: [&str; 8] = [
    "session.",
    "agent.",
    "deployment.",
    "deployment_run.",
    "environment.",
    "memory_store.",
    "vault.",
    "vault_credential.",
];

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Notice, Refusal> {
    let Event { id, created_at, data } = json("Anthropic event", delivery.body)?;
    let (class, impact) = meaning(&data.r#type);
    let about = [data.id.as_deref(), data.workspace_id.as_deref()];
    let title =
        about.into_iter().flatten().fold(data.r#type.clone(), |all, one| format!("{all} {one}"));
    let mut notice = blank(delivery, &data.r#type);
    if let (None, Some(id)) = (delivery.id, &id) {
        notice.key = name(id);
    }
    Ok(Notice {
        class,
        impact,
        thread: data.id.as_deref().map(name),
        status: data.r#type.rsplit_once('.').map(|(_, status)| name(status)),
        title: line(&title, LONGEST_LINE),
        stated: created_at.as_deref().and_then(moment::read),
        ..notice
    })
}

fn meaning(kind: &str) -> (NoticeClass, Impact) {
    use NoticeClass::{AccountWarning, JobState, Quota, Security, Unknown};
    match kind {
        "session.budget_reached" => (Quota, Impact::Minor),
        "external_key.failed" => (Security, Impact::Major),
        "external_key.recovered" => (Security, Impact::None),
        "user_profile.enforcement_action_opened" => (AccountWarning, Impact::Major),
        "user_profile.enforcement_action_resolved" => (AccountWarning, Impact::None),
        "user_profile.program_status_updated" => (AccountWarning, Impact::Minor),
        "deployment_run.failed" | "vault_credential.refresh_failed" | "session.requires_action" => {
            (JobState, Impact::Minor)
        }
        _ if FAMILIES.iter().any(|family| kind.starts_with(family)) => (JobState, Impact::None),
        _ => (Unknown, Impact::None),
    }
}
