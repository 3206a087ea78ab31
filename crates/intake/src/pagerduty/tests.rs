//! What senders of PagerDuty events send.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn now() -> Timestamp {
    "2026-11-23T02:21:00Z".parse().unwrap()
}

fn trigger() -> Value {
    json!({
        "routing_key": "R0UT1NGK3YR0UT1NGK3YR0UT1NGK3Y00", "event_action": "trigger",
        "dedup_key": "db/7",
        "payload": {
            "summary": "search is down", "source": "prober", "severity": "critical",
            "timestamp": "2026-11-23T02:14:07.000+0000", "component": "search_kb",
            "class": "Outage",
            "custom_details": {"feature": "support-agent", "tries": 3, "last": {"code": 503}}
        },
        "links": [{"href": "ftp://no"}, {"href": "https://status.example/1", "text": "status"}],
        "images": [{"src": "https://x.example/i.png"}], "client": "prober",
        "client_url": "https://prober.example"
    })
}

fn read_json(value: &Value) -> Result<Event, Invalid> {
    event(value.to_string().as_bytes(), now())
}

fn without(mut value: Value, path: &str) -> Value {
    let (parent, key) = path.rsplit_once('/').unwrap();
    value.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
    value
}

fn with(mut value: Value, path: &str, new: &Value) -> Value {
    *value.pointer_mut(path).unwrap() = new.clone();
    value
}

#[test]
fn a_trigger_is_an_alert_within_the_lane_of_its_routing_key() {
    let alert = read_json(&trigger()).unwrap().alert("prn_a", "db/7", now());
    assert_eq!((alert.door, &*alert.key), (AlertDoor::Pagerduty, "prn_a db/7"));
    assert_eq!((alert.action, alert.severity), (AlertAction::Trigger, AlertSeverity::Critical));
    assert_eq!(alert.at.to_string(), "2026-11-23T02:14:07Z");
    assert_eq!(alert.feature.as_deref(), Some("support-agent"));
    assert_eq!(alert.link.as_deref(), Some("https://status.example/1"));
    assert_eq!(alert.labels["last"], r#"{"code":503}"#);
    assert!(alert.is_outage() && !alert.labels.values().any(|it| it.contains("R0UT1NG")));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    insta::assert_debug_snapshot!(event(b"{}", now()).unwrap_err().0, @r#"
    [
        "'routing_key' is missing or blank",
        "'event_action' is missing or blank",
    ]
    "#);
    let bare = with(trigger(), "/payload", &json!({"severity": "awful"}));
    let wrong = read_json(&bare).unwrap_err().0;
    assert_eq!(
        wrong[..2],
        ["'payload.summary' is missing or blank", "'payload.source' is missing or blank"]
    );
    assert!(wrong[2].starts_with("'payload.severity' is invalid"), "{wrong:?}");
    for (value, says) in [
        (without(trigger(), "/payload"), "'payload' is missing"),
        (with(trigger(), "/event_action", &json!("explode")), "'event_action' is invalid"),
        (with(trigger(), "/dedup_key", &json!("k".repeat(256))), "'dedup_key' is too long"),
        (with(trigger(), "/payload", &json!("x")), "no event"),
    ] {
        let wrong = read_json(&value).unwrap_err().to_string();
        assert!(wrong.contains(says), "{wrong}");
    }
}

#[test]
fn acknowledging_and_resolving_need_a_key_and_nothing_more() {
    for word in ["acknowledge", "resolve"] {
        let bare = json!({"routing_key": "r", "event_action": word, "dedup_key": "k"});
        assert!(read_json(&bare).is_ok());
        let keyless = without(bare, "/dedup_key");
        assert!(read_json(&keyless).unwrap_err().to_string().contains("'dedup_key' is missing"));
    }
    assert_eq!(read_json(&without(trigger(), "/dedup_key")).unwrap().dedup_key, None);
}

#[test]
fn a_summary_that_is_too_long_is_cut_and_says_so() {
    let long = with(trigger(), "/payload/summary", &json!("ä".repeat(1000)));
    let alert = read_json(&long).unwrap().alert("l", "k", now());
    assert_eq!((alert.summary.len(), &*alert.labels["mayday_cut"]), (1024, "summary"));
}

#[test]
fn a_change_event_says_what_moved_as_far_as_it_knows_our_words() {
    let told = json!({
        "routing_key": "r",
        "payload": {
            "summary": "prompt support rolled out", "source": "ci",
            "timestamp": "2026-11-23T01:00:00Z",
            "custom_details": {
                "surface": "prompt", "subject": "support", "before": "41", "after": "42",
                "feature": "support-agent", "author": "ana", "build": 7
            }
        },
        "links": [{"href": "https://ci.example/7"}]
    });
    let change = change_event(told.to_string().as_bytes(), now()).unwrap().change;
    assert_eq!(
        (change.surface, change.subject.as_deref()),
        (ChangeSurface::Prompt, Some("support"))
    );
    assert_eq!((change.after.as_deref(), change.author.as_deref()), (Some("42"), Some("ana")));
    assert_eq!(change.scope.features, ["support-agent"]);
    assert_eq!(change.activated.unwrap().to_string(), "2026-11-23T01:00:00Z");
    assert_eq!(change.labels["build"], "7");
    assert!(change.delivery.is_some());

    let bare = json!({"routing_key": "r", "payload": {"summary": "deployed"}});
    let change = change_event(bare.to_string().as_bytes(), now()).unwrap().change;
    assert_eq!((change.surface, change.introduced), (ChangeSurface::Code, now()));
    assert_eq!(change.delivery, None);
    let odd = json!({
        "routing_key": "r",
        "payload": {"summary": "x", "custom_details": {"surface": "moon"}}
    });
    let wrong = change_event(odd.to_string().as_bytes(), now()).unwrap_err().to_string();
    assert!(wrong.contains("`moon` is no surface"), "{wrong}");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = event(&bytes, now());
        let _ = change_event(&bytes, now());
    }

    #[test]
    fn no_alteration_of_an_event_makes_it_panic(place in 0_usize..600, byte in any::<u8>()) {
        let mut bytes = trigger().to_string().into_bytes();
        let place = place % bytes.len();
        bytes[place] = byte;
        let _ = event(&bytes, now());
    }
}
