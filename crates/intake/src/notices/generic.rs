//! Our own JSON, for whatever speaks none of the other formats: a script, a mail filter, a feed.

use jiff::Timestamp;
use model::notice::{Impact, Notice, NoticeClass};
use serde::Deserialize;

use super::{Delivery, blank, json, link, moment, name, names};
use crate::error::Refusal;
use crate::text::{LONGEST_LINE, line};

#[derive(Deserialize)]
struct Said {
    id: Option<String>,
    title: String,
    class: Option<NoticeClass>,
    kind: Option<String>,
    impact: Option<Impact>,
    thread: Option<String>,
    status: Option<String>,
    #[serde(default)]
    models: Vec<String>,
    replacement: Option<String>,
    #[serde(default)]
    regions: Vec<String>,
    effective: Option<String>,
    stated: Option<String>,
    link: Option<String>,
}

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Notice, Refusal> {
    let it: Said = json("notice", delivery.body)?;
    if it.title.trim().is_empty() {
        return Err(Refusal::missing("title"));
    }
    let mut notice = blank(delivery, it.kind.as_deref().unwrap_or("notice"));
    if let (None, Some(id)) = (delivery.id, &it.id) {
        notice.key = name(id);
    }
    let models = names(it.models.iter().map(String::as_str));
    let class = it.class.unwrap_or(NoticeClass::Unknown);
    let goes = matches!(class, NoticeClass::Deprecation | NoticeClass::Retirement);
    let thread = it.thread.as_deref().map(name);
    Ok(Notice {
        class,
        impact: it.impact.unwrap_or(Impact::None),
        thread: thread.or_else(|| models.first().filter(|_| goes && models.len() == 1).cloned()),
        status: it.status.as_deref().map(name),
        title: line(&it.title, LONGEST_LINE),
        models,
        replacement: it.replacement.as_deref().map(name),
        regions: names(it.regions.iter().map(String::as_str)),
        effective: when("effective", it.effective.as_deref())?,
        stated: when("stated", it.stated.as_deref())?,
        link: link(it.link.as_deref()),
        ..notice
    })
}

fn when(field: &'static str, text: Option<&str>) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let at = moment::read(text);
    let wrong = || Refusal::field(field, "is no date: write 2027-01-01 or 2027-01-01T00:00:00Z");
    at.map(Some).ok_or_else(wrong)
}
