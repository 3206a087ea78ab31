//! The course of an incident: what people and programs say and do once it is declared.
//!
//! Each use case asks whether whoever acts may, whatever door they came by, then the machine in
//! [`incident::course`] whether it may be; it states what comes back, and gives the incident as it
//! then stands. [`Standing`] is who asks: a program, a person,
//! or a person who may also confirm what others propose.

mod blast;
mod view;

use std::sync::{MutexGuard, PoisonError};

use incident::course::{Ask, Proof, Refusal, Standing, claim, reach, revise};
use incident::severity::{self, rubric};
use ledger::Expected;
use model::course::{
    Acknowledged, ActionsRevised, AttemptResult, CauseRole, ClaimAbout, ClaimMade, ClaimRevised,
    ClaimState, Compensation, ContainmentAttempted, Duty, DutyTaken, NoteAdded, Reversibility,
};
use model::incident::IncidentKind;
use model::time::SaidTime;
use model::{
    AttemptId, BehaviourRate, ChangeId, ClaimId, Fact, Incident, IncidentId, RunId, Severity,
    SpanId, Stage, Window,
};

use crate::access::{Right, Who};
use crate::error::IncidentError;
use crate::incidents::Act;
use crate::open::Mayday;
use crate::triage::grounds;

pub use blast::{BlastRadius, Segment};
pub use view::{CourseView, SeverityView};

/// How bad somebody says it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeverityWanted {
    /// Just so; else it is read off the grades.
    pub severity: Option<Severity>,
    /// Harm, spread, reversibility and ongoing, where the record is to be corrected or completed.
    pub grades: [Option<u8>; 4],
    /// On what ground.
    pub because: String,
}

/// What somebody tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptTold {
    /// Through what.
    pub channel: String,
    /// What was done.
    pub what: String,
    /// What came of it.
    pub result: AttemptResult,
    /// When it was done, if it is told later.
    pub done_at: Option<SaidTime>,
    /// The claim with the advice that it followed.
    pub advice: Option<ClaimId>,
    /// The change that it made.
    pub change: Option<ChangeId>,
}

/// What somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteTold {
    /// The text.
    pub text: String,
    /// When it happened, as they say.
    pub said_at: Option<SaidTime>,
    /// Where it was taken from, if it was.
    pub source: Option<String>,
}

/// What somebody claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimTold {
    /// What it is about.
    pub about: ClaimAbout,
    /// What is claimed.
    pub says: String,
    /// Who or what says so, where that is somebody else.
    pub source: Option<String>,
    /// Of a cause: its part.
    pub role: Option<CauseRole>,
    /// Of a cause: the change or notice on record.
    pub rests_on: Option<String>,
    /// Of a date: which moment.
    pub moment: Option<String>,
    /// Of a date: when.
    pub when: Option<SaidTime>,
}

/// How somebody says that a claim stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionTold {
    /// The claim.
    pub claim: ClaimId,
    /// How it stands.
    pub state: ClaimState,
    /// On what ground.
    pub because: String,
}

/// What somebody says of actions that an agent executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionsTold {
    /// The run; none for every action of the tool.
    pub run: Option<RunId>,
    /// The step; none for every step.
    pub step: Option<SpanId>,
    /// The tool.
    pub tool: String,
    /// Whether it can be taken back.
    pub reversibility: Reversibility,
    /// How far making up for it has come.
    pub compensation: Compensation,
    /// On what ground.
    pub because: String,
}

/// Most entries of one kind that an incident's course holds.
const MOST: usize = 1_000;

/// Longest text of a note, in bytes.
const LONGEST_NOTE: usize = 4_000;

/// Longest name of a channel, a tool or a person, in bytes.
const LONGEST_NAME: usize = 200;

impl Mayday {
    /// A person says that they have seen it. Blocking.
    pub fn acknowledge(&self, id: &IncidentId, act: Act) -> Result<Incident, IncidentError> {
        act.may(Right::Acknowledge)?;
        let _alone = self.deciding();
        let incident = self.incident(id)?;
        let acknowledged = &incident.course.acknowledged;
        if acknowledged.iter().any(|one| one.by == act.by) {
            return Ok(incident);
        }
        room(acknowledged.len(), "acknowledgements")?;
        self.decide(id, act, Fact::Acknowledged(Acknowledged { incident: id.clone() }))
    }

    /// Somebody says that a stage is reached. Blocking.
    pub fn reach_stage(
        &self,
        id: &IncidentId,
        stage: Stage,
        because: &str,
        act: Act,
    ) -> Result<Incident, IncidentError> {
        act.may(Right::Respond)?;
        let because = grounds(because)?;
        let _alone = self.deciding();
        let incident = self.incident(id)?;
        room(incident.course.stages.len(), "stages")?;
        let proof = self.proof(&incident, stage, &act)?;
        let ask = Ask { stage, because: &because, standing: standing_of(act.who), proof: &proof };
        self.decide(id, act, reach(&incident, &ask)?)
    }

