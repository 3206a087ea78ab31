//! Alerts: listed and shown. They come in through [`crate::hooks`].

use axum::Json;
use axum::extract::Path;
use model::id::IdError;
use model::{AlertId, Fault};
use response::AlertView;

use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// `GET /api/v1/alerts`: every alert, latest first.
pub async fn list(seat: Seat) -> Json<Vec<AlertView>> {
    Json(seat.mayday.alerts())
}

/// `GET /api/v1/alerts/{alert}`: one, with what its feature's runs show.
pub async fn get(seat: Seat, Path(id): Path<String>) -> Result<Json<AlertView>, Problem> {
    let invalid = |error: IdError| Problem::new(Fault::Invalid, error.to_string());
    let id: AlertId = id.parse().map_err(invalid)?;
    Ok(Json(blocking(move || seat.mayday.alert_view(&id, seat.at)).await?))
}
