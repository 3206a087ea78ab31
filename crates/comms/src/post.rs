//! The post: brings a letter to a target in that target's form.

use hyper::Uri;
use jiff::Timestamp;
use serde_json::Value;

use crate::error::PostError;
use crate::http::{Speaker, Tls, Wire};
use crate::issues::{self, Desk, Tracker};
use crate::letter::Letter;
use crate::sent::{Refused, Sent};
use crate::target::{Target, Way};
use crate::{slack, teams};

/// Brings letters to targets.
#[derive(Debug, Clone)]
pub struct Post {
    speaker: Speaker,
}

impl Post {
    /// Makes ready for these targets. Certificates are needed only if one of them wants TLS.
    pub fn new(targets: &[Target]) -> Result<Self, PostError> {
        let secure = targets.iter().any(Target::is_secure);
        Ok(Self { speaker: Speaker::new(if secure { Tls::Wanted } else { Tls::Unwanted })? })
    }

    /// Brings a letter. It takes fifteen seconds at most for each request that it needs.
    pub async fn send(
        &self,
        target: &Target,
        letter: &Letter,
        now: Timestamp,
    ) -> Result<Sent, Refused> {
        let desk = Desk { speaker: &self.speaker, now };
        match &target.way {
            Way::Email(mail) => mail.send(letter, now).await,
            Way::Github(github) => issues::keep(github, desk, letter).await,
            Way::Jira(jira) => issues::keep(jira, desk, letter).await,
            way => self.tell(wire(way, letter, now)?, now).await,
        }
    }

    /// Whether the issue that a target keeps is closed there; none for what keeps no issues.
    pub async fn is_closed(
        &self,
        target: &Target,
        receipt: &str,
        now: Timestamp,
    ) -> Result<Option<bool>, Refused> {
        let desk = Desk { speaker: &self.speaker, now };
        match &target.way {
            Way::Github(github) => github.is_closed(desk, receipt).await.map(Some),
            Way::Jira(jira) => jira.is_closed(desk, receipt).await.map(Some),
            _ => Ok(None),
        }
    }

    async fn tell(&self, wire: Wire, now: Timestamp) -> Result<Sent, Refused> {
        let answer = self.speaker.ask(wire, now).await?;
        let because = format!("it answered {}", answer.status.as_u16());
        let receipt = answer.json()["dedup_key"].as_str().map(|key| crate::letter::cut(key, 255));
        Ok(Sent { because, receipt })
    }
}

/// What would be sent to a target, to be read by people: secrets and paths are left out.
pub fn shown(target: &Target, letter: &Letter, now: Timestamp) -> String {
    let wire = match &target.way {
        Way::Email(mail) => return mail.shown(letter, now),
        Way::Pagerduty(it) => Ok(json_to(it.endpoint.uri(), &it.shown(letter))),
        way => wire(way, letter, now),
    };
    wire.map_or_else(|refused| refused.to_string(), |wire| wire.shown())
}

fn wire(way: &Way, letter: &Letter, now: Timestamp) -> Result<Wire, Refused> {
    match way {
        Way::Slack(endpoint) => Ok(json_to(endpoint.uri(), &slack::message(letter))),
        Way::Teams(endpoint) => Ok(json_to(endpoint.uri(), &teams::message(letter))),
        Way::Pagerduty(it) => Ok(json_to(it.endpoint.uri(), &it.event(letter))),
        Way::Webhook(it) => Ok(it.wire(letter, now)),
        Way::Github(it) => it.creating(letter),
        Way::Jira(it) => it.creating(letter),
        Way::Email(_) => Err(Refused::ForGood("mail goes by SMTP".to_owned())),
    }
}

fn json_to(uri: &Uri, body: &Value) -> Wire {
    Wire::post(uri.clone(), body)
}
