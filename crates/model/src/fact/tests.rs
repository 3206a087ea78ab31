//! Facts as they were written, by every version.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Fact;

/// Facts as the first version that knew them wrote them. Add to them; never write one anew.
const WRITTEN: [&str; 9] = [
    include_str!("access.jsonl"),
    include_str!("alerts.jsonl"),
    include_str!("changes.jsonl"),
    include_str!("course.jsonl"),
    include_str!("deliveries.jsonl"),
    include_str!("keeping.jsonl"),
    include_str!("lessons.jsonl"),
    include_str!("notices.jsonl"),
    include_str!("triage.jsonl"),
];

/// Facts of before there were tenants, and reports with all that they have now.
const GROWN: &str = include_str!("incidents.jsonl");

fn written() -> impl Iterator<Item = &'static str> {
    WRITTEN.into_iter().flat_map(str::lines)
}

#[test]
fn facts_stay_readable() {
    for written in written() {
        let fact: Fact = serde_json::from_str(written).unwrap();
        assert_eq!(serde_json::to_string(&fact).unwrap(), written);
    }
}

#[test]
fn facts_that_have_more_keys_now_stay_readable_and_lose_nothing() {
    for written in GROWN.lines() {
        let fact: Fact = serde_json::from_str(written).unwrap();
        let now = serde_json::to_value(&fact).unwrap();
        let then: Value = serde_json::from_str(written).unwrap();
        assert_eq!(lost(&then, &now), None, "{written}");
    }
}

#[test]
fn there_is_a_sample_of_every_fact() {
    let kind = |written: &str| {
        let written: Value = serde_json::from_str(written).unwrap();
        written["type"].as_str().unwrap().to_owned()
    };
    let sampled: BTreeSet<String> = written().chain(GROWN.lines()).map(kind).collect();
    // Whoever reads a type that there is not is told of all that there are.
    let told = serde_json::from_str::<Fact>(r#"{"type":"?"}"#).unwrap_err().to_string();
    let known: BTreeSet<String> = told.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    assert!(known.contains("incident_declared") && known.contains("delivery_retried"), "{told}");
    assert_eq!(sampled, known);
}

/// The first part of what was written that is not there now, or is another.
fn lost(then: &Value, now: &Value) -> Option<String> {
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => then.iter().find_map(|(key, then)| {
            let part = lost(then, now.get(key).unwrap_or(&Value::Null))?;
            Some(format!("{key}.{part}"))
        }),
        (Value::Array(then), Value::Array(now)) if then.len() == now.len() => {
            then.iter().zip(now).find_map(|(then, now)| lost(then, now))
        }
        // The first 16 bytes of a hash of 32 are the address.
        (Value::String(then), Value::String(now)) if then.len() == 64 && now.len() == 32 => {
            (!then.starts_with(now.as_str())).then(|| then.clone())
        }
        (then, now) => (then != now).then(|| then.to_string()),
    }
}

#[test]
fn a_fact_of_a_later_version_is_kept_as_it_is() {
    let (new, grown) = (
        r#"{"type":"moon_landed","n":1}"#,
        r#"{"type":"day_retired","tenant":"a","day":{"year":2026}}"#,
    );
    for (body, kind) in [(new, "moon_landed"), (grown, "day_retired")] {
        let (kind, body) = (kind.to_owned(), body.to_owned());
        assert_eq!(Fact::of_json(&body).unwrap(), Fact::Unknown { kind, body });
    }
}

#[test]
fn what_names_no_type_is_no_fact() {
    for body in ["", "no fact", "null", "[]", "{}", r#"{"type":7}"#, r#"{"type":"a""#] {
        assert!(Fact::of_json(body).is_err(), "{body}");
    }
}

#[test]
fn nobody_can_state_an_unknown_fact() {
    let fact = Fact::Unknown { kind: "a".to_owned(), body: r#"{"type":"a"}"#.to_owned() };
    assert!(serde_json::to_string(&fact).is_err());
    let body = r#"{"type":"unknown","kind":"a","body":"b"}"#;
    assert!(
        matches!(Fact::of_json(body).unwrap(), Fact::Unknown { kind, .. } if kind == "unknown")
    );
}
