//! What the ledger tells of notices: what was heard, what was decided of it, how channels do.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use model::course::{Stage, StageReached};
use model::notice::{
    ChannelChecked, ChannelSilent, Check, NoticeClass, NoticeConfirmed, NoticeHeard, NoticeJudged,
};
use model::{Entry, Fact, IncidentId, Notice, NoticeId, TenantName};
use serde::{Deserialize, Serialize};

use crate::tickets::fold::Tickets;

/// Every notice, ticket and channel, as the facts read so far tell it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Notices {
    by_id: BTreeMap<NoticeId, NoticeState>,
    /// By tenant, provider and key: what makes a second delivery no second notice.
    keys: BTreeMap<String, NoticeId>,
    /// By tenant, provider and thread, in order of hearing.
    threads: BTreeMap<String, Vec<NoticeId>>,
    /// By tenant and channel.
    channels: BTreeMap<String, Heard>,
    /// Incidents that need nothing any more.
    closed: BTreeSet<IncidentId>,
    /// In order of hearing.
    order: Vec<NoticeId>,
    /// The tickets.
    pub(crate) tickets: Tickets,
}

/// A notice, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticeState {
    /// Its id.
    pub id: NoticeId,
    /// Whose.
    pub tenant: TenantName,
    /// The channel it came by; none if somebody brought it.
    pub via: Option<String>,
    /// When it came.
    pub heard_at: Timestamp,
    /// What it says.
    pub says: Notice,
    /// What the provider said when it was asked back.
    pub confirmed: Option<Confirmation>,
    /// What is to be done about it; none while that is not decided.
    pub judged: Option<Judgement>,
    /// Incidents that it was found to belong to.
    pub incidents: Vec<IncidentId>,
}

/// What a provider said when it was asked back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// When.
    pub at: Timestamp,
    /// Whether it says the same.
    pub holds: bool,
    /// What came.
    pub because: String,
}

/// What is to be done about a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// When that was decided.
    pub at: Timestamp,
    /// What is used that it concerns.
    pub concerns: Vec<String>,
    /// Whether somebody is paged.
    pub pages: bool,
    /// Who has to know.
    pub owner: String,
    /// Through whom or what they are told.
    pub route: Vec<String>,
    /// Why.
    pub because: String,
}

/// What was heard by a channel.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// The last notice.
    pub notice: Option<Timestamp>,
    /// How checks of it went.
    pub checks: BTreeMap<Check, Checked>,
    /// Since when it is listened to, of one by which nothing was heard at that time.
    pub watched: Option<Timestamp>,
    /// The silence that was stated and lasts.
    pub silent: Option<ChannelSilent>,
}

/// How checks of one kind went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// The last.
    pub at: Timestamp,
    /// Whether that passed.
    pub last_passed: bool,
    /// What came of it.
    pub because: String,
    /// The last that passed.
    pub passed: Option<Timestamp>,
}

/// Most notices in memory. Those that say that something goes stay longest.
const MOST: usize = 20_000;

/// Within which time changes back and forth count as flapping.
const FLAPPING_WITHIN: SignedDuration = SignedDuration::from_hours(1);

impl Heard {
    /// When the provider was heard last: by a notice of its own or by its answer.
    pub fn last(&self) -> Option<Timestamp> {
        self.notice.max(self.checks.get(&Check::Poll).and_then(|check| check.passed))
    }
}

impl NoticeState {
    /// Whether it says that a model or an interface goes.
    pub fn goes(&self) -> bool {
        matches!(self.says.class, NoticeClass::Deprecation | NoticeClass::Retirement)
    }

    /// Whether it is about something that does not work now, as far as it says.
    pub fn is_active(&self) -> bool {
        let failing = matches!(
            self.says.class,
            NoticeClass::Incident | NoticeClass::Degradation | NoticeClass::RegionFailover
        );
        let status = self.says.status.as_deref().unwrap_or_default();
        failing && !intake::notices::statuspage::is_over(status)
    }
}

