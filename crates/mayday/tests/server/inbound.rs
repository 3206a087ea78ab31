//! What other people's tools send, in the forms that they know.

use std::process::Command;

use hmac::{Hmac, KeyInit, Mac};
use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::harness::{Server, data_dir, mayday, request, root, text, told};

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = mayday().args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

async fn post(server: &Server, path: &str, body: &Value) -> (StatusCode, Value) {
    let asked = server.client.post(format!("{}{path}", server.http)).json(body);
    let answer = asked.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

fn trigger(routing_key: &str) -> Value {
    json!({
        "routing_key": routing_key, "event_action": "trigger", "dedup_key": "db/7",
        "payload": {"summary": "search is down", "source": "prober", "severity": "critical",
            "custom_details": {"feature": "support-agent"}}
    })
}

#[tokio::test]
async fn pagerduty_events_are_taken_and_answered_as_their_senders_know_it() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let change = json!({"routing_key": "x", "payload": {"summary": "deployed 7"}});
    let (status, answer) = post(&server, "/v2/change/enqueue", &change).await;
    let processed = json!({"status": "success", "message": "Change event processed"});
    assert_eq!((status, answer), (StatusCode::ACCEPTED, processed));
    assert_eq!(server.json("/api/v1/changes").await[0]["summary"], "deployed 7");

    let (status, answer) = post(&server, "/v2/enqueue", &trigger("anything")).await;
    let processed = json!({"status": "success", "message": "Event processed", "dedup_key": "db/7"});
    assert_eq!((status, answer), (StatusCode::ACCEPTED, processed));
    let mut keyless = trigger("anything");
    keyless.as_object_mut().unwrap().remove("dedup_key");
    let (_, answer) = post(&server, "/v2/enqueue", &keyless).await;
    assert!(!answer["dedup_key"].as_str().unwrap().is_empty());

    let (status, answer) = post(&server, "/v2/enqueue", &json!({"routing_key": "x"})).await;
    assert_eq!((status, &answer["status"]), (StatusCode::BAD_REQUEST, &json!("invalid event")));
    assert_eq!(answer["message"], "Event object is invalid");
    assert_eq!(answer["errors"], json!(["'event_action' is missing or blank"]));
    assert_eq!(server.metric("mayday_hooks_refused_total").await, 1);

    let incidents = server.json("/api/v1/incidents").await;
    assert_eq!(incidents.as_array().unwrap().len(), 1, "by rule: {incidents}");
    let id = incidents[0]["id"].as_str().unwrap();
    let shown = server.json(&format!("/api/v1/incidents/{id}")).await;
    assert_eq!(shown["links"].as_array().unwrap().len(), 2);
    assert_eq!(shown["suspects"][0]["summary"], "deployed 7");
}

#[tokio::test]
async fn a_routing_key_is_a_key_once_keys_are_asked_for_and_is_written_down_nowhere() {
    let (_guard, data) = data_dir();
    let directory = data.to_str().unwrap().to_owned();
    let create = |kind: &str| {
        let to = ["--data-dir", &directory];
        let (code, told, error) =
            run(&[&["key", "create", "--kind", kind, "--name", kind], &to[..]].concat());
        assert_eq!(code, Some(0), "{error}");
        told
    };
    create("person");
    let told = create("ingest");
    let token = told.split_whitespace().find(|word| word.starts_with("mdk_")).unwrap().to_owned();
    let server = Server::start(&data, &[]);
    for wrong in ["R0UT1NGK3YR0UT1NGK3YR0UT1NGK3Y00", &token.replace('a', "b")] {
        let (status, answer) = post(&server, "/v2/enqueue", &trigger(wrong)).await;
        assert_eq!(
            (status, &answer["status"]),
            (StatusCode::UNAUTHORIZED, &json!("invalid event"))
        );
    }
    let (status, _) = post(&server, "/v2/enqueue", &trigger(&token)).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    server.stop();
    let (_, alerts, _) = run(&["alert", "list", "--json", "--data-dir", &directory]);
    let alerts: Value = serde_json::from_str(&alerts).unwrap();
    assert!(alerts[0]["key"].as_str().unwrap().starts_with("prn_"), "{alerts}");
    assert!(!alerts.to_string().contains(&token));
}

