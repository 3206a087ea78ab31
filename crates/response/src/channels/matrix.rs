//! Who could tell us, and whether they do: providers by kinds of channels, gaps in red.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::notice::{ChannelKind, Check};
use model::{PrincipalKind, TenantName};
use serde::{Deserialize, Serialize};

use super::{Channel, Owner, Stop, offered};
use crate::access::{KeyState, Principals};
use crate::inventory::{Inventory, ModelUse};
use crate::notices::fold::Heard;
use crate::notices::silence::silent_since;
use crate::open::Mayday;

/// Providers and what is known of their channels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matrix {
    /// When this was looked at.
    pub as_of: Timestamp,
    /// The providers, those in use first.
    pub providers: Vec<ProviderRow>,
}

/// One provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProviderRow {
    /// Its name.
    pub provider: String,
    /// Runs that use a model of it.
    pub runs: u64,
    /// One for each kind of channel that it offers or that is set up.
    pub cells: Vec<Cell>,
}

/// One kind of channel of one provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The kind.
    pub kind: ChannelKind,
    /// How it stands: the worst of its channels.
    pub state: ChannelState,
    /// What to say where there is no channel.
    pub gap: Option<String>,
    /// The channels.
    pub channels: Vec<ChannelView>,
}

/// How a channel stands. The order is from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelState {
    /// It is heard from.
    Heard,
    /// Somebody decided that there need be none.
    Waived,
    /// Nothing of the provider is in use, and there is none.
    Unused,
    /// It cannot be told: nothing says how long it may be silent.
    Unknown,
    /// Something is wrong with it, or it is missing.
    Red,
}

impl ChannelState {
    /// The state in a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Heard => "heard",
            Self::Waived => "waived",
            Self::Unused => "unused",
            Self::Unknown => "unknown",
            Self::Red => "red",
        }
    }
}

/// A channel, and how it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChannelView {
    /// Its name.
    pub name: String,
    /// Who tells.
    pub provider: String,
    /// By what kind of way.
    pub kind: ChannelKind,
    /// How it stands.
    pub state: ChannelState,
    /// What is wrong with it.
    pub problems: Vec<String>,
    /// Whose work its notices are.
    pub owner: Owner,
    /// Who is told; the last has to answer.
    pub route: Vec<String>,
    /// Whether somebody decided that there need be none, and why.
    pub waived: Option<String>,
    /// The last notice that came by it.
    pub last_notice: Option<Timestamp>,
    /// When it was asked last with success.
    pub last_poll: Option<Timestamp>,
    /// When it was tested last with success.
    pub last_test: Option<Timestamp>,
    /// After how many seconds of silence something must be wrong.
    pub expected_max_silence_secs: Option<i64>,
}

impl Mayday {
    /// The channels by provider and kind. Blocking.
    pub fn channel_matrix(&self, now: Timestamp) -> Matrix {
        let inventory = self.inventory(now);
        let views = self.channel_views(now);
        matrix(views, &inventory, now)
    }

    /// Every channel of the settings, and how it stands.
    pub fn channel_views(&self, now: Timestamp) -> Vec<ChannelView> {
        let notices = self.house.notices();
        let principals = self.principals();
        let mine = self.house.settings.channels.iter().filter(|one| self.is_of(&one.tenant));
        mine.map(|channel| {
            let heard = notices.channel(&channel.tenant, &channel.name);
            view(channel, &heard, &principals, now)
        })
        .collect()
    }
}

/// Lays channels out, with what is missing for what is in use.
pub(crate) fn matrix(views: Vec<ChannelView>, inventory: &Inventory, now: Timestamp) -> Matrix {
    let mut by: BTreeMap<(String, ChannelKind), Vec<ChannelView>> = BTreeMap::new();
    for view in views {
        by.entry((view.provider.clone(), view.kind)).or_default().push(view);
    }
    let used = inventory.models.iter().filter_map(|used| used.provider.clone());
    let providers: BTreeSet<String> =
        by.keys().map(|(provider, _)| provider.clone()).chain(used).collect();
    let mut rows: Vec<ProviderRow> = providers
        .into_iter()
        .map(|provider| {
            let runs = runs_of(&provider, inventory);
            let set_up = by.keys().filter(|(of, _)| *of == provider).map(|(_, kind)| *kind);
            let offered = offered::kinds(&provider).iter().copied();
            let kinds: BTreeSet<ChannelKind> = offered.chain(set_up).collect();
            let cells = kinds.into_iter().map(|kind| {
                let channels = by.get(&(provider.clone(), kind)).cloned().unwrap_or_default();
                cell(kind, channels, runs)
            });
            ProviderRow { cells: cells.collect(), provider, runs }
        })
        .collect();
    rows.sort_by(|a, b| b.runs.cmp(&a.runs).then_with(|| a.provider.cmp(&b.provider)));
    Matrix { as_of: now, providers: rows }
}

