//! What providers send, put into our words: one module a format.
//!
//! [`read`] takes a delivery of a known [`Format`] and never loses it: what its format's reader
//! does not understand becomes a notice of class unknown, with the hash of its bytes as its key, so
//! that the same bytes are the same notice. [`model_name`] knows whose model a name is, and which
//! names mean the same. [`deprecations`] reads what people bring in files.

mod anthropic;
mod aws_health;
mod azure_health;
pub mod deprecations;
mod generic;
pub mod model_name;
mod models_list;
mod moment;
mod openai;
pub mod statuspage;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use model::ContentHash;
use model::notice::{ChannelKind, Impact, Notice, NoticeClass, NoticeProof};
use serde::{Deserialize, Serialize};

use crate::error::Refusal;
use crate::text::{LONGEST_LINE, LONGEST_NAME, line};

/// How a delivery is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// OpenAI's events.
    Openai,
    /// Anthropic's events.
    Anthropic,
    /// Statuspage's webhooks, and those that look alike.
    Statuspage,
    /// AWS Health events, as EventBridge sends them.
    AwsHealth,
    /// Azure Service Health alerts.
    AzureHealth,
    /// Our own JSON, for whatever speaks none of the others.
    Generic,
    /// The answer of `GET /v1/models`.
    ModelsList,
}

/// What came, and what is known of it before it is read.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// Who the channel is of.
    pub provider: &'a str,
    /// What kind of channel it is.
    pub kind: ChannelKind,
    /// How the sender was proven.
    pub proof: NoticeProof,
    /// The delivery's own id, if its protocol has one.
    pub id: Option<&'a str>,
    /// The bytes.
    pub body: &'a [u8],
    /// When it came.
    pub at: Timestamp,
}

/// Models or regions of one notice that are kept.
const MOST_NAMES: usize = 100;

/// The notices in a delivery: at least one of anything but a list of models.
pub fn read(format: Format, delivery: &Delivery<'_>) -> Vec<Notice> {
    let notices = match format {
        Format::Openai => openai::read(delivery).map(|notice| vec![notice]),
        Format::Anthropic => anthropic::read(delivery).map(|notice| vec![notice]),
        Format::Statuspage => statuspage::read(delivery).map(|notice| vec![notice]),
        Format::AwsHealth => aws_health::read(delivery).map(|notice| vec![notice]),
        Format::AzureHealth => azure_health::read(delivery).map(|notice| vec![notice]),
        Format::Generic => generic::read(delivery).map(|notice| vec![notice]),
        Format::ModelsList => models_list::read(delivery),
    };
    notices.unwrap_or_else(|refusal| vec![unread(delivery, &refusal)])
}

/// What nobody here could read, kept by its hash.
fn unread(delivery: &Delivery<'_>, why: &Refusal) -> Notice {
    let says = format!("a delivery that could not be read: {why}");
    Notice { title: line(&says, LONGEST_LINE), ..blank(delivery, "unreadable") }
}

/// A notice that says nothing yet but where it came from.
fn blank(delivery: &Delivery<'_>, kind: &str) -> Notice {
    let raw = ContentHash::of(delivery.body);
    let key = delivery.id.map_or_else(|| raw.to_string(), |id| line(id, LONGEST_NAME));
    Notice {
        provider: delivery.provider.to_owned(),
        channel: delivery.kind,
        class: NoticeClass::Unknown,
        kind: line(kind, LONGEST_NAME),
        key,
        thread: None,
        status: None,
        impact: Impact::None,
        title: String::new(),
        models: Vec::new(),
        replacement: None,
        regions: Vec::new(),
        effective: None,
        stated: None,
        proof: delivery.proof,
        raw,
        link: None,
    }
}

/// Reads JSON into what a format has.
fn json<'a, T: Deserialize<'a>>(format: &'static str, body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::unreadable(format, &error))
}

/// A text on one line, as long as names are.
fn name(text: &str) -> String {
    line(text, LONGEST_NAME)
}

/// A link that a page may show: only to where a browser asks over TLS or plainly.
fn link(text: Option<&str>) -> Option<String> {
    let text = line(text?, LONGEST_LINE);
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    (is_web && !text.contains([' ', '"', '<', '>'])).then_some(text)
}

/// Names, each once, in order, no more than are kept.
fn names<'a>(of: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for one in of.into_iter().map(name).filter(|one| !one.is_empty()) {
        if kept.len() < MOST_NAMES && !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}
