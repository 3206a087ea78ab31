//! Reconstructing: everything that fed a decision, how two differ, what is missing.

use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use model::record::Missing;
use model::{Fault, Pivot, Record, RunId, SpanId, TraceId};
use response::intents::Intent;
use response::look::StepView;
use response::{Coverage, Diff, Finding, Reconstructed, Reconstruction, Sought};
use serde::{Deserialize, Serialize};

use crate::problem::{Problem, blocking};
use crate::seat::Seat;
use crate::traces::{StepJson, step_json};

/// What is sought: `run_…`, a trace id, `TRACE/SPAN`, or `pivot:KIND=VALUE`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    of: String,
}

/// Two decisions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedTwo {
    a: String,
    b: String,
}

/// Whose records are looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedFor {
    feature: Option<String>,
}

/// A trace, arranged for the question of why, in JSON.
#[derive(Debug, Serialize)]
pub struct ReconstructionJson {
    trace: TraceId,
    runs: Vec<RunId>,
    decision: Option<SpanId>,
    complete: f64,
    missing: Vec<MissingJson>,
    dropped: Vec<DroppedJson>,
    open_intents: Vec<Intent>,
    steps: Vec<ReconstructedJson>,
}

#[derive(Debug, Serialize)]
struct MissingJson {
    span: SpanId,
    #[serde(flatten)]
    missing: Missing,
}

#[derive(Debug, Serialize)]
struct DroppedJson {
    span: SpanId,
    segments: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ReconstructedJson {
    record: Record,
    #[serde(flatten)]
    step: StepJson,
}

/// `GET /api/v1/reconstruct?of=`: everything on record that fed a decision.
pub async fn get(
    seat: Seat,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Vec<ReconstructionJson>>, Problem> {
    let sought = sought(&query(asked)?.of)?;
    let look = move || seat.mayday.reconstruct(&seat.who, &sought, seat.at);
    Ok(Json(blocking(look).await?.into_iter().map(reconstruction_json).collect()))
}

/// `GET /api/v1/diff?a=&b=`: how two decisions differ, by part of what fed them.
pub async fn diff(
    seat: Seat,
    asked: Result<Query<AskedTwo>, QueryRejection>,
) -> Result<Json<Diff>, Problem> {
    let AskedTwo { a, b } = query(asked)?;
    let (a, b) = (sought(&a)?, sought(&b)?);
    Ok(Json(blocking(move || seat.mayday.diff(&seat.who, [&a, &b], seat.at)).await?))
}

/// `GET /api/v1/coverage?feature=`: what the newest records miss.
pub async fn coverage(
    seat: Seat,
    asked: Result<Query<AskedFor>, QueryRejection>,
) -> Result<Json<Coverage>, Problem> {
    let feature = query(asked)?.feature;
    Ok(Json(blocking(move || seat.mayday.coverage(feature.as_deref())).await?))
}

/// `GET /api/v1/doctor`: what the newest steps could say better.
pub async fn doctor(seat: Seat) -> Result<Json<Vec<Finding>>, Problem> {
    Ok(Json(blocking(move || seat.mayday.doctor(seat.at)).await?))
}

pub(crate) fn query<T>(asked: Result<Query<T>, QueryRejection>) -> Result<T, Problem> {
    asked.map(|Query(asked)| asked).map_err(|rejection| {
        Problem::new(Fault::Invalid, format!("the query is not understood: {rejection}"))
    })
}

/// Reads what somebody seeks.
pub fn sought(text: &str) -> Result<Sought, Problem> {
    let unclear = || {
        let detail = "name a run (run_…), a trace id, a step as TRACE/SPAN, or pivot:KIND=VALUE";
        Problem::new(Fault::Invalid, detail)
    };
    if let Some(pivot) = text.strip_prefix("pivot:") {
        let (kind, value) = pivot.split_once('=').ok_or_else(unclear)?;
        let (kind, value) = (kind.to_owned(), value.to_owned());
        return Ok(Sought::Pivot(Pivot { kind, value }));
    }
    if let Some((trace, span)) = text.split_once('/') {
        let both = (trace.parse(), span.parse());
        return match both {
            (Ok(trace), Ok(span)) => Ok(Sought::Step(trace, span)),
            _ => Err(unclear()),
        };
    }
    let run = text.parse::<RunId>().ok();
    let trace = || text.parse().ok().map(|trace| RunId { trace, root: None });
    run.or_else(trace).map(Sought::Run).ok_or_else(unclear)
}

fn reconstruction_json(found: Reconstruction) -> ReconstructionJson {
    let missing = found.missing.into_iter();
    let dropped = found.dropped.into_iter();
    ReconstructionJson {
        trace: found.trace,
        runs: found.runs.iter().map(|run| run.id).collect(),
        decision: found.decision,
        complete: found.complete,
        missing: missing.map(|(span, missing)| MissingJson { span, missing }).collect(),
        dropped: dropped.map(|(span, segments)| DroppedJson { span, segments }).collect(),
        open_intents: found.open_intents,
        steps: found.steps.into_iter().map(reconstructed_json).collect(),
    }
}

fn reconstructed_json(found: Reconstructed) -> ReconstructedJson {
    let Reconstructed { step, attributes, record } = found;
    ReconstructedJson { record, step: step_json(StepView { step, attributes }) }
}
