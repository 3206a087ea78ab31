//! The answer of `GET /v1/models`: models with a date on which they stop to work.

use jiff::Timestamp;
use model::notice::{Impact, Notice, NoticeClass};
use serde::Deserialize;

use super::{Delivery, blank, json, moment, name};
use crate::error::Refusal;
use crate::text::{LONGEST_LINE, line};

/// Models of one list that are read.
const MOST_MODELS: usize = 10_000;

#[derive(Deserialize)]
struct List {
    data: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    id: String,
    shutdown_date: Option<String>,
}

/// One notice for each model that goes. A date that changes is a new notice of the same thread.
pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Notice>, Refusal> {
    let List { data } = json("list of models", delivery.body)?;
    if data.len() > MOST_MODELS {
        let (parts, what, most) = (data.len(), "models", MOST_MODELS);
        return Err(Refusal::TooMany { parts, what, most });
    }
    let goes = data.iter().filter_map(|one| Some((one, one.shutdown_date.as_deref()?)));
    Ok(goes.map(|(one, date)| going(delivery, &one.id, date)).collect())
}

/// What can't be read of one model is kept as it is, and takes nothing from the others.
fn going(delivery: &Delivery<'_>, id: &str, date: &str) -> Notice {
    let effective = moment::date(date);
    let (model, date) = (name(id), name(date));
    let said = format!("{model} {date}");
    Notice {
        class: effective.map_or(NoticeClass::Unknown, |at| class(at, delivery.at)),
        impact: Impact::Minor,
        key: name(&format!("models_list {said}")),
        thread: Some(model.clone()),
        title: line(&format!("{model} is shut down on {date}"), LONGEST_LINE),
        models: vec![model],
        effective,
        // The list has no date of saying so: what it says is new when it is first read.
        stated: None,
        ..blank(delivery, "shutdown_date")
    }
}

/// Before its day a model will go; from then on it is gone.
pub(super) fn class(effective: Timestamp, now: Timestamp) -> NoticeClass {
    if effective > now { NoticeClass::Deprecation } else { NoticeClass::Retirement }
}
