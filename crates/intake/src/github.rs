//! GitHub's webhooks: deployments, their status, releases, and pushes that touch watched files.
//!
//! A release or a push introduces something; a deployment that succeeds makes it take effect. So
//! `deployment` is a change by itself, and `deployment_status` activates it. Signatures are checked
//! by [`crate::verify::hub_signature`] before anything is read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::change::{ChangeDoor, ChangeScope};
use model::{Change, ChangeSurface};
use serde::Deserialize;

use crate::error::Refusal;
use crate::json;
use crate::text::{LONGEST_LINE, LONGEST_NAME, line, link, moment, some_line};

/// Files whose change is a change of a surface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Which files: `prompts/**/*.md`.
    pub paths: glob::Pattern,
    /// What they hold.
    pub surface: ChangeSurface,
    /// The feature they belong to, if they belong to one.
    pub feature: Option<String>,
}

/// What one delivery says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Changes were made.
    Changes(Vec<Change>),
    /// A change of an earlier delivery took effect; here it is whole, should that have been missed.
    Activated(Box<Change>),
    /// Nothing that counts, and why.
    Nothing(&'static str),
}

/// Files of one push that are read.
const MOST_FILES: usize = 1_000;

#[derive(Deserialize)]
struct Webhook {
    #[serde(default)]
    action: String,
    #[serde(default)]
    repository: Repository,
    deployment: Option<Deployment>,
    deployment_status: Option<Status>,
    release: Option<Release>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Repository {
    full_name: String,
    default_branch: String,
}

#[derive(Deserialize)]
struct Deployment {
    id: u64,
    #[serde(default)]
    sha: String,
    #[serde(rename = "ref", default)]
    reference: String,
    #[serde(default)]
    environment: String,
    description: Option<String>,
    created_at: Option<String>,
    creator: Option<User>,
}

#[derive(Deserialize)]
struct Status {
    state: String,
    created_at: Option<String>,
    target_url: Option<String>,
    log_url: Option<String>,
}

#[derive(Deserialize)]
struct Release {
    tag_name: String,
    name: Option<String>,
    html_url: Option<String>,
    published_at: Option<String>,
    author: Option<User>,
}

#[derive(Deserialize)]
struct User {
    login: Option<String>,
    name: Option<String>,
    username: Option<String>,
}

#[derive(Deserialize)]
struct Push {
    #[serde(rename = "ref")]
    reference: String,
    before: String,
    after: String,
    compare: Option<String>,
    #[serde(default)]
    deleted: bool,
    #[serde(default)]
    repository: Repository,
    #[serde(default)]
    commits: Vec<Commit>,
    pusher: Option<User>,
}

#[derive(Deserialize)]
struct Commit {
    #[serde(default)]
    message: String,
    timestamp: Option<String>,
    author: Option<User>,
    #[serde(default)]
    added: Vec<String>,
    #[serde(default)]
    modified: Vec<String>,
    #[serde(default)]
    removed: Vec<String>,
}

/// Reads a delivery of a kind of event (`X-GitHub-Event`) with its id (`X-GitHub-Delivery`).
pub fn read(
    event: &str,
    delivery: Option<&str>,
    body: &[u8],
    watched: &[Watched],
    now: Timestamp,
) -> Result<Told, Refusal> {
    let delivery = delivery.and_then(|id| some_line(id, LONGEST_NAME));
    if event == "push" {
        let push: Push = json::read("push of GitHub", body)?;
        return push.told(delivery.as_deref(), watched, now);
    }
    if event == "ping" {
        return Ok(Told::Nothing("a ping"));
    }
    let webhook: Webhook = json::read("webhook of GitHub", body)?;
    match event {
        "deployment" => webhook.deployed(delivery, now),
        "deployment_status" => webhook.status(delivery, now),
        "release" => webhook.released(delivery, now),
        _ => Ok(Told::Nothing("a kind of event that tells of no change")),
    }
}

impl Webhook {
    fn deployed(&self, delivery: Option<String>, now: Timestamp) -> Result<Told, Refusal> {
        let deployment = self.deployment.as_ref().ok_or(Refusal::missing("deployment"))?;
        let change = deployment.change(&self.repository, now);
        Ok(Told::Changes(vec![Change { delivery, ..change }]))
    }

    fn status(&self, delivery: Option<String>, now: Timestamp) -> Result<Told, Refusal> {
        let deployment = self.deployment.as_ref().ok_or(Refusal::missing("deployment"))?;
        let status =
            self.deployment_status.as_ref().ok_or(Refusal::missing("deployment_status"))?;
        if status.state != "success" {
            return Ok(Told::Nothing("a deployment that has not succeeded"));
        }
        let at = moment(status.created_at.as_deref(), now).unwrap_or(now);
        let change = deployment.change(&self.repository, now);
        let more = status.log_url.as_deref().or(status.target_url.as_deref());
        Ok(Told::Activated(Box::new(Change {
            activated: Some(at.max(change.introduced)),
            link: more.and_then(link),
            delivery,
            ..change
        })))
    }