#[tokio::test]
async fn a_group_of_alertmanager_is_one_alert_each_and_a_page_in_a_browser_can_send_none() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let group = |status: &str| {
        json!({
            "version": "4", "groupKey": "{}:{}", "truncatedAlerts": 0, "status": status,
            "alerts": [{"status": status, "labels": {"alertname": "Slow"}, "annotations": {},
                "startsAt": "2026-11-23T02:15:00Z", "endsAt": "0001-01-01T00:00:00Z",
                "fingerprint": "c6d3f2a1b0e4d5c7"}]
        })
    };
    let path = "/api/v1/hooks/alertmanager";
    let (status, first) = post(&server, path, &group("firing")).await;
    assert_eq!(status, StatusCode::OK);
    let (_, resolved) = post(&server, path, &group("resolved")).await;
    assert_eq!(first["alerts"], resolved["alerts"]);
    let (_, again) = post(&server, path, &group("resolved")).await;
    assert_eq!(again["alerts"], json!([null]));
    assert_eq!(server.metric("mayday_alerts_dropped_total").await, 1);

    let id = first["alerts"][0].as_str().unwrap();
    let (_, shown, _) = run(&["alert", "show", id, "--server", &server.http]);
    assert!(shown.contains("2 deliveries from alertmanager, same key"), "{shown}");
    assert!(shown.contains("mayday incident declare --alert"), "{shown}");
    let declare = ["incident", "declare", "--alert", id, "--server", &server.http];
    let (code, declared, error) = run(&declare);
    assert!(code == Some(0) && declared.contains("Slow"), "{declared} {error}");

    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        let url = format!("{}{path}", server.http);
        let sent = server.client.post(url).header("content-type", kind);
        let answer = sent.body(group("firing").to_string()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let huge = json!({"version": "4", "groupKey": "x".repeat(1 << 20), "alerts": []});
    let url = format!("{}{path}", server.http);
    let answer = server.client.post(url).json(&huge).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(told(answer).await.contains("length limit"));
}

const SECRET: &str = "It's a Secret to Everybody";

/// Signs as GitHub does.
fn signature(body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    format!("sha256={}", model::id::hex(&mac.finalize().into_bytes()))
}

#[tokio::test]
async fn unsigned_forged_and_replayed_deliveries_of_github_change_nothing() {
    let (guard, data) = data_dir();
    let config = guard.path().join("mayday.toml");
    let settings = format!(
        "[changes]\ngithub = [{{ secret = \"{SECRET}\" }}]\n\
         watch = [{{ paths = \"prompts/**\", surface = \"prompt\" }}]\n"
    );
    std::fs::write(&config, settings).unwrap();
    let server = Server::start(&data, &["--config", config.to_str().unwrap()]);
    let push = json!({
        "ref": "refs/heads/main", "before": "1111111", "after": "2222222",
        "repository": {"full_name": "acme/agents", "default_branch": "main"},
        "commits": [{"message": "Softer", "modified": ["prompts/support.md"]}]
    })
    .to_string();
    let send = async |signature: Option<String>, body: &str| {
        let url = format!("{}/api/v1/hooks/github", server.http);
        let sent = server.client.post(url).header("content-type", "application/json");
        let sent = sent.header("x-github-event", "push").header("x-github-delivery", "d-1");
        let sent = match signature {
            Some(signature) => sent.header("x-hub-signature-256", signature),
            None => sent,
        };
        let answer = sent.body(body.to_owned()).send().await.unwrap();
        (answer.status(), answer.json::<Value>().await.unwrap())
    };
    assert_eq!(send(None, &push).await.0, StatusCode::UNAUTHORIZED);
    let altered = push.replace("support", "billing");
    assert_eq!(send(Some(signature(&push)), &altered).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(server.metric("mayday_hooks_refused_total").await, 2);
    let (status, first) = send(Some(signature(&push)), &push).await;
    assert_eq!((status, first["changes"].as_array().unwrap().len()), (StatusCode::ACCEPTED, 1));
    let (_, again) = send(Some(signature(&push)), &push).await;
    assert_eq!(first, again, "replayed");
    let changes = server.json("/api/v1/changes?surface=prompt").await;
    assert_eq!(changes.as_array().unwrap().len(), 1);
    assert_eq!(changes[0]["subject"], "prompts/support.md");
}

#[tokio::test]
async fn cloudevents_come_after_a_handshake_and_the_same_event_is_one_change() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let url = format!("{}/api/v1/hooks/cloudevents", server.http);
    let asked = server.client.request(reqwest::Method::OPTIONS, &url);
    let asked = asked.header("webhook-request-origin", "registry.example");
    let answer = asked.header("webhook-request-rate", "120").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["webhook-allowed-origin"], "registry.example");
    assert_eq!(answer.headers()["webhook-allowed-rate"], "120");
    let event = json!({
        "specversion": "1.0", "id": "7", "source": "/registry", "type": "index.rebuilt",
        "data": {"surface": "retrieval", "after": "2026-47"}
    });
    for _ in 0..2 {
        let sent = server.client.post(&url).header("content-type", "application/cloudevents+json");
        let answer = sent.body(event.to_string()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
    }
    assert_eq!(server.json("/api/v1/changes").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn changes_are_recorded_activated_and_listed_from_the_command_line() {
    let (_guard, data) = data_dir();
    let directory = data.to_str().unwrap().to_owned();
    let here = ["--data-dir", &directory];
    let record = [
        "change",
        "record",
        "prompt",
        "--subject",
        "support",
        "--after",
        "9c22",
        "--feature",
        "help",
        "--author",
        "ana",
        "--introduced",
        "2026-11-19T16:00:00Z",
        "--json",
    ];
    let (code, told, error) = run(&[&record[..], &here].concat());
    assert_eq!(code, Some(0), "{error}");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["recorded_by"], &told["activated"]), (&json!("tester"), &Value::Null));
    let id = told["id"].as_str().unwrap();
    let activate = ["change", "activate", id, "--at", "2026-11-20T09:00:00Z"];
    let (code, told, error) = run(&[&activate[..], &here].concat());
    assert!(
        code == Some(0) && told.contains("activated    2026-11-20 09:00:00 UTC"),
        "{told}{error}"
    );
    let (_, told, _) = run(&[&["change", "list", "--feature", "help"][..], &here].concat());
    assert!(told.contains("prompt support is now 9c22"), "{told}");
    let (_, told, _) = run(&[&["change", "list", "--feature", "billing"][..], &here].concat());
    assert!(told.contains("no change is on record"), "{told}");
    let (code, _, error) = run(&[&["change", "record", "moon"][..], &here].concat());
    assert!(code == Some(2) && error.contains("is no surface"), "{error}");
    let (_, told, _) = run(&[&["drift"][..], &here].concat());
    assert!(told.contains("small     help  prompt: 1 edit and never a review"), "{told}");
}

