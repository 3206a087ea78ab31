//! Settings: the defaults compiled in, a file over them, flags over both.

mod channels;
mod inbound;
mod out;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use jiff::SignedDuration;
use model::TenantName;
use response::access::SessionLimits;
use response::channels::check_routes;
use response::{
    ContentMode, Contents, Exception, Keeping, Limits, Mayday, Rules, Sampling, Settings,
    SettleAfter,
};
use serde::Deserialize;
use toml::{Table, Value};

use self::out::Outgoing;
use crate::forward::Destination;
use crate::master::Vault;
use crate::world;

/// Every setting, as in `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where to listen.
    pub(crate) listen: Listen,
    /// What to keep.
    pub(crate) record: Record,
    sessions: SessionsLast,
    /// Where keys are.
    pub(crate) keys: Keys,
    /// Where to send on what was accepted.
    pub(crate) forward: Forward,
    /// Whose payload stays.
    sampling: Rates,
    keeping: KeepingFor,
    /// Whom to tell.
    out: Outgoing,
    notices: channels::Notices,
    window: WindowSize,
    moved: Lookback,
    changes: inbound::Changes,
    alerts: inbound::Alerts,
    complaints: inbound::Complaints,
}

/// Where to listen.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listen {
    /// For OTLP over HTTP.
    pub(crate) otlp: String,
    /// For OTLP over gRPC.
    pub(crate) grpc: String,
    /// For everything else.
    pub(crate) http: String,
    /// Names by which this server may be called.
    pub(crate) allowed_hosts: Vec<String>,
    /// When keys are asked for.
    pub(crate) require_keys: RequireKeys,
    /// The file of the certificate to speak TLS with; in the clear if empty.
    pub(crate) tls_certificate: String,
    /// The file of its key.
    pub(crate) tls_key: String,
    /// Whether something before this server speaks TLS.
    pub(crate) behind_tls: bool,
}

/// When keys are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RequireKeys {
    /// On loopback once one was issued, elsewhere from the start.
    Auto,
    /// Everywhere from the start.
    Always,
}

/// What to keep.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// `full`, `redacted`, `hash_only` or `metadata_only`.
    pub(crate) content: String,
    /// A file of redaction rules; those that come with Mayday if empty.
    redaction: String,
    /// Tenants and features for which another mode holds.
    exceptions: Vec<Exceptional>,
    /// When a run settles after its root ended.
    pub(crate) settle_after_root: String,
    /// When it settles after its last span.
    pub(crate) settle_after_last_span: String,
    /// Largest body after decompression.
    pub(crate) max_body_bytes: usize,
}

/// A tenant, a feature, or a feature of a tenant, for which another mode holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptional {
    #[serde(default)]
    tenant: Option<TenantName>,
    #[serde(default)]
    feature: Option<String>,
    content: String,
}

/// Where keys are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keys {
    /// Their directory; beside the data if empty.
    pub(crate) directory: String,
    /// The file of the master key; beside the data if empty.
    pub(crate) master: String,
}

/// Where to send on what was accepted.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forward {
    /// The base URL; empty if nowhere.
    endpoint: String,
    /// What is sent beside each request.
    headers: BTreeMap<String, String>,
    /// Bytes that may wait.
    pub(crate) queue_bytes: usize,
    /// How long an answer may take.
    timeout: String,
}

impl Forward {
    /// Where to, if anywhere.
    pub(crate) fn destination(&self) -> Result<Option<Destination>> {
        if self.endpoint.is_empty() {
            return Ok(None);
        }
        let timeout = Duration::try_from(duration(&self.timeout)?)?;
        Destination::new(&self.endpoint, &self.headers, timeout).map(Some)
    }
}

