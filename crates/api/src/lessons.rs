//! What is learned of an incident: its document, the items that follow, and what evals measured.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use jiff::Timestamp;
use model::eval::{Ablation, CaseResult};
use model::id::IdError;
use model::{Fault, IncidentId, ItemId, Measured, Window};
use response::lessons::{Bundle, Export};
use response::reviews::Fix;
use response::{AblationView, Closing, DocumentView, ItemView, MeasuredTold};
use serde::{Deserialize, Serialize};

use crate::access::actor;
use crate::incidents::incident_id;
use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// A body, if it can be read.
type Body<T> = Result<Json<T>, JsonRejection>;

/// A document that is filed, in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FiledJson {
    /// Markdown, or JSON of the schema.
    pub text: String,
    /// The version that was read before; none for whoever did not read any.
    pub version: Option<u32>,
    /// Who files it.
    pub by: Option<String>,
}

/// How an item is closed, in JSON.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosingJson {
    /// What somebody saw, for an item that names no eval and no threshold.
    pub because: Option<String>,
    /// For a threshold: since when its share is taken.
    pub since: Option<Timestamp>,
    /// Who closes it.
    pub by: Option<String>,
}

/// Why an item is opened again, in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReopeningJson {
    /// On what ground.
    pub because: String,
    /// Who opens it.
    pub by: Option<String>,
}

/// What an eval measured, in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredJson {
    /// The eval's name.
    pub eval: String,
    /// Its version.
    pub version: String,
    /// The feature that it is to guard.
    pub feature: Option<String>,
    /// The version of the model that was measured.
    pub model: String,
    /// What else it ran under: an incident's id, for a run as that incident ran.
    pub configuration: Option<String>,
    /// The cases; none where `from_flights` says where they are told.
    #[serde(default)]
    pub cases: Vec<CaseResult>,
    /// A window, as `START..END`: the cases are those of evaluation events in runs that began then.
    #[serde(default)]
    pub from_flights: Option<String>,
    /// The largest share of failed trials that still counts as green.
    #[serde(default)]
    pub threshold: f64,
    /// Whether only some of the eval's cases were run.
    #[serde(default)]
    pub partial: bool,
    /// When it ran; now if left out.
    pub at: Option<Timestamp>,
    /// Where it came from: `api` if left out.
    pub source: Option<String>,
    /// Who says so.
    pub by: Option<String>,
}

/// An ablation, in JSON.
#[derive(Debug, Serialize, Deserialize)]
pub struct AblationJson {
    /// The trials.
    #[serde(flatten)]
    pub ablation: Ablation,
    /// Who tells of them.
    #[serde(default)]
    pub by: Option<String>,
}

/// Whether an incident is an earlier one that came back, in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecurrenceJson {
    /// The earlier incident.
    pub earlier: IncidentId,
    /// Whether it came back.
    pub recurs: bool,
    /// On what ground.
    pub because: String,
    /// Who says so.
    pub by: Option<String>,
}

/// What is asked of an export.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportAsked {
    /// Most runs that become cases.
    pub most: Option<usize>,
}

/// `GET /api/v1/incidents/{incident}/document`: as it was filed last, else as the record tells it.
pub async fn get(seat: Seat, Path(id): Path<String>) -> Result<Json<DocumentView>, Problem> {
    let id = incident_id(&id)?;
    Ok(Json(blocking(move || seat.mayday.document(&id, &seat.who, seat.at)).await?))
}

/// `POST /api/v1/incidents/{incident}/document`: a person files it.
pub async fn file(
    seat: Seat,
    Path(id): Path<String>,
    body: Body<FiledJson>,
) -> Result<(StatusCode, Json<DocumentView>), Problem> {
    let FiledJson { text, version, by } = json(body)?;
    let (id, by) = (incident_id(&id)?, actor(&seat.who, by)?);
    let file = move || seat.mayday.file_document(&id, &text, version, seat.act(&by));
    Ok((StatusCode::CREATED, Json(blocking(file).await?)))
}

/// `GET /api/v1/items`: every item, those of the latest incident first.
pub async fn items(seat: Seat) -> Json<Vec<ItemView>> {
    Json(seat.mayday.items(seat.at))
}

/// `GET /api/v1/items/{item}`: one item.
pub async fn item(seat: Seat, Path(id): Path<String>) -> Result<Json<ItemView>, Problem> {
    let id = item_id(&id)?;
    Ok(Json(blocking(move || seat.mayday.item(&id, seat.at)).await?))
}

/// `GET /api/v1/items/{item}/fix`: whether the rate fell on cases that are not the item's own.
pub async fn fix(seat: Seat, Path(id): Path<String>) -> Result<Json<Fix>, Problem> {
    let id = item_id(&id)?;
    Ok(Json(blocking(move || seat.mayday.fix(&id)).await?))
}

