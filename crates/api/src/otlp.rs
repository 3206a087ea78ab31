//! `POST /v1/traces`: OTLP over HTTP, in protobuf, plain or gzip.

use std::error::Error;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::LengthLimitError;
use model::Fault;
use response::{Counted, Recorded, Who};

use crate::problem::Problem;
use crate::router::Api;
use crate::seat::Seat;

const PROTOBUF: &str = "application/x-protobuf";

/// How long a request may wait for its turn to be read before the sender is told to slow down.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a body may take to arrive: a sender that stalls must not keep others waiting.
const PATIENCE_FOR_BODY: Duration = Duration::from_secs(10);

/// Takes an export request; answers once all that it accepts is durable.
pub async fn traces(
    State(api): State<Api>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let taken = take(&api, who, &headers, body).await;
    if taken.is_err() {
        api.mayday.tally().add(Counted::RequestsRefused, 1);
    }
    taken
}

async fn take(api: &Api, who: Who, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    check_headers(headers)?;
    let turn = tokio::time::timeout(PATIENCE, api.reading.acquire()).await;
    let _turn = turn.map_err(|_| too_busy())?;
    let body = tokio::time::timeout(PATIENCE_FOR_BODY, read(body, api.max_body_bytes)).await;
    let body = body.map_err(|_| too_slow())??;
    let recorded = record(api, who, body).await?;
    let answer = response::otlp_answer(&recorded.rejections);
    Ok(([(CONTENT_TYPE, PROTOBUF)], answer).into_response())
}

/// Records in a task of its own, so that a sender that goes away can't end it half-way.
async fn record(api: &Api, who: Who, body: Bytes) -> Result<Recorded, Problem> {
    let Seat { mayday, at, .. } = Seat::of(api, who).await?;
    let recorded = tokio::spawn(async move { mayday.record(&body, at).await }).await;
    match recorded {
        Ok(recorded) => Ok(recorded?),
        Err(_) => Err(Problem::new(Fault::Bug, "recording this request ended unexpectedly")),
    }
}

fn check_headers(headers: &HeaderMap) -> Result<(), Problem> {
    let unsupported = |detail: &str| {
        Problem::with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, Fault::Invalid, detail)
    };
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some(PROTOBUF) {
        return Err(unsupported(
            "send OTLP in protobuf, with content-type application/x-protobuf \
             (OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf)",
        ));
    }
    let encoded = headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
    if encoded {
        return Err(unsupported("send the body plain or with content-encoding gzip"));
    }
    Ok(())
}

fn too_slow() -> Problem {
    let status = StatusCode::REQUEST_TIMEOUT;
    Problem::with_status(status, Fault::Timeout, "the body took too long to arrive: send it again")
}

fn too_busy() -> Problem {
    Problem::new(Fault::Limited, "too many export requests at once: send again in a second")
}

/// The whole body, decompressed, unless that is larger than allowed or no valid gzip.
async fn read(body: Body, most: usize) -> Result<Bytes, Problem> {
    axum::body::to_bytes(body, most).await.map_err(|error| {
        if is_too_long(&error) {
            let detail = format!("the body is larger than {most} bytes: send smaller batches");
            return Problem::with_status(StatusCode::PAYLOAD_TOO_LARGE, Fault::Invalid, detail);
        }
        Problem::new(
            Fault::Invalid,
            "the body could not be read: it ended early, or is no valid gzip",
        )
    })
}

fn is_too_long(error: &(dyn Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_too_long)
}
