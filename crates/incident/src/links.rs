//! What belongs to which incident, and why: the links that facts state, and what is still open.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::course::StageReached;
use model::{Entry, Fact, IncidentId, Stage, TenantName};
use serde::{Deserialize, Serialize};

/// A link of something to an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The incident.
    pub incident: IncidentId,
    /// What belongs to it: `alr_…`, `sig_…`, `cmp_…`, `ntc_…`, `chg_…`.
    pub what: String,
    /// Why it was joined to this one and did not begin another.
    pub because: String,
    /// Since when.
    pub at: Timestamp,
}

/// Every link, and which incidents are open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    by_what: BTreeMap<String, Link>,
    by_incident: BTreeMap<IncidentId, BTreeSet<String>>,
    open: BTreeMap<IncidentId, About>,
    closed: BTreeMap<IncidentId, About>,
}

/// What an incident is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct About {
    tenant: TenantName,
    feature: Option<String>,
}

impl Links {
    /// Takes in one entry; facts about other things change nothing.
    pub fn apply(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::IncidentDeclared { incident, tenant, feature, .. } => {
                let about = About { tenant: tenant.clone(), feature: feature.clone() };
                self.open.insert(incident.clone(), about);
            }
            Fact::StageReached(StageReached { incident, stage, .. }) => {
                let (from, to) = match stage {
                    Stage::Closed | Stage::Learned => (&mut self.open, &mut self.closed),
                    _ => (&mut self.closed, &mut self.open),
                };
                if let Some((id, about)) = from.remove_entry(incident) {
                    to.insert(id, about);
                }
            }
            Fact::LinkedToIncident(told) => {
                let link = Link {
                    incident: told.incident.clone(),
                    what: told.what.clone(),
                    because: told.because.clone(),
                    at: entry.at,
                };
                let of = self.by_incident.entry(told.incident.clone()).or_default();
                of.insert(told.what.clone());
                self.by_what.insert(told.what.clone(), link);
            }
            _ => {}
        }
    }

    /// The link of something.
    pub fn of(&self, what: &str) -> Option<&Link> {
        self.by_what.get(what)
    }

    /// What belongs to an incident, in the order in which it was joined.
    pub fn to(&self, incident: &IncidentId) -> Vec<&Link> {
        let joined = self.by_incident.get(incident).into_iter().flatten();
        let mut links: Vec<&Link> = joined.filter_map(|what| self.by_what.get(what)).collect();
        links.retain(|link| link.incident == *incident);
        links.sort_by(|a, b| (a.at, &a.what).cmp(&(b.at, &b.what)));
        links
    }

    /// The incident of a feature that is open.
    pub fn open(&self, tenant: &TenantName, feature: &str) -> Option<&IncidentId> {
        let is_it =
            |about: &About| about.tenant == *tenant && about.feature.as_deref() == Some(feature);
        self.open.iter().find(|(_, about)| is_it(about)).map(|(id, _)| id)
    }

    /// Whether an incident is open.
    pub fn is_open(&self, incident: &IncidentId) -> bool {
        self.open.contains_key(incident)
    }
}