#[tokio::test]
async fn a_hook_of_git_records_edits_of_prompts_and_nothing_else() {
    let (guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let repository = guard.path().join("repository");
    let git = |arguments: &[&str]| {
        let home = guard.path();
        let mut command = Command::new("git");
        let path = std::path::Path::new(env!("CARGO_BIN_EXE_mayday")).parent().unwrap().to_owned();
        let paths = format!("{}:{}", path.display(), std::env::var("PATH").unwrap());
        command.args(["-c", "user.name=Ana", "-c", "user.email=ana@example.org"]);
        command.arg("-C").arg(&repository).args(arguments).env("HOME", home).env("PATH", paths);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?} {output:?}");
        output
    };
    std::fs::create_dir_all(repository.join("prompts")).unwrap();
    git(&["init", "-q", "-b", "main"]);
    let install = [
        "change",
        "hook",
        "install",
        "--path",
        "prompts",
        "--feature",
        "help",
        "--repository",
        repository.to_str().unwrap(),
        "--server",
        &server.http,
    ];
    let (code, _, error) = run(&install);
    assert_eq!(code, Some(0), "{error}");
    assert_eq!(run(&install).0, Some(1), "it is there already");
    std::fs::write(repository.join("prompts/it's a prompt.md"), "Be kind.\n").unwrap();
    std::fs::write(repository.join("readme.md"), "x\n").unwrap();
    git(&["add", "."]);
    let committed = git(&["commit", "-q", "-m", "Kinder"]);
    assert_eq!(String::from_utf8_lossy(&committed.stderr), "");
    let changes = server.json("/api/v1/changes").await;
    assert_eq!(changes.as_array().unwrap().len(), 1, "{changes}");
    let change = &changes[0];
    assert_eq!(
        (&change["subject"], &change["author"]),
        (&json!("prompts/it's a prompt.md"), &json!("Ana"))
    );
    assert_eq!((&change["door"], &change["surface"]), (&json!("git"), &json!("prompt")));
    assert_eq!(change["after"].as_str().unwrap().len(), 40);
}

#[tokio::test]
async fn a_complaint_labels_its_run_and_a_model_that_nobody_recorded_shows_as_a_change() {
    let (guard, data) = data_dir();
    let config = guard.path().join("mayday.toml");
    std::fs::write(&config, "[changes]\nlearn_for = \"0s\"\n").unwrap();
    let server = Server::start(&data, &["--config", config.to_str().unwrap()]);
    let calling = |number: u64, model: &str| {
        let (agent, mut call) = (root(number), root(number));
        call.span = model::SpanId::from_bytes(&(number + 100).to_be_bytes()).unwrap();
        call.parent = Some(agent.span);
        call.attributes =
            vec![text("gen_ai.operation.name", "chat"), text("gen_ai.response.model", model)];
        [agent, call]
    };
    let mut earlier = calling(1, "m-1");
    earlier.iter_mut().for_each(|span| span.started -= SignedDuration::from_secs(30));
    server.export(request(earlier.to_vec())).await;
    server.eventually("/api/v1/features", |it| !it.as_array().unwrap().is_empty()).await;
    let complaint = json!({
        "feature": "helper", "run": format!("run_{}_{}", root(1).trace, root(1).span),
        "category": "wrong_tone", "source": "zendesk"
    });
    let (status, view) = post(&server, "/api/v1/complaints", &complaint).await;
    assert_eq!((status, &view["incident"]), (StatusCode::CREATED, &Value::Null));
    server.eventually("/api/v1/features", |it| it[0]["rate"]["k"] == 1).await;
    assert_eq!(server.json("/api/v1/complaints").await[0]["category"], "wrong_tone");
    assert_eq!(server.json("/api/v1/signals").await, json!([]));

    server.export(request(calling(2, "m-2").to_vec())).await;
    server.eventually("/api/v1/changes", |it| it[0]["seen"]["factor"] == "model_served").await;
    let change = &server.json("/api/v1/changes").await[0];
    assert_eq!((&change["before"], &change["after"]), (&json!("m-1"), &json!("m-2")));
}
