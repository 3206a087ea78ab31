//! What Alertmanager and Grafana send.

use proptest::prelude::*;

use super::*;

const FIRING: &str = r#"{
  "version": "4", "groupKey": "{}:{alertname=\"BadAnswers\"}", "truncatedAlerts": 2,
  "status": "firing", "receiver": "mayday", "groupLabels": {"alertname": "BadAnswers"},
  "commonLabels": {"alertname": "BadAnswers", "severity": "critical"},
  "commonAnnotations": {"summary": "bad answers above 10 %"},
  "externalURL": "http://alertmanager:9093", "notification_reason": "first",
  "alerts": [
    {"status": "firing", "labels": {"alertname": "BadAnswers", "severity": "critical",
      "feature": "support-agent", "region": "eu"}, "annotations": {},
     "startsAt": "2026-11-23T02:15:00.5Z", "endsAt": "0001-01-01T00:00:00Z",
     "generatorURL": "http://prometheus:9090/graph?g0", "fingerprint": "c6d3f2a1b0e4d5c7"},
    {"status": "resolved", "labels": {"alertname": "BadAnswers", "region": "us"},
     "annotations": {"summary": "us is fine"}, "startsAt": "2026-11-23T02:00:00Z",
     "endsAt": "2026-11-23T02:20:00Z", "generatorURL": "", "fingerprint": "aaaabbbbccccdddd"}
  ]
}"#;

fn now() -> Timestamp {
    "2026-11-23T02:21:00Z".parse().unwrap()
}

fn read_text(text: &str) -> Result<Group, Refusal> {
    read(text.as_bytes(), now())
}

#[test]
fn each_alert_of_a_group_is_an_event_and_the_left_out_are_told() {
    let group = read_text(FIRING).unwrap();
    assert_eq!((group.events.len(), group.truncated), (2, 2));
    let [firing, resolved] = &group.events[..] else { panic!("two events") };
    assert_eq!(firing.key, "{}:{alertname=\"BadAnswers\"} c6d3f2a1b0e4d5c7");
    assert_eq!((firing.action, firing.severity), (AlertAction::Trigger, AlertSeverity::Critical));
    assert_eq!(firing.summary, "bad answers above 10 %");
    assert_eq!(firing.feature.as_deref(), Some("support-agent"));
    assert_eq!(firing.at.to_string(), "2026-11-23T02:15:00.5Z");
    assert_eq!(firing.link.as_deref(), Some("http://prometheus:9090/graph?g0"));
    assert_eq!(
        (resolved.action, resolved.severity),
        (AlertAction::Resolve, AlertSeverity::Warning)
    );
    assert_eq!(resolved.at.to_string(), "2026-11-23T02:20:00Z");
    assert_eq!(resolved.summary, "us is fine");
    assert_eq!(resolved.link.as_deref(), Some("http://alertmanager:9093"));
}

#[test]
fn what_grafana_adds_changes_nothing() {
    let grafana = FIRING
        .replace("\"version\": \"4\"", "\"version\": \"1\", \"orgId\": 1, \"state\": \"alerting\"")
        .replace("\"fingerprint\": \"c6", "\"values\": {\"A\": 1}, \"fingerprint\": \"c6");
    assert_eq!(read_text(&grafana).unwrap(), read_text(FIRING).unwrap());
}

#[test]
fn without_a_fingerprint_the_labels_tell_alerts_apart_and_long_keys_do_not_merge() {
    let bare = FIRING.replace("c6d3f2a1b0e4d5c7", "").replace("aaaabbbbccccdddd", "");
    let events = read_text(&bare).unwrap().events;
    assert_ne!(events[0].key, events[1].key);
    let long = "x".repeat(300);
    let events = read_text(&FIRING.replace("{}:{", &format!("{long}:{{"))).unwrap().events;
    assert!(events[0].key != events[1].key && events[0].key.len() == 64, "{}", events[0].key);
}

#[test]
fn what_is_no_such_webhook_is_refused_with_a_reason() {
    let many = format!(
        r#"{{"version":"4","groupKey":"g","alerts":[{}]}}"#,
        vec![r#"{"status":"firing"}"#; MOST_ALERTS + 1].join(",")
    );
    for (text, says) in [
        ("", "no Alertmanager webhook"),
        ("[]", "no Alertmanager webhook"),
        (&FIRING.replace("\"version\": \"4\"", "\"version\": \"3\""), "`version` is not `4`"),
        (&FIRING.replace("\"status\": \"resolved\"", "\"status\": \"odd\""), "alerts.status"),
        (&many, "1001 alerts"),
        (&" ".repeat(crate::text::LONGEST_BODY + 1), "at most 1048576"),
    ] {
        let error = read_text(text).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes, now());
    }

    #[test]
    fn no_alteration_of_a_webhook_makes_it_panic(
        place in 0..FIRING.len(),
        byte in any::<u8>(),
    ) {
        let mut bytes = FIRING.as_bytes().to_vec();
        bytes[place] = byte;
        let _ = read(&bytes, now());
    }
}
