//! What GitHub sends.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn now() -> Timestamp {
    "2026-11-23T02:21:00Z".parse().unwrap()
}

fn watched() -> Vec<Watched> {
    let watched = |paths: &str, surface| Watched {
        paths: glob::Pattern::new(paths).unwrap(),
        surface,
        feature: Some("support-agent".to_owned()),
    };
    vec![
        watched("prompts/**/*.md", ChangeSurface::Prompt),
        watched("tools/*.json", ChangeSurface::Tool),
    ]
}

fn told(event: &str, body: &Value) -> Result<Told, Refusal> {
    read(event, Some("d-1"), body.to_string().as_bytes(), &watched(), now())
}

fn deployment() -> Value {
    json!({
        "action": "created",
        "deployment": {
            "id": 42, "sha": "a84d88e7554fc1fa21bcbc4efae3c782a70d2b9d", "ref": "main",
            "task": "deploy", "environment": "production", "description": "nightly",
            "created_at": "2026-11-23T01:00:00Z", "creator": {"login": "ana"}, "payload": {}
        },
        "repository": {"full_name": "acme/agents", "default_branch": "main"}
    })
}

fn push() -> Value {
    json!({
        "ref": "refs/heads/main", "before": "1111111", "after": "2222222", "deleted": false,
        "compare": "https://github.com/acme/agents/compare/1111111...2222222",
        "repository": {"full_name": "acme/agents", "default_branch": "main"},
        "pusher": {"name": "ana", "email": "ana@acme.example"},
        "commits": [
            {"id": "2222221", "message": "Softer words\n\nlong",
             "timestamp": "2026-11-19T17:00:00+01:00",
             "author": {"name": "Zoe", "username": "zoe"},
             "added": [], "modified": ["prompts/support/main.md", "src/a.rs"], "removed": []},
            {"id": "2222222", "message": "Tool", "timestamp": "2026-11-19T18:00:00+01:00",
             "author": {"name": "Ana", "username": "ana"},
             "added": ["tools/search.json", "tools/old/x.json"], "modified": [], "removed": []}
        ]
    })
}

#[test]
fn a_deployment_is_a_change_and_its_success_makes_it_take_effect() {
    let Told::Changes(changes) = told("deployment", &deployment()).unwrap() else { panic!() };
    let [change] = &changes[..] else { panic!("one change") };
    assert_eq!(change.summary, "acme/agents main deployed to production: nightly");
    assert_eq!(change.key.as_deref(), Some("acme/agents deployment 42"));
    assert_eq!((change.delivery.as_deref(), change.activated), (Some("d-1"), None));
    assert_eq!(change.scope.environment.as_deref(), Some("production"));

    let mut status = deployment();
    status["deployment_status"] = json!({"state": "pending", "created_at": "2026-11-23T01:04:00Z"});
    let Told::Nothing(_) = told("deployment_status", &status).unwrap() else { panic!() };
    status["deployment_status"]["state"] = json!("success");
    let Told::Activated(change) = told("deployment_status", &status).unwrap() else { panic!() };
    assert_eq!(change.activated.unwrap().to_string(), "2026-11-23T01:04:00Z");
    assert_eq!(change.key.as_deref(), Some("acme/agents deployment 42"));
}

#[test]
fn a_push_is_a_change_for_each_watched_file_that_it_touches() {
    let Told::Changes(changes) = told("push", &push()).unwrap() else { panic!() };
    let [prompt, tool] = &changes[..] else { panic!("two changes: {changes:#?}") };
    assert_eq!(prompt.subject.as_deref(), Some("prompts/support/main.md"));
    assert_eq!((prompt.surface, tool.surface), (ChangeSurface::Prompt, ChangeSurface::Tool));
    assert_eq!(
        (prompt.author.as_deref(), prompt.reason.as_deref()),
        (Some("zoe"), Some("Softer words"))
    );
    assert_eq!(prompt.introduced.to_string(), "2026-11-19T16:00:00Z");
    assert_eq!((prompt.activated, &*prompt.scope.features[0]), (None, "support-agent"));
    assert_ne!(prompt.delivery, tool.delivery);

    let mut elsewhere = push();
    elsewhere["ref"] = json!("refs/heads/try");
    assert!(matches!(told("push", &elsewhere).unwrap(), Told::Nothing(_)));
    let mut unwatched = push();
    unwatched["commits"] = json!([{"modified": ["src/a.rs"]}]);
    assert!(matches!(told("push", &unwatched).unwrap(), Told::Nothing(_)));
}

#[test]
fn a_release_introduces_code_when_it_is_published() {
    let mut release = json!({
        "action": "published",
        "release": {"tag_name": "v2", "name": "Second", "html_url": "https://github.com/r/v2",
            "published_at": "2026-11-22T10:00:00Z", "author": {"login": "ana"}},
        "repository": {"full_name": "acme/agents"}
    });
    let Told::Changes(changes) = told("release", &release).unwrap() else { panic!() };
    assert_eq!(changes[0].summary, "acme/agents v2 released: Second");
    assert_eq!((changes[0].after.as_deref(), changes[0].activated), (Some("v2"), None));
    release["action"] = json!("edited");
    assert!(matches!(told("release", &release).unwrap(), Told::Nothing(_)));
}

#[test]
fn other_events_tell_of_nothing_and_broken_ones_are_refused() {
    for event in ["ping", "star", "workflow_run"] {
        assert!(matches!(told(event, &json!({"zen": "x"})).unwrap(), Told::Nothing(_)), "{event}");
    }
    for event in ["deployment", "deployment_status", "release", "push"] {
        assert!(told(event, &json!({})).is_err(), "{event}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for event in ["deployment", "deployment_status", "release", "push"] {
            let _ = read(event, None, &bytes, &watched(), now());
        }
    }

    #[test]
    fn no_alteration_of_a_push_makes_it_panic(place in 0_usize..900, byte in any::<u8>()) {
        let mut bytes = push().to_string().into_bytes();
        let place = place % bytes.len();
        bytes[place] = byte;
        let _ = read("push", Some("d"), &bytes, &watched(), now());
    }
}
