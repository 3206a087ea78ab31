//! Notices of providers, and the channels they come by.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::JsonRejection;
use model::{Fault, NoticeId};
use response::channels::matrix::{ChannelView, Matrix};
use response::notices::{NoticeView, Taken};
use response::webhooks::FileFormat;
use serde::{Deserialize, Serialize};

use crate::access::actor;
use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// A file of models that go, in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileJson {
    /// What it is called: the ending says how it is written.
    pub name: String,
    /// What is in it.
    pub text: String,
    /// Who brings it.
    pub by: Option<String>,
}

/// Who asks for something.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByJson {
    /// Their name.
    pub by: Option<String>,
}

/// `GET /api/v1/notices`: of each thing the latest notice, latest first.
pub async fn list(seat: Seat) -> Json<Vec<NoticeView>> {
    Json(seat.mayday.list_notices(seat.at))
}

/// `GET /api/v1/notices/{notice}`: one.
pub async fn get(seat: Seat, Path(notice): Path<NoticeId>) -> Result<Json<NoticeView>, Problem> {
    Ok(Json(seat.mayday.notice(&notice, seat.at)?))
}

/// `POST /api/v1/notices/imports`: 200 once what a file says is durable.
pub async fn import(
    seat: Seat,
    body: Result<Json<FileJson>, JsonRejection>,
) -> Result<Json<Taken>, Problem> {
    let FileJson { name, text, by } = json(body)?;
    let by = actor(&seat.who, by)?;
    let unknown = || Problem::new(Fault::Invalid, "the file's name ends in .toml, .csv or .json");
    let format = FileFormat::of(&name).ok_or_else(unknown)?;
    let import = move || {
        let taken = seat.mayday.import_notices(format, text.as_bytes(), seat.act(&by))?;
        seat.mayday.keep_notices(seat.at, seat.random.rotate_left(17))?;
        Ok::<_, response::notices::NoticeError>(taken)
    };
    Ok(Json(blocking(import).await?))
}

/// `GET /api/v1/channels`: by provider and kind, gaps among them.
pub async fn channels(seat: Seat) -> Result<Json<Matrix>, Problem> {
    let look = move || Ok::<_, response::notices::NoticeError>(seat.mayday.channel_matrix(seat.at));
    Ok(Json(blocking(look).await?))
}

/// `POST /api/v1/channels/{channel}/tests`: the channel, after a test event went through it.
pub async fn test(
    seat: Seat,
    Path(channel): Path<String>,
    body: Result<Json<ByJson>, JsonRejection>,
) -> Result<Json<ChannelView>, Problem> {
    let by = actor(&seat.who, json(body)?.by)?;
    Ok(Json(blocking(move || seat.mayday.test_channel(&channel, seat.act(&by))).await?))
}
