//! What others were told, and what could not be brought to them.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use model::{DeliveryId, Fault};
use response::{Delivery, DeliveryState};
use serde::{Deserialize, Serialize};

use crate::access::actor;
use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// Which deliveries.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Only those given up, and those that failed and wait to be tried again.
    #[serde(default)]
    pub failed: bool,
}

/// Who wants it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByJson {
    /// Who.
    pub by: Option<String>,
}

/// What a test of a target would send.
#[derive(Debug, Serialize, Deserialize)]
pub struct DrillJson {
    /// The bytes, without what is secret.
    pub shown: String,
}

/// `GET /api/v1/deliveries`: latest first.
pub async fn list(
    seat: Seat,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Vec<Delivery>>, Problem> {
    let Query(wanted) = wanted.map_err(|it| Problem::new(Fault::Invalid, it.body_text()))?;
    let failed = |it: &Delivery| {
        let state = it.state;
        state == DeliveryState::GivenUp || state == DeliveryState::Waiting && it.attempts > 0
    };
    let mut deliveries = seat.mayday.deliveries();
    deliveries.retain(|delivery| !wanted.failed || failed(delivery));
    Ok(Json(deliveries))
}

/// `POST /api/v1/deliveries/{delivery}/retry`: 200 once it is durable that it is tried again.
pub async fn retry(
    seat: Seat,
    id: Result<Path<DeliveryId>, PathRejection>,
    body: Result<Json<ByJson>, JsonRejection>,
) -> Result<Json<Delivery>, Problem> {
    let Path(id) = id.map_err(|it| Problem::new(Fault::Invalid, it.body_text()))?;
    let by = actor(&seat.who, json(body)?.by)?;
    Ok(Json(blocking(move || seat.mayday.retry_delivery(&id, seat.act(&by))).await?))
}

/// `POST /api/v1/targets/{target}/test`: 202 once it is durable that it is told something.
pub async fn test(
    seat: Seat,
    Path(target): Path<String>,
    body: Result<Json<ByJson>, JsonRejection>,
) -> Result<(StatusCode, Json<Delivery>), Problem> {
    let by = actor(&seat.who, json(body)?.by)?;
    let delivery = blocking(move || seat.mayday.test_target(&target, seat.act(&by))).await?;
    Ok((StatusCode::ACCEPTED, Json(delivery)))
}

/// `GET /api/v1/targets/{target}/test`: what a test would send; nothing is sent.
pub async fn shown(seat: Seat, Path(target): Path<String>) -> Result<Json<DrillJson>, Problem> {
    let by = actor(&seat.who, None)?;
    let shown = seat.mayday.shown_to_target(&target, seat.act(&by))?;
    Ok(Json(DrillJson { shown }))
}