    fn released(&self, delivery: Option<String>, now: Timestamp) -> Result<Told, Refusal> {
        let release = self.release.as_ref().ok_or(Refusal::missing("release"))?;
        if self.action != "published" {
            return Ok(Told::Nothing("a release that is not being published"));
        }
        let name = release.name.as_deref().and_then(|name| some_line(name, LONGEST_NAME));
        let named = name.filter(|name| *name != release.tag_name);
        let tag = line(&release.tag_name, LONGEST_NAME);
        let named = named.map(|name| format!(": {name}")).unwrap_or_default();
        let repository = self.repository.name();
        Ok(Told::Changes(vec![Change {
            after: Some(tag.clone()),
            summary: line(&format!("{repository} {tag} released{named}"), LONGEST_LINE),
            author: release.author.as_ref().and_then(User::told),
            link: release.html_url.as_deref().and_then(link),
            introduced: moment(release.published_at.as_deref(), now).unwrap_or(now),
            delivery,
            ..of_code(repository, now)
        }]))
    }
}

impl Deployment {
    fn change(&self, repository: &Repository, now: Timestamp) -> Change {
        let Self { id, sha, reference, environment, .. } = self;
        let name = repository.name();
        let says = self.description.as_deref().filter(|text| !text.trim().is_empty());
        let says = says.map(|text| format!(": {text}")).unwrap_or_default();
        let summary = format!("{name} {reference} deployed to {environment}{says}");
        Change {
            after: some_line(sha, LONGEST_NAME),
            summary: line(&summary, LONGEST_LINE),
            scope: ChangeScope {
                environment: some_line(environment, LONGEST_NAME),
                ..ChangeScope::default()
            },
            author: self.creator.as_ref().and_then(User::told),
            introduced: moment(self.created_at.as_deref(), now).unwrap_or(now),
            key: Some(line(&format!("{name} deployment {id}"), LONGEST_NAME)),
            ..of_code(name, now)
        }
    }
}

impl Push {
    fn told(
        &self,
        delivery: Option<&str>,
        watched: &[Watched],
        now: Timestamp,
    ) -> Result<Told, Refusal> {
        let is_default = self.reference.strip_prefix("refs/heads/").is_some_and(|branch| {
            branch == self.repository.default_branch || self.repository.default_branch.is_empty()
        });
        if !is_default || self.deleted {
            return Ok(Told::Nothing("a push to another branch than the default one"));
        }
        let touched = |commit: &Commit| {
            let files = [&commit.added, &commit.modified, &commit.removed];
            files.into_iter().flatten().cloned().collect::<Vec<_>>()
        };
        let files: BTreeSet<String> = self.commits.iter().flat_map(touched).collect();
        if files.len() > MOST_FILES {
            return Err(Refusal::TooMany { parts: files.len(), what: "files", most: MOST_FILES });
        }
        let changes: Vec<Change> = files
            .iter()
            .filter_map(|file| {
                let rule = watched.iter().find(|rule| rule.holds(file))?;
                let change = self.change(file, rule, now);
                let delivery =
                    delivery.map(|id| crate::alertmanager::short(&format!("{id} {file}")));
                Some(Change { delivery, ..change })
            })
            .collect();
        Ok(match changes.is_empty() {
            true => Told::Nothing("a push that touches no watched file"),
            false => Told::Changes(changes),
        })
    }

    fn change(&self, file: &str, rule: &Watched, now: Timestamp) -> Change {
        let touches = |commit: &&Commit| {
            let files = [&commit.added, &commit.modified, &commit.removed];
            files.into_iter().flatten().any(|name| name == file)
        };
        let last = self.commits.iter().rfind(touches);
        let reason = last.and_then(|commit| commit.message.lines().next());
        let author = last.and_then(|commit| commit.author.as_ref()).or(self.pusher.as_ref());
        let at = last.and_then(|commit| moment(commit.timestamp.as_deref(), now));
        let name = self.repository.name();
        Change {
            surface: rule.surface,
            subject: some_line(file, LONGEST_NAME),
            before: some_line(&self.before, LONGEST_NAME),
            after: some_line(&self.after, LONGEST_NAME),
            summary: line(&format!("{file} edited in {name}"), LONGEST_LINE),
            scope: ChangeScope {
                features: rule.feature.iter().cloned().collect(),
                ..ChangeScope::default()
            },
            author: author.and_then(User::told),
            reason: reason.and_then(|text| some_line(text, LONGEST_LINE)),
            rollback: some_line(
                &format!("git revert {}..{}", self.before, self.after),
                LONGEST_LINE,
            ),
            link: self.compare.as_deref().and_then(link),
            introduced: at.unwrap_or(now),
            ..of_code(name, now)
        }
    }
}

impl Watched {
    /// Files whose paths fit a pattern.
    pub fn new(
        paths: &str,
        surface: ChangeSurface,
        feature: Option<String>,
    ) -> Result<Self, Refusal> {
        let paths = glob::Pattern::new(paths);
        let paths = paths.map_err(|error| Refusal::field("paths", format!("{error}")))?;
        Ok(Self { paths, surface, feature })
    }

    /// Whether a file is one of these: `*` stays within a folder, `**` does not.
    pub fn holds(&self, file: &str) -> bool {
        let options = glob::MatchOptions { require_literal_separator: true, ..Default::default() };
        self.paths.matches_with(file, options)
    }
}

impl Repository {
    fn name(&self) -> &str {
        if self.full_name.is_empty() { "a repository" } else { &self.full_name }
    }
}

impl User {
    fn told(&self) -> Option<String> {
        let names = [&self.login, &self.username, &self.name];
        names.into_iter().flatten().find_map(|name| some_line(name, LONGEST_NAME))
    }
}

/// A change of code of which nothing else is known.
fn of_code(repository: &str, now: Timestamp) -> Change {
    Change {
        surface: ChangeSurface::Code,
        subject: None,
        before: None,
        after: None,
        summary: String::new(),
        scope: ChangeScope::default(),
        author: None,
        reason: None,
        rollback: None,
        link: None,
        incident: None,
        introduced: now,
        activated: None,
        door: ChangeDoor::Github,
        delivery: None,
        key: None,
        labels: BTreeMap::from([("repository".to_owned(), line(repository, LONGEST_LINE))]),
    }
}

#[cfg(test)]
mod tests;
