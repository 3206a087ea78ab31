//! The whole night after: who said what, what was announced, and what of it is gone for good.

use std::path::Path;

use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sim::wire::Span;

use crate::harness::{Server, data_dir, mayday, request, root, text};

const SECRET: &str = "I am Zoë of Elm Street, and my order is missing";

/// A model call below a root, that read something.
fn call(number: u64, read: &str) -> Span {
    let top = root(number);
    let messages = json!([
        { "role": "system", "parts": [{ "type": "text", "content": "Be kind." }] },
        { "role": "user", "parts": [{ "type": "text", "content": read }] },
    ]);
    Span {
        span: model::SpanId::from_bytes(&(number + 0x1_0000).to_be_bytes()).unwrap(),
        parent: Some(top.span),
        name: "chat gpt-5".to_owned(),
        started: top.started + SignedDuration::from_millis(1),
        attributes: vec![
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.provider.name", "openai"),
            text("gen_ai.request.model", "gpt-5"),
            text("gen_ai.input.messages", &messages.to_string()),
            text("customer.note", "rings at the third floor"),
        ],
        ..top
    }
}

/// A root that says whom its run was about.
fn about(number: u64, who: &str) -> Span {
    let mut top = root(number);
    top.attributes.push(text("user.id", who));
    top
}

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = mayday().args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

async fn post(server: &Server, path: &str, body: &Value) -> (StatusCode, Value) {
    let answer = server.client.post(format!("{}{path}", server.http)).json(body).send().await;
    let answer = answer.unwrap();
    (answer.status(), answer.json().await.unwrap_or_default())
}

/// Whether some text stands in any file below a directory.
fn stands_in(directory: &Path, text: &str) -> bool {
    std::fs::read_dir(directory).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        let bytes = text.as_bytes();
        match path.is_dir() {
            true => stands_in(&path, text),
            false => std::fs::read(&path).unwrap().windows(bytes.len()).any(|w| w == bytes),
        }
    })
}

#[tokio::test]
async fn who_is_erased_is_unreadable_everywhere_though_named_on_the_root_alone() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    for (number, who) in [(1, "zoe@example.com"), (2, "ada@example.com")] {
        server.export(request(vec![call(number, SECRET)])).await;
        server.export(request(vec![about(number, who)])).await;
    }
    let trace = |number: u64| format!("/api/v1/traces/{}", root(number).trace);
    let holds = |value: &Value| value.to_string().contains("Elm Street");
    assert!(holds(&server.json(&trace(1)).await) && holds(&server.json(&trace(2)).await));
    let dry = run(&["erase", "--subject", "zoe@example.com", "--server", &server.http]);
    assert!(dry.0 == Some(0) && dry.1.starts_with("dry run: 1 traces"), "{dry:?}");
    assert!(holds(&server.json(&trace(1)).await));
    let done = run(&["erase", "--subject", "zoe@example.com", "--yes", "--server", &server.http]);
    assert!(done.0 == Some(0) && done.1.starts_with("erased: 1 keys"), "{done:?}");

    let erased = server.json(&trace(1)).await;
    assert!(!holds(&erased) && !erased.to_string().contains("third floor"));
    assert_eq!(erased["steps"][0]["not_kept"]["gen_ai.input.messages"], "erased");
    let whole = format!("/api/v1/reconstruct?of={}", root(1).trace);
    let whole = server.json(&whole).await.to_string();
    assert!(!whole.contains("Elm Street") && whole.contains("\"requested\":\"gpt-5\""));
    assert!(holds(&server.json(&trace(2)).await));
    let verified = run(&["verify", "--server", &server.http]);
    assert!(verified.0 == Some(0) && verified.1.contains("intact: 4 steps"), "{verified:?}");
    server.stop();
    for text in ["Elm Street", "third floor", "zoe@example.com"] {
        assert!(!stands_in(&data, text), "{text}");
    }
}

#[tokio::test]
async fn what_our_own_attributes_and_an_intent_say_of_a_person_is_erased_with_them() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let mut top = root(1);
    for key in ["mayday.subject", "mayday.pivot.account", "mayday.touched"] {
        top.attributes.push(text(key, "zoe-of-elm-street"));
    }
    top.attributes.push(("user.id".into(), model::Value::Int(8_675_309)));
    server.export(request(vec![top])).await;
    let intent = json!({
        "trace_id": root(1).trace, "action": "refund", "target": "account of zoe-of-elm-street",
        "authority": "zoe-of-elm-street herself", "asked_for": "zoe-of-elm-street asks",
        "subject": "zoe-of-elm-street", "idempotency_key": "zoe-of-elm-street-1",
    });
    let (_, open) = post(&server, "/api/v1/intents", &intent).await;
    let path = format!("/api/v1/intents/{}/result", open["id"].as_str().unwrap());
    let said = json!({
        "state": "done", "detail": "zoe-of-elm-street has it", "touched": ["zoe-of-elm-street-2"],
    });
    assert_eq!(post(&server, &path, &said).await.0, StatusCode::OK);
    let whole = format!("/api/v1/reconstruct?of={}", root(1).trace);
    let told = server.json(&whole).await;
    let attributes = told[0]["steps"].as_array().unwrap().iter().map(|step| &step["attributes"]);
    let of_intent = attributes.clone().find(|them| them["mayday.intent.state"] == "done").unwrap();
    assert_eq!(of_intent["mayday.intent.detail"], "zoe-of-elm-street has it");
    assert_eq!(of_intent["mayday.intent.touched"], json!(["zoe-of-elm-street-2"]));

    let who = ["erase", "--subject", "zoe-of-elm-street", "--yes", "--server", &server.http];
    assert_eq!(run(&who).0, Some(0));
    let who = ["erase", "--subject", "8675309", "--yes", "--server", &server.http];
    assert_eq!(run(&who).0, Some(0));
    let erased = server.json(&whole).await;
    let left = erased.to_string();
    assert!(!left.contains("zoe-of-elm-street") && !left.contains("8675309"), "{left}");
    let missing = erased[0]["missing"].as_array().unwrap();
    let asked_for = missing.iter().find(|one| one["field"] == "intent.asked_for").unwrap();
    assert_eq!(asked_for["why"], json!({ "gone": "erased" }), "{asked_for}");
}