/// Runs that use a model of a provider: what is asked for and what answers are the same runs.
fn runs_of(provider: &str, inventory: &Inventory) -> u64 {
    let sum = |runs: fn(&ModelUse) -> u64| inventory.of(provider).map(runs).sum::<u64>();
    sum(|used| used.requested).max(sum(|used| used.served))
}

fn cell(kind: ChannelKind, channels: Vec<ChannelView>, runs: u64) -> Cell {
    let worst = channels.iter().map(|channel| channel.state).max();
    let (state, gap) = match worst {
        Some(state) => (state, None),
        None if runs == 0 => (ChannelState::Unused, None),
        None => {
            let gap = "it is in use, and nobody would hear of it this way";
            (ChannelState::Red, Some(gap.to_owned()))
        }
    };
    Cell { kind, state, gap, channels }
}

/// How a channel stands.
fn view(channel: &Channel, heard: &Heard, keys: &Principals, now: Timestamp) -> ChannelView {
    let mut problems = Vec::new();
    problems.extend(silence(channel, heard, now));
    problems.extend(failed_check(heard));
    problems.extend(without_owner(&channel.owner, &channel.tenant, keys, now));
    let never = heard.last().is_none();
    let state = match (&channel.waived, problems.is_empty()) {
        (Some(_), _) => ChannelState::Waived,
        (None, false) => ChannelState::Red,
        (None, true) if never || channel.expected_max_silence.is_none() => ChannelState::Unknown,
        (None, true) => ChannelState::Heard,
    };
    if channel.waived.is_some() {
        problems.clear();
    }
    let passed = |check| heard.checks.get(&check).and_then(|check| check.passed);
    ChannelView {
        name: channel.name.clone(),
        provider: channel.provider.clone(),
        kind: channel.kind,
        state,
        problems,
        owner: channel.owner.clone(),
        route: channel.route.iter().map(Stop::to_string).collect(),
        waived: channel.waived.clone(),
        last_notice: heard.notice,
        last_poll: passed(Check::Poll),
        last_test: passed(Check::Test),
        expected_max_silence_secs: channel.expected_max_silence.map(|span| span.as_secs()),
    }
}

fn silence(channel: &Channel, heard: &Heard, now: Timestamp) -> Option<String> {
    let most = channel.expected_max_silence?;
    if heard.last().is_none() {
        let never = "nothing was ever heard by it: send a test from the provider's side";
        return Some(never.to_owned());
    }
    let silent = now.duration_since(silent_since(channel, heard, now)?);
    let (silent, most) = (silent.as_secs(), most.as_secs());
    Some(format!("silent for {}, and {} is the most expected", span(silent), span(most)))
}

fn failed_check(heard: &Heard) -> Option<String> {
    let failed = heard.checks.iter().find(|(_, check)| !check.last_passed)?;
    let what = match failed.0 {
        Check::Poll => "asking the provider fails",
        Check::Test => "the last test failed",
    };
    Some(format!("{what}: {}", failed.1.because))
}

/// Whether the person who answers for a channel is gone.
fn without_owner(
    owner: &Owner,
    tenant: &TenantName,
    keys: &Principals,
    now: Timestamp,
) -> Option<String> {
    let Some(person) = &owner.person else {
        return Some(format!("no person of {} answers for it", owner.team));
    };
    let all = keys.latest_first();
    let of_tenant = |key: &&&crate::access::Key| {
        key.principal.kind == PrincipalKind::Person && key.principal.tenant == *tenant
    };
    let mut persons = all.iter().filter(of_tenant).peekable();
    // While nobody here has a key, nobody can be found to have lost theirs.
    persons.peek()?;
    let theirs: Vec<_> = persons
        .filter(|key| {
            key.principal.name.to_string() == *person || key.principal.id.as_str() == person
        })
        .collect();
    if theirs.is_empty() {
        return Some(format!("its owner {person} holds no key here"));
    }
    let is_live = theirs.iter().any(|key| key.state(now) == KeyState::Live);
    (!is_live).then(|| format!("its owner {person} is gone: the key does not work any more"))
}

/// A span of time in its largest whole unit.
fn span(secs: i64) -> String {
    match secs {
        172_800.. => format!("{} days", secs / 86_400),
        7_200.. => format!("{} h", secs / 3_600),
        120.. => format!("{} min", secs / 60),
        _ => format!("{secs} s"),
    }
}

#[cfg(test)]
mod tests;
