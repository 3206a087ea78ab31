//! What came from outside, in short, so that an incident can tell of it once it is linked.
//!
//! [`Heards`] follows alerts, complaints, signals, notices and changes, and keeps the latest.

use std::collections::{BTreeMap, VecDeque};

use model::alert::{AlertAction, AlertHeard, ComplaintHeard, SignalRaised};
use model::change::{ChangeRecorded, UnloggedChangeSeen};
use model::course::{Heard, HeardKind};
use model::notice::NoticeHeard;
use model::{Entry, Fact, TenantName};
use serde::{Deserialize, Serialize};

use crate::wording;

/// How many things are kept of a tenant. What an incident has to do with is kept with that.
const MOST: usize = 20_000;

/// Longest line kept.
const LONGEST: usize = 200;

/// What came from outside lately, by tenant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Heards {
    by_tenant: BTreeMap<TenantName, Latest>,
}

/// What came from outside for one tenant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Latest {
    by_id: BTreeMap<String, Heard>,
    order: VecDeque<String>,
}

impl Heards {
    /// Takes in one entry, and gives what it told of, as that now stands.
    pub fn apply(&mut self, entry: &Entry) -> Option<(&TenantName, &Heard)> {
        let tenant = tenant(&entry.fact)?;
        if !self.by_tenant.contains_key(tenant) {
            self.by_tenant.insert(tenant.clone(), Latest::default());
        }
        let latest = self.by_tenant.get_mut(tenant)?;
        let heard = latest.told(entry)?;
        let id = heard.id.clone();
        latest.keep(heard);
        let (tenant, latest) = self.by_tenant.get_key_value(tenant)?;
        Some((tenant, latest.by_id.get(&id)?))
    }

    /// What was heard of something that is a tenant's.
    pub fn get(&self, tenant: &TenantName, id: &str) -> Option<&Heard> {
        self.by_tenant.get(tenant)?.by_id.get(id)
    }
}

impl Latest {
    fn told(&self, entry: &Entry) -> Option<Heard> {
        match &entry.fact {
            Fact::ChangeActivated(told) => {
                let known = self.by_id.get(told.change.as_str())?;
                Some(Heard { activated: Some(told.at), ..known.clone() })
            }
            Fact::AlertHeard(told) => Some(self.alert(told, entry)),
            fact => fresh(fact, entry),
        }
    }

    /// An alert is heard of again and again.
    fn alert(&self, told: &AlertHeard, entry: &Entry) -> Heard {
        let (id, says) = (told.alert.as_str(), &told.says);
        let first =
            || Heard { stated: Some(says.at), ..blank(id, HeardKind::Alert, &says.summary, entry) };
        let mut heard = self.by_id.get(id).cloned().unwrap_or_else(first);
        match says.action {
            AlertAction::Trigger => heard.over = None,
            AlertAction::Acknowledge => {
                heard.acknowledged = heard.acknowledged.or(Some(entry.at));
            }
            AlertAction::Resolve => heard.over = Some(says.at),
        }
        heard
    }

    fn keep(&mut self, heard: Heard) {
        let id = heard.id.clone();
        if self.by_id.insert(id.clone(), heard).is_some() {
            return;
        }
        self.order.push_back(id);
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_id.remove(&oldest);
        }
    }
}

/// Whose it is, if it is something that comes from outside.
fn tenant(fact: &Fact) -> Option<&TenantName> {
    match fact {
        Fact::ChangeRecorded(told) => Some(&told.tenant),
        Fact::ChangeActivated(told) => Some(&told.tenant),
        Fact::UnloggedChangeSeen(told) => Some(&told.tenant),
        Fact::AlertHeard(told) => Some(&told.tenant),
        Fact::ComplaintHeard(told) => Some(&told.tenant),
        Fact::SignalRaised(told) => Some(&told.tenant),
        Fact::NoticeHeard(told) => Some(&told.tenant),
        _ => None,
    }
}

/// Something that is heard of for the first time.
fn fresh(fact: &Fact, entry: &Entry) -> Option<Heard> {
    let heard = match fact {
        Fact::ComplaintHeard(ComplaintHeard { complaint, says, .. }) => Heard {
            stated: Some(says.at),
            ..blank(
                complaint.as_str(),
                HeardKind::Complaint,
                &format!("{} at {}: {}", says.feature, says.source, says.category),
                entry,
            )
        },
        Fact::SignalRaised(SignalRaised { signal, summary, .. }) => {
            blank(signal.as_str(), HeardKind::Signal, summary, entry)
        }
        Fact::NoticeHeard(NoticeHeard { notice, says, .. }) => Heard {
            stated: says.stated,
            activated: says.effective,
            ..blank(
                notice.as_str(),
                HeardKind::Notice,
                &format!("{}: {}", says.provider, says.title),
                entry,
            )
        },
        Fact::ChangeRecorded(ChangeRecorded { change, says, .. }) => Heard {
            introduced: Some(says.introduced),
            activated: says.activated,
            ..blank(
                change.as_str(),
                HeardKind::Change,
                &format!("{}: {}", says.surface.as_str(), says.summary),
                entry,
            )
        },
        Fact::UnloggedChangeSeen(UnloggedChangeSeen {
            change,
            feature,
            factor,
            after,
            first_seen,
            ..
        }) => Heard {
            activated: Some(*first_seen),
            ..blank(
                change.as_str(),
                HeardKind::Unlogged,
                &format!("{feature}: {factor} = {}", wording::level(after)),
                entry,
            )
        },
        _ => return None,
    };
    Some(heard)
}

fn blank(id: &str, kind: HeardKind, line: &str, entry: &Entry) -> Heard {
    let plain = line.chars().map(|c| if c.is_control() { ' ' } else { c });
    Heard {
        id: id.to_owned(),
        kind,
        line: plain.take(LONGEST).collect(),
        heard: entry.at,
        stated: None,
        introduced: None,
        activated: None,
        acknowledged: None,
        over: None,
    }
}
