//! From facts to incidents: a fold that follows the ledger.

use std::collections::{BTreeMap, BTreeSet};

use model::course::{Course, Dated};
use model::incident::{Draft, Look};
use model::triage::Told;
use model::{Entry, Fact, Incident, IncidentId};
use serde::{Deserialize, Serialize};

use crate::actors::Actors;
use crate::heard::Heards;
use crate::{course, triage};

/// Every incident, as the facts read so far tell it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Incidents {
    by_id: BTreeMap<IncidentId, Incident>,
    #[serde(default)]
    actors: Actors,
    #[serde(default)]
    heards: Heards,
    /// Which incidents have to do with something that was heard of.
    #[serde(default)]
    concerned: BTreeMap<String, BTreeSet<IncidentId>>,
}

impl Incidents {
    /// Whether a person is named so in the ledger.
    pub fn is_person(&self, actor: &str) -> bool {
        self.actors.is_person(actor)
    }

    /// Takes in one entry. Facts about other things, and about incidents that were never declared,
    /// change nothing.
    pub fn apply(&mut self, entry: &Entry) {
        self.actors.apply(entry);
        if let Some((tenant, heard)) = self.heards.apply(entry) {
            for id in self.concerned.get(&heard.id).into_iter().flatten() {
                let incident = self.by_id.get_mut(id).filter(|one| one.tenant == *tenant);
                incident.into_iter().for_each(|one| course::hear(&mut one.course, heard));
            }
        }
        match &entry.fact {
            Fact::IncidentDeclared { incident, .. } => {
                if let Some(declared) = self.declared(entry) {
                    self.by_id.insert(incident.clone(), declared);
                }
            }
            Fact::EvidenceCited { incident, evidence } => self.change(incident, |incident| {
                incident.evidence.extend(evidence.iter().cloned());
            }),
            Fact::TriageRun { incident, triage } => self.change(incident, |incident| {
                incident.triage = Some(triage.clone());
            }),
            Fact::FieldsFilled { incident, fields } => self.change(incident, |incident| {
                incident.fields.clone_from(fields);
            }),
            Fact::LookedAgain { incident, report } => self.change(incident, |incident| {
                let number = incident.looks.len() as u32 + 2;
                let (at, by) = (entry.at, entry.actor.clone());
                incident.looks.push(Look { number, at, by, report: (**report).clone() });
            }),
            Fact::TriageAnswered { incident, node, answer, because } => {
                let (at, by, answer) = (entry.at, entry.actor.clone(), *answer);
                let told = Told { at, by, answer, because: because.clone() };
                self.change(incident, |incident| triage::answered(incident, node, told));
            }
            Fact::EvidenceKept { incident, excerpts } => self.change(incident, |incident| {
                incident.excerpts = Some(excerpts.clone());
            }),
            Fact::PostmortemDrafted { incident, hash } => self.change(incident, |incident| {
                let by = entry.actor.clone();
                incident.drafts.push(Draft { at: entry.at, by, hash: *hash });
            }),
            _ => self.go_on(entry),
        }
    }

    fn change(&mut self, id: &IncidentId, how: impl FnOnce(&mut Incident)) {
        if let Some(incident) = self.by_id.get_mut(id) {
            how(incident);
        }
    }

    /// The incident that an entry declares.
    fn declared(&self, entry: &Entry) -> Option<Incident> {
        let Fact::IncidentDeclared { incident, tenant, kind, feature, title, report, run } =
            &entry.fact
        else {
            return None;
        };
        let declared_by_person = self.actors.is_person(&entry.actor);
        Some(Incident {
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
            course: Course { declared_by_person, ..Course::default() },
        })
    }

    /// Takes in what is said and done in the course of an incident.
    fn go_on(&mut self, entry: &Entry) {
        let Some(id) = course::concerns(&entry.fact) else { return };
        let Some(incident) = self.by_id.get_mut(id) else { return };
        let (at, by) = (entry.at, entry.actor.clone());
        let told = Dated { at, by, person: self.actors.is_person(&entry.actor), what: () };
        let heard = |id: &str| self.heards.get(&incident.tenant, id).cloned();
        if let Some(other) = course::apply(&mut incident.course, &entry.fact, told, heard) {
            self.concerned.entry(other.to_owned()).or_default().insert(id.clone());
        }
    }

    /// Who is a person among those who act.
    pub fn actors(&self) -> &Actors {
        &self.actors
    }

    /// What came from outside lately.
    pub fn heards(&self) -> &Heards {
        &self.heards
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
