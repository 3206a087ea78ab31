//! `GET /api/v1/traces/{trace}`: a trace as recorded, content back in place.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use jiff::Timestamp;

use model::{Fault, Gone, Key, SpanId, StepKind, TraceId, Value};
use response::TraceView;
use response::look::StepView;
use response::value_json;
use serde::Serialize;
use serde_json::{Map, Value as JsonValue};

use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// A trace in JSON.
#[derive(Debug, Serialize)]
pub struct TraceJson {
    steps: Vec<StepJson>,
}

/// A step in JSON. Attributes whose value is not there are null and stand in `not_kept` with why.
#[derive(Debug, Serialize)]
pub struct StepJson {
    span: SpanId,
    parent: Option<SpanId>,
    kind: StepKind,
    name: String,
    started: Timestamp,
    ended: Timestamp,
    failed: bool,
    attributes: Map<String, JsonValue>,
    origin: Map<String, JsonValue>,
    not_kept: BTreeMap<String, Gone>,
}

/// Shows a trace.
pub async fn get(seat: Seat, Path(trace): Path<String>) -> Result<Json<TraceJson>, Problem> {
    let trace: TraceId = trace
        .parse()
        .map_err(|error: model::id::IdError| Problem::new(Fault::Invalid, error.to_string()))?;
    let view = blocking(move || seat.mayday.trace(&seat.who, trace, seat.at)).await?;
    Ok(Json(trace_json(view)))
}

fn trace_json(view: TraceView) -> TraceJson {
    TraceJson { steps: view.steps.into_iter().map(step_json).collect() }
}

pub(crate) fn step_json(StepView { step, attributes }: StepView) -> StepJson {
    let missing = attributes.iter().filter_map(|(key, value)| Some((key, value.as_ref().err()?)));
    let not_kept = missing.map(|(key, why)| (key.to_string(), *why)).collect();
    let attribute = |(key, value): (Key, Result<Value, Gone>)| {
        (key.into_owned(), value.as_ref().map_or(JsonValue::Null, value_json))
    };
    StepJson {
        span: step.span,
        parent: step.parent,
        kind: step.kind,
        name: step.name,
        started: step.started,
        ended: step.ended,
        failed: step.failed,
        attributes: attributes.into_iter().map(attribute).collect(),
        origin: step
            .origin
            .iter()
            .map(|(key, value)| (key.to_string(), value_json(value)))
            .collect(),
        not_kept,
    }
}
