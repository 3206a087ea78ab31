//! Incidents: declare, list, show, draft; and the ledger that holds them.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use model::triage::Answer;
use model::{ContentHash, Fault, Incident, IncidentId, RunId};
use response::{Answered, Declaration, Draft, Verified};
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
    let DeclarationJson { feature, baseline, incident, run, title, by } = json(body)?;
    let question = Asked::new(feature, baseline, incident).question()?;
    let declaration = Declaration { question, run, title };
    let by = actor(&seat.who, by)?;
    let declare = move || seat.mayday.declare(&declaration, seat.act(&by));
    Ok((StatusCode::CREATED, Json(blocking(declare).await?)))
}

/// Lists incidents, latest first.
pub async fn list(seat: Seat) -> Json<Vec<Incident>> {
    Json(seat.mayday.list_incidents())
}

/// Shows one incident.
pub async fn get(seat: Seat, Path(id): Path<String>) -> Result<Json<Incident>, Problem> {
    Ok(Json(seat.mayday.incident(&incident_id(&id)?)?))
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
