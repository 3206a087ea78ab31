//! A letter: one thing to be told, in plain text.

use jiff::Timestamp;
use model::delivery::{DeliveryEffect, DeliveryWanted};
use model::{DeliveryId, Severity};

/// One thing to be told. Its words are plain text; each way escapes them for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The delivery, by which a target can know a second attempt.
    pub delivery: DeliveryId,
    /// When it was wanted.
    pub at: Timestamp,
    /// What happened: `incident.declared`.
    pub topic: String,
    /// What it is about: `inc_…`, `tkt_…`.
    pub about: String,
    /// What it does to whatever the target keeps of that.
    pub effect: DeliveryEffect,
    /// One line.
    pub title: String,
    /// A few lines.
    pub text: String,
    /// How bad it is, if somebody said so.
    pub severity: Option<Severity>,
    /// Whether it is to wake somebody.
    pub pages: bool,
    /// Where more of it stands.
    pub link: Option<String>,
    /// What the target calls what it keeps of this, if that is known: an issue's number.
    pub receipt: Option<String>,
}

impl Letter {
    /// The letter that a wanted delivery asks for.
    pub fn of(wanted: &DeliveryWanted, at: Timestamp) -> Self {
        Self {
            delivery: wanted.delivery.clone(),
            at,
            topic: wanted.topic.clone(),
            about: wanted.about.clone(),
            effect: wanted.effect,
            title: one_line(&wanted.title),
            text: wanted.text.clone(),
            severity: wanted.severity,
            pages: wanted.pages,
            link: None,
            receipt: None,
        }
    }

    /// `SEV2`, or that nobody said.
    pub(crate) fn severity_word(&self) -> String {
        self.severity.map_or("not said".to_owned(), |severity| severity.to_string())
    }
}

/// A text without line breaks or anything else that could end a header.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The beginning of a text, of so many characters at most.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
    }
}
