//! The course of an incident: its stages, who has it, how bad it is, what was tried and claimed.

mod kept;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{AttemptId, ChangeId, ClaimId, IncidentId, RunId, SpanId};
use crate::principal::TenantName;
use crate::rate::BehaviourRate;
use crate::time::SaidTime;

pub use kept::{Claimed, Course, Dated, Heard, HeardKind, Linked, Tried};

/// How far an incident has come. Containment may come before diagnosis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Something was found, and nobody has declared it yet.
    Detected,
    /// It is an incident.
    Declared,
    /// The harm does not go on.
    Contained,
    /// Somebody looks for the cause.
    Diagnosing,
    /// What caused it is taken back or mended.
    Mitigated,
    /// A measured rate shows that it is over.
    Verified,
    /// Nobody has to do anything now.
    Closed,
    /// What follows from it is done.
    Learned,
}

/// An incident reached a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageReached {
    /// The incident.
    pub incident: IncidentId,
    /// The stage.
    pub stage: Stage,
    /// On what ground.
    pub because: String,
    /// The measured rate that `verified` rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<BehaviourRate>,
}

/// What somebody does in an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Leads; need not know AI best.
    Lead,
    /// Looks for what moved.
    Investigator,
    /// Speaks to customers and to others in the house.
    Comms,
    /// Writes down what happens.
    Scribe,
}

/// Somebody took a duty on, or was given it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyTaken {
    /// The incident.
    pub incident: IncidentId,
    /// The duty.
    pub duty: Duty,
    /// Who has it now.
    pub who: String,
}

/// A person said that they have seen it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// The incident.
    pub incident: IncidentId,
}

/// How bad an incident is: `Sev1` is worst.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Least.
    Sev4,
    /// Less.
    Sev3,
    /// Bad.
    Sev2,
    /// Worst.
    Sev1,
}

/// The four questions that severity is read off, each 0 (least) to 3 (worst).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Grades {
    /// What it does to those it reaches.
    pub harm: u8,
    /// How many it reaches.
    pub spread: u8,
    /// How hard it is to take back.
    pub reversibility: u8,
    /// Whether it still happens.
    pub ongoing: u8,
}

/// How bad it is was said, or said anew. Programs may raise it, only people lower it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeveritySet {
    /// The incident.
    pub incident: IncidentId,
    /// How bad.
    pub severity: Severity,
    /// The answers it was read off; none where a person just said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grades: Option<Grades>,
    /// Version of the rubric.
    pub rubric: u32,
    /// On what ground.
    pub because: String,
}

/// Something was tried to stop the harm. Failed attempts count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainmentAttempted {
    /// The incident.
    pub incident: IncidentId,
    /// The attempt.
    pub attempt: AttemptId,
    /// Through what: a switch, a roll-back, a provider's console, a phone call.
    pub channel: String,
    /// What was done.
    pub what: String,
    /// What came of it.
    pub result: AttemptResult,
    /// When it was done, if it was told later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<SaidTime>,
    /// The claim with the advice that it followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<ClaimId>,
    /// The change that was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeId>,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptResult {
    /// The harm stopped.
    Worked,
    /// A part of it stopped.
    Partly,
    /// It did not help.
    Failed,
    /// It could not be done: no access, no such switch.
    Blocked,
    /// It made things worse.
    Worse,
    /// Not known yet.
    Unknown,
}

/// A note was added. What people write is marked as theirs, and is no evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteAdded {
    /// The incident.
    pub incident: IncidentId,
    /// What was written.
    pub text: String,
    /// When it happened, as its writer says; the entry's time is when it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_at: Option<SaidTime>,
    /// Where it was taken from, if it was: `slack`, a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// What a claim is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimAbout {
    /// What caused it, or a part of it.
    Cause,
    /// What belongs to it.
    Membership,
    /// What it did, and to whom.
    Impact,
    /// When something happened.
    Date,
    /// What to do: advice.
    Advice,
}

/// What part a cause had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseRole {
    /// Without it nothing would have happened.
    Caused,
    /// It woke what lay still.
    Activated,
    /// It made it worse.
    Amplified,
    /// It made it last.
    Prolonged,
    /// It hid it.
    Masked,
}