    /// Somebody says how bad it is, or that it is worse or less bad than thought. Blocking.
    pub fn set_severity(
        &self,
        id: &IncidentId,
        wanted: &SeverityWanted,
        act: Act,
    ) -> Result<Incident, IncidentError> {
        act.may(Right::Respond)?;
        let because = grounds(&wanted.because)?;
        let incident = self.incident(id)?;
        let grades = match wanted.severity {
            Some(_) => None,
            None => {
                let needs = Refusal::Unclear(
                    "give a severity, or the grades that the record lacks; \
                     `mayday incident show` tells which",
                );
                let graded = self.graded(&incident, act.at)?;
                Some(graded.with(wanted.grades).ok_or(needs)?)
            }
        };
        let read_off = grades.map(|grades| rubric().severity(grades));
        let severity = wanted.severity.or(read_off).unwrap_or(Severity::Sev4);
        let _alone = self.deciding();
        let incident = self.incident(id)?;
        room(incident.course.severities.len(), "severities")?;
        let standing = standing_of(act.who);
        self.decide(id, act, severity::set(&incident, severity, grades, &because, standing)?)
    }

    /// Somebody takes a duty on, or is given it. Blocking.
    pub fn take_duty(
        &self,
        id: &IncidentId,
        duty: Duty,
        who: &str,
        act: Act,
    ) -> Result<Incident, IncidentError> {
        act.may(Right::Respond)?;
        let who = name(who, "the name of who has a duty")?;
        let _alone = self.deciding();
        let incident = self.incident(id)?;
        room(incident.course.duties.len(), "duties")?;
        self.decide(id, act, Fact::DutyTaken(DutyTaken { incident: id.clone(), duty, who }))
    }

    /// Somebody writes something down. Blocking.
    pub fn add_note(
        &self,
        id: &IncidentId,
        told: NoteTold,
        act: Act,
    ) -> Result<Incident, IncidentError> {
        act.may(Right::Respond)?;
        let NoteTold { text, said_at, source } = told;
        let source = source.map(|source| name(&source, "the source of a note")).transpose()?;
        let text = text.trim().to_owned();
        let odd = |c: char| c.is_control() && c != '\n';
        if text.is_empty() || text.len() > LONGEST_NOTE || text.contains(odd) {
            let why = "a note has 1 to 4000 bytes of text, without control characters";
            return Err(Refusal::Unclear(why).into());
        }
        let _alone = self.deciding();
        room(self.incident(id)?.course.notes.len(), "notes")?;
        let incident = id.clone();
        self.decide(id, act, Fact::NoteAdded(NoteAdded { incident, text, said_at, source }))
    }

    /// Somebody tells what was tried to stop the harm. Failed attempts count. Blocking.
    pub fn tell_attempt(
        &self,
        id: &IncidentId,
        told: AttemptTold,
        act: Act,
    ) -> Result<Incident, IncidentError> {
        act.may(Right::Respond)?;
        let AttemptTold { channel, what, result, done_at, advice, change } = told;
        let (channel, what) = (name(&channel, "the channel of an attempt")?, grounds(&what)?);
        let _alone = self.deciding();
        let course = self.incident(id)?.course;
        room(course.attempts.len(), "attempts")?;
        if let Some(advice) = &advice {
            let claims = course.claims.iter();
            let advised = |one: &&model::course::Claimed| {
                one.made.what.claim == *advice && one.made.what.about == ClaimAbout::Advice
            };
            if claims.into_iter().find(advised).is_none() {
                return Err(Refusal::NoSuchClaim(advice.clone()).into());
            }
        }
        let (incident, attempt) = (id.clone(), AttemptId::from_random(act.random));
        let told = ContainmentAttempted {
            incident,
            attempt,
            channel,
            what,
            result,
            done_at,
            advice,
            change,
        };
        self.decide(id, act, Fact::ContainmentAttempted(told))
    }

    /// Somebody claims something. Blocking.
    pub fn make_claim(
        &self,
        id: &IncidentId,
        told: ClaimTold,
        act: Act,
    ) -> Result<Incident, IncidentError> {
        act.may(Right::Respond)?;
        let ClaimTold { about, says, source, role, rests_on, moment, when } = told;
        let source = source.map(|source| name(&source, "the source of a claim")).transpose()?;
        let rests_on = rests_on.map(|id| name(&id, "what a cause rests on")).transpose()?;
        let _alone = self.deciding();
        room(self.incident(id)?.course.claims.len(), "claims")?;
        let (incident, number) = (id.clone(), ClaimId::from_random(act.random));
        let made = ClaimMade {
            incident,
            claim: number,
            about,
            says: grounds(&says)?,
            source,
            role,
            rests_on,
            moment,
            when,
        };
        self.decide(id, act, claim(made)?)
    }

