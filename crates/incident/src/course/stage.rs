//! The stages: what follows what, and what each takes.
//!
//! Containment needs no diagnosis, and nothing needs a reproduction: what can't be made to happen
//! again is still contained, mended and measured. What was reached is left again when it did not
//! hold: then somebody looks for the cause once more.

use model::course::{Stage, StageReached};
use model::incident::IncidentKind;
use model::{BehaviourRate, Fact, Incident};

use super::back::require;
use super::refusal::Refusal;

/// What somebody says is reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ask<'a> {
    /// The stage.
    pub stage: Stage,
    /// On what ground.
    pub because: &'a str,
    /// Who asks.
    pub standing: Standing,
    /// What shows that it is over, for `verified`.
    pub proof: &'a Proof,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// A program.
    Program,
    /// A person.
    Person,
    /// A person who may also confirm what others propose.
    Approver,
}

/// What shows that an incident is over. What it takes depends on its kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Proof {
    /// Of a rate: how runs went since the mitigation.
    Rate(BehaviourRate),
    /// Of one run: executed actions of which nobody has said what becomes of them.
    Actions {
        /// How many.
        open: u64,
    },
    /// Of an outage: alerts that are linked and still fire.
    Alerts {
        /// Their ids.
        firing: Vec<String>,
    },
}

impl Proof {
    fn rate(&self) -> Option<BehaviourRate> {
        match self {
            Proof::Rate(rate) => Some(*rate),
            Proof::Actions { .. } | Proof::Alerts { .. } => None,
        }
    }
}

/// Says that a stage is reached, or why it is not.
pub fn reach(incident: &Incident, ask: &Ask) -> Result<Fact, Refusal> {
    let now = incident.course.stage();
    if now == ask.stage {
        return Err(Refusal::Already(now));
    }
    way(now, ask.stage)?;
    match ask.stage {
        Stage::Verified => proven(incident, ask.proof)?,
        Stage::Closed => may_close(now, ask.standing)?,
        Stage::Learned => is_person(ask.standing, "saying that what follows is done")?,
        _ => {}
    }
    let rate = (ask.stage == Stage::Verified).then(|| ask.proof.rate()).flatten();
    Ok(Fact::StageReached(StageReached {
        incident: incident.id.clone(),
        stage: ask.stage,
        because: ask.because.to_owned(),
        rate,
    }))
}

/// Whether one stage may follow another.
fn way(now: Stage, wanted: Stage) -> Result<(), Refusal> {
    use Stage::{Closed, Contained, Declared, Detected, Diagnosing, Learned, Mitigated, Verified};
    let how = match (now, wanted) {
        (_, Detected) => "it was declared, and that stands; close it if it is none",
        (_, Declared) => "it was declared once; if it came back, say that it is diagnosing again",
        (Declared | Diagnosing, Contained) | (_, Diagnosing) => return Ok(()),
        (Declared | Contained | Diagnosing, Mitigated) | (Mitigated, Verified) => return Ok(()),
        (Detected | Declared | Contained | Diagnosing | Mitigated | Verified, Closed) => {
            return Ok(());
        }
        (Closed, Learned) => return Ok(()),
        (Mitigated, Contained) => "what is mended is contained; if it came back, say diagnosing",
        (Verified | Closed | Learned, Contained | Mitigated) => {
            "if it came back, say that it is diagnosing again"
        }
        (Detected, _) => "declare it first",
        (_, Contained) => "it is contained",
        (_, Mitigated) => "it is mitigated",
        (_, Verified) => "say first that it is mitigated: what is measured is the time since then",
        (_, Learned) => "close it first",
        (_, Closed) => "it is closed; say that it is diagnosing if it came back",
    };
    Err(Refusal::NoWay { now, wanted, how })
}

/// Whether it is shown to be over, by what its kind asks for.
fn proven(incident: &Incident, proof: &Proof) -> Result<(), Refusal> {
    match (incident.kind, proof) {
        (IncidentKind::Rate, Proof::Rate(rate)) => require(&incident.report, *rate),
        (IncidentKind::Event, Proof::Actions { open: 0 }) => Ok(()),
        (IncidentKind::Event, Proof::Actions { open }) => Err(Refusal::ActionsOpen(*open)),
        (IncidentKind::Outage, Proof::Alerts { firing }) if firing.is_empty() => Ok(()),
        (IncidentKind::Outage, Proof::Alerts { firing }) => {
            Err(Refusal::StillFiring(firing.join(", ")))
        }
        (IncidentKind::Rate, _) => Err(Refusal::NoBaseline("no rate since then was measured")),
        (IncidentKind::Event, _) => Err(Refusal::Unclear("one run is shown by its actions")),
        (IncidentKind::Outage, _) => Err(Refusal::Unclear("an outage is shown by its alerts")),
    }
}

/// Any person closes what is verified: a measurement says that it is over. Anything else takes
/// somebody who may confirm it.
fn may_close(now: Stage, standing: Standing) -> Result<(), Refusal> {
    is_person(standing, "closing an incident")?;
    match now == Stage::Verified || standing == Standing::Approver {
        true => Ok(()),
        false => Err(Refusal::ForApprovers {
            what: "closing an incident that is not verified",
            instead: "say that it is verified first",
        }),
    }
}

fn is_person(standing: Standing, what: &'static str) -> Result<(), Refusal> {
    match standing {
        Standing::Program => Err(Refusal::ForPeople { what }),
        Standing::Person | Standing::Approver => Ok(()),
    }
}