/// Somebody claims something. Claims that contradict each other stand side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimMade {
    /// The incident.
    pub incident: IncidentId,
    /// The claim.
    pub claim: ClaimId,
    /// What it is about.
    pub about: ClaimAbout,
    /// What is claimed.
    pub says: String,
    /// Who or what says so, where that is not the entry's actor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// For a cause: what part it had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<CauseRole>,
    /// For a cause: the change or notice on record, `chg_…` or `ntc_…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_on: Option<String>,
    /// For a date: which moment, `onset`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moment: Option<String>,
    /// For a date: when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<SaidTime>,
}

/// How a claim stands.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ClaimState {
    /// It was made, and nobody has said more.
    Open,
    /// Somebody who may say so takes it as true.
    Accepted,
    /// Somebody says otherwise.
    Disputed,
    /// It is not held up any more.
    Retracted,
}

/// Somebody said how a claim stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimRevised {
    /// The incident.
    pub incident: IncidentId,
    /// The claim.
    pub claim: ClaimId,
    /// How it stands.
    pub state: ClaimState,
    /// On what ground.
    pub because: String,
}

/// Whether what an action did can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reversibility {
    /// It can.
    Reversible,
    /// It can't.
    Irreversible,
    /// It was lost, and is restored.
    Restored,
    /// Nobody knows.
    Unknown,
}

/// How far somebody has come in making up for an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compensation {
    /// Nothing was done yet.
    Open,
    /// Somebody is at it.
    Begun,
    /// It is made up for.
    Done,
    /// It needs none.
    NotNeeded,
}

/// Somebody said of actions that an agent executed whether they can be taken back, or are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionsRevised {
    /// The incident.
    pub incident: IncidentId,
    /// The run that acted; none for every action of the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// The step; none for every step of the run or the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<SpanId>,
    /// The tool.
    pub tool: String,
    /// Whether it can be taken back.
    pub reversibility: Reversibility,
    /// How far somebody has come in making up for it.
    pub compensation: Compensation,
    /// On what ground.
    pub because: String,
}

/// A playbook was walked through, in earnest or as a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaybookRehearsed {
    /// Whose.
    #[serde(default)]
    pub tenant: TenantName,
    /// Which one.
    pub playbook: String,
    /// Its version.
    pub version: u32,
    /// The incident, if it was in earnest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// What was found: steps that failed, access that lacked.
    pub findings: Vec<String>,
}

impl Stage {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Detected => "detected",
            Self::Declared => "declared",
            Self::Contained => "contained",
            Self::Diagnosing => "diagnosing",
            Self::Mitigated => "mitigated",
            Self::Verified => "verified",
            Self::Closed => "closed",
            Self::Learned => "learned",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Duty {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Investigator => "investigator",
            Self::Comms => "comms",
            Self::Scribe => "scribe",
        }
    }
}

impl AttemptResult {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Worked => "worked",
            Self::Partly => "partly",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Worse => "worse",
            Self::Unknown => "unknown",
        }
    }
}

impl ClaimAbout {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cause => "cause",
            Self::Membership => "membership",
            Self::Impact => "impact",
            Self::Date => "date",
            Self::Advice => "advice",
        }
    }
}

impl CauseRole {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caused => "caused",
            Self::Activated => "activated",
            Self::Amplified => "amplified",
            Self::Prolonged => "prolonged",
            Self::Masked => "masked",
        }
    }
}

impl ClaimState {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Disputed => "disputed",
            Self::Retracted => "retracted",
        }
    }
}

impl Reversibility {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reversible => "reversible",
            Self::Irreversible => "irreversible",
            Self::Restored => "restored",
            Self::Unknown => "unknown",
        }
    }
}

impl Compensation {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Begun => "begun",
            Self::Done => "done",
            Self::NotNeeded => "not_needed",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sev1 => "SEV1",
            Self::Sev2 => "SEV2",
            Self::Sev3 => "SEV3",
            Self::Sev4 => "SEV4",
        })
    }
}
