//! OpenAI's events: an envelope with a type, and the id of what it is about.

use jiff::Timestamp;
use model::notice::{Impact, Notice, NoticeClass};
use serde::Deserialize;
use serde_json::Value;

use super::{Delivery, blank, json, name, names};
use crate::error::Refusal;
use crate::text::{LONGEST_LINE, line};

/// The envelope. Whatever else is in it is left alone.
#[derive(Deserialize)]
struct Event {
    id: Option<String>,
    r#type: String,
    created_at: Option<i64>,
    #[serde(default)]
    data: Value,
}

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Notice, Refusal> {
    let event: Event = json("OpenAI event", delivery.body)?;
    let (class, impact) = meaning(&event.r#type);
    let data = |key: &str| event.data.get(key).and_then(Value::as_str);
    let about = data("id").or_else(|| data("safety_identifier"));
    let waits_for = event.data.pointer("/required_action/type").and_then(Value::as_str);
    let detail = [about, data("safety_category"), waits_for];
    let title =
        detail.into_iter().flatten().fold(event.r#type.clone(), |all, one| format!("{all} {one}"));
    let mut notice = blank(delivery, &event.r#type);
    // A second delivery of the same event has the same id in both places.
    if let (None, Some(id)) = (delivery.id, &event.id) {
        notice.key = name(id);
    }
    Ok(Notice {
        class,
        impact,
        thread: about.map(name),
        status: event.r#type.rsplit_once('.').map(|(_, status)| name(status)),
        title: line(&title, LONGEST_LINE),
        models: names(data("model")),
        stated: event.created_at.and_then(|at| Timestamp::from_second(at).ok()),
        ..notice
    })
}

/// What a type is about and how bad it is; unknown for one that is not documented.
fn meaning(kind: &str) -> (NoticeClass, Impact) {
    use NoticeClass::{AccountWarning, JobState, Security, Unknown};
    match kind {
        "safety.alert.created" | "safety.org_alert.created" => (Security, Impact::Major),
        "safety_identifier.blocked" => (Security, Impact::Minor),
        "safety.warning_issued" => (AccountWarning, Impact::Major),
        "safety.deactivation_issued" => (AccountWarning, Impact::Critical),
        "response.failed"
        | "batch.failed"
        | "batch.expired"
        | "fine_tuning.job.failed"
        | "eval.run.failed"
        | "video.failed"
        | "agent.environment.failed"
        | "agent.session.failed"
        | "agent.session.action_required" => (JobState, Impact::Minor),
        "response.completed"
        | "response.cancelled"
        | "response.incomplete"
        | "batch.completed"
        | "batch.cancelled"
        | "fine_tuning.job.succeeded"
        | "fine_tuning.job.cancelled"
        | "eval.run.succeeded"
        | "eval.run.canceled"
        | "realtime.call.incoming"
        | "live.call.incoming"
        | "live.transport.incoming"
        | "live.transport.connected"
        | "video.completed"
        | "agent.environment.ready"
        | "agent.environment.suspended"
        | "agent.environment.expired"
        | "agent.session.created"
        | "agent.session.in_progress"
        | "agent.session.idle" => (JobState, Impact::None),
        _ => (Unknown, Impact::None),
    }
}