#[tokio::test]
async fn an_intent_that_ends_after_its_person_was_erased_says_so_and_is_erased_again() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let intent = json!({
        "action": "refund", "target": "account of zoe", "authority": "zoe", "asked_for": "zoe asks",
        "subject": "zoe",
    });
    let (_, open) = post(&server, "/api/v1/intents", &intent).await;
    let id = open["id"].as_str().unwrap();
    let erase = json!({ "subject": "zoe" });
    assert_eq!(post(&server, "/api/v1/erasures", &erase).await.1["keys"], 1);
    let done = json!({ "state": "done", "detail": "zoe has it" });
    assert_eq!(post(&server, &format!("/api/v1/intents/{id}/result"), &done).await.0, 200);
    let whole = format!("/api/v1/reconstruct?of={}", id.split('_').nth(1).unwrap());
    let told = server.json(&whole).await;
    let attributes = &told[0]["steps"][0]["attributes"];
    assert_eq!(attributes["mayday.not_kept"]["mayday.intent.target"], "erased");
    assert_eq!(attributes["mayday.intent.detail"], "zoe has it");
    assert_eq!(attributes.get("mayday.intent.target"), None);
    let missing = told[0]["missing"].as_array().unwrap();
    let target = missing.iter().find(|one| one["field"] == "intent.target").unwrap();
    assert_eq!(target["why"], json!({ "gone": "erased" }));
    assert_eq!(post(&server, "/api/v1/erasures", &erase).await.1["keys"], 1);
    assert!(!server.json(&whole).await.to_string().contains("zoe"));
    assert_eq!(server.json("/api/v1/verify").await["intact"], true);
}

#[tokio::test]
async fn an_intent_is_on_record_before_the_act_and_shows_until_it_has_a_result() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let intent = json!({
        "trace_id": root(1).trace, "action": "refund", "target": "order 4711",
        "authority": "rule 12", "asked_for": "give the money back", "subject": "zoe",
    });
    let (status, open) = post(&server, "/api/v1/intents", &intent).await;
    assert_eq!((status, &open["state"]), (StatusCode::CREATED, &json!("open")));
    server.kill();

    let server = Server::start(&data, &[]);
    assert_eq!(server.json("/api/v1/intents").await[0], open);
    let whole = server.json(&format!("/api/v1/reconstruct?of={}", root(1).trace)).await;
    assert_eq!(whole[0]["open_intents"][0]["action"], "refund");
    let path = format!("/api/v1/intents/{}/result", open["id"].as_str().unwrap());
    let (status, done) = post(&server, &path, &json!({ "state": "done" })).await;
    assert_eq!((status, &done["state"]), (StatusCode::OK, &json!("done")));
    assert_eq!(post(&server, &path, &json!({ "state": "done" })).await.0, StatusCode::CONFLICT);
    let unclear = json!({ "action": "", "target": "x", "authority": "y", "asked_for": "z" });
    assert_eq!(post(&server, "/api/v1/intents", &unclear).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_copy_made_while_the_server_writes_restores_to_what_was_there() {
    let (guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    server.export(request(vec![call(1, SECRET), about(1, "zoe")])).await;
    let (code, copy) = run(&["backup", "--json", "--server", &server.http]);
    assert_eq!(code, Some(0));
    server.export(request(vec![call(2, SECRET)])).await;
    let copy: Value = serde_json::from_str(&copy).unwrap();
    let (from, to) = (copy["directory"].as_str().unwrap(), guard.path().join("restored"));
    assert_eq!(run(&["restore", "--from", from, "--data-dir", to.to_str().unwrap()]).0, Some(0));
    server.stop();
    std::fs::create_dir(to.join("keys")).unwrap();
    std::fs::copy(data.join("master.key"), to.join("master.key")).unwrap();
    for file in std::fs::read_dir(data.join("keys")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join("keys").join(file.file_name())).unwrap();
    }
    let restored = Server::start(&to, &[]);
    let whole = restored.json(&format!("/api/v1/traces/{}", root(1).trace)).await;
    assert!(whole.to_string().contains("Elm Street"));
    let late = restored.get(&format!("/api/v1/traces/{}", root(2).trace)).await;
    assert_eq!(late.status(), StatusCode::NOT_FOUND);
    assert_eq!(run(&["verify", "--server", &restored.http]).0, Some(0));
}

#[tokio::test]
async fn what_rules_find_is_replaced_before_anything_is_kept() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &["--content", "redacted"]);
    server
        .export(request(vec![call(1, "write to zoe@example.com, card 4111 1111 1111 1111")]))
        .await;
    let whole = server.json(&format!("/api/v1/traces/{}", root(1).trace)).await;
    let said = whole["steps"][0]["attributes"]["gen_ai.input.messages"].as_str().unwrap();
    assert!(said.contains("[redacted:email]") && said.contains("[redacted:card]"), "{said}");
    assert!(serde_json::from_str::<Value>(said).is_ok());
    let found = &whole["steps"][0]["attributes"]["mayday.redaction.found"];
    assert_eq!(*found, "card:1,email:1");
    server.stop();
    assert!(!stands_in(&data, "4111 1111"));
}
