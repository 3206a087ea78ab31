//! Drift: what surfaces have been through since a person last looked, and the reviews.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use model::ChangeSurface;
use response::DriftView;
use serde::{Deserialize, Serialize};

use crate::access::actor;
use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// A review, in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewJson {
    /// Of which feature.
    pub feature: String,
    /// Which surface.
    pub surface: ChangeSurface,
    /// What was found.
    pub because: String,
    /// Who says so.
    pub by: Option<String>,
}

/// `GET /api/v1/drift`.
pub async fn get(seat: Seat) -> Result<Json<DriftView>, Problem> {
    let look = move || Ok::<_, response::DriftError>(seat.mayday.drift(seat.at));
    Ok(Json(blocking(look).await?))
}

/// `POST /api/v1/drift/reviews`: what a surface has become is the new baseline.
pub async fn review(
    seat: Seat,
    body: Result<Json<ReviewJson>, JsonRejection>,
) -> Result<Json<DriftView>, Problem> {
    let ReviewJson { feature, surface, because, by } = json(body)?;
    let by = actor(&seat.who, by)?;
    let review = move || seat.mayday.review_drift((&feature, surface), &because, seat.act(&by));
    Ok(Json(blocking(review).await?))
}
