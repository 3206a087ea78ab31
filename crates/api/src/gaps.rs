//! What is missing from the record.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use response::{Dismissing, GapView};
use serde::{Deserialize, Serialize};

use crate::access::actor;
use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// That something will not be recorded, in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DismissingJson {
    /// The feature.
    pub feature: String,
    /// What was asked for: `mayday.index.build`.
    pub attribute: String,
    /// Why it does not apply.
    pub because: String,
    /// Who says so.
    pub by: Option<String>,
}

/// `GET /api/v1/gaps`: what incidents lacked, by feature and attribute.
pub async fn list(seat: Seat) -> Result<Json<Vec<GapView>>, Problem> {
    Ok(Json(blocking(move || seat.mayday.gaps(seat.at)).await?))
}

/// `POST /api/v1/gaps/dismissals`: 200 once it is durable, with the gap as it now stands.
pub async fn dismiss(
    seat: Seat,
    body: Result<Json<DismissingJson>, JsonRejection>,
) -> Result<Json<GapView>, Problem> {
    let DismissingJson { feature, attribute, because, by } = json(body)?;
    let by = actor(&seat.who, by)?;
    let dismissing = Dismissing { feature, attribute, because };
    Ok(Json(blocking(move || seat.mayday.dismiss_gap(dismissing, seat.act(&by))).await?))
}
