//! Doors that other people's tools knock at, each in the form that they know.
//!
//! A page in a browser can send plain text anywhere, but not JSON: so every door takes JSON alone.
//! Bodies are limited, and read whole before anything is looked at, because signatures are over
//! the bytes as received.

pub mod alertmanager;
pub mod cloudevents;
pub mod github;
pub mod pagerduty;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use model::Fault;
use response::Who;
use response::intake::text::LONGEST_BODY;

use crate::problem::Problem;

/// Most bytes of a delivery.
pub const MOST_BYTES: usize = LONGEST_BODY;

/// The bytes of a body, or the problem with it.
pub fn bytes(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Problem> {
    body.map_err(|rejection| {
        let fault = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Fault::Limited,
            _ => Fault::Invalid,
        };
        Problem::with_status(rejection.status(), fault, rejection.body_text())
    })
}

/// Refuses what is not said to be JSON.
pub fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = content_type(headers).split(';').next().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    if kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json") {
        return Ok(());
    }
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Err(Problem::with_status(status, Fault::Invalid, "send it as `content-type: application/json`"))
}

/// Who is named in the ledger for what a tool sent: the tool, or whose key it showed.
pub(crate) fn sender(who: &Who, tool: &str) -> String {
    match who {
        Who::Local | Who::Itself => tool.to_owned(),
        Who::Principal(principal) => principal.to_string(),
    }
}

/// What the body is said to be.
pub(crate) fn content_type(headers: &HeaderMap) -> &str {
    header(headers, CONTENT_TYPE.as_str()).unwrap_or_default()
}

/// A header's value, if it is text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
