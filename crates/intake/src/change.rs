//! A change as our own JSON says it: the body of `POST /api/v1/changes`, and what others may put
//! into the free part of their own formats.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use model::change::{ChangeDoor, ChangeScope};
use model::{Change, ChangeSurface, IncidentId};
use serde::{Deserialize, Serialize};

use crate::error::Refusal;
use crate::json;
use crate::text::{LONGEST_LINE, LONGEST_NAME, line, link, some_line};

/// A change in JSON. All that is left out is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeJson {
    /// What was altered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surface: Option<ChangeSurface>,
    /// Which one of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// One line that says what was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Where it holds.
    #[serde(default)]
    pub scope: ChangeScope,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How to take it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<String>,
    /// Where more of it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The incident in whose course it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// When it was made; now if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduced: Option<Timestamp>,
    /// When it took effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activated: Option<Timestamp>,
    /// `api`, or `git` for the hook of a repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door: Option<ChangeDoor>,
    /// What the sender calls this message: a second one with the same is no second change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<String>,
    /// What the sender calls the thing itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whatever else there is to say.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// Longest text in which somebody says why.
const LONGEST_TEXT: usize = 4096;

/// Most names in one list of a scope.
const MOST_NAMES: usize = 100;

/// Most labels kept.
const MOST_LABELS: usize = 64;

/// Reads the JSON of a change.
pub fn read(body: &[u8]) -> Result<ChangeJson, Refusal> {
    json::read("change", body)
}

/// The change that some JSON says, taken in at a moment.
pub fn change(json: ChangeJson, now: Timestamp) -> Result<Change, Refusal> {
    let surface = json.surface.ok_or_else(|| Refusal::missing("surface"))?;
    let door = match json.door {
        None | Some(ChangeDoor::Api) => ChangeDoor::Api,
        Some(ChangeDoor::Git) => ChangeDoor::Git,
        Some(_) => return Err(Refusal::field("door", "is `api` or `git`")),
    };
    let name =
        |text: &Option<String>| text.as_deref().and_then(|text| some_line(text, LONGEST_NAME));
    let (subject, before, after) = (name(&json.subject), name(&json.before), name(&json.after));
    let summary = json.summary.as_deref().and_then(|text| some_line(text, LONGEST_LINE));
    let summary = summary.unwrap_or_else(|| told(surface, subject.as_deref(), after.as_deref()));
    let introduced =
        json.introduced.unwrap_or_else(|| json.activated.map_or(now, |it| it.min(now)));
    plausible("introduced", introduced, now)?;
    if let Some(activated) = json.activated {
        plausible("activated", activated, now)?;
        if activated < introduced {
            return Err(Refusal::field("activated", "lies before `introduced`"));
        }
    }
    Ok(Change {
        surface,
        subject,
        before,
        after,
        summary,
        scope: scope(json.scope)?,
        author: name(&json.author),
        reason: json.reason.as_deref().and_then(|text| some_line(text, LONGEST_TEXT)),
        rollback: json.rollback.as_deref().and_then(|text| some_line(text, LONGEST_LINE)),
        link: json.link.as_deref().and_then(link),
        incident: json.incident,
        introduced,
        activated: json.activated,
        door,
        delivery: name(&json.delivery),
        key: name(&json.key),
        labels: labels(json.labels),
    })
}

/// A summary for a change of which nobody gave one.
pub(crate) fn told(surface: ChangeSurface, subject: Option<&str>, after: Option<&str>) -> String {
    let mut told = surface.as_str().to_owned();
    for (before, part) in [(" ", subject), (" is now ", after)] {
        if let Some(part) = part {
            told.push_str(before);
            told.push_str(part);
        }
    }
    if after.is_none() {
        told.push_str(" changed");
    }
    line(&told, LONGEST_LINE)
}

/// Labels as they are kept: few, short, each on one line.
pub(crate) fn labels(
    labels: impl IntoIterator<Item = (String, String)>,
) -> BTreeMap<String, String> {
    let kept = labels.into_iter().filter_map(|(key, value)| {
        Some((some_line(&key, LONGEST_NAME)?, some_line(&value, LONGEST_LINE)?))
    });
    kept.take(MOST_LABELS).collect()
}

/// Refuses a time that no change can have: before 1970, or more than a year ahead.
pub(crate) fn plausible(field: &'static str, at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    let latest = now.checked_add(SignedDuration::from_hours(24 * 366)).unwrap_or(Timestamp::MAX);
    match at < Timestamp::UNIX_EPOCH || at > latest {
        true => Err(Refusal::field(field, "lies before 1970 or more than a year ahead")),
        false => Ok(()),
    }
}

fn scope(scope: ChangeScope) -> Result<ChangeScope, Refusal> {
    let ChangeScope { features, regions, segments, environment } = scope;
    let names = |names: Vec<String>| match names.len() > MOST_NAMES {
        true => Err(Refusal::TooMany { parts: names.len(), what: "names", most: MOST_NAMES }),
        false => Ok(names.iter().filter_map(|name| some_line(name, LONGEST_NAME)).collect()),
    };
    Ok(ChangeScope {
        features: names(features)?,
        regions: names(regions)?,
        segments: names(segments)?,
        environment: environment.as_deref().and_then(|text| some_line(text, LONGEST_NAME)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-23T09:00:00Z";

    fn read_at(text: &str) -> Result<Change, Refusal> {
        change(read(text.as_bytes())?, NOW.parse().unwrap())
    }

    #[test]
    fn what_is_left_out_is_unknown_and_the_rest_is_kept_on_one_line() {
        let told = r#"{"surface":"prompt","subject":"support","after":"9c22","reason":"a\nb",
            "scope":{"features":["support-agent"]},"introduced":"2026-11-19T16:00:00Z",
            "link":"javascript:alert(1)"}"#;
        let change = read_at(told).unwrap();
        assert_eq!(change.summary, "prompt support is now 9c22");
        assert_eq!((change.activated, change.link, change.before), (None, None, None));
        assert_eq!(change.reason.as_deref(), Some("a b"));
        assert_eq!(change.introduced.to_string(), "2026-11-19T16:00:00Z");
    }

    #[test]
    fn what_can_not_be_is_refused_by_name() {
        for (told, says) in [
            (r"{}", "`surface` is missing"),
            (r#"{"surface":"moon"}"#, "moon"),
            (r#"{"surface":"code","introduced":"1969-01-01T00:00:00Z"}"#, "before 1970"),
            (
                r#"{"surface":"code","introduced":"2026-11-23T08:00:00Z",
                    "activated":"2026-11-23T07:00:00Z"}"#,
                "before `introduced`",
            ),
            (r#"{"surface":"code","door":"github"}"#, "`api` or `git`"),
            (r#"{"surface":"code","whatever":1}"#, "whatever"),
        ] {
            let error = read_at(told).unwrap_err().to_string();
            assert!(error.contains(says), "{told}: {error}");
        }
    }
}
