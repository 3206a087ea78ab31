//! What is missing from the record: one item for a feature and an attribute, whatever the number of
//! incidents that lacked it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::{Entry, Fact, Incident, IncidentId, TenantName};
use serde::{Deserialize, Serialize};

/// Something to record, so that the next incident can be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The feature.
    pub feature: String,
    /// What to record: `mayday.index.build`.
    pub attribute: String,
    /// The factor family that it would fill.
    pub family: String,
    /// Whose work it is.
    pub owner: String,
    /// When it was found missing first.
    pub since: Timestamp,
    /// The incidents that lacked it, earliest first.
    pub incidents: Vec<IncidentId>,
    /// Who said that it does not apply, and why; none while nobody did.
    pub dismissed: Option<Dismissal>,
}

/// That something will not be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dismissal {
    /// When that was said.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why.
    pub because: String,
}

/// What was dismissed, as the ledger tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dismissals {
    by_gap: BTreeMap<(TenantName, String, String), Dismissal>,
}

impl Dismissals {
    /// Takes in one entry; facts about other things change nothing.
    pub fn apply(&mut self, entry: &Entry) {
        if let Fact::GapDismissed { tenant, feature, attribute, because } = &entry.fact {
            let (at, by, because) = (entry.at, entry.actor.clone(), because.clone());
            let gap = (tenant.clone(), feature.clone(), attribute.clone());
            self.by_gap.insert(gap, Dismissal { at, by, because });
        }
    }

    fn of(&self, tenant: &TenantName, feature: &str, attribute: &str) -> Option<Dismissal> {
        let gap = (tenant.clone(), feature.to_owned(), attribute.to_owned());
        self.by_gap.get(&gap).cloned()
    }
}

/// What incidents lacked, by feature and attribute.
pub fn gaps<'a>(
    incidents: impl IntoIterator<Item = &'a Incident>,
    dismissals: &Dismissals,
) -> Vec<Gap> {
    let mut incidents: Vec<&Incident> = incidents.into_iter().collect();
    incidents.sort_by(|a, b| a.declared_at.cmp(&b.declared_at).then(a.id.cmp(&b.id)));
    let mut found: BTreeMap<(&TenantName, &str, &str), Gap> = BTreeMap::new();
    for incident in incidents {
        let Some(feature) = incident.feature.as_deref() else { continue };
        for gap in incident.fields.iter().flat_map(|field| &field.gaps) {
            let key = (&incident.tenant, feature, gap.attribute.as_str());
            let item = found.entry(key).or_insert_with(|| Gap {
                feature: feature.to_owned(),
                attribute: gap.attribute.clone(),
                family: gap.family.clone(),
                owner: gap.owner.clone(),
                since: incident.declared_at,
                incidents: Vec::new(),
                dismissed: dismissals.of(&incident.tenant, feature, &gap.attribute),
            });
            if item.incidents.last() != Some(&incident.id) {
                item.incidents.push(incident.id.clone());
            }
        }
    }
    found.into_values().collect()
}
