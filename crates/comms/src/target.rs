//! A target: who is told, through what, and what they want to hear.

use model::delivery::DeliveryEffect;
use model::{Severity, TenantName};

use crate::email::Mail;
use crate::endpoint::Endpoint;
use crate::error::TargetError;
use crate::glob::Glob;
use crate::issues::{Github, Jira};
use crate::pagerduty::Pagerduty;
use crate::webhook::Webhook;

/// Who is told, from the settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its name, which facts call it by.
    pub name: String,
    /// Whose announcements it gets.
    pub tenant: TenantName,
    /// Through what.
    pub way: Way,
    /// Topics it wants.
    pub topics: Vec<Glob>,
    /// How bad an incident is at least. One of which nobody has said it is told too.
    pub min_severity: Option<Severity>,
    /// Features it wants; all if none is named. What names no feature concerns every one.
    pub features: Vec<String>,
    /// Whether it wakes somebody.
    pub pages: bool,
}

/// Through what a target is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Way {
    /// An incoming webhook of Slack.
    Slack(Endpoint),
    /// A Workflow webhook of Teams.
    Teams(Endpoint),
    /// PagerDuty's Events API, version 2, and whatever speaks it.
    Pagerduty(Pagerduty),
    /// A webhook signed as Standard Webhooks say.
    Webhook(Webhook),
    /// E-mail.
    Email(Mail),
    /// Issues of a repository on GitHub.
    Github(Github),
    /// Issues of a project in Jira.
    Jira(Jira),
}

/// What is offered to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer<'a> {
    /// The topic.
    pub topic: &'a str,
    /// What it does to whatever the target keeps.
    pub effect: DeliveryEffect,
    /// Whether it is worth waking somebody.
    pub pages: bool,
    /// How bad, if somebody said so.
    pub severity: Option<Severity>,
    /// The feature, if one is named.
    pub feature: Option<&'a str>,
    /// What the target knows of it.
    pub known: Known,
}

/// What a target knows of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Nothing, or that it is over.
    Nothing,
    /// That it began.
    Begun,
}

impl Target {
    /// Whether it wants to be told, and can be.
    ///
    /// What was begun at an alerting tool or a tracker is also ended there, whatever it wants.
    pub fn wants(&self, it: &Offer) -> bool {
        let ends = matches!(it.effect, DeliveryEffect::Acknowledge | DeliveryEffect::Close);
        match &self.way {
            Way::Pagerduty(_) if ends => it.known == Known::Begun,
            Way::Pagerduty(_) => (it.pages || it.effect == DeliveryEffect::Open) && self.is_for(it),
            Way::Github(_) | Way::Jira(_) if it.topic.starts_with("ticket.") => {
                it.known == Known::Begun || !ends && self.is_for(it)
            }
            Way::Github(_) | Way::Jira(_) => false,
            Way::Slack(_) | Way::Teams(_) | Way::Webhook(_) | Way::Email(_) => self.is_for(it),
        }
    }

    /// Whether telling it wakes somebody: an alerting tool wakes whoever is on call by any alert.
    pub fn wakes(&self, it: &Offer) -> bool {
        let begins = matches!(it.effect, DeliveryEffect::Open | DeliveryEffect::Update);
        self.pages && begins && (it.pages || matches!(self.way, Way::Pagerduty(_)))
    }

    /// Whether what it keeps has an end that it has to be told of.
    pub fn keeps(&self) -> bool {
        matches!(self.way, Way::Pagerduty(_) | Way::Github(_) | Way::Jira(_))
    }

    /// Refuses patterns that no topic fits.
    pub fn check_topics(&self, known: &[&str]) -> Result<(), TargetError> {
        let fits_none = |glob: &&Glob| !known.iter().any(|topic| glob.fits(topic));
        match self.topics.iter().find(fits_none) {
            None => Ok(()),
            Some(glob) => Err(TargetError::NoSuchTopic {
                pattern: glob.to_string(),
                topics: known.join(", "),
            }),
        }
    }

    /// What kind of target it is, in one word, as in the settings.
    pub fn kind(&self) -> &'static str {
        match &self.way {
            Way::Slack(_) => "slack",
            Way::Teams(_) => "teams",
            Way::Pagerduty(_) => "pagerduty",
            Way::Webhook(_) => "webhook",
            Way::Email(_) => "email",
            Way::Github(_) => "github",
            Way::Jira(_) => "jira",
        }
    }

    /// Whether it is reached over TLS by HTTP.
    pub(crate) fn is_secure(&self) -> bool {
        match &self.way {
            Way::Slack(endpoint) | Way::Teams(endpoint) => endpoint.is_secure(),
            Way::Pagerduty(it) => it.endpoint.is_secure(),
            Way::Webhook(it) => it.endpoint.is_secure(),
            Way::Github(it) => it.endpoint.is_secure(),
            Way::Jira(it) => it.endpoint.is_secure(),
            Way::Email(_) => false,
        }
    }

    fn is_for(&self, it: &Offer) -> bool {
        let bad_enough = match (self.min_severity, it.severity) {
            (Some(least), Some(severity)) => severity >= least,
            _ => true,
        };
        let concerned = match it.feature {
            Some(feature) if !self.features.is_empty() => {
                self.features.iter().any(|wanted| wanted == feature)
            }
            _ => true,
        };
        bad_enough && concerned && self.topics.iter().any(|glob| glob.fits(it.topic))
    }
}
