//! Keeping: people erased, everything proven, copies made.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use response::{Erasure, Proof};
use serde::{Deserialize, Serialize};

use crate::access::actor;
use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// A person to erase.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureJson {
    subject: String,
    #[serde(default)]
    dry_run: bool,
    by: Option<String>,
}

/// A copy that was made.
#[derive(Debug, Serialize, Deserialize)]
pub struct BackupJson {
    /// The directory it stands in, on the server.
    pub directory: String,
    /// The files in it.
    pub files: Vec<String>,
}

/// `POST /api/v1/erasures`: destroys a person's keys, or says what that would do.
pub async fn erase(
    seat: Seat,
    body: Result<Json<ErasureJson>, JsonRejection>,
) -> Result<Json<Erasure>, Problem> {
    let ErasureJson { subject, dry_run, by } = json(body)?;
    let by = actor(&seat.who, by)?;
    let erase = move || match dry_run {
        true => seat.mayday.would_erase(&subject),
        false => seat.mayday.erase(&subject, seat.act(&by)),
    };
    Ok(Json(blocking(erase).await?))
}

/// `GET /api/v1/verify`: checks the ledger and all flights.
pub async fn verify(seat: Seat) -> Result<Json<Proof>, Problem> {
    Ok(Json(blocking(move || seat.mayday.prove()).await?))
}

/// `POST /api/v1/backups`: copies the ledger and all flights, beside them.
pub async fn back_up(seat: Seat) -> Result<Json<BackupJson>, Problem> {
    let (directory, files) = blocking(move || seat.mayday.back_up_beside(seat.at)).await?;
    Ok(Json(BackupJson { directory: directory.display().to_string(), files }))
}
