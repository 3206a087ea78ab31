//! Channels in the settings: read, with their secrets from where those are kept.

use anyhow::{Context, Result, ensure};
use hyper::Uri;
use hyper::http::uri::Scheme;
use jiff::{SignedDuration, Span, SpanRelativeTo};
use model::TenantName;
use model::notice::{ChannelKind, Impact, NoticeClass};
use response::channels::{Channel, ChannelSecret, Owner, Paging, Poll, Stop, check_all};
use response::webhooks::Format;
use serde::Deserialize;

use crate::world;

/// Notices of providers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Notices {
    page_classes: Vec<NoticeClass>,
    page_from: Impact,
    channel: Vec<ChannelTable>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelTable {
    name: String,
    #[serde(default)]
    tenant: TenantName,
    provider: String,
    kind: ChannelKind,
    format: Option<Format>,
    secret: Option<String>,
    #[serde(default)]
    owner: Owner,
    #[serde(default)]
    route: Vec<String>,
    expected_max_silence: Option<String>,
    poll_url: Option<String>,
    poll_key: Option<String>,
    poll_every: Option<String>,
    test_every: Option<String>,
    waived: Option<String>,
}

/// How often a provider is asked if nothing is said of it.
const POLL_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Longest secret in a file, in bytes.
const LONGEST_SECRET: usize = 4_096;

impl Notices {
    /// Which notices page.
    pub(super) fn paging(&self) -> Paging {
        Paging { classes: self.page_classes.clone(), from: self.page_from }
    }

    /// The channels, each checked.
    pub(super) fn channels(&self) -> Result<Vec<Channel>> {
        let read = self.channel.iter().map(|table| {
            table.read().with_context(|| {
                format!("could not use the channel `{}` in the settings", table.name)
            })
        });
        let channels = read.collect::<Result<Vec<_>>>()?;
        check_all(&channels)?;
        Ok(channels)
    }
}

impl ChannelTable {
    fn read(&self) -> Result<Channel> {
        let span = |text: &Option<String>| text.as_deref().map(length).transpose();
        let poll = match &self.poll_url {
            Some(url) => {
                let key = self.poll_key.as_deref().map(|key| secret("poll_key", key));
                let every = span(&self.poll_every)?.unwrap_or(POLL_EVERY);
                Some(Poll { url: web_address(url)?, key: key.transpose()?, every })
            }
            None => None,
        };
        let known = self.secret.as_deref().map(|text| secret("secret", text)).transpose()?;
        Ok(Channel {
            name: self.name.clone(),
            tenant: self.tenant.clone(),
            provider: self.provider.clone(),
            kind: self.kind,
            format: self.format,
            secret: known,
            owner: self.owner.clone(),
            route: self.route.iter().cloned().map(Stop::from).collect(),
            expected_max_silence: span(&self.expected_max_silence)?,
            poll,
            test_every: span(&self.test_every)?,
            waived: self.waived.clone(),
        })
    }
}

/// A length of time in which a day has 24 hours: `7d`, `1h`.
fn length(text: &str) -> Result<SignedDuration> {
    let unclear = || format!("`{text}` is no length of time: write 7d, 12h, 5m");
    let span: Span = text.parse().with_context(unclear)?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).with_context(unclear)?;
    ensure!(length.is_positive(), "`{text}` is not longer than nothing");
    Ok(length)
}

/// A secret from where it is kept. Nothing of it stands in an error.
fn secret(what: &str, from: &str) -> Result<ChannelSecret> {
    let text = match (from.strip_prefix("env:"), from.strip_prefix("file:")) {
        (Some(variable), _) => world::variable(variable).with_context(|| {
            format!("`{what}` is taken from the variable {variable}, which is not set")
        })?,
        (_, Some(path)) => std::fs::read_to_string(path)
            .with_context(|| format!("`{what}` is taken from {path}, which can't be read"))?,
        _ => anyhow::bail!("`{what}` does not stand in the settings: write env:NAME or file:PATH"),
    };
    ensure!(!text.trim().is_empty(), "`{what}` is empty where it is taken from");
    ensure!(text.len() <= LONGEST_SECRET, "`{what}` is longer than {LONGEST_SECRET} bytes");
    Ok(ChannelSecret::new(text))
}

/// An address to ask: over TLS, or on this machine.
fn web_address(url: &str) -> Result<String> {
    let unclear =
        "`poll_url` is no address: write one like https://status.example.com/api/v2/summary.json";
    let uri: Uri = url.parse().context(unclear)?;
    let host = uri.host().unwrap_or_default();
    let is_here = ["127.0.0.1", "localhost", "[::1]"].contains(&host);
    ensure!(!host.is_empty(), unclear);
    let safe =
        uri.scheme() == Some(&Scheme::HTTPS) || is_here && uri.scheme() == Some(&Scheme::HTTP);
    ensure!(safe, "`poll_url` is asked over https, or over http on this machine alone");
    let names_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    ensure!(!names_user, "credentials do not go into `poll_url`: put them in `poll_key`");
    Ok(url.to_owned())
}
