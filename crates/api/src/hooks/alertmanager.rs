//! `POST /api/v1/hooks/alertmanager`: groups of alerts, as Alertmanager and Grafana send them.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use model::AlertId;
use response::Heard;
use response::intake::alertmanager;
use serde::Serialize;

use crate::hooks::{bytes, is_json, sender};
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// What became of a group.
#[derive(Debug, Serialize)]
pub struct Received {
    /// The alert that each event belongs to; none for an end of what had not begun.
    alerts: Vec<Option<AlertId>>,
    /// Alerts that the sender left out.
    truncated: u64,
}

/// Takes a group in: 200 once each of its alerts is durable. Any other answer has it sent again.
pub async fn post(
    seat: Seat,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Received>), Problem> {
    is_json(&headers)?;
    let group = alertmanager::read(&bytes(body)?, seat.at);
    let group = group.inspect_err(|_| seat.mayday.refused_delivery())?;
    let by = sender(&seat.who, "alertmanager");
    let truncated = group.truncated;
    let hear = move || {
        let numbered = (0..).zip(group.events);
        let act = seat.act(&by);
        let heard = numbered.map(|(n, event)| seat.mayday.hear_alert(event, act.nth(n)));
        heard.map(|heard| heard.map(Heard::alert)).collect::<Result<_, _>>()
    };
    let alerts = blocking(hear).await?;
    Ok((StatusCode::OK, Json(Received { alerts, truncated })))
}
