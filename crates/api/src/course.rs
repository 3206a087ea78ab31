//! The course of an incident: what people and programs say and do once it is declared.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::JsonRejection;
use model::course::{
    AttemptResult, CauseRole, ClaimAbout, ClaimState, Compensation, Duty, Reversibility,
};
use model::id::IdError;
use model::time::SaidTime;
use model::{ChangeId, ClaimId, Fault, Incident, RunId, Severity, SpanId, Stage};
use response::{
    ActionsTold, AttemptTold, ClaimTold, CourseView, IncidentError, NoteTold, RevisionTold,
    SeverityWanted,
};
use serde::Deserialize;

use crate::access::actor;
use crate::incidents::incident_id;
use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// A body, if it can be read.
type Body<T> = Result<Json<T>, JsonRejection>;

/// The incident as it stands after what was said.
type Told = Result<Json<Incident>, Problem>;

/// Who acknowledges, in JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgedJson {
    by: Option<String>,
}

/// A stage, in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageJson {
    stage: Stage,
    because: String,
    by: Option<String>,
}

/// A severity, or the grades that it is read off, in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeverityJson {
    severity: Option<Severity>,
    harm: Option<u8>,
    spread: Option<u8>,
    reversibility: Option<u8>,
    ongoing: Option<u8>,
    because: String,
    by: Option<String>,
}

/// A duty, in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyJson {
    duty: Duty,
    who: String,
    by: Option<String>,
}

/// A note, in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteJson {
    text: String,
    said_at: Option<String>,
    source: Option<String>,
    by: Option<String>,
}

/// An attempt, in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttemptJson {
    channel: String,
    what: String,
    result: AttemptResult,
    done_at: Option<String>,
    advice: Option<ClaimId>,
    change: Option<ChangeId>,
    by: Option<String>,
}

/// A claim, in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimJson {
    about: ClaimAbout,
    says: String,
    source: Option<String>,
    role: Option<CauseRole>,
    rests_on: Option<String>,
    moment: Option<String>,
    when: Option<String>,
    by: Option<String>,
}

/// How a claim stands, in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevisionJson {
    state: ClaimState,
    because: String,
    by: Option<String>,
}

/// What is said of executed actions, in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionsJson {
    run: Option<RunId>,
    step: Option<SpanId>,
    tool: String,
    reversibility: Reversibility,
    compensation: Compensation,
    because: String,
    by: Option<String>,
}

/// `GET /api/v1/incidents/{incident}/course`: the first card, the clocks, the blast radius.
pub async fn get(seat: Seat, Path(id): Path<String>) -> Result<Json<CourseView>, Problem> {
    let id = incident_id(&id)?;
    Ok(Json(blocking(move || seat.mayday.course(&id, &seat.who, seat.at)).await?))
}

/// `POST …/acknowledgements`: a person has seen it.
pub async fn acknowledge(seat: Seat, Path(id): Path<String>, body: Body<AcknowledgedJson>) -> Told {
    let (id, by) = (incident_id(&id)?, actor(&seat.who, json(body)?.by)?);
    told(move || seat.mayday.acknowledge(&id, seat.act(&by))).await
}

/// `POST …/stages`: a stage is reached.
pub async fn stage(seat: Seat, Path(id): Path<String>, body: Body<StageJson>) -> Told {
    let StageJson { stage, because, by } = json(body)?;
    let (id, by) = (incident_id(&id)?, actor(&seat.who, by)?);
    told(move || seat.mayday.reach_stage(&id, stage, &because, seat.act(&by))).await
}

/// `POST …/severities`: how bad it is.
pub async fn severity(seat: Seat, Path(id): Path<String>, body: Body<SeverityJson>) -> Told {
    let it = json(body)?;
    let (id, by) = (incident_id(&id)?, actor(&seat.who, it.by)?);
    let grades = [it.harm, it.spread, it.reversibility, it.ongoing];
    let wanted = SeverityWanted { severity: it.severity, grades, because: it.because };
    told(move || seat.mayday.set_severity(&id, &wanted, seat.act(&by))).await
}

/// `POST …/duties`: somebody has a duty.
pub async fn duty(seat: Seat, Path(id): Path<String>, body: Body<DutyJson>) -> Told {
    let DutyJson { duty, who, by } = json(body)?;
    let (id, by) = (incident_id(&id)?, actor(&seat.who, by)?);
    told(move || seat.mayday.take_duty(&id, duty, &who, seat.act(&by))).await
}

/// `POST …/notes`: somebody writes something down.
pub async fn note(seat: Seat, Path(id): Path<String>, body: Body<NoteJson>) -> Told {
    let NoteJson { text, said_at, source, by } = json(body)?;
    let (id, by) = (incident_id(&id)?, actor(&seat.who, by)?);
    let note = NoteTold { text, said_at: time(said_at)?, source };
    told(move || seat.mayday.add_note(&id, note, seat.act(&by))).await
}

/// `POST …/attempts`: something was tried.
pub async fn attempt(seat: Seat, Path(id): Path<String>, body: Body<AttemptJson>) -> Told {
    let AttemptJson { channel, what, result, done_at, advice, change, by } = json(body)?;
    let (id, by) = (incident_id(&id)?, actor(&seat.who, by)?);
    let done_at = time(done_at)?;
    let attempt = AttemptTold { channel, what, result, done_at, advice, change };
    told(move || seat.mayday.tell_attempt(&id, attempt, seat.act(&by))).await
}

/// `POST …/claims`: somebody claims something.
pub async fn claim(seat: Seat, Path(id): Path<String>, body: Body<ClaimJson>) -> Told {
    let ClaimJson { about, says, source, role, rests_on, moment, when, by } = json(body)?;
    let (id, by) = (incident_id(&id)?, actor(&seat.who, by)?);
    let when = time(when)?;
    let claim = ClaimTold { about, says, source, role, rests_on, moment, when };
    told(move || seat.mayday.make_claim(&id, claim, seat.act(&by))).await
}

/// `POST …/claims/{claim}/revisions`: how a claim stands now.
pub async fn revise(
    seat: Seat,
    Path((id, claim)): Path<(String, String)>,
    body: Body<RevisionJson>,
) -> Told {
    let RevisionJson { state, because, by } = json(body)?;
    let (id, by) = (incident_id(&id)?, actor(&seat.who, by)?);
    let claim: ClaimId = claim.parse().map_err(|error: IdError| invalid(&error))?;
    let said = RevisionTold { claim, state, because };
    told(move || seat.mayday.revise_claim(&id, said, seat.act(&by))).await
}

/// `POST …/actions`: whether executed actions can be taken back, or are.
pub async fn actions(seat: Seat, Path(id): Path<String>, body: Body<ActionsJson>) -> Told {
    let it = json(body)?;
    let (id, by) = (incident_id(&id)?, actor(&seat.who, it.by.clone())?);
    let ActionsJson { run, step, tool, reversibility, compensation, because, by: _ } = it;
    let said = ActionsTold { run, step, tool, reversibility, compensation, because };
    told(move || seat.mayday.revise_actions(&id, said, seat.act(&by))).await
}

async fn told(
    act: impl FnOnce() -> Result<Incident, IncidentError> + Send + 'static,
) -> Result<Json<Incident>, Problem> {
    Ok(Json(blocking(act).await?))
}

fn time(text: Option<String>) -> Result<Option<SaidTime>, Problem> {
    let parse = |text: String| text.parse::<SaidTime>().map_err(|error| invalid(&error));
    text.map(parse).transpose()
}

fn invalid(error: &impl std::fmt::Display) -> Problem {
    Problem::new(Fault::Invalid, error.to_string())
}
