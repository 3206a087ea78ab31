//! The addresses that providers send to. Who sends is proven by a signature, or by an address that
//! nobody else knows; no key of Mayday is asked for.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use model::Fault;
use response::notices::{Hook, Taken};
use response::webhooks::{Headers, LONGEST_BODY};

use crate::budget::Charge;
use crate::problem::{Problem, blocking};
use crate::router::Api;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// `POST /api/v1/hooks/{channel}`: 200 once what a signed delivery says is durable.
pub async fn signed(
    State(api): State<Api>,
    Path(channel): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Taken>, Problem> {
    take(api, (channel, None), &headers, body).await
}

/// `POST /api/v1/hooks/{channel}/{secret}`: the same, for senders that can't sign.
pub async fn addressed(
    State(api): State<Api>,
    Path((channel, secret)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Taken>, Problem> {
    take(api, (channel, Some(secret)), &headers, body).await
}

/// Nothing of a body is read that comes to no channel.
async fn take(
    api: Api,
    (channel, secret): (String, Option<String>),
    headers: &HeaderMap,
    body: Body,
) -> Result<Json<Taken>, Problem> {
    api.mayday.knows_hook(&channel, secret.as_deref())?;
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let (body, charge) = tokio::time::timeout(PATIENCE, read(&api, length, body))
        .await
        .map_err(|_| Problem::new(Fault::Timeout, "the body took too long to arrive"))??;
    let [id, timestamp, signature] =
        ["id", "timestamp", "signature"].map(|name| header(headers, name));
    let taken = blocking(move || {
        let headers = Headers {
            id: id.as_deref(),
            timestamp: timestamp.as_deref(),
            signature: signature.as_deref(),
        };
        let hook = Hook { channel: &channel, secret: secret.as_deref(), headers, body: &body };
        let heard = api.mayday.hear(hook, (api.now)(), (api.random)());
        drop(charge);
        heard
    });
    Ok(Json(taken.await?))
}

/// A header of Standard Webhooks, or of Svix, which came before it.
fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value =
        headers.get(format!("webhook-{name}")).or_else(|| headers.get(format!("svix-{name}")));
    value.and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// The body, unless it is too large, with the memory that it takes.
async fn read(api: &Api, length: Option<usize>, body: Body) -> Result<(Bytes, Charge), Problem> {
    let length = length.unwrap_or(LONGEST_BODY);
    if length > LONGEST_BODY {
        return Err(too_large());
    }
    let charge = api.budget.enter(Some(length)).await;
    let charge = charge.map_err(|_| Problem::new(Fault::Limited, "too many requests at once"))?;
    match Limited::new(body, LONGEST_BODY).collect().await {
        Ok(body) => Ok((body.to_bytes(), charge)),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Problem::new(Fault::Invalid, "the body ended early")),
    }
}

fn too_large() -> Problem {
    let detail = format!("the body is larger than {LONGEST_BODY} bytes");
    Problem::with_status(StatusCode::PAYLOAD_TOO_LARGE, Fault::Invalid, detail)
}
