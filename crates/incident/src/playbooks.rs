//! Playbooks: what to do about one shape of failure, step by step, as versioned data.
//!
//! [`defaults`] are ten that Mayday ships with; [`read`] takes one written elsewhere;
//! [`lint`](fn@lint) finds what would fail at night; [`propose`](fn@propose) names those that fit
//! an incident; [`Rehearsals`] knows when each was walked through last;
//! [`preflight`](fn@preflight) who could not do which step.

mod lint;
mod preflight;
mod propose;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use model::{Entry, Fact, TenantName};
use serde::{Deserialize, Serialize};

pub use lint::{Finding, lint};
pub use preflight::{Lack, OnCall, preflight};
pub use propose::{Proposed, propose};

/// A playbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    /// Its name: `tool-drift`.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// What it is for, in a few words.
    pub title: String,
    /// The category of incidents that it is for.
    pub category: Category,
    /// The surfaces that it looks at.
    #[serde(default)]
    pub surfaces: Vec<String>,
    /// What calls for it.
    #[serde(default)]
    pub triggers: Vec<String>,
    /// How to grade the harm.
    #[serde(default)]
    pub severity: String,
    /// Whose it is.
    #[serde(default)]
    pub owner: String,
    /// Who is called when it does not help.
    #[serde(default)]
    pub escalation: String,
    /// What to tell whom.
    #[serde(default)]
    pub comms: String,
    /// What to keep.
    #[serde(default)]
    pub evidence: String,
    /// When it is over.
    #[serde(default)]
    pub exit: String,
    /// What to do, in order.
    #[serde(default, rename = "step")]
    pub steps: Vec<PlaybookStep>,
}

/// One step of a playbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaybookStep {
    /// What to do.
    pub instruction: String,
    /// A command to run, a link, or where to look.
    #[serde(default)]
    pub probe: String,
    /// What should come of it.
    #[serde(default)]
    pub expected: String,
    /// What to do if that does not come.
    #[serde(default)]
    pub if_not: String,
    /// How long to spend on it, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// What it takes to do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
}

/// What kind of failure an incident is. A page without one can't be mapped to first checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Valid in form; wrong, off topic or harmful in content.
    SilentDegradation,
    /// The provider changed something.
    ProviderChange,
    /// Somebody else gave it orders.
    Injection,
    /// What is searched is stale, or has other vectors.
    RetrievalDrift,
    /// A tool answers differently.
    ToolDrift,
    /// It costs or loops too much.
    CostLoop,
    /// The evals or the judge are wrong.
    EvalFailure,
    /// It did what nobody wanted.
    HarmfulAction,
}

/// What a step takes. The words are those of rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// To look at the record.
    Look,
    /// To declare, note, claim and contain.
    Respond,
    /// To confirm what others propose, close and turn on again.
    Approve,
    /// To manage keys and settings.
    Administer,
}

/// Why a text is no playbook.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaybookError {
    /// It is larger than any that somebody reads.
    #[error("a playbook has at most {MOST_BYTES} bytes")]
    TooLarge,
    /// It is not in the form of one.
    #[error("it is no playbook: {0}")]
    NoPlaybook(String),
}

/// When a playbook was walked through last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// In which version.
    pub version: u32,
    /// What was found.
    pub findings: Vec<String>,
}

/// When each playbook was walked through last, by tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsals {
    last: BTreeMap<TenantName, BTreeMap<String, Rehearsal>>,
}

/// Whether a playbook can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// It was walked through in this version, not long ago, with nothing amiss.
    Fresh,
    /// Something was amiss the last time.
    Failing,
    /// It was walked through too long ago, or in another version.
    Stale,
    /// Nobody walked through it.
    Never,
}

/// Largest playbook, in bytes.
const MOST_BYTES: usize = 64 * 1_024;

/// How long a rehearsal counts.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);

const FILES: [&str; 10] = [
    include_str!("../data/playbooks/hallucination-spike.toml"),
    include_str!("../data/playbooks/tone-format-regression.toml"),
    include_str!("../data/playbooks/refusal-spike.toml"),
    include_str!("../data/playbooks/verbosity-latency.toml"),
    include_str!("../data/playbooks/retrieval-degradation.toml"),
    include_str!("../data/playbooks/tool-drift.toml"),
    include_str!("../data/playbooks/provider-change.toml"),
    include_str!("../data/playbooks/injection.toml"),
    include_str!("../data/playbooks/runaway-cost-loop.toml"),
    include_str!("../data/playbooks/harmful-action.toml"),
];

/// The playbooks that Mayday ships with.
#[expect(clippy::expect_used, reason = "the files are compiled in, and a test reads them")]
pub fn defaults() -> Vec<Playbook> {
    let read = |text: &&str| read(text).expect("invariant: playbooks compiled in can be read");
    FILES.iter().map(read).collect()
}

/// Reads a playbook.
pub fn read(text: &str) -> Result<Playbook, PlaybookError> {
    if text.len() > MOST_BYTES {
        return Err(PlaybookError::TooLarge);
    }
    toml::from_str(text).map_err(|error| PlaybookError::NoPlaybook(error.to_string()))
}

impl Rehearsals {
    /// Takes in one entry; facts about other things change nothing.
    pub fn apply(&mut self, entry: &Entry) {
        let Fact::PlaybookRehearsed(told) = &entry.fact else { return };
        let rehearsal = Rehearsal {
            at: entry.at,
            by: entry.actor.clone(),
            version: told.version,
            findings: told.findings.clone(),
        };
        let of_tenant = self.last.entry(told.tenant.clone()).or_default();
        of_tenant.insert(told.playbook.clone(), rehearsal);
    }

    /// When one was walked through last.
    pub fn of(&self, tenant: &TenantName, playbook: &str) -> Option<&Rehearsal> {
        self.last.get(tenant)?.get(playbook)
    }
}

/// Whether a playbook can be relied on.
pub fn freshness(playbook: &Playbook, last: Option<&Rehearsal>, now: Timestamp) -> Freshness {
    match last {
        None => Freshness::Never,
        Some(last) if last.version != playbook.version => Freshness::Stale,
        Some(last) if now.duration_since(last.at) > GOOD_FOR => Freshness::Stale,
        Some(last) if !last.findings.is_empty() => Freshness::Failing,
        Some(_) => Freshness::Fresh,
    }
}

impl Playbook {
    /// How long all steps take, in minutes, as far as they say.
    pub fn minutes(&self) -> u32 {
        self.steps.iter().filter_map(|step| step.minutes).fold(0, u32::saturating_add)
    }
}

impl Freshness {
    /// The words for it.
    pub fn words(self) -> &'static str {
        match self {
            Freshness::Fresh => "rehearsed",
            Freshness::Failing => "failed when rehearsed",
            Freshness::Stale => "not rehearsed for 90 days or in this version",
            Freshness::Never => "never rehearsed",
        }
    }
}

impl Access {
    /// The word, as in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Access::Look => "look",
            Access::Respond => "respond",
            Access::Approve => "approve",
            Access::Administer => "administer",
        }
    }
}

impl Category {
    /// The words for it.
    pub fn words(self) -> &'static str {
        match self {
            Category::SilentDegradation => "silent degradation",
            Category::ProviderChange => "provider change",
            Category::Injection => "injection",
            Category::RetrievalDrift => "retrieval drift",
            Category::ToolDrift => "tool drift",
            Category::CostLoop => "cost or loop",
            Category::EvalFailure => "eval failure",
            Category::HarmfulAction => "harmful action",
        }
    }
}
