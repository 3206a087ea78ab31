//! PagerDuty's Events API, version 2. One alert for each incident: its key is the incident's id.

use model::Severity;
use model::delivery::DeliveryEffect;
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::error::TargetError;
use crate::letter::{Letter, cut};
use crate::secret::Secret;

/// Longest summary.
const LONGEST_SUMMARY: usize = 1_024;

/// A service of PagerDuty, or of whatever speaks its Events API.
#[derive(Debug, Clone, PartialEq)]
pub struct Pagerduty {
    pub(crate) endpoint: Endpoint,
    routing_key: Secret,
}

impl Pagerduty {
    /// Where events are sent if the settings name no other place.
    pub const ENDPOINT: &'static str = "https://events.pagerduty.com/v2/enqueue";

    /// A service by its routing key.
    pub fn new(endpoint: Endpoint, routing_key: Secret) -> Result<Self, TargetError> {
        let key = routing_key.reveal();
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if !(8..=128).contains(&key.len()) || !key.chars().all(plain) {
            return Err(TargetError::NoRoutingKey);
        }
        Ok(Self { endpoint, routing_key })
    }

    /// The event.
    pub(crate) fn event(&self, letter: &Letter) -> Value {
        let action = match letter.effect {
            DeliveryEffect::Open | DeliveryEffect::Update => "trigger",
            DeliveryEffect::Acknowledge => "acknowledge",
            DeliveryEffect::Close => "resolve",
        };
        let mut event = json!({
            "routing_key": self.routing_key.reveal(),
            "event_action": action,
            "dedup_key": letter.about,
        });
        if action == "trigger" {
            event["payload"] = payload(letter);
            event["client"] = json!("Mayday");
            if let Some(link) = &letter.link {
                event["client_url"] = json!(link);
                event["links"] = json!([{ "href": link, "text": "Open in Mayday" }]);
            }
        }
        event
    }

    /// The event with its key hidden.
    pub(crate) fn shown(&self, letter: &Letter) -> Value {
        let mut event = self.event(letter);
        event["routing_key"] = json!("…");
        event
    }
}

fn payload(letter: &Letter) -> Value {
    json!({
        "summary": cut(&letter.title, LONGEST_SUMMARY),
        "source": "mayday",
        "severity": severity(letter.severity),
        "timestamp": letter.at.to_string(),
        "class": letter.topic,
        "custom_details": {
            "about": letter.about,
            "delivery": letter.delivery,
            "severity": letter.severity_word(),
            "text": letter.text,
        },
    })
}

/// What nobody has graded may be the worst.
fn severity(severity: Option<Severity>) -> &'static str {
    match severity {
        None | Some(Severity::Sev1) => "critical",
        Some(Severity::Sev2) => "error",
        Some(Severity::Sev3) => "warning",
        Some(Severity::Sev4) => "info",
    }
}
