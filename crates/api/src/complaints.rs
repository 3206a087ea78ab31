//! Complaints: somebody says that an answer was bad; and the signals that similar ones are.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use jiff::Timestamp;
use model::{Fault, Pivot, RunId};
use response::{Complained, ComplaintView, SignalView};
use serde::Deserialize;

use crate::access::actor;
use crate::outcomes::{PivotJson, json};
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// A complaint in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComplaintJson {
    feature: String,
    run: Option<RunId>,
    response_id: Option<String>,
    pivot: Option<PivotJson>,
    at: Option<Timestamp>,
    category: String,
    source: String,
    by: Option<String>,
}

/// `POST /api/v1/complaints`: 201 once it is durable, with the incident that it belongs to, if any.
pub async fn post(
    seat: Seat,
    body: Result<Json<ComplaintJson>, JsonRejection>,
) -> Result<(StatusCode, Json<ComplaintView>), Problem> {
    let mut told = json(body)?;
    let by = actor(&seat.who, told.by.take())?;
    let it = complained(told, seat.at)?;
    let (mayday, said, at) = (seat.mayday.clone(), it.clone(), seat.at);
    let kept = tokio::spawn(async move { mayday.label_complaint(&said, at).await }).await;
    kept.map_err(|_| Problem::new(Fault::Bug, "keeping this complaint ended unexpectedly"))??;
    let view = blocking(move || seat.mayday.hear_complaint(it, seat.act(&by))).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// `GET /api/v1/complaints`: every complaint, latest first.
pub async fn list(seat: Seat) -> Json<Vec<ComplaintView>> {
    Json(seat.mayday.complaints())
}

/// `GET /api/v1/signals`: every signal, latest first.
pub async fn signals(seat: Seat) -> Json<Vec<SignalView>> {
    Json(seat.mayday.signals())
}

fn complained(json: ComplaintJson, now: Timestamp) -> Result<Complained, Problem> {
    let ComplaintJson { feature, run, response_id, pivot, at, category, source, .. } = json;
    let pivot = match (run, response_id, pivot) {
        (_, None, None) => None,
        (None, Some(value), None) => Some(Pivot { kind: "response".to_owned(), value }),
        (None, None, Some(PivotJson { kind, value })) => Some(Pivot { kind, value }),
        _ => {
            let detail = "give at most one of `run`, `response_id` and `pivot`";
            return Err(Problem::new(Fault::Invalid, detail));
        }
    };
    Ok(Complained { feature, run, pivot, at: at.unwrap_or(now), category, source })
}
