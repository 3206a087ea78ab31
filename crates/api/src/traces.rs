//! `GET /api/v1/traces/{trace}`: a trace as recorded, content back in place.

use axum::extract::{Path, State};
use axum::{Extension, Json};
use jiff::Timestamp;
use model::id::hex;
use model::{Fault, SpanId, StepKind, TraceId, Value};
use response::look::StepView;
use response::{TraceView, Who};
use serde::Serialize;
use serde_json::{Map, Value as JsonValue};

use crate::problem::{Problem, blocking};
use crate::router::Api;

/// A trace in JSON.
#[derive(Debug, Serialize)]
pub struct TraceJson {
    steps: Vec<StepJson>,
}

/// A step in JSON. Attributes whose value was not kept are null and listed in `not_kept`.
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
    not_kept: Vec<String>,
}

/// Shows a trace.
pub async fn get(
    State(api): State<Api>,
    Extension(who): Extension<Who>,
    Path(trace): Path<String>,
) -> Result<Json<TraceJson>, Problem> {
    let trace: TraceId = trace
        .parse()
        .map_err(|error: model::id::IdError| Problem::new(Fault::Invalid, error.to_string()))?;
    let now = (api.now)();
    let view = blocking(move || api.mayday.trace(&who, trace, now)).await?;
    Ok(Json(trace_json(view)))
}

fn trace_json(view: TraceView) -> TraceJson {
    TraceJson { steps: view.steps.into_iter().map(step_json).collect() }
}

fn step_json(StepView { step, attributes }: StepView) -> StepJson {
    let missing = attributes.iter().filter(|(_, value)| value.is_none());
    let not_kept = missing.map(|(key, _)| key.clone()).collect();
    let attribute = |(key, value): (String, Option<Value>)| {
        (key, value.as_ref().map_or(JsonValue::Null, value_json))
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
        origin: step.origin.iter().map(|(key, value)| (key.clone(), value_json(value))).collect(),
        not_kept,
    }
}

/// A value in JSON, as OTLP's own JSON has it but without the wrapping; bytes are hexadecimal.
fn value_json(value: &Value) -> JsonValue {
    match value {
        Value::Empty => JsonValue::Null,
        Value::Text(text) => JsonValue::from(text.as_str()),
        Value::Bool(truth) => JsonValue::from(*truth),
        Value::Int(number) => JsonValue::from(*number),
        Value::Double(number) => JsonValue::from(*number),
        Value::List(list) => JsonValue::Array(list.iter().map(value_json).collect()),
        Value::Map(map) => JsonValue::Object(
            map.iter().map(|(key, value)| (key.clone(), value_json(value))).collect(),
        ),
        Value::Bytes(bytes) => JsonValue::from(hex(bytes)),
    }
}
