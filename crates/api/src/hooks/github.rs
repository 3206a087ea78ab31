//! `POST /api/v1/hooks/github`: deployments, releases, and pushes that touch watched files.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use model::ChangeId;
use response::intake::github::{self, Told};
use response::{Act, ChangeError, Mayday, Right, Who};
use serde::Serialize;

use crate::access::{admit, credentials};
use crate::hooks::{bytes, header, is_json, sender};
use crate::problem::{Problem, blocking};
use crate::router::Api;
use crate::seat::Seat;

/// What became of a delivery.
#[derive(Debug, Serialize)]
pub struct Received {
    /// The changes that it told of.
    changes: Vec<ChangeId>,
    /// Why it told of none.
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<&'static str>,
}

/// Takes a delivery in: 202 once what it says is durable.
pub async fn post(
    State(api): State<Api>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Received>), Problem> {
    is_json(&headers)?;
    let body = bytes(body)?;
    let seat = seat(&api, &headers, &body).await?;
    let (event, delivery) =
        (header(&headers, "x-github-event"), header(&headers, "x-github-delivery"));
    let watched = seat.mayday.watched_files();
    let told = github::read(event.unwrap_or_default(), delivery, &body, watched, seat.at);
    let told = told.inspect_err(|_| seat.mayday.refused_delivery())?;
    let by = sender(&seat.who, "github");
    let received = blocking(move || take(&seat.mayday, told, seat.act(&by))).await?;
    Ok((StatusCode::ACCEPTED, Json(received)))
}

/// A seat by the delivery's signature; where no secret is set, by what else it shows.
async fn seat(api: &Api, headers: &HeaderMap, body: &[u8]) -> Result<Seat, Problem> {
    let signature = header(headers, "x-hub-signature-256");
    let Some(tenant) = api.mayday.github_hook(signature, body)? else {
        return Seat::of(api, admit(api, Right::Hook, credentials(headers))?).await;
    };
    let seat = Seat::of(api, Who::Local).await?;
    let (mayday, at) = (seat.mayday.clone(), seat.at);
    let mayday = blocking(move || mayday.of(&tenant, at)).await?;
    Ok(Seat { mayday, ..seat })
}

fn take(mayday: &Mayday, told: Told, act: Act) -> Result<Received, ChangeError> {
    let (taken, ignored) = match told {
        Told::Nothing(why) => (Vec::new(), Some(why)),
        Told::Activated(change) => (vec![mayday.hear_activation(*change, act)?], None),
        Told::Changes(changes) => {
            let numbered = (0..).zip(changes);
            let taken = numbered.map(|(n, change)| mayday.record_change(change, act.nth(n)));
            (taken.collect::<Result<_, _>>()?, None)
        }
    };
    let changes = taken.into_iter().map(|taken| taken.change().id).collect();
    Ok(Received { changes, ignored })
}
