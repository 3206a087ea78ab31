//! Changes: recorded, listed, activated.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, JsonRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use jiff::Timestamp;
use model::id::IdError;
use model::{ChangeId, ChangeSurface, Fault, Window};
use response::intake::change;
use response::{ChangesWanted, KnownChange, Taken};
use serde::{Deserialize, Serialize};

use crate::access::actor;
use crate::hooks::bytes;
use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// Which changes are asked for, in a query.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangesAsked {
    /// Those that hold for this feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// Those of this surface.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surface: Option<ChangeSurface>,
    /// Those made or taking effect from here on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// And up to here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// At most so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// When a change took effect, in JSON.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivationJson {
    /// When; now if left out.
    pub at: Option<Timestamp>,
    /// Who says so.
    pub by: Option<String>,
}

/// `POST /api/v1/changes`: 201 once the change is durable, 200 if it was on record already.
pub async fn post(
    seat: Seat,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<KnownChange>), Problem> {
    let told = change::read(&bytes(body)?)?;
    let by = actor(&seat.who, told.by.clone())?;
    let change = change::change(told, seat.at)?;
    let taken = blocking(move || seat.mayday.record_change(change, seat.act(&by))).await?;
    let status = match taken {
        Taken::New(_) => StatusCode::CREATED,
        Taken::Known(_) => StatusCode::OK,
    };
    Ok((status, Json(taken.change())))
}

/// `GET /api/v1/changes`: those that took effect or were made last first.
pub async fn list(
    seat: Seat,
    asked: Result<Query<ChangesAsked>, QueryRejection>,
) -> Result<Json<Vec<KnownChange>>, Problem> {
    let Query(asked) = asked.map_err(|it| Problem::new(Fault::Invalid, it.body_text()))?;
    let wanted = asked.wanted()?;
    Ok(Json(seat.mayday.changes(&wanted)))
}

/// `GET /api/v1/changes/{change}`.
pub async fn get(seat: Seat, Path(id): Path<String>) -> Result<Json<KnownChange>, Problem> {
    Ok(Json(seat.mayday.change(&change_id(&id)?)?))
}

/// `POST /api/v1/changes/{change}/activation`: a change that was recorded earlier took effect.
pub async fn activate(
    seat: Seat,
    Path(id): Path<String>,
    body: Result<Json<ActivationJson>, JsonRejection>,
) -> Result<Json<KnownChange>, Problem> {
    let ActivationJson { at, by } = json(body)?;
    let (id, by) = (change_id(&id)?, actor(&seat.who, by)?);
    let at = at.unwrap_or(seat.at);
    Ok(Json(blocking(move || seat.mayday.activate_change(&id, at, seat.act(&by))).await?))
}

impl ChangesAsked {
    fn wanted(self) -> Result<ChangesWanted, Problem> {
        let Self { feature, surface, since, until, limit } = self;
        let within = match (since, until) {
            (None, None) => None,
            (since, until) => {
                let (start, end) =
                    (since.unwrap_or(Timestamp::MIN), until.unwrap_or(Timestamp::MAX));
                let window = Window::new(start, end);
                Some(window.map_err(|it| Problem::new(Fault::Invalid, it.to_string()))?)
            }
        };
        Ok(ChangesWanted { feature, surface, within, limit })
    }
}

fn change_id(text: &str) -> Result<ChangeId, Problem> {
    text.parse().map_err(|error: IdError| Problem::new(Fault::Invalid, error.to_string()))
}
