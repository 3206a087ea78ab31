//! Intents: an action that can't be undone, on record before it happens.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::{Effect, Fault, Pivot, RunId, SpanId, TraceId};
use response::intents::{Intended, Intent, IntentResult, IntentState};
use serde::Deserialize;

use crate::outcomes::{PivotJson, json};
use crate::problem::{Problem, blocking};
use crate::router::Api;
use crate::seat::Seat;

/// What somebody means to do, in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntentJson {
    trace_id: Option<TraceId>,
    span_id: Option<SpanId>,
    feature: Option<String>,
    action: String,
    target: String,
    authority: String,
    asked_for: String,
    #[serde(default = "irreversible")]
    effect: Effect,
    idempotency_key: Option<String>,
    subject: Option<String>,
    #[serde(default)]
    pivots: Vec<PivotJson>,
}

/// How it ended, in JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultJson {
    state: IntentState,
    detail: Option<String>,
    #[serde(default)]
    touched: Vec<String>,
}

fn irreversible() -> Effect {
    Effect::Irreversible
}

/// `POST /api/v1/intents`: 201 once the intent is durable; act only then.
pub async fn post(
    State(api): State<Api>,
    seat: Seat,
    body: Result<Json<IntentJson>, JsonRejection>,
) -> Result<(StatusCode, Json<Intent>), Problem> {
    let secret = (api.secret)();
    let secret = secret.ok_or_else(|| Problem::new(Fault::Unavailable, "no random numbers"))?;
    let mut random = [0; 24];
    random.copy_from_slice(&secret[..24]);
    let it = intended(json(body)?);
    let kept =
        tokio::spawn(async move { seat.mayday.intend(&seat.who, it, random, seat.at).await });
    Ok((StatusCode::CREATED, Json(kept.await.map_err(interrupted)??)))
}

/// `POST /api/v1/intents/{intent}/result`: what became of it.
pub async fn resolve(
    seat: Seat,
    Path(id): Path<String>,
    body: Result<Json<ResultJson>, JsonRejection>,
) -> Result<Json<Intent>, Problem> {
    let id: RunId = id
        .parse()
        .map_err(|error: model::id::IdError| Problem::new(Fault::Invalid, error.to_string()))?;
    let ResultJson { state, detail, touched } = json(body)?;
    let result = IntentResult { state, detail, touched };
    let kept = tokio::spawn(async move { seat.mayday.resolve(id, result, seat.at).await });
    Ok(Json(kept.await.map_err(interrupted)??))
}

/// `GET /api/v1/intents`: the latest, those without a result first.
pub async fn list(seat: Seat) -> Result<Json<Vec<Intent>>, Problem> {
    Ok(Json(blocking(move || seat.mayday.intents()).await?))
}

fn intended(json: IntentJson) -> Intended {
    let pivot = |PivotJson { kind, value }| Pivot { kind, value };
    Intended {
        trace: json.trace_id,
        parent: json.span_id,
        feature: json.feature,
        action: json.action,
        target: json.target,
        authority: json.authority,
        asked_for: json.asked_for,
        effect: json.effect,
        idempotency_key: json.idempotency_key,
        subject: json.subject,
        pivots: json.pivots.into_iter().map(pivot).collect(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn interrupted(_: tokio::task::JoinError) -> Problem {
    Problem::new(Fault::Bug, "keeping this ended unexpectedly")
}
