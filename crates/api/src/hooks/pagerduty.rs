//! `POST /v2/enqueue` and `/v2/change/enqueue`: PagerDuty's Events API, version 2.
//!
//! `routing_key` holds a Mayday key; on loopback, until a key is issued, it may hold anything.
//! Whatever is wrong is told in the form that senders of that API know.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use model::content::ContentHash;
use response::intake::pagerduty::{self, Invalid};
use response::{Entrance, Right, Who};
use serde::Serialize;

use crate::access::{admit, credentials};
use crate::hooks::{bytes, is_json, sender};
use crate::problem::{Problem, blocking};
use crate::router::Api;
use crate::seat::Seat;

/// The answer to what was taken in.
#[derive(Debug, Serialize)]
struct Processed<'a> {
    status: &'static str,
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dedup_key: Option<&'a str>,
}

/// The answer to what was not.
#[derive(Debug, Serialize)]
struct Refused {
    status: &'static str,
    message: &'static str,
    errors: Vec<String>,
}

/// Takes an event in: 202 once it is durable.
pub async fn enqueue(
    State(api): State<Api>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let taken = take_event(&api, &headers, body).await;
    taken.unwrap_or_else(IntoResponse::into_response)
}

/// Takes a change event in: 202 once it is durable.
pub async fn enqueue_change(
    State(api): State<Api>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let taken = take_change(&api, &headers, body).await;
    taken.unwrap_or_else(IntoResponse::into_response)
}

/// Why a request was not taken in.
enum Failure {
    /// It is not what the API takes.
    Invalid(Invalid),
    /// Everything else.
    Problem(Problem),
}

async fn take_event(
    api: &Api,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Failure> {
    is_json(headers)?;
    let body = bytes(body)?;
    let event = pagerduty::event(&body, (api.now)());
    let event = event.inspect_err(|_| api.mayday.refused_delivery()).map_err(Failure::Invalid)?;
    let (seat, lane) = seat(api, headers, &event.routing_key).await?;
    let made_up = || format!("{:016x}", seat.random);
    let key = event.dedup_key.clone().unwrap_or_else(made_up);
    let alert = event.alert(&lane, &key, seat.at);
    let by = sender(&seat.who, "pagerduty");
    blocking(move || seat.mayday.hear_alert(alert, seat.act(&by))).await?;
    let (status, message) = ("success", "Event processed");
    let processed = Processed { status, message, dedup_key: Some(&key) };
    Ok((StatusCode::ACCEPTED, Json(processed)).into_response())
}

async fn take_change(
    api: &Api,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Failure> {
    is_json(headers)?;
    let body = bytes(body)?;
    let event = pagerduty::change_event(&body, (api.now)());
    let event = event.inspect_err(|_| api.mayday.refused_delivery()).map_err(Failure::Invalid)?;
    let (seat, _) = seat(api, headers, &event.routing_key).await?;
    let by = sender(&seat.who, "pagerduty");
    blocking(move || seat.mayday.record_change(event.change, seat.act(&by))).await?;
    let (status, message) = ("success", "Change event processed");
    let processed = Processed { status, message, dedup_key: None };
    Ok((StatusCode::ACCEPTED, Json(processed)).into_response())
}

/// A seat for whoever the routing key, or else a header, shows; and the lane that keys of alerts
/// are told apart in. The routing key itself is a secret, and goes nowhere.
async fn seat(
    api: &Api,
    headers: &HeaderMap,
    routing_key: &str,
) -> Result<(Seat, String), Problem> {
    let entrance = Entrance { right: Right::Hook, unkeyed: api.unkeyed };
    let who = match routing_key.parse() {
        Ok(token) => api.mayday.admit(entrance, Ok(Some(token)), (api.now)())?,
        Err(_) => admit(api, Right::Hook, credentials(headers))?,
    };
    let lane = match &who {
        Who::Principal(principal) => principal.id.to_string(),
        Who::Local | Who::Itself => {
            ContentHash::of(routing_key.as_bytes()).to_string()[..12].to_owned()
        }
    };
    Ok((Seat::of(api, who).await?, lane))
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Failure::Problem(problem)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, errors) = match self {
            Failure::Invalid(Invalid(errors)) => (StatusCode::BAD_REQUEST, errors),
            Failure::Problem(problem) => (problem.status(), vec![problem.detail().to_owned()]),
        };
        let message = match status.is_client_error() {
            true => "Event object is invalid",
            false => "Event could not be processed",
        };
        (status, Json(Refused { status: "invalid event", message, errors })).into_response()
    }
}
