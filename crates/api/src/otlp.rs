//! `POST /v1/traces` and `/v1/logs`: OTLP over HTTP, in protobuf or JSON, plain or gzip.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use model::Fault;
use prost::Message;
use response::{Encoding, Signal};
use serde_json::json;

use crate::export::{self, Export};
use crate::grpc::code;
use crate::problem::Problem;
use crate::router::Api;

/// Media types, and how a body of that type is written.
const MEDIA_TYPES: [(&str, Encoding); 2] =
    [("application/x-protobuf", Encoding::Protobuf), ("application/json", Encoding::Json)];

/// Takes spans; answers once all that it accepts is durable.
pub async fn traces(State(api): State<Api>, request: Request) -> Response {
    take(&api, Signal::Traces, request).await
}

/// Takes log records.
pub async fn logs(State(api): State<Api>, request: Request) -> Response {
    take(&api, Signal::Logs, request).await
}

async fn take(api: &Api, signal: Signal, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let encoding = encoding(&parts.headers);
    let taken = match encoding {
        Some(encoding) => record(api, Export { signal, encoding }, &parts.headers, body).await,
        None => Err(unsupported(
            "send OTLP as application/x-protobuf or application/json: set \
             OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf or http/json",
        )),
    };
    taken.unwrap_or_else(|problem| {
        export::count_refusal(api, problem.fault());
        refused(problem, encoding)
    })
}

async fn record(
    api: &Api,
    export: Export,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    // Gzip is unpacked on the way here; what is still packed is something else.
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(unsupported("send the body plain or with content-encoding gzip"));
    }
    let read = export::read(api, headers, body).await?;
    let answer = export.record(api, read).await?;
    Ok(([(CONTENT_TYPE, media_type(export.encoding))], answer).into_response())
}

fn encoding(headers: &HeaderMap) -> Option<Encoding> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?.split(';').next()?.trim();
    let known = MEDIA_TYPES.iter().find(|(media_type, _)| kind.eq_ignore_ascii_case(media_type));
    known.map(|(_, encoding)| *encoding)
}

fn media_type(encoding: Encoding) -> HeaderValue {
    let known = MEDIA_TYPES.iter().find(|(_, other)| *other == encoding);
    HeaderValue::from_static(known.map_or("application/octet-stream", |(media_type, _)| media_type))
}

fn unsupported(detail: &str) -> Problem {
    Problem::with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, Fault::Invalid, detail)
}

/// A refusal as exporters read it: a `google.rpc.Status`, written as the request was.
fn refused(problem: Problem, encoding: Option<Encoding>) -> Response {
    let (code, message) = (code(problem.fault()) as i32, problem.detail().to_owned());
    let mut response = problem.into_response();
    let Some(encoding) = encoding else { return response };
    let body = match encoding {
        Encoding::Protobuf => {
            tonic_types::Status { code, message, details: Vec::new() }.encode_to_vec()
        }
        Encoding::Json => json!({"code": code, "message": message}).to_string().into_bytes(),
    };
    response.headers_mut().insert(CONTENT_TYPE, media_type(encoding));
    *response.body_mut() = Body::from(body);
    response
}
