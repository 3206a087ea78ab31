//! CloudEvents in their three modes.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn now() -> Timestamp {
    "2026-11-23T02:21:00Z".parse().unwrap()
}

fn whole() -> Value {
    json!({
        "specversion": "1.0", "id": "7", "source": "/registry", "type": "index.rebuilt",
        "subject": "kb", "time": "2026-11-23T02:00:00Z", "traceparent": "00-ab-cd-01",
        "sequence": 12, "datacontenttype": "application/json",
        "data": {"surface": "retrieval", "after": "2026-47", "reason": "weekly"}
    })
}

fn read_all(mode: Mode, headers: &[(&str, &str)], body: &str) -> Result<Vec<Change>, Refusal> {
    read(mode, headers.iter().copied(), body.as_bytes(), now())
}

#[test]
fn the_content_type_says_the_mode() {
    assert_eq!(Mode::of("application/cloudevents+json; charset=utf-8"), Mode::Structured);
    assert_eq!(Mode::of("Application/CloudEvents-Batch+json"), Mode::Batch);
    assert_eq!(Mode::of("application/json"), Mode::Binary);
}

#[test]
fn an_event_is_the_same_change_in_every_mode() {
    let one = read_all(Mode::Structured, &[], &whole().to_string()).unwrap();
    let [change] = &one[..] else { panic!("one change") };
    assert_eq!((change.surface, change.subject.as_deref()), (ChangeSurface::Retrieval, Some("kb")));
    assert_eq!(
        (change.summary.as_str(), change.door),
        ("index.rebuilt kb", ChangeDoor::Cloudevents)
    );
    assert_eq!(change.delivery.as_deref(), Some("/registry 7"));
    assert_eq!(change.activated.unwrap().to_string(), "2026-11-23T02:00:00Z");
    assert_eq!(change.labels["sequence"], "12");
    assert_eq!(change.labels["traceparent"], "00-ab-cd-01");

    let batch = json!([whole(), whole()]).to_string();
    assert_eq!(read_all(Mode::Batch, &[], &batch).unwrap(), [one.clone(), one.clone()].concat());
    let headers = [
        ("Ce-Specversion", "1.0"),
        ("ce-id", "7"),
        ("ce-source", "%2Fregistry"),
        ("ce-type", "\"index.rebuilt\""),
        ("ce-subject", "kb"),
        ("ce-time", "2026-11-23T02:00:00Z"),
        ("ce-traceparent", "00-ab-cd-01"),
        ("ce-sequence", "12"),
        ("content-type", "application/json"),
    ];
    let binary = read_all(Mode::Binary, &headers, &whole()["data"].to_string());
    assert_eq!(binary.unwrap(), one);
}

#[test]
fn an_event_in_other_words_is_a_change_of_code_named_after_its_type() {
    let told = json!({
        "specversion": "1.0", "id": "1", "source": "cd",
        "type": "dev.cdevents.service.deployed.0.2.0",
        "data": {"context": {"version": "0.5.0"}, "author": "ana"}
    });
    let changes = read_all(Mode::Structured, &[], &told.to_string()).unwrap();
    assert_eq!(changes[0].surface, ChangeSurface::Code);
    assert_eq!(changes[0].summary, "dev.cdevents.service.deployed.0.2.0");
    assert_eq!((changes[0].author.as_deref(), changes[0].activated), (Some("ana"), None));
}

#[test]
fn an_event_without_its_four_attributes_is_refused() {
    for name in ["specversion", "id", "source", "type"] {
        let mut event = whole();
        event.as_object_mut().unwrap().remove(name);
        let error = read_all(Mode::Structured, &[], &event.to_string()).unwrap_err().to_string();
        assert_eq!(error, format!("`{name}` is missing"));
    }
    let old = whole().to_string().replace("\"1.0\"", "\"0.3\"");
    assert!(read_all(Mode::Structured, &[], &old).is_err());
    let many = format!("[{}]", vec!["{}"; MOST_EVENTS + 1].join(","));
    assert!(read_all(Mode::Batch, &[], &many).unwrap_err().to_string().contains("1001 events"));
    assert!(read_all(Mode::Binary, &[], "{}").is_err());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        value in "\\PC{0,40}",
    ) {
        for mode in [Mode::Structured, Mode::Batch, Mode::Binary] {
            let _ = read(mode, [("ce-id", &*value)].into_iter(), &bytes, now());
        }
        let _ = decoded(&value);
    }

    #[test]
    fn no_alteration_of_an_event_makes_it_panic(place in 0_usize..400, byte in any::<u8>()) {
        let mut bytes = whole().to_string().into_bytes();
        let place = place % bytes.len();
        bytes[place] = byte;
        let _ = read(Mode::Structured, std::iter::empty(), &bytes, now());
    }
}
