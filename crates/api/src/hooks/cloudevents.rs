//! `/api/v1/hooks/cloudevents`: changes as CloudEvents 1.0, and the handshake before they come.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use model::{ChangeId, Fault};
use response::intake::cloudevents::{self, Mode};
use serde::Serialize;

use crate::hooks::{bytes, content_type, is_json, sender};
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// What became of a request.
#[derive(Debug, Serialize)]
pub struct Received {
    /// A change for each event.
    changes: Vec<ChangeId>,
}

/// Takes events in: 202 once all of them are durable.
pub async fn post(
    seat: Seat,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Received>), Problem> {
    is_json(&headers)?;
    let body = bytes(body)?;
    let mode = Mode::of(content_type(&headers));
    let named =
        headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let changes = cloudevents::read(mode, named, &body, seat.at);
    let changes = changes.inspect_err(|_| seat.mayday.refused_delivery())?;
    let by = sender(&seat.who, "cloudevents");
    let record = move || {
        let numbered = (0..).zip(changes);
        let taken =
            numbered.map(|(n, change)| seat.mayday.record_change(change, seat.act(&by).nth(n)));
        taken.map(|taken| taken.map(|taken| taken.change().id)).collect::<Result<_, _>>()
    };
    Ok((StatusCode::ACCEPTED, Json(Received { changes: blocking(record).await? })))
}

/// Answers the handshake of the webhook specification: whoever asks for an origin may send from
/// it, as fast as they say.
pub async fn handshake(headers: HeaderMap) -> Result<Response, Problem> {
    let Some(origin) = headers.get("webhook-request-origin") else {
        let detail = "a handshake has the header `WebHook-Request-Origin`";
        return Err(Problem::new(Fault::Invalid, detail));
    };
    let mut answer = StatusCode::OK.into_response();
    let mut put =
        |name, value| _ = answer.headers_mut().insert(HeaderName::from_static(name), value);
    put("webhook-allowed-origin", origin.clone());
    if let Some(rate) = headers.get("webhook-request-rate") {
        put("webhook-allowed-rate", rate.clone());
    }
    put("allow", HeaderValue::from_static("OPTIONS, POST"));
    Ok(answer)
}