impl Notices {
    /// Takes in one entry; facts about other things change nothing.
    pub fn apply(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::NoticeHeard(heard) => self.heard(heard, entry.at),
            Fact::NoticeConfirmed(it) => self.confirmed(it, entry.at),
            Fact::NoticeJudged(it) => self.judged(it, entry.at),
            Fact::ChannelChecked(it) => self.checked(it, entry.at),
            Fact::ChannelWatched(it) => {
                self.listened(&it.tenant, &it.channel).watched.get_or_insert(entry.at);
            }
            Fact::ChannelSilent(it) => {
                self.listened(&it.tenant, &it.channel).silent = Some(it.clone());
            }
            Fact::SilenceEnded(it) => self.listened(&it.tenant, &it.channel).silent = None,
            Fact::LinkedToIncident(it) => {
                let notice = it.what.parse().ok().and_then(|id: NoticeId| self.by_id.get_mut(&id));
                if let Some(notice) = notice.filter(|one| !one.incidents.contains(&it.incident)) {
                    notice.incidents.push(it.incident.clone());
                }
            }
            Fact::StageReached(StageReached { incident, stage, .. }) => {
                match matches!(stage, Stage::Closed | Stage::Learned) {
                    true => _ = self.closed.insert(incident.clone()),
                    false => _ = self.closed.remove(incident),
                }
            }
            _ => self.tickets.apply(entry),
        }
    }

    fn heard(&mut self, it: &NoticeHeard, at: Timestamp) {
        if let Some(via) = &it.via {
            let channel = self.listened(&it.tenant, via);
            channel.notice = channel.notice.max(Some(at));
        }
        let says = (*it.says).clone();
        self.keys.insert(key(&it.tenant, &says), it.notice.clone());
        self.order.push(it.notice.clone());
        if let Some(thread) = thread(&it.tenant, &says) {
            self.threads.entry(thread).or_default().push(it.notice.clone());
        }
        let state = NoticeState {
            id: it.notice.clone(),
            tenant: it.tenant.clone(),
            via: it.via.clone(),
            heard_at: at,
            says,
            confirmed: None,
            judged: None,
            incidents: Vec::new(),
        };
        self.by_id.insert(it.notice.clone(), state);
        if self.by_id.len() > MOST {
            self.forget_one();
        }
    }

    /// Forgets the oldest that does not say that something goes, else the oldest.
    fn forget_one(&mut self) {
        let goes = |id: &NoticeId| self.by_id.get(id).is_some_and(NoticeState::goes);
        let place = self.order.iter().position(|id| !goes(id)).unwrap_or(0);
        let id = self.order.remove(place);
        if let Some(gone) = self.by_id.remove(&id) {
            self.keys.remove(&key(&gone.tenant, &gone.says));
            let Some(thread) = thread(&gone.tenant, &gone.says) else { return };
            let ids = self.threads.entry(thread.clone()).or_default();
            ids.retain(|one| *one != id);
            if ids.is_empty() {
                self.threads.remove(&thread);
            }
        }
    }

    fn confirmed(&mut self, it: &NoticeConfirmed, at: Timestamp) {
        if let Some(notice) = self.by_id.get_mut(&it.notice) {
            let because = it.because.clone();
            notice.confirmed = Some(Confirmation { at, holds: it.holds, because });
        }
    }

    fn judged(&mut self, it: &NoticeJudged, at: Timestamp) {
        let Some(notice) = self.by_id.get_mut(&it.notice) else { return };
        // A later verdict does not make a page undone.
        let paged = notice.judged.as_ref().is_some_and(|judged| judged.pages);
        notice.judged = Some(Judgement {
            at,
            concerns: it.concerns.clone(),
            pages: it.pages || paged,
            owner: it.owner.clone(),
            route: it.route.clone(),
            because: it.because.clone(),
        });
    }

    fn checked(&mut self, it: &ChannelChecked, at: Timestamp) {
        let channel = self.listened(&it.tenant, &it.channel);
        let earlier = channel.checks.get(&it.check).and_then(|check| check.passed);
        let passed = if it.passed { Some(at) } else { earlier };
        let because = it.because.clone();
        channel.checks.insert(it.check, Checked { at, last_passed: it.passed, because, passed });
    }

    fn listened(&mut self, tenant: &TenantName, channel: &str) -> &mut Heard {
        self.channels.entry(place(&[tenant.as_str(), channel])).or_default()
    }

    /// Silences that were stated and last.
    pub fn silences(&self) -> impl Iterator<Item = &ChannelSilent> {
        self.channels.values().filter_map(|heard| heard.silent.as_ref())
    }

    /// The notice that a delivery is a second one of.
    pub fn known(&self, tenant: &TenantName, says: &Notice) -> Option<&NoticeState> {
        self.by_id.get(self.keys.get(&key(tenant, says))?)
    }

    /// One notice.
    pub fn get(&self, id: &NoticeId) -> Option<&NoticeState> {
        self.by_id.get(id)
    }

    /// Every notice, latest first.
    pub fn latest_first(&self) -> impl Iterator<Item = &NoticeState> {
        self.order.iter().rev().filter_map(|id| self.by_id.get(id))
    }

    /// What was heard by a channel.
    pub fn channel(&self, tenant: &TenantName, name: &str) -> Heard {
        self.channels.get(&place(&[tenant.as_str(), name])).cloned().unwrap_or_default()
    }

    /// Whether an incident needs nothing any more.
    pub fn is_closed(&self, incident: &IncidentId) -> bool {
        self.closed.contains(incident)
    }

    /// The notices about the same thing, earliest first; of one that names none, itself.
    pub fn thread_of<'a>(&'a self, of: &'a NoticeState) -> Vec<&'a NoticeState> {
        let ids = thread(&of.tenant, &of.says).and_then(|thread| self.threads.get(&thread));
        match ids {
            Some(ids) => ids.iter().filter_map(|id| self.by_id.get(id)).collect(),
            None => vec![of],
        }
    }
}

/// Whether a thread went back and forth so often that its changes tell nothing.
pub fn is_flapping(thread: &[&NoticeState], now: Timestamp) -> bool {
    let since = now.checked_sub(FLAPPING_WITHIN).unwrap_or(Timestamp::MIN);
    let lately = thread.iter().filter(|one| one.heard_at >= since).map(|one| one.is_active());
    let states: Vec<bool> = lately.collect();
    states.windows(2).filter(|pair| pair[0] != pair[1]).count() >= 3
}

fn key(tenant: &TenantName, says: &Notice) -> String {
    place(&[tenant.as_str(), &says.provider, &says.key])
}

fn thread(tenant: &TenantName, says: &Notice) -> Option<String> {
    says.thread.as_ref().map(|thread| place(&[tenant.as_str(), &says.provider, thread]))
}

/// Several names as one key. None of them holds a control character.
fn place(names: &[&str]) -> String {
    names.join("\u{1f}")
}