    /// Somebody says how a claim stands now. Blocking.
    pub fn revise_claim(
        &self,
        id: &IncidentId,
        said: RevisionTold,
        act: Act,
    ) -> Result<Incident, IncidentError> {
        act.may(Right::Respond)?;
        let RevisionTold { claim, state, because } = said;
        let because = grounds(&because)?;
        let _alone = self.deciding();
        let incident = self.incident(id)?;
        let said = ClaimRevised { incident: id.clone(), claim, state, because };
        let revised = incident.course.claims.iter().map(|claim| claim.revised.len()).sum();
        room(revised, "revisions of claims")?;
        let fact = revise(&incident, said, act.by, standing_of(act.who))?;
        self.decide(id, act, fact)
    }

    /// Somebody says of executed actions whether they can be taken back, or are. Blocking.
    pub fn revise_actions(
        &self,
        id: &IncidentId,
        told: ActionsTold,
        act: Act,
    ) -> Result<Incident, IncidentError> {
        act.may(Right::Respond)?;
        let ActionsTold { run, step, tool, reversibility, compensation, because } = told;
        let (tool, because) = (name(&tool, "the name of a tool")?, grounds(&because)?);
        let _alone = self.deciding();
        room(self.incident(id)?.course.actions.len(), "revisions of actions")?;
        let incident = id.clone();
        let said =
            ActionsRevised { incident, run, step, tool, reversibility, compensation, because };
        self.decide(id, act, Fact::ActionsRevised(said))
    }

    /// What shows that an incident is over, by its kind. Only `verified` asks for it.
    fn proof(&self, of: &Incident, stage: Stage, act: &Act) -> Result<Proof, IncidentError> {
        if stage != Stage::Verified {
            return Ok(Proof::Actions { open: 0 });
        }
        Ok(match of.kind {
            IncidentKind::Rate => Proof::Rate(self.since_mitigation(of)?),
            IncidentKind::Event => {
                Proof::Actions { open: self.blast_radius(of, act.at)?.counts.open }
            }
            IncidentKind::Outage => {
                let linked = of.course.linked.iter().filter_map(|linked| linked.heard.as_ref());
                let firing = linked.filter(|heard| {
                    heard.kind == model::course::HeardKind::Alert && heard.over.is_none()
                });
                Proof::Alerts { firing: firing.map(|heard| heard.id.clone()).collect() }
            }
        })
    }

    /// How runs went that began since the incident was last said to be mitigated.
    fn since_mitigation(&self, of: &Incident) -> Result<BehaviourRate, IncidentError> {
        let mitigated = of.course.stages.iter().rfind(|one| one.what.stage == Stage::Mitigated);
        let Some(mitigated) = mitigated else { return Ok(BehaviourRate::of(0, 0, 0)) };
        let since = Window { start: mitigated.at, end: jiff::Timestamp::MAX };
        let runs = self.runs(since, of.report.feature.as_deref())?;
        Ok(BehaviourRate::over(runs.runs.iter().map(|run| run.outcome)))
    }

    /// One at a time decides what depends on what was decided before.
    pub(crate) fn deciding(&self) -> MutexGuard<'_, ()> {
        self.house.deciding.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn decide(&self, id: &IncidentId, act: Act, fact: Fact) -> Result<Incident, IncidentError> {
        self.state(id, Expected::Any, act, &[fact])?;
        self.incident(id)
    }
}

/// Who somebody is to the machine.
pub(crate) fn standing_of(who: &Who) -> Standing {
    match (who.may(Right::Approve).is_ok(), who.may(Right::Acknowledge).is_ok()) {
        (true, _) => Standing::Approver,
        (false, true) => Standing::Person,
        (false, false) => Standing::Program,
    }
}

/// Whether there is room for one more.
pub(crate) fn room(there: usize, of: &'static str) -> Result<(), IncidentError> {
    match there < MOST {
        true => Ok(()),
        false => Err(IncidentError::TooMany { of, most: MOST }),
    }
}

/// A name somebody gives: some text, not too much of it, on one line.
fn name(text: &str, of: &'static str) -> Result<String, IncidentError> {
    let text = text.trim();
    let fits = (1..=LONGEST_NAME).contains(&text.len()) && !text.contains(char::is_control);
    match fits {
        true => Ok(text.to_owned()),
        false => Err(IncidentError::NoName(of)),
    }
}
