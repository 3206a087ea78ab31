//! Runs of evaluation suites.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use jiff::Timestamp;
use model::EvalRun;
use response::evals::Suite;
use serde::{Deserialize, Serialize};

use crate::access::actor;
use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// A run of a suite, in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvalRunJson {
    /// The suite's name.
    pub suite: String,
    /// The feature that it is to guard.
    pub feature: Option<String>,
    /// What it was judged with, such as a hash over judge, rubric and cases.
    pub configuration: Option<String>,
    /// Cases that were run.
    pub cases: u64,
    /// Those that failed.
    pub failed: u64,
    /// The largest share of failed cases that still counts as green.
    pub threshold: f64,
    /// When it ran; now if left out.
    pub at: Option<Timestamp>,
    /// Who says so.
    pub by: Option<String>,
}

/// `POST /api/v1/evals/runs`: 201 once the run is durable, with its suite as it now stands.
pub async fn post(
    seat: Seat,
    body: Result<Json<EvalRunJson>, JsonRejection>,
) -> Result<(StatusCode, Json<Suite>), Problem> {
    let EvalRunJson { suite, feature, configuration, cases, failed, threshold, at, by } =
        json(body)?;
    let by = actor(&seat.who, by)?;
    let at = at.unwrap_or(seat.at);
    let run = EvalRun { suite, feature, configuration, cases, failed, threshold, at };
    let suite = blocking(move || seat.mayday.record_eval(run, seat.act(&by))).await?;
    Ok((StatusCode::CREATED, Json(suite)))
}

/// `GET /api/v1/evals`: every suite, with its last run and its last green one.
pub async fn list(seat: Seat) -> Json<Vec<Suite>> {
    Json(seat.mayday.suites())
}
