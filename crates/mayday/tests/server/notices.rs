//! Notices of providers, from their webhooks and files to tickets, through the real server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use model::notice::NoticeClass;
use reqwest::{Response, StatusCode};
use response::webhooks::Secret;
use serde_json::{Value, json};
use sim::wire::Span;
use tokio::net::TcpListener;

use crate::harness::{Server, data_dir, mayday, request, root, text};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PATH: &str = "0123456789abcdef01234567";

/// Settings with OpenAI's webhooks, a status page at an address, and one that nobody answers at.
fn settings(directory: &Path, page: SocketAddr, deaf: SocketAddr) -> PathBuf {
    let kept = |name: &str, secret: &str| {
        let path = directory.join(name);
        std::fs::write(&path, secret).unwrap();
        path.display().to_string()
    };
    let (signing, path) = (kept("signing", SECRET), kept("path", PATH));
    let nobody = kept("nobody", "http://127.0.0.1:1/hook");
    let owner = "owner = { team = \"ai\", person = \"ana\" }\n\
                 route = [\"mail:ai@example.com\", \"on-call\"]";
    let status = |name: &str, at: SocketAddr| {
        format!(
            "[[notices.channel]]\nname = \"{name}\"\nprovider = \"openai\"\nkind = \"statuspage\"\n\
             format = \"statuspage\"\nsecret = \"file:{path}\"\n{owner}\n\
             poll_url = \"http://{at}/api/v2/summary.json\"\npoll_every = \"1h\"\n"
        )
    };
    let text = format!(
        "[[notices.channel]]\nname = \"hooks\"\nprovider = \"openai\"\nkind = \"api_webhook\"\n\
         format = \"openai\"\nsecret = \"file:{signing}\"\n{owner}\n\
         expected_max_silence = \"7d\"\n{}{}\
         [[out.target]]\nname = \"on-call\"\nkind = \"slack\"\nurl = \"file:{nobody}\"\n\
         topics = [\"signal.raised\"]\n",
        status("status", page),
        status("deaf", deaf)
    );
    let file = directory.join("mayday.toml");
    std::fs::write(&file, text).unwrap();
    file
}

/// A status page that has an incident open from when it is told so.
struct Page {
    address: SocketAddr,
    open: Arc<AtomicBool>,
}

impl Page {
    async fn start() -> Self {
        let open = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&open);
        let summary = move || async move {
            let mut incidents = vec![];
            if asked.load(Ordering::Relaxed) {
                incidents.push(incident("i1")["incident"].clone());
            }
            json!({"page": {}, "components": [], "incidents": incidents}).to_string()
        };
        let page = Router::new().route("/api/v2/summary.json", get(summary));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, page).await.unwrap() });
        Self { address, open }
    }
}

fn incident(id: &str) -> Value {
    let now = "2026-11-25T12:00:00Z";
    json!({"meta": {}, "page": {}, "incident": {"id": id, "name": "Errors on gpt-4-0613",
        "status": "identified", "impact": "major", "created_at": now, "updated_at": now,
        "incident_updates": [{"id": "u1", "status": "identified", "created_at": now}]}})
}

async fn send(server: &Server, id: &str, at: Timestamp, body: &str, signed: &str) -> Response {
    let signature = Secret::read(SECRET).unwrap().sign(id, at, signed.as_bytes());
    let hook = server.client.post(format!("{}/api/v1/hooks/hooks", server.http));
    let hook = hook.header("webhook-id", id).header("webhook-timestamp", at.as_second());
    hook.header("webhook-signature", signature).body(body.to_owned()).send().await.unwrap()
}

async fn hint(server: &Server, channel: &str, secret: &str) -> Response {
    let hook = server.client.post(format!("{}/api/v1/hooks/{channel}/{secret}", server.http));
    let id = if channel == "deaf" { "i2" } else { "i1" };
    hook.body(incident(id).to_string()).send().await.unwrap()
}