/// `POST /api/v1/items/{item}/closing`: closed, if the record shows that it is done.
pub async fn close(
    seat: Seat,
    Path(id): Path<String>,
    body: Body<ClosingJson>,
) -> Result<Json<ItemView>, Problem> {
    let ClosingJson { because, since, by } = json(body)?;
    let (id, by) = (item_id(&id)?, actor(&seat.who, by)?);
    let told = Closing { because, since };
    Ok(Json(blocking(move || seat.mayday.close_item(&id, &told, seat.act(&by))).await?))
}

/// `POST /api/v1/items/{item}/reopening`: a person opens it again.
pub async fn reopen(
    seat: Seat,
    Path(id): Path<String>,
    body: Body<ReopeningJson>,
) -> Result<Json<ItemView>, Problem> {
    let ReopeningJson { because, by } = json(body)?;
    let (id, by) = (item_id(&id)?, actor(&seat.who, by)?);
    Ok(Json(blocking(move || seat.mayday.reopen_item(&id, &because, seat.act(&by))).await?))
}

/// `POST /api/v1/evals/results`: 201 once what was measured is durable.
pub async fn measure(
    seat: Seat,
    body: Body<MeasuredJson>,
) -> Result<(StatusCode, Json<Measured>), Problem> {
    let it = json(body)?;
    let by = actor(&seat.who, it.by)?;
    let within = it.from_flights.map(|text| text.parse::<Window>()).transpose();
    let within = within.map_err(|error| Problem::new(Fault::Invalid, error.to_string()))?;
    let source = if within.is_some() { "otel" } else { "api" };
    let mut told = MeasuredTold {
        eval: it.eval,
        version: it.version,
        feature: it.feature,
        model: it.model,
        configuration: it.configuration,
        cases: it.cases,
        threshold: it.threshold,
        partial: it.partial,
        at: it.at,
        source: it.source.unwrap_or_else(|| source.to_owned()),
    };
    let measure = move || {
        if let Some(within) = within {
            told.cases = seat.mayday.evaluated(&told.eval, within)?;
        }
        seat.mayday.take_measured(told, seat.act(&by))
    };
    let measured = blocking(measure).await?;
    Ok((StatusCode::CREATED, Json(measured)))
}

/// `GET /api/v1/incidents/{incident}/ablations`: trials with one part swapped.
pub async fn ablations(
    seat: Seat,
    Path(id): Path<String>,
) -> Result<Json<Vec<AblationView>>, Problem> {
    let id = incident_id(&id)?;
    Ok(Json(seat.mayday.ablations(&id)))
}

/// `POST /api/v1/incidents/{incident}/ablations`: kept as evidence of that incident.
pub async fn ablate(
    seat: Seat,
    Path(id): Path<String>,
    body: Body<AblationJson>,
) -> Result<(StatusCode, Json<AblationView>), Problem> {
    let AblationJson { ablation, by } = json(body)?;
    let (id, by) = (incident_id(&id)?, actor(&seat.who, by)?);
    let tell = move || seat.mayday.tell_ablation(&id, ablation, seat.act(&by));
    Ok((StatusCode::CREATED, Json(blocking(tell).await?)))
}

/// `POST /api/v1/incidents/{incident}/recurrences`: whether an earlier one came back.
pub async fn recurs(
    seat: Seat,
    Path(id): Path<String>,
    body: Body<RecurrenceJson>,
) -> Result<(StatusCode, Json<()>), Problem> {
    let RecurrenceJson { earlier, recurs, because, by } = json(body)?;
    let (id, by) = (incident_id(&id)?, actor(&seat.who, by)?);
    let judge =
        move || seat.mayday.judge_recurrence(&id, &earlier, (recurs, &because), seat.act(&by));
    Ok((StatusCode::CREATED, Json(blocking(judge).await?)))
}

/// `GET /api/v1/incidents/{incident}/cases`: its bad runs as cases, anonymised.
pub async fn cases(
    seat: Seat,
    Path(id): Path<String>,
    Query(ExportAsked { most }): Query<ExportAsked>,
) -> Result<Json<Export>, Problem> {
    let id = incident_id(&id)?;
    Ok(Json(blocking(move || seat.mayday.export_cases(&id, most, &seat.who, seat.at)).await?))
}

/// `GET /api/v1/incidents/{incident}/bundles`: its bad runs as they were recorded.
pub async fn bundles(
    seat: Seat,
    Path(id): Path<String>,
    Query(ExportAsked { most }): Query<ExportAsked>,
) -> Result<Json<Vec<Bundle>>, Problem> {
    let id = incident_id(&id)?;
    Ok(Json(blocking(move || seat.mayday.export_bundles(&id, most, &seat.who, seat.at)).await?))
}

fn item_id(text: &str) -> Result<ItemId, Problem> {
    text.parse().map_err(|error: IdError| Problem::new(Fault::NotFound, error.to_string()))
}
