//! Playbooks: listed with how fresh they are, walked through, and checked against who is on call.

use incident::playbooks::{self, Access, Freshness, OnCall, Playbook, Rehearsal, defaults};
use jiff::Timestamp;
use ledger::{Append, Expected};
use model::course::PlaybookRehearsed;
use model::{Fact, Fault, Faulty, Incident, IncidentId, PrincipalKind};
use serde::{Deserialize, Serialize};

use crate::access::{Denied, KeyState, Right, Who};
use crate::course::room;
use crate::error::IncidentError;
use crate::incidents::Act;
use crate::open::Mayday;
use crate::triage::grounds;

pub use incident::playbooks::{Finding, Lack, PlaybookError, Proposed, lint, read};

/// A playbook, and whether it can be relied on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaybookView {
    /// The playbook.
    #[serde(flatten)]
    pub playbook: Playbook,
    /// Whether it can be relied on.
    pub freshness: Freshness,
    /// When it was walked through last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rehearsed: Option<Rehearsal>,
}

/// What somebody found when walking through a playbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RehearsalTold {
    /// Which one.
    pub playbook: String,
    /// The incident, if it was in earnest.
    pub incident: Option<IncidentId>,
    /// What was found: steps that failed, access that lacked.
    pub findings: Vec<String>,
}

/// Why a rehearsal is not kept.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// There is no such playbook.
    #[error("there is no playbook `{0}`; `mayday playbook list` shows them")]
    NoSuchPlaybook(String),
    /// More is told than is kept.
    #[error("a rehearsal has at most {MOST_FINDINGS} findings")]
    TooMany,
    /// Its incident or its findings are not as they should be.
    #[error(transparent)]
    Incident(#[from] IncidentError),
    /// Whoever tells may not.
    #[error(transparent)]
    Denied(#[from] Denied),
}

impl Faulty for RehearsalError {
    fn fault(&self) -> Fault {
        match self {
            RehearsalError::NoSuchPlaybook(_) => Fault::NotFound,
            RehearsalError::TooMany => Fault::Invalid,
            RehearsalError::Incident(error) => error.fault(),
            RehearsalError::Denied(denied) => denied.fault(),
        }
    }
}

/// Most findings kept of a rehearsal.
const MOST_FINDINGS: usize = 50;

impl Mayday {
    /// Every playbook, with how fresh it is.
    pub fn playbooks(&self, now: Timestamp) -> Vec<PlaybookView> {
        let rehearsals = self.house.projections.rehearsals.read();
        let view = |playbook: Playbook| {
            let last = rehearsals.of(&self.room.tenant, &playbook.id);
            PlaybookView {
                freshness: playbooks::freshness(&playbook, last, now),
                rehearsed: last.cloned(),
                playbook,
            }
        };
        defaults().into_iter().map(view).collect()
    }

    /// One playbook.
    pub fn playbook(&self, id: &str, now: Timestamp) -> Result<PlaybookView, RehearsalError> {
        let found = self.playbooks(now).into_iter().find(|view| view.playbook.id == id);
        found.ok_or_else(|| RehearsalError::NoSuchPlaybook(id.to_owned()))
    }

    /// States that a playbook was walked through. Blocking.
    pub fn rehearse(&self, told: RehearsalTold, act: Act) -> Result<PlaybookView, RehearsalError> {
        act.may(Right::Respond)?;
        let RehearsalTold { playbook, incident, findings } = told;
        let version = self.playbook(&playbook, act.at)?.playbook.version;
        if findings.len() > MOST_FINDINGS {
            return Err(RehearsalError::TooMany);
        }
        let findings = findings.iter().map(|finding| grounds(finding));
        let findings = findings.collect::<Result<Vec<String>, IncidentError>>()?;
        let _alone = self.deciding();
        if let Some(id) = &incident {
            room(self.incident(id)?.course.rehearsed.len(), "rehearsals")?;
        }
        let (tenant, id) = (self.room.tenant.clone(), playbook.clone());
        let fact = PlaybookRehearsed { tenant, playbook: id, version, incident, findings };
        let facts = [Fact::PlaybookRehearsed(fact)];
        let (stream, expected) = ("playbooks", Expected::Any);
        let append = Append { stream, expected, at: act.at, actor: act.by, facts: &facts };
        self.house.state(append).map_err(IncidentError::Ledger)?;
        self.playbook(&playbook, act.at)
    }

    /// Every step of a playbook that somebody with a person's live key could not do.
    pub fn preflight(&self, now: Timestamp) -> Vec<Lack> {
        let keys = self.keys().into_iter();
        let people = keys.filter(|key| {
            let principal = &key.principal;
            let live = key.state(now) == KeyState::Live;
            live && principal.kind == PrincipalKind::Person && self.is_of(&principal.tenant)
        });
        let on_call: Vec<OnCall> = people
            .map(|key| OnCall {
                name: key.principal.to_string(),
                may: may(&Who::Principal(key.principal)),
            })
            .collect();
        playbooks::preflight(&defaults(), &on_call)
    }

    /// The playbooks that fit an incident.
    pub(crate) fn proposed(of: &Incident) -> Vec<Proposed> {
        playbooks::propose(of, &defaults())
    }
}

/// What somebody may do, in the words of playbooks.
fn may(who: &Who) -> Vec<Access> {
    let rights = [
        (Access::Look, Right::Look),
        (Access::Respond, Right::Respond),
        (Access::Approve, Right::Approve),
        (Access::Administer, Right::Administer),
    ];
    let held = rights.into_iter().filter(|(_, right)| who.may(*right).is_ok());
    held.map(|(access, _)| access).collect()
}