/// Headers may hold secrets.
impl std::fmt::Debug for Forward {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Forward").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rates {
    rate: f64,
    outlier_tokens: u64,
    outlier_steps: usize,
    outlier_after: String,
    regulated: BTreeSet<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeepingFor {
    days: u32,
    tenants: BTreeMap<TenantName, u32>,
    quota_bytes: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionsLast {
    longest: String,
    idle: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct WindowSize {
    runs: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lookback {
    lookback: String,
}

impl Config {
    /// The defaults, with a file over them if there is one.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self> {
        let defaults = include_str!("../../../config/default.toml");
        let mut table: Table =
            defaults.parse().context("could not read the settings compiled in")?;
        if let Some(path) = file {
            let failed = || format!("could not read the settings in {}", path.display());
            let text = std::fs::read_to_string(path).with_context(failed)?;
            lay_over(&mut table, text.parse().with_context(failed)?);
        }
        Value::Table(table).try_into().context("the settings do not have the form of the defaults")
    }

    /// Opens a data directory with these settings.
    pub(crate) fn open(&self, directory: &Path) -> Result<Mayday> {
        make_writable(directory)?;
        let keys = Vault::of(directory, &self.keys.directory, &self.keys.master).open()?;
        Ok(Mayday::open(directory, &keys, self.settings()?, world::now())?)
    }

    fn sampling(&self) -> Result<Sampling> {
        let Rates { rate, outlier_tokens, outlier_steps, outlier_after, regulated } =
            &self.sampling;
        anyhow::ensure!((0.0..=1.0).contains(rate), "the sampling rate {rate} is not in 0 to 1");
        Ok(Sampling {
            rate: *rate,
            outlier_tokens: *outlier_tokens,
            outlier_steps: *outlier_steps,
            outlier_after: duration(outlier_after)?,
            regulated: regulated.clone(),
        })
    }

    /// What the use cases need to know of it.
    pub(crate) fn settings(&self) -> Result<Settings> {
        let (out, channels) = (self.out.out()?, self.notices.channels()?);
        check_routes(&channels, &out.targets)?;
        Ok(Settings {
            content: self.record.contents()?,
            sampling: self.sampling()?,
            settle_after: SettleAfter {
                root_ended: duration(&self.record.settle_after_root)?,
                last_span: duration(&self.record.settle_after_last_span)?,
            },
            window_runs: self.window.runs,
            lookback: duration(&self.moved.lookback)?,
            limits: Limits::default(),
            keeping: Keeping {
                days: Some(self.keeping.days).filter(|days| *days > 0),
                tenants: self.keeping.tenants.clone(),
                quota: Some(self.keeping.quota_bytes).filter(|bytes| *bytes > 0),
            },
            inbound: inbound::inbound(&self.changes, &self.alerts, &self.complaints)?,
            out,
            sessions: SessionLimits {
                longest: duration(&self.sessions.longest)?,
                idle: duration(&self.sessions.idle)?,
            },
            channels,
            paging: self.notices.paging(),
        })
    }
}

impl Record {
    /// What may be kept of whose content.
    fn contents(&self) -> Result<Contents> {
        let exceptions = self.exceptions.iter().map(|one| {
            anyhow::ensure!(
                one.tenant.is_some() || one.feature.is_some(),
                "an exception to `content` names a tenant, a feature or both"
            );
            let (tenant, feature) = (one.tenant.clone(), one.feature.clone());
            Ok(Exception { tenant, feature, mode: mode(&one.content)? })
        });
        Ok(Contents {
            standard: mode(&self.content)?,
            exceptions: exceptions.collect::<Result<_>>()?,
            rules: self.rules()?,
        })
    }

    fn rules(&self) -> Result<Option<Arc<Rules>>> {
        if self.redaction.is_empty() {
            return Ok(None);
        }
        let failed = || format!("could not use the redaction rules in {}", self.redaction);
        let text = std::fs::read_to_string(&self.redaction).with_context(failed)?;
        Ok(Some(Arc::new(Rules::parse(&text).with_context(failed)?)))
    }
}

fn mode(text: &str) -> Result<ContentMode> {
    text.parse().map_err(|error: String| anyhow!(error))
}

/// Makes a directory, and finds out whether it can be written to before anything is begun in it.
fn make_writable(directory: &Path) -> Result<()> {
    let made = std::fs::create_dir_all(directory);
    let probe = made.and_then(|()| tempfile::tempfile_in(directory));
    probe.map(drop).with_context(|| {
        format!(
            "could not write to the data directory {}: name one with --data-dir that this user may \
             write to",
            directory.display()
        )
    })
}

fn duration(text: &str) -> Result<SignedDuration> {
    let duration: SignedDuration =
        text.parse().with_context(|| format!("`{text}` is no duration: write 10s, 5m, 24h"))?;
    anyhow::ensure!(!duration.is_negative(), "the duration `{text}` is negative");
    Ok(duration)
}

/// Puts the values of one table over those of another, table by table.
fn lay_over(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Table(under)), Value::Table(over)) => lay_over(under, over),
            (_, value) => _ = under.insert(key, value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_whole() {
        let settings = Config::read(None).unwrap().settings().unwrap();
        assert_eq!(settings, Settings::default());
    }

    #[test]
    fn a_file_changes_what_it_names_and_an_unknown_line_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "[record]\ncontent = \"metadata_only\"\n").unwrap();
        let config = Config::read(Some(file.path())).unwrap();
        assert_eq!(
            (&*config.record.content, &*config.listen.otlp),
            ("metadata_only", "127.0.0.1:4318")
        );
        std::fs::write(file.path(), "[record]\ncontnet = \"none\"\n").unwrap();
        assert!(Config::read(Some(file.path())).is_err());
    }
}
