//! From facts to incidents: a fold that follows the ledger.

use std::collections::BTreeMap;

use model::incident::{Draft, Look};
use model::triage::Told;
use model::{Entry, Fact, Incident, IncidentId};
use serde::{Deserialize, Serialize};

use crate::triage;

/// Every incident, as the facts read so far tell it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Incidents {
    by_id: BTreeMap<IncidentId, Incident>,
}

impl Incidents {
    /// Takes in one entry. Facts about other things, and about incidents that were never declared,
    /// change nothing.
    pub fn apply(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::IncidentDeclared { incident, tenant, kind, feature, title, report, run } => {
                let declared = Incident {
                    id: incident.clone(),
                    tenant: tenant.clone(),
                    kind: *kind,
                    feature: feature.clone(),
                    title: title.clone(),
                    declared_at: entry.at,
                    declared_by: entry.actor.clone(),
                    report: (**report).clone(),
                    looks: Vec::new(),
                    run: *run,
                    evidence: Vec::new(),
                    triage: None,
                    fields: Vec::new(),
                    excerpts: None,
                    drafts: Vec::new(),
                };
                self.by_id.insert(incident.clone(), declared);
            }
            Fact::EvidenceCited { incident, evidence } => {
                if let Some(incident) = self.by_id.get_mut(incident) {
                    incident.evidence.extend(evidence.iter().cloned());
                }
            }
            Fact::TriageRun { incident, triage } => {
                if let Some(incident) = self.by_id.get_mut(incident) {
                    incident.triage = Some(triage.clone());
                }
            }
            Fact::FieldsFilled { incident, fields } => {
                if let Some(incident) = self.by_id.get_mut(incident) {
                    incident.fields = fields.clone();
                }
            }
            Fact::LookedAgain { incident, report } => {
                if let Some(incident) = self.by_id.get_mut(incident) {
                    let number = incident.looks.len() as u32 + 2;
                    let (at, by) = (entry.at, entry.actor.clone());
                    incident.looks.push(Look { number, at, by, report: (**report).clone() });
                }
            }
            Fact::TriageAnswered { incident, node, answer, because } => {
                let told = Told {
                    at: entry.at,
                    by: entry.actor.clone(),
                    answer: *answer,
                    because: because.clone(),
                };
                if let Some(incident) = self.by_id.get_mut(incident) {
                    triage::answered(incident, node, told);
                }
            }
            Fact::EvidenceKept { incident, excerpts } => {
                if let Some(incident) = self.by_id.get_mut(incident) {
                    incident.excerpts = Some(excerpts.clone());
                }
            }
            Fact::PostmortemDrafted { incident, hash } => {
                if let Some(incident) = self.by_id.get_mut(incident) {
                    let by = entry.actor.clone();
                    incident.drafts.push(Draft { at: entry.at, by, hash: *hash });
                }
            }
            _ => {}
        }
    }

    /// One incident.
    pub fn get(&self, id: &IncidentId) -> Option<&Incident> {
        self.by_id.get(id)
    }

    /// All of them, latest first.
    pub fn latest_first(&self) -> Vec<&Incident> {
        let mut all: Vec<&Incident> = self.by_id.values().collect();
        all.sort_by(|a, b| b.declared_at.cmp(&a.declared_at).then(a.id.cmp(&b.id)));
        all
    }
}