/// A run that uses a model.
fn using(number: u64, model: &str) -> Span {
    let mut span = root(number);
    span.attributes = vec![
        text("gen_ai.operation.name", "chat"),
        text("mayday.feature", "support"),
        text("gen_ai.request.model", model),
        text("gen_ai.response.model", model),
    ];
    span
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = mayday().args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Asks until the answer is the one wanted: what waits for a poll takes some seconds.
async fn until(server: &Server, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..60_000 {
        let answer = server.json(path).await;
        if wanted(&answer) {
            return answer;
        }
    }
    panic!("{path} never came to what was wanted: {}", server.json(path).await);
}

#[tokio::test]
async fn a_forged_old_or_misaddressed_delivery_is_refused_and_a_second_one_is_the_same_notice() {
    let (guard, data) = data_dir();
    let page = Page::start().await.address;
    let config = settings(guard.path(), page, page);
    let config = config.to_str().unwrap();
    let server = Server::start(&data, &["--config", config]);
    let body =
        r#"{"id":"evt_1","object":"event","created_at":1,"type":"batch.failed","data":{"id":"b"}}"#;
    let now = Timestamp::now();
    let old = now - SignedDuration::from_mins(6);
    let refused = [
        send(&server, "m1", now, body, "something else").await.status(),
        send(&server, "m1", old, body, body).await.status(),
        hint(&server, "status", "guessed").await.status(),
        hint(&server, "nobody", PATH).await.status(),
    ];
    assert_eq!(refused.map(|status| status.as_u16()), [401, 401, 401, 404]);
    let unsigned = server.client.post(format!("{}/api/v1/hooks/hooks", server.http));
    assert_eq!(unsigned.body(body).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let large = "x".repeat((1 << 20) + 1);
    // The server hangs up after this, so it has a connection of its own.
    let hook = reqwest::Client::new().post(format!("{}/api/v1/hooks/hooks", server.http));
    let large = hook.body(large).send().await.unwrap().status();
    assert_eq!(large, StatusCode::PAYLOAD_TOO_LARGE);
    for (reason, count) in [("forged", 1), ("stale", 1), ("unsigned", 1), ("misaddressed", 2)] {
        let name = format!("mayday_hooks_refused_{reason}_total");
        assert_eq!(server.metric(&name).await, count, "{reason}");
    }
    let first: Value = send(&server, "m1", now, body, body).await.json().await.unwrap();
    server.kill();
    let server = Server::start(&data, &["--config", config]);
    let again: Value = send(&server, "m1", now, body, body).await.json().await.unwrap();
    assert_eq!((&again["known"], &again["new"]), (&first["new"], &json!([])));
    let unknown = r#"{"type":"never.heard.of","data":{}}"#;
    assert_eq!(send(&server, "m3", now, unknown, unknown).await.status(), StatusCode::OK);
    let notices = server.json("/api/v1/notices").await;
    let classes: Vec<&Value> =
        notices.as_array().unwrap().iter().map(|one| &one["class"]).collect();
    let class = |class: NoticeClass| serde_json::to_value(class).unwrap();
    assert_eq!(classes, [&class(NoticeClass::Unknown), &class(NoticeClass::JobState)]);
}

#[tokio::test]
async fn a_hint_is_confirmed_by_its_page_and_answered_at_once_where_the_page_is_deaf() {
    let (guard, data) = data_dir();
    // Connections to it are taken by the system, and nobody ever answers.
    let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let page = Page::start().await;
    let config = settings(guard.path(), page.address, deaf.local_addr().unwrap());
    let server = Server::start(&data, &["--config", config.to_str().unwrap()]);
    server.export(request(vec![using(1, "gpt-4-0613")])).await;
    server.eventually("/api/v1/features", |features| features[0]["runs"] == 1).await;
    assert_eq!(hint(&server, "deaf", PATH).await.status(), StatusCode::OK);
    let unproven = server.json("/api/v1/notices").await;
    assert_eq!(
        (&unproven[0]["proof"], &unproven[0]["judged"]),
        (&json!("secret_path"), &Value::Null)
    );
    page.open.store(true, Ordering::Relaxed);
    assert_eq!(hint(&server, "status", PATH).await.status(), StatusCode::OK);
    let notices = until(&server, "/api/v1/notices", |all| all[0]["judged"]["pages"] == true).await;
    assert_eq!(notices[0]["confirmed"]["holds"], true, "{notices}");
    let judged = &notices[0]["judged"];
    assert_eq!(judged["owner"], "ai (ana)");
    assert!(judged["concerns"][0].as_str().unwrap().contains("1 runs of support"), "{judged}");
    drop(deaf);
}

#[tokio::test]
async fn a_file_of_deprecations_becomes_a_ticket_that_people_close_on_the_command_line() {
    let (guard, data) = data_dir();
    let page = Page::start().await.address;
    let config = settings(guard.path(), page, page);
    let server = Server::start(&data, &["--config", config.to_str().unwrap()]);
    server.export(request(vec![using(1, "gpt-4-0613")])).await;
    server.eventually("/api/v1/features", |features| features[0]["runs"] == 1).await;
    let due = Timestamp::now() + SignedDuration::from_hours(24 * 20);
    let file = guard.path().join("eol.toml");
    let row = |model: &str| {
        let date = &due.to_string()[..10];
        format!("[[deprecation]]\nprovider = \"openai\"\nmodel = \"{model}\"\ndate = \"{date}\"\n")
    };
    std::fs::write(&file, row("gpt-4-0613") + &row("gpt-4-32k-0613")).unwrap();
    let door = ["--server", &server.http];
    let import = ["notice", "import", file.to_str().unwrap()];
    let (code, told, error) = run(&[&import[..], &door].concat());
    assert_eq!((code, error.as_str()), (Some(0), ""), "{told}");
    assert!(told.starts_with("2 new, 0 known already"), "{told}");
    assert!(run(&[&import[..], &door].concat()).1.starts_with("0 new, 2 known already"));
    let (_, told, _) = run(&[&["ticket", "list", "--json"], &door[..]].concat());
    let tickets: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(tickets.as_array().unwrap().len(), 1, "{tickets}");
    let ticket = tickets[0]["ticket"].as_str().unwrap();
    let (_, told, _) = run(&[&["notice", "list"], &door[..]].concat());
    assert!(told.contains("gpt-4-32k-0613") && told.contains("[nothing in use]"), "{told}");
    let (code, told, _) = run(&[&["ticket", "act", ticket, "asked the team"], &door[..]].concat());
    assert!(code == Some(0) && told.contains("days' notice used as"), "{told}");
    let (_, told, _) = run(&[&["ticket", "done", ticket, "moved"], &door[..]].concat());
    assert!(told.contains("done ") && told.contains("tester: moved"), "{told}");
    let (code, _, error) = run(&[&["ticket", "done", ticket, "again"], &door[..]].concat());
    assert!(code == Some(1) && error.contains("is done already"), "{error}");
    let (_, told, _) = run(&[&["inventory"], &door[..]].concat());
    assert!(told.contains("GOES     gpt-4-0613") && told.contains("1 runs (100.0 %)"), "{told}");
    let page = server.get("/notices").await.text().await.unwrap();
    assert!(page.contains(ticket) && page.contains("gpt-4-32k-0613"), "{page}");
}

#[tokio::test]
async fn channels_are_told_with_their_gaps_and_a_test_goes_through_them() {
    let (guard, data) = data_dir();
    let page = Page::start().await.address;
    let config = settings(guard.path(), page, page);
    let server = Server::start(&data, &["--config", config.to_str().unwrap()]);
    server.export(request(vec![using(1, "claude-3-opus-20240229")])).await;
    server.eventually("/api/v1/features", |features| features[0]["runs"] == 1).await;
    let door = ["--server", &server.http];
    let (code, told, error) = run(&[&["notice", "test", "hooks"], &door[..]].concat());
    assert!(code == Some(0) && error.is_empty(), "{told} {error}");
    let (code, told, _) = run(&[&["notice", "channels"], &door[..]].concat());
    assert_eq!(code, Some(3));
    assert!(
        told.contains("red      anthropic  API webhook  it is in use, and nobody would"),
        "{told}"
    );
    assert!(told.contains("red      openai  API webhook  hooks  last heard never"), "{told}");
    let (code, _, error) = run(&[&["notice", "test", "nobody"], &door[..]].concat());
    assert!(code == Some(1) && error.contains("there is no channel `nobody`"), "{error}");
}

#[test]
fn a_channel_that_ends_in_a_mailing_list_or_at_nobody_keeps_the_server_from_starting() {
    let (guard, data) = data_dir();
    let here = "127.0.0.1:1".parse().unwrap();
    let config = settings(guard.path(), here, here);
    let whole = std::fs::read_to_string(&config).unwrap();
    let serve =
        ["serve", "--config", config.to_str().unwrap(), "--data-dir", data.to_str().unwrap()];
    let renamed = whole.replace("name = \"on-call\"", "name = \"oncall\"");
    std::fs::write(&config, renamed).unwrap();
    let (code, _, error) = run(&serve);
    assert!(code == Some(1) && error.contains("no [[out.target]]"), "{error}");
    let text = whole.replacen(
        "route = [\"mail:ai@example.com\", \"on-call\"]",
        "route = [\"mail:ai@example.com\"]",
        1,
    );
    std::fs::write(&config, text).unwrap();
    let (code, _, error) = run(&serve);
    assert!(code == Some(1) && error.contains("ends in mail to ai@example.com"), "{error}");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replacen("secret = \"file:", "secret = \"", 1)).unwrap();
    let (_, _, error) = run(&serve);
    assert!(error.contains("write env:NAME or file:PATH") && !error.contains("MfKQ"), "{error}");
}
