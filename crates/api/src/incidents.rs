//! Incidents: declare, list, show, draft; and the ledger that holds them.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use model::{ContentHash, Fault, Incident, IncidentId, RunId};
use response::{Act, Declaration, Draft, Verified, Who};
use serde::{Deserialize, Serialize};

use crate::access::actor;
use crate::moved::Asked;
use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::router::Api;

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
    State(api): State<Api>,
    Extension(who): Extension<Who>,
    body: Result<Json<DeclarationJson>, JsonRejection>,
) -> Result<(StatusCode, Json<Incident>), Problem> {
    let DeclarationJson { feature, baseline, incident, run, title, by } = json(body)?;
    let question = Asked::new(feature, baseline, incident).question()?;
    let declaration = Declaration { question, run, title };
    let (by, at, random) = (actor(&who, by)?, (api.now)(), (api.random)());
    let declare = move || api.mayday.declare(&declaration, Act { by: &by, at, random });
    Ok((StatusCode::CREATED, Json(blocking(declare).await?)))
}

/// Lists incidents, latest first.
pub async fn list(State(api): State<Api>) -> Json<Vec<Incident>> {
    Json(api.mayday.list_incidents())
}

/// Shows one incident.
pub async fn get(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Json<Incident>, Problem> {
    Ok(Json(api.mayday.incident(&incident_id(&id)?)?))
}

/// Drafts the postmortem, and states in the ledger that it was drafted.
pub async fn draft(
    State(api): State<Api>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    body: Result<Json<DraftedBy>, JsonRejection>,
) -> Result<Json<DraftJson>, Problem> {
    let (incident, by) = (incident_id(&id)?, actor(&who, json(body)?.by)?);
    let (id, at, random) = (incident.clone(), (api.now)(), (api.random)());
    let draft = move || api.mayday.draft(&id, Act { by: &by, at, random });
    let Draft { markdown, hash } = blocking(draft).await?;
    Ok(Json(DraftJson { incident, hash, markdown }))
}

/// Checks the ledger's hash chain.
pub async fn verify_ledger(State(api): State<Api>) -> Result<Json<VerifiedJson>, Problem> {
    let verified = blocking(move || api.mayday.verify_ledger()).await?;
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

fn incident_id(text: &str) -> Result<IncidentId, Problem> {
    let invalid = |error: model::id::IdError| Problem::new(Fault::Invalid, error.to_string());
    text.parse().map_err(invalid)
}
