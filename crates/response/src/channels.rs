//! Channels: the ways by which providers tell us things, each with an owner, and how each stands.
//!
//! A [`Channel`] is a setting; [`Channel::check`] refuses one that could end in nobody's hands.
//! [`matrix`] lays them out by provider and kind, with the gaps that what is in use shows.

mod error;
pub mod matrix;
mod offered;

use std::fmt;

use comms::Target;
use intake::notices::Format;
use intake::standard_webhooks::{PREFIX, Secret};
use jiff::SignedDuration;
use model::TenantName;
use model::notice::Impact;
use model::notice::{ChannelKind, NoticeClass};
use serde::{Deserialize, Serialize};

pub use error::ChannelError;

/// A way by which a provider tells things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// What it is called, in the settings and in its address.
    pub name: String,
    /// Whose notices they are.
    pub tenant: TenantName,
    /// Who tells: `openai`.
    pub provider: String,
    /// By what kind of way.
    pub kind: ChannelKind,
    /// How it is written, if anything is received or asked here.
    pub format: Option<Format>,
    /// What proves a sender: a signing secret, or the last part of an address nobody else knows.
    pub secret: Option<ChannelSecret>,
    /// Whose work its notices are.
    pub owner: Owner,
    /// Who is told, in order; the last has to answer.
    pub route: Vec<Stop>,
    /// After what silence something must be wrong.
    pub expected_max_silence: Option<SignedDuration>,
    /// What is asked of the provider, and how often.
    pub poll: Option<Poll>,
    /// How often a test event is made, if by itself.
    pub test_every: Option<SignedDuration>,
    /// Why there is none, where somebody decided that there need not be.
    pub waived: Option<String>,
}

/// Whose work a channel's notices are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// The team.
    pub team: String,
    /// The person in it who answers for the channel, by the name or id of their key.
    pub person: Option<String>,
}

/// A stop on the way of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// A target of the settings that deliveries go to.
    Target(String),
    /// An address for mail, which may be a list that nobody reads: never the last stop.
    Mail(String),
}

/// What is asked of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// The address.
    pub url: String,
    /// The key that is shown there, if one is wanted.
    pub key: Option<ChannelSecret>,
    /// How often.
    pub every: SignedDuration,
}

/// A secret of a channel. It is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct ChannelSecret(String);

/// Who is paged by notices that no ticket is opened for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// Classes that page.
    pub classes: Vec<NoticeClass>,
    /// From which impact on.
    pub from: Impact,
}

/// Shortest last part of an address, in bytes, that counts as one nobody can guess.
const SHORTEST_PATH: usize = 24;

/// Longest name of a channel or a provider.
const LONGEST_NAME: usize = 40;

/// Longest time between two polls or tests, and shortest.
const BETWEEN: std::ops::RangeInclusive<SignedDuration> =
    SignedDuration::from_secs(10)..=SignedDuration::from_hours(24 * 366);

impl Channel {
    /// Refuses a channel that could not work, or whose notices could end in nobody's hands.
    pub fn check(&self) -> Result<(), ChannelError> {
        let wrong = |what: &'static str| ChannelError::Wrong { channel: self.name.clone(), what };
        for (text, what) in [
            (&self.name, "`name` has to be 1 to 40 lower-case letters, digits or dashes"),
            (&self.provider, "`provider` has to be 1 to 40 lower-case letters, digits or dashes"),
        ] {
            if !is_plain(text) {
                return Err(wrong(what));
            }
        }
        if self.waived.is_some() {
            return Ok(());
        }
        if self.owner.team.trim().is_empty() {
            return Err(wrong("it has no owner: write owner = { team = \"…\", person = \"…\" }"));
        }
        self.check_route()?;
        self.check_secret()?;
        let spans = [self.poll.as_ref().map(|poll| poll.every), self.test_every];
        if spans.into_iter().flatten().any(|every| !BETWEEN.contains(&every)) {
            return Err(wrong("`poll_every` and `test_every` are 10s to a year"));
        }
        if self.poll.is_some()
            && !matches!(self.format, Some(Format::Statuspage | Format::ModelsList))
        {
            return Err(wrong("`poll_url` is asked by the formats `statuspage` and `models_list`"));
        }
        if self.format == Some(Format::ModelsList) && self.poll.is_none() {
            return Err(wrong("a list of models is asked: write `poll_url`"));
        }
        Ok(())
    }

