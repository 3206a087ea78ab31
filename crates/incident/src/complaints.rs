//! Complaints as the ledger tells them, and the signals that similar ones are.
//!
//! Complaints are similar if they are about the same feature and of the same category. So many of
//! them within a window are a signal, and one signal goes on while further ones come within a
//! window of the last.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use model::alert::{ComplaintHeard, SignalRaised};
use model::{Complaint, ComplaintId, Entry, Fact, SignalId, TenantName, Window};
use serde::{Deserialize, Serialize};

/// A complaint on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownComplaint {
    /// Its id.
    pub id: ComplaintId,
    /// Whose.
    pub tenant: TenantName,
    /// When it was taken in.
    pub heard: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub says: Complaint,
}

/// A signal on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownSignal {
    /// When it was raised.
    pub at: Timestamp,
    /// The signal, as it was raised.
    #[serde(flatten)]
    pub says: SignalRaised,
}

/// How many similar complaints are what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// So many within a window are a signal.
    pub signal_at: usize,
    /// So many are an incident.
    pub declare_at: usize,
    /// How long a window is.
    pub window: SignedDuration,
}

/// Similar complaints that came close after one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Whose.
    pub tenant: TenantName,
    /// The feature.
    pub feature: String,
    /// The category.
    pub category: String,
    /// The complaints, in the order of what they say happened.
    pub members: Vec<ComplaintId>,
    /// From the first to the last.
    pub window: Window,
    /// The signal that was raised of it; none if none was yet.
    pub signal: Option<SignalId>,
}

/// Every complaint and signal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaints {
    by_id: BTreeMap<ComplaintId, KnownComplaint>,
    alike: BTreeMap<String, Vec<(Timestamp, ComplaintId)>>,
    signals: BTreeMap<SignalId, KnownSignal>,
    signal_of: BTreeMap<ComplaintId, SignalId>,
    /// Those of each tenant, in the order in which they were heard.
    order: BTreeMap<TenantName, VecDeque<ComplaintId>>,
}

/// Complaints of a tenant that are kept; the ledger keeps all of them.
const MOST: usize = 20_000;

