//! `POST /api/v1/outcomes`: an outcome that somebody or something states after the fact.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use jiff::Timestamp;
use model::{About, Claim, Fault, Outcome, Pivot, RunId, TraceId};
use serde::Deserialize;

use crate::problem::Problem;
use crate::seat::Seat;

/// An outcome in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeJson {
    run: Option<RunId>,
    trace_id: Option<TraceId>,
    response_id: Option<String>,
    pivot: Option<PivotJson>,
    outcome: Outcome,
    source: String,
    at: Option<Timestamp>,
}

/// Something in the user's own world that runs name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PivotJson {
    pub(crate) kind: String,
    pub(crate) value: String,
}

/// Keeps an outcome; 204 once it is durable.
pub async fn post(
    seat: Seat,
    body: Result<Json<OutcomeJson>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let now = seat.at;
    let claim = claim(json(body)?, now)?;
    let kept = tokio::spawn(async move { seat.mayday.label(claim, now).await }).await;
    kept.map_err(|_| Problem::new(Fault::Bug, "keeping this outcome ended unexpectedly"))??;
    Ok(StatusCode::NO_CONTENT)
}

fn claim(json: OutcomeJson, now: Timestamp) -> Result<Claim, Problem> {
    let about = match (json.run, json.trace_id, json.response_id, json.pivot) {
        (Some(run), None, None, None) => About::Run(run),
        (None, Some(trace), None, None) => About::Trace(trace),
        (None, None, Some(value), None) => {
            About::Pivot(Pivot { kind: "response".to_owned(), value })
        }
        (None, None, None, Some(PivotJson { kind, value })) => About::Pivot(Pivot { kind, value }),
        _ => {
            let detail = "give one of `run`, `trace_id`, `response_id` and `pivot`";
            return Err(Problem::new(Fault::Invalid, detail));
        }
    };
    let at = json.at.unwrap_or(now);
    Ok(Claim { about, outcome: json.outcome, source: json.source, at })
}

/// A JSON body, or the problem with it.
pub fn json<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, Problem> {
    body.map(|Json(body)| body).map_err(|rejection| {
        let detail = format!("the body is not the JSON that this path takes: {rejection}");
        Problem::with_status(rejection.status(), Fault::Invalid, detail)
    })
}