    /// A mailing list may be told; it can't be what a notice ends in.
    fn check_route(&self) -> Result<(), ChannelError> {
        let channel = || self.name.clone();
        match self.route.last() {
            None => Err(ChannelError::NoRoute { channel: channel() }),
            Some(Stop::Mail(address)) => {
                Err(ChannelError::EndsInMail { channel: channel(), address: address.clone() })
            }
            Some(Stop::Target(_)) => Ok(()),
        }
    }

    fn check_secret(&self) -> Result<(), ChannelError> {
        let wrong = |what: &'static str| ChannelError::Wrong { channel: self.name.clone(), what };
        let Some(format) = self.format.filter(|format| *format != Format::ModelsList) else {
            return Ok(());
        };
        match (&self.secret, format) {
            (None, Format::Statuspage) if self.poll.is_some() => Ok(()),
            (None, _) => Err(wrong("it has no `secret`: write env:NAME or file:PATH")),
            (Some(secret), _) if secret.is_signing() => match secret.signing() {
                Some(_) => Ok(()),
                None => Err(wrong("its `secret` begins like a signing secret and is none")),
            },
            (Some(_), Format::Openai | Format::Anthropic) => {
                Err(wrong("its deliveries are signed: `secret` has to be the `whsec_…` they show"))
            }
            (Some(ChannelSecret(path)), _) if is_unguessable(path) => Ok(()),
            (Some(_), _) => Err(wrong(
                "its `secret` is part of its address: take at least 24 letters, digits, `-` or \
                 `_`, as `openssl rand -hex 24` makes them",
            )),
        }
    }

    /// The secrets that sign its deliveries; none where it is known by its address.
    pub(crate) fn signing(&self) -> Option<Vec<Secret>> {
        self.secret.as_ref().filter(|secret| secret.is_signing())?.signing()
    }
}

impl ChannelSecret {
    /// A secret: one or, while it changes, several `whsec_…`, or the last part of an address.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().trim().to_owned())
    }

    /// The text, for what has to show it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn is_signing(&self) -> bool {
        self.0.starts_with(PREFIX)
    }

    fn signing(&self) -> Option<Vec<Secret>> {
        self.0.split_whitespace().map(|one| Secret::read(one).ok()).collect()
    }
}

impl fmt::Debug for ChannelSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChannelSecret(…)")
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.person {
            Some(person) => write!(f, "{} ({person})", self.team),
            None => f.write_str(&self.team),
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Target(name) => f.write_str(name),
            Stop::Mail(address) => write!(f, "mail:{address}"),
        }
    }
}

impl From<String> for Stop {
    fn from(text: String) -> Self {
        match text.strip_prefix("mail:") {
            Some(address) => Stop::Mail(address.trim().to_owned()),
            None if text.contains('@') => Stop::Mail(text.trim().to_owned()),
            None => Stop::Target(text),
        }
    }
}

impl Default for Paging {
    fn default() -> Self {
        use NoticeClass::{AccountWarning, Incident, RegionFailover, Security};
        let classes = vec![Incident, RegionFailover, Security, AccountWarning];
        Self { classes, from: Impact::Major }
    }
}

/// Refuses channels of which one could not work, or two have the same name.
pub fn check_all(channels: &[Channel]) -> Result<(), ChannelError> {
    for (place, channel) in channels.iter().enumerate() {
        channel.check()?;
        if channels[..place].iter().any(|other| other.name == channel.name) {
            return Err(ChannelError::Twice { channel: channel.name.clone() });
        }
    }
    Ok(())
}

/// Refuses channels whose route names a target that there is not, or not for their tenant.
pub fn check_routes(channels: &[Channel], targets: &[Target]) -> Result<(), ChannelError> {
    for channel in channels.iter().filter(|channel| channel.waived.is_none()) {
        for stop in &channel.route {
            let Stop::Target(name) = stop else { continue };
            let is_it = |target: &Target| target.name == *name && target.tenant == channel.tenant;
            if !targets.iter().any(is_it) {
                let (channel, target) = (channel.name.clone(), name.clone());
                return Err(ChannelError::NoSuchTarget { channel, target });
            }
        }
    }
    Ok(())
}

fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(plain)
}

fn is_unguessable(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    path.len() >= SHORTEST_PATH && path.bytes().all(plain)
}

#[cfg(test)]
pub(crate) mod tests;
