//! Incidents: declare, list, show, draft; and the ledger that holds them.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use model::triage::Answer;
use model::{AlertId, ContentHash, Fault, Incident, IncidentId, RunId};
use response::{Answered, ChangeSuspect, Declaration, Draft, Link, Question, Verified};
use serde::{Deserialize, Serialize};

use crate::access::actor;
use crate::moved::Asked;
use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// A declaration in JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclarationJson {
    feature: Option<String>,
    baseline: Option<String>,
    incident: Option<String>,
    run: Option<RunId>,
    alert: Option<AlertId>,
    title: Option<String>,
    by: Option<String>,
}

/// An answer to a question of the triage, in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerJson {
    /// The node of the tree.
    pub node: String,
    /// The answer.
    pub answer: Answer,
    /// On what ground.
    pub because: String,
    /// Who says so.
    pub by: Option<String>,
}

/// What is compared once more, and who does, in JSON.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookJson {
    /// When all was well; found anew without both.
    pub baseline: Option<String>,
    /// When it was not.
    pub incident: Option<String>,
    /// Who looks.
    pub by: Option<String>,
}

/// Who asks for a draft.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftedBy {
    by: Option<String>,
}

/// A draft in JSON.
#[derive(Debug, Serialize)]
pub struct DraftJson {
    incident: IncidentId,
    hash: ContentHash,
    markdown: String,
}

/// An incident with what is known around it, in JSON.
#[derive(Debug, Serialize, Deserialize)]
pub struct ShownJson {
    /// The incident.
    #[serde(flatten)]
    pub incident: Incident,
    /// Changes and notices before its onset, the likeliest place to look first.
    #[serde(default)]
    pub suspects: Vec<ChangeSuspect>,
    /// What belongs to it, and why.
    #[serde(default)]
    pub links: Vec<Link>,
}

/// What the check of the hash chain found.
#[derive(Debug, Serialize)]
pub struct VerifiedJson {
    intact: bool,
    entries: Option<u64>,
    head: Option<ContentHash>,
    first_broken: Option<u64>,
    why: Option<String>,
}

/// Declares an incident.
pub async fn declare(
    seat: Seat,
    body: Result<Json<DeclarationJson>, JsonRejection>,
) -> Result<(StatusCode, Json<Incident>), Problem> {
    let DeclarationJson { feature, baseline, incident, run, alert, title, by } = json(body)?;
    let question = Asked::new(feature, baseline, incident).question()?;
    let by = actor(&seat.who, by)?;
    if alert.is_some() && (run.is_some() || question != Question::default()) {
        let detail = "an alert says what it is about: give `alert` without the others";
        return Err(Problem::new(Fault::Invalid, detail));
    }
    let declaration = Declaration { question, run, title, ..Declaration::default() };
    let declare = move || match alert {
        Some(alert) => seat.mayday.declare_from_alert(&alert, declaration.title, seat.act(&by)),
        None => seat.mayday.declare(&declaration, seat.act(&by)),
    };
    Ok((StatusCode::CREATED, Json(blocking(declare).await?)))
}

/// Lists incidents, latest first.
pub async fn list(seat: Seat) -> Json<Vec<Incident>> {
    Json(seat.mayday.list_incidents())
}

/// Shows one incident.
pub async fn get(seat: Seat, Path(id): Path<String>) -> Result<Json<ShownJson>, Problem> {
    let incident = seat.mayday.incident(&incident_id(&id)?)?;
    let suspects = seat.mayday.suspects(&incident);
    let links = seat.mayday.links_of(&incident.id);
    Ok(Json(ShownJson { incident, suspects, links }))
}

/// Records what a person answered to a question of the triage.
pub async fn answer(
    seat: Seat,
    Path(id): Path<String>,
    body: Result<Json<AnswerJson>, JsonRejection>,
) -> Result<Json<Incident>, Problem> {
    let AnswerJson { node, answer, because, by } = json(body)?;
    let (id, by) = (incident_id(&id)?, actor(&seat.who, by)?);
    let told = Answered { node, answer, because };
    Ok(Json(blocking(move || seat.mayday.answer(&id, told, seat.act(&by))).await?))
}

/// Compares the runs of an incident once more.
pub async fn look_again(
    seat: Seat,
    Path(id): Path<String>,
    body: Result<Json<LookJson>, JsonRejection>,
) -> Result<Json<Incident>, Problem> {
    let LookJson { baseline, incident, by } = json(body)?;
    let windows = Asked::new(None, baseline, incident).question()?.windows;
    let (id, by) = (incident_id(&id)?, actor(&seat.who, by)?);
    Ok(Json(blocking(move || seat.mayday.look_again(&id, windows, seat.act(&by))).await?))
}

/// Drafts the postmortem, and states in the ledger that it was drafted.
pub async fn draft(
    seat: Seat,
    Path(id): Path<String>,
    body: Result<Json<DraftedBy>, JsonRejection>,
) -> Result<Json<DraftJson>, Problem> {
    let (incident, by) = (incident_id(&id)?, actor(&seat.who, json(body)?.by)?);
    let id = incident.clone();
    let draft = move || seat.mayday.draft(&id, seat.act(&by));
    let Draft { markdown, hash } = blocking(draft).await?;
    Ok(Json(DraftJson { incident, hash, markdown }))
}

/// Checks the ledger's hash chain.
pub async fn verify_ledger(seat: Seat) -> Result<Json<VerifiedJson>, Problem> {
    let verified = blocking(move || seat.mayday.verify_ledger()).await?;
    Ok(Json(match verified {
        Verified::Intact { entries, head } => VerifiedJson {
            intact: true,
            entries: Some(entries),
            head: Some(head),
            first_broken: None,
            why: None,
        },
        Verified::Broken { seq, why } => VerifiedJson {
            intact: false,
            entries: None,
            head: None,
            first_broken: Some(seq),
            why: Some(why.to_string()),
        },
    }))
}

pub(crate) fn incident_id(text: &str) -> Result<IncidentId, Problem> {
    let invalid = |error: model::id::IdError| Problem::new(Fault::Invalid, error.to_string());
    text.parse().map_err(invalid)
}
