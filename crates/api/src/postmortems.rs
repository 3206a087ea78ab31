//! Postmortems: checked against their traces.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use response::postmortem::Linted;
use serde::{Deserialize, Serialize};

use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// A document to check, in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentJson {
    /// Markdown, or JSON of the schema.
    pub text: String,
    /// Names that no cause or remedy may hold, beside those of people with keys.
    #[serde(default)]
    pub roster: Vec<String>,
}

/// `POST /api/v1/postmortems/lint`: errors and findings; nothing is kept.
pub async fn lint(
    seat: Seat,
    body: Result<Json<DocumentJson>, JsonRejection>,
) -> Result<Json<Linted>, Problem> {
    let DocumentJson { text, roster } = json(body)?;
    let lint = move || seat.mayday.lint_document(&text, roster, &seat.who, seat.at);
    Ok(Json(blocking(lint).await?))
}
