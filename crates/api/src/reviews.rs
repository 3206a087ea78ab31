//! Quarterly reviews: read, graded blind, and then with the machine's grades.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use model::lesson::Grade;
use model::{Fault, IncidentId};
use response::GradeTold;
use response::reviews::{NotAQuarter, Quarter, Review};
use serde::{Deserialize, Serialize};

use crate::access::actor;
use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// A grade, in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeJson {
    /// The incident whose document it is.
    pub incident: IncidentId,
    /// `flattened`, `partly` or `used`.
    pub grade: Grade,
    /// On what ground.
    pub because: String,
    /// Who grades it.
    pub by: Option<String>,
}

/// Who looks at a review: what is withheld depends on it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookerJson {
    /// Who looks.
    pub by: Option<String>,
}

/// `GET /api/v1/reviews/{quarter}`: the machine's grades only for whoever asked for them.
pub async fn get(
    seat: Seat,
    Path(quarter): Path<String>,
    Query(LookerJson { by }): Query<LookerJson>,
) -> Result<Json<Review>, Problem> {
    let (quarter, by) = (parse(&quarter)?, actor(&seat.who, by)?);
    Ok(Json(blocking(move || seat.mayday.review(quarter, &by, seat.at)).await?))
}

/// `POST /api/v1/reviews/{quarter}/grades`: 201 once the grade is durable.
pub async fn grade(
    seat: Seat,
    Path(quarter): Path<String>,
    body: Result<Json<GradeJson>, JsonRejection>,
) -> Result<(StatusCode, Json<()>), Problem> {
    let GradeJson { incident, grade, because, by } = json(body)?;
    let (quarter, by) = (parse(&quarter)?, actor(&seat.who, by)?);
    let told = GradeTold { incident, grade, because };
    let tell = move || seat.mayday.grade_document(quarter, told, seat.act(&by));
    Ok((StatusCode::CREATED, Json(blocking(tell).await?)))
}

/// `POST /api/v1/reviews/{quarter}/showings`: the machine's grades, for good.
pub async fn show(
    seat: Seat,
    Path(quarter): Path<String>,
    body: Result<Json<LookerJson>, JsonRejection>,
) -> Result<Json<Review>, Problem> {
    let (quarter, by) = (parse(&quarter)?, actor(&seat.who, json(body)?.by)?);
    Ok(Json(blocking(move || seat.mayday.show_grades(quarter, seat.act(&by))).await?))
}

fn parse(text: &str) -> Result<Quarter, Problem> {
    let no = |error: NotAQuarter| Problem::new(Fault::NotFound, error.to_string());
    text.parse().map_err(no)
}
