//! Settings of what others send: changes, alerts, complaints.

use anyhow::{Context, Result, anyhow};
use model::alert::AlertSeverity;
use model::{ChangeSurface, TenantName};
use response::intake::github::Watched;
use response::{ComplaintRule, Hook, Inbound};
use serde::Deserialize;

use crate::config::duration;
use crate::world;

/// Changes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Changes {
    watch: Vec<Watch>,
    github: Vec<Signed>,
    learn_for: String,
    unlogged_an_hour: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Watch {
    paths: String,
    surface: ChangeSurface,
    #[serde(default)]
    feature: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    secret: String,
    #[serde(default = "TenantName::standard")]
    tenant: TenantName,
}

/// Alerts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alerts {
    declare_at: String,
}

/// Complaints.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Complaints {
    signal_at: usize,
    declare_at: usize,
    window: String,
}

/// The secret is shown nowhere.
impl std::fmt::Debug for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signed").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

/// What is made of what others send.
pub(crate) fn inbound(
    changes: &Changes,
    alerts: &Alerts,
    complaints: &Complaints,
) -> Result<Inbound> {
    let Complaints { signal_at, declare_at, window } = complaints;
    anyhow::ensure!(
        (1..=*declare_at).contains(signal_at),
        "under [complaints], `signal_at` is at least 1 and at most `declare_at`"
    );
    Ok(Inbound {
        watched: changes.watch.iter().map(Watch::watched).collect::<Result<_>>()?,
        github: changes.github.iter().map(Signed::hook).collect::<Result<_>>()?,
        declare_at: alerts.least()?,
        complaints: ComplaintRule {
            signal_at: *signal_at,
            declare_at: *declare_at,
            window: duration(window)?,
        },
        learn_for: duration(&changes.learn_for)?,
        unlogged_an_hour: changes.unlogged_an_hour,
    })
}

impl Watch {
    fn watched(&self) -> Result<Watched> {
        let watched = Watched::new(&self.paths, self.surface, self.feature.clone());
        watched.with_context(|| format!("could not use the paths `{}` under [changes]", self.paths))
    }
}

impl Signed {
    fn hook(&self) -> Result<Hook> {
        let secret = match self.secret.strip_prefix("env:") {
            Some(name) => world::variable(name)
                .ok_or_else(|| anyhow!("the variable {name} of [changes] is not set"))?,
            None => self.secret.clone(),
        };
        anyhow::ensure!(secret.len() >= 16, "a webhook's secret has at least 16 characters");
        Ok(Hook { secret, tenant: self.tenant.clone() })
    }
}

impl Alerts {
    fn least(&self) -> Result<Option<AlertSeverity>> {
        Ok(match self.declare_at.as_str() {
            "never" => None,
            "info" => Some(AlertSeverity::Info),
            "warning" => Some(AlertSeverity::Warning),
            "error" => Some(AlertSeverity::Error),
            "critical" => Some(AlertSeverity::Critical),
            other => anyhow::bail!(
                "`{other}` is no `declare_at` of alerts: write never, info, warning, error or \
                 critical"
            ),
        })
    }
}
