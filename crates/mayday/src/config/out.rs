//! Whom to tell: `[out]`, and a `[[out.target]]` for each.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail, ensure};
use model::{Severity, TenantName};
use response::Out;
use response::targets::{
    Endpoint, Github, Glob, Jira, Mail, MailSecurity, Pagerduty, Schedule, Secret, SigningKey,
    TOPICS, Target, Way, Webhook,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Table;

use super::duration;
use crate::world;

/// Whom to tell.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outgoing {
    site: String,
    retry_after: Vec<String>,
    ask_trackers_every: String,
    target: Vec<Named>,
}

/// A target: what all of them have, and the keys of its kind.
#[derive(Clone, Deserialize)]
struct Named {
    name: String,
    kind: String,
    #[serde(default)]
    tenant: TenantName,
    topics: Option<Vec<String>>,
    min_severity: Option<Severity>,
    #[serde(default)]
    features: Vec<String>,
    pages: Option<bool>,
    #[serde(flatten)]
    keys: Table,
}

/// What is beside its name may hold what nobody should see.
impl std::fmt::Debug for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.name, self.kind)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hook {
    url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paged {
    url: Option<String>,
    secret: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    url: String,
    secret: Keys,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Keys {
    One(String),
    Two(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mailed {
    server: String,
    port: Option<u16>,
    #[serde(default)]
    tls: MailTls,
    user: Option<String>,
    secret: Option<String>,
    from: String,
    to: Vec<String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MailTls {
    #[default]
    Starttls,
    Implicit,
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repository {
    url: Option<String>,
    repository: String,
    secret: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Project {
    url: String,
    project: String,
    issue_type: Option<String>,
    user: String,
    secret: String,
}

/// What a target hears if it names no topics: an incident's course, work that comes near, what
/// hits something in use, and that nothing is heard any more.
const USUAL: [&str; 4] = ["incident.*", "ticket.escalated", "notice.heard", "channel.silent"];

/// Longest name of a target.
const LONGEST_NAME: usize = 64;

impl Outgoing {
    /// What it says, with secrets fetched from where it says they are.
    pub(super) fn out(&self) -> Result<Out> {
        let mut names = BTreeSet::new();
        let target = |named: &Named| {
            let failed =
                || format!("the target `{}` under [[out.target]] can't be used", named.name);
            let target = named.target().with_context(failed)?;
            ensure!(names.insert(named.name.clone()), "two targets are called `{}`", named.name);
            Ok(target)
        };
        let targets = self.target.iter().map(target).collect::<Result<_>>()?;
        let pauses = self.retry_after.iter().map(|pause| duration(pause)).collect::<Result<_>>()?;
        ensure!(
            self.site.is_empty() || Endpoint::new(&self.site).is_ok(),
            "out.site is no address of this server's pages: write one like https://mayday.example"
        );
        let site = self.site.trim_end_matches('/');
        Ok(Out {
            targets,
            schedule: Schedule::new(pauses),
            site: Some(site.to_owned()).filter(|site| !site.is_empty()),
            ask_trackers_every: duration(&self.ask_trackers_every)?,
        })
    }
}

impl Named {
    fn target(&self) -> Result<Target> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        ensure!(
            (1..=LONGEST_NAME).contains(&self.name.len()) && self.name.chars().all(plain),
            "a name has 1 to 64 lower-case letters, digits or dashes"
        );
        let usual = || USUAL.map(str::to_owned).to_vec();
        let tickets = || vec!["ticket.*".to_owned()];
        let is_tracker = matches!(&*self.kind, "github" | "jira");
        let topics = self.topics.clone();
        let topics = topics.unwrap_or_else(if is_tracker { tickets } else { usual });
        let target = Target {
            name: self.name.clone(),
            tenant: self.tenant.clone(),
            way: self.way()?,
            topics: topics.iter().map(|topic| Glob::new(topic)).collect(),
            min_severity: self.min_severity,
            features: self.features.clone(),
            pages: self.pages.unwrap_or(self.kind == "pagerduty"),
        };
        target.check_topics(&TOPICS)?;
        Ok(target)
    }

    fn way(&self) -> Result<Way> {
        Ok(match &*self.kind {
            "slack" => Way::Slack(hook(&self.keys::<Hook>()?.url)?),
            "teams" => Way::Teams(hook(&self.keys::<Hook>()?.url)?),
            "pagerduty" => Way::Pagerduty(self.keys::<Paged>()?.way()?),
            "webhook" => Way::Webhook(self.keys::<Signed>()?.way()?),
            "email" => Way::Email(self.keys::<Mailed>()?.way()?),
            "github" => Way::Github(self.keys::<Repository>()?.way()?),
            "jira" => Way::Jira(self.keys::<Project>()?.way()?),
            other => bail!(
                "there is no kind `{other}`: slack, teams, pagerduty, webhook, email, github or \
                 jira"
            ),
        })
    }

    fn keys<T: DeserializeOwned>(&self) -> Result<T> {
        let keys = self.keys.clone().try_into();
        keys.with_context(|| format!("its keys are not those of the kind {}", self.kind))
    }
}

impl Paged {
    fn way(&self) -> Result<Pagerduty> {
        let url = self.url.as_deref().unwrap_or(Pagerduty::ENDPOINT);
        Ok(Pagerduty::new(Endpoint::new(url)?, secret(&self.secret)?)?)
    }
}

impl Signed {
    fn way(&self) -> Result<Webhook> {
        let keys: &[String] = match &self.secret {
            Keys::One(key) => std::slice::from_ref(key),
            Keys::Two(keys) => keys,
        };
        let key = |name: &String| Ok(SigningKey::read(&secret(name)?)?);
        let keys = keys.iter().map(key).collect::<Result<_>>()?;
        Ok(Webhook::new(Endpoint::new(&self.url)?, keys)?)
    }
}

impl Mailed {
    fn way(&self) -> Result<Mail> {
        let security = match self.tls {
            MailTls::Starttls => MailSecurity::Starttls,
            MailTls::Implicit => MailSecurity::Implicit,
            MailTls::None => MailSecurity::None,
        };
        let login = match (&self.user, &self.secret) {
            (Some(user), Some(password)) => Some((user.clone(), secret(password)?)),
            (None, None) => None,
            _ => bail!("`user` and `secret` go together: give both or neither"),
        };
        let port = self.port.unwrap_or(security.port());
        Ok(Mail::new((&self.server, port, security), login, &self.from, &self.to)?)
    }
}

impl Repository {
    fn way(&self) -> Result<Github> {
        let url = self.url.as_deref().unwrap_or(Github::ENDPOINT);
        Ok(Github::new(Endpoint::new(url)?, &self.repository, secret(&self.secret)?)?)
    }
}

impl Project {
    fn way(&self) -> Result<Jira> {
        let issue_type = self.issue_type.as_deref().unwrap_or("Task");
        let login = (&*self.user, secret(&self.secret)?);
        Ok(Jira::new(Endpoint::new(&self.url)?, &self.project, issue_type, login)?)
    }
}

/// The address of a hook. Whoever knows it can use it, so it is a secret, but on this machine.
fn hook(url: &str) -> Result<Endpoint> {
    if url.starts_with("http://") {
        return Ok(Endpoint::new(url)?);
    }
    Ok(Endpoint::new(secret(url).context("its url is a secret")?.reveal())?)
}

/// Fetches a secret from where it is: nothing of it stands in the settings, nor in an error.
fn secret(named: &str) -> Result<Secret> {
    let text = if let Some(variable) = named.strip_prefix("env:") {
        let text = world::variable(variable);
        text.with_context(|| format!("the variable {variable} is not set"))?
    } else if let Some(path) = named.strip_prefix("file:") {
        std::fs::read_to_string(path).with_context(|| format!("could not read {path}"))?
    } else {
        bail!("secrets do not stand in the settings: write `env:NAME` or `file:PATH`");
    };
    ensure!(!text.trim().is_empty(), "what it names is empty");
    Ok(Secret::new(&text))
}

#[cfg(test)]
mod tests;
