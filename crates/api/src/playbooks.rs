//! Playbooks: listed, shown, walked through, and checked against who is on call.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::JsonRejection;
use model::IncidentId;
use response::playbooks::{Lack, PlaybookView, RehearsalTold};
use serde::{Deserialize, Serialize};

use crate::access::actor;
use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// What was found when walking through a playbook, in JSON.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RehearsalJson {
    /// The incident, if it was in earnest.
    pub incident: Option<IncidentId>,
    /// Steps that failed, access that lacked.
    #[serde(default)]
    pub findings: Vec<String>,
    /// Who walked through it.
    pub by: Option<String>,
}

/// `GET /api/v1/playbooks`: every playbook, with how fresh it is.
pub async fn list(seat: Seat) -> Json<Vec<PlaybookView>> {
    Json(seat.mayday.playbooks(seat.at))
}

/// `GET /api/v1/playbooks/{playbook}`: one of them.
pub async fn get(seat: Seat, Path(id): Path<String>) -> Result<Json<PlaybookView>, Problem> {
    Ok(Json(seat.mayday.playbook(&id, seat.at)?))
}

/// `POST /api/v1/playbooks/{playbook}/rehearsals`: somebody walked through it.
pub async fn rehearse(
    seat: Seat,
    Path(playbook): Path<String>,
    body: Result<Json<RehearsalJson>, JsonRejection>,
) -> Result<Json<PlaybookView>, Problem> {
    let RehearsalJson { incident, findings, by } = json(body)?;
    let by = actor(&seat.who, by)?;
    let told = RehearsalTold { playbook, incident, findings };
    Ok(Json(blocking(move || seat.mayday.rehearse(told, seat.act(&by))).await?))
}

/// `GET /api/v1/preflight`: who could not do which step.
pub async fn preflight(seat: Seat) -> Json<Vec<Lack>> {
    Json(seat.mayday.preflight(seat.at))
}