impl Complaints {
    /// Takes in one entry; facts about other things change nothing.
    pub fn apply(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::ComplaintHeard(ComplaintHeard { complaint, tenant, says }) => {
                let known = KnownComplaint {
                    id: complaint.clone(),
                    tenant: tenant.clone(),
                    heard: entry.at,
                    says: says.clone(),
                };
                let alike = self.alike.entry(place(tenant, says)).or_default();
                let after = alike.partition_point(|(at, _)| *at <= says.at);
                alike.insert(after, (says.at, complaint.clone()));
                self.by_id.insert(complaint.clone(), known);
                let order = self.order.entry(tenant.clone()).or_default();
                order.push_back(complaint.clone());
                if order.len() > MOST
                    && let Some(oldest) = order.pop_front()
                {
                    self.forget(&oldest);
                }
            }
            Fact::SignalRaised(says) => {
                for member in &says.members {
                    if let Ok(member) = member.parse::<ComplaintId>() {
                        self.signal_of.insert(member, says.signal.clone());
                    }
                }
                let known = KnownSignal { at: entry.at, says: says.clone() };
                self.signals.insert(says.signal.clone(), known);
            }
            _ => {}
        }
    }

    fn forget(&mut self, id: &ComplaintId) {
        self.signal_of.remove(id);
        let Some(gone) = self.by_id.remove(id) else { return };
        let place = place(&gone.tenant, &gone.says);
        if let Some(alike) = self.alike.get_mut(&place) {
            alike.retain(|(_, one)| one != id);
            if alike.is_empty() {
                self.alike.remove(&place);
            }
        }
    }

    /// One complaint.
    pub fn get(&self, id: &ComplaintId) -> Option<&KnownComplaint> {
        self.by_id.get(id)
    }

    /// The complaint that says just the same of the same run, or of the same thing named.
    pub fn same(&self, tenant: &TenantName, says: &Complaint) -> Option<&ComplaintId> {
        if says.run.is_none() && says.pivot.is_none() {
            return None;
        }
        let alike = self.alike.get(&place(tenant, says))?;
        let first = alike.partition_point(|(at, _)| *at < says.at);
        let same = alike[first..].iter().take_while(|(at, _)| *at == says.at);
        let mut same = same.filter(|(_, id)| self.by_id.get(id).is_some_and(|it| it.says == *says));
        same.next().map(|(_, id)| id)
    }

    /// A tenant's, latest first.
    pub fn latest_first(&self, tenant: &TenantName) -> Vec<&KnownComplaint> {
        let mut all: Vec<_> = self.by_id.values().filter(|known| known.tenant == *tenant).collect();
        all.sort_by(|a, b| b.heard.cmp(&a.heard).then(a.id.cmp(&b.id)));
        all
    }

    /// A tenant's signals, latest first.
    pub fn signals(&self, tenant: &TenantName) -> Vec<&KnownSignal> {
        let mut all: Vec<_> =
            self.signals.values().filter(|known| known.says.tenant == *tenant).collect();
        all.sort_by(|a, b| b.at.cmp(&a.at).then(a.says.signal.cmp(&b.says.signal)));
        all
    }

    /// The clusters that are a signal by a rule, of all tenants, as far as their last member
    /// happened at this time or later. What is done with counts no more.
    pub fn clusters(
        &self,
        rule: Rule,
        since: Timestamp,
        is_done: impl Fn(&ComplaintId) -> bool,
    ) -> Vec<Cluster> {
        let is_recent = |alike: &&Vec<(Timestamp, ComplaintId)>| {
            alike.last().is_some_and(|(last, _)| *last >= since)
        };
        let mut clusters = Vec::new();
        for alike in self.alike.values().filter(is_recent) {
            let from = alike.partition_point(|(at, _)| *at < since);
            let from = self.begin(&alike[..from], rule, alike.get(from));
            let left = alike[from..].iter().filter(|(_, id)| !is_done(id));
            clusters.extend(self.cut(&left.cloned().collect::<Vec<_>>(), rule));
        }
        clusters
    }

    /// Where a cluster that goes on after some earlier complaints begins among them.
    fn begin(
        &self,
        earlier: &[(Timestamp, ComplaintId)],
        rule: Rule,
        next: Option<&(Timestamp, ComplaintId)>,
    ) -> usize {
        let mut later = next.map(|(at, _)| *at);
        for (place, (at, _)) in earlier.iter().enumerate().rev() {
            if later.is_some_and(|later| later.duration_since(*at) > rule.window) {
                return place + 1;
            }
            later = Some(*at);
        }
        0
    }

    /// Cuts similar complaints where a whole window lies between two, and keeps those pieces in
    /// which so many came within one window.
    fn cut(&self, alike: &[(Timestamp, ComplaintId)], rule: Rule) -> Vec<Cluster> {
        let is_near =
            |a: &(Timestamp, _), b: &(Timestamp, _)| b.0.duration_since(a.0) <= rule.window;
        let pieces = alike.chunk_by(is_near);
        let dense = |piece: &&[(Timestamp, ComplaintId)]| {
            let least = rule.signal_at.max(1);
            piece.windows(least).any(|some| is_near(&some[0], &some[least - 1]))
        };
        pieces.filter(dense).filter_map(|piece| self.cluster(piece)).collect()
    }

    fn cluster(&self, piece: &[(Timestamp, ComplaintId)]) -> Option<Cluster> {
        let ((start, first), (end, _)) = (piece.first()?, piece.last()?);
        let known = self.by_id.get(first)?;
        Some(Cluster {
            tenant: known.tenant.clone(),
            feature: known.says.feature.clone(),
            category: known.says.category.clone(),
            members: piece.iter().map(|(_, id)| id.clone()).collect(),
            window: Window { start: *start, end: after(*end) },
            signal: piece.iter().find_map(|(_, id)| self.signal_of.get(id).cloned()),
        })
    }
}

/// The first moment after another one.
fn after(at: Timestamp) -> Timestamp {
    at.checked_add(SignedDuration::from_nanos(1)).unwrap_or(at)
}

fn place(tenant: &TenantName, says: &Complaint) -> String {
    format!("{tenant} {}\n{}", says.category, says.feature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{at, entry};

    #[test]
    fn a_tenants_complaints_are_kept_up_to_a_number_and_the_oldest_go_first() {
        let mut complaints = Complaints::default();
        let id = |number: usize| format!("cmp_{number}").parse::<ComplaintId>().unwrap();
        let mut hear = |number: usize, tenant: &str, category: &str| {
            let says = Complaint {
                feature: "help".to_owned(),
                run: None,
                pivot: None,
                at: at(0),
                category: category.to_owned(),
                source: "phone".to_owned(),
            };
            let (complaint, tenant) = (id(number), tenant.parse().unwrap());
            let heard = ComplaintHeard { complaint, tenant, says };
            complaints.apply(&entry(1, Fact::ComplaintHeard(heard)));
        };
        hear(900_000, "other", "tone");
        hear(0, "default", "rare");
        for number in 1..=MOST {
            hear(number, "default", &format!("tone {}", number % 100));
        }
        assert_eq!(complaints.get(&id(0)), None);
        assert!(complaints.get(&id(1)).is_some() && complaints.get(&id(900_000)).is_some());
        assert_eq!(complaints.latest_first(&"default".parse().unwrap()).len(), MOST);
        // Nothing is left of it where similar ones are looked for either.
        assert_eq!(complaints.alike.values().map(Vec::len).sum::<usize>(), MOST + 1);
        assert!(!complaints.alike.keys().any(|place| place.contains("rare")));
    }
}
