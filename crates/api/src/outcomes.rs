//! `POST /api/v1/outcomes`: an outcome that somebody or something states after the fact.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use jiff::Timestamp;
use model::{Fault, Label, Outcome, RunId, Subject, TraceId};
use serde::Deserialize;

use crate::problem::Problem;
use crate::router::Api;

/// An outcome in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeJson {
    run: Option<RunId>,
    trace_id: Option<TraceId>,
    outcome: Outcome,
    source: String,
    at: Option<Timestamp>,
}

/// Keeps an outcome; 204 once it is durable.
pub async fn post(
    State(api): State<Api>,
    body: Result<Json<OutcomeJson>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let now = (api.now)();
    let label = label(json(body)?, now)?;
    let kept = tokio::spawn(async move { api.mayday.label(label, now).await }).await;
    kept.map_err(|_| Problem::new(Fault::Bug, "keeping this outcome ended unexpectedly"))??;
    Ok(StatusCode::NO_CONTENT)
}

fn label(json: OutcomeJson, now: Timestamp) -> Result<Label, Problem> {
    let subject = match (json.run, json.trace_id) {
        (Some(run), None) => Subject::Run(run),
        (None, Some(trace)) => Subject::Trace(trace),
        _ => return Err(Problem::new(Fault::Invalid, "give either `run` or `trace_id`")),
    };
    let at = json.at.unwrap_or(now);
    Ok(Label { subject, outcome: json.outcome, source: json.source, at })
}

/// A JSON body, or the problem with it.
pub fn json<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, Problem> {
    body.map(|Json(body)| body).map_err(|rejection| {
        let detail = format!("the body is not the JSON that this path takes: {rejection}");
        Problem::with_status(rejection.status(), Fault::Invalid, detail)
    })
}
