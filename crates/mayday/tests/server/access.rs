//! Keys: what they open, what they don't, and what of them is ever written down.

use std::path::Path;
use std::process::Stdio;

use model::{Fact, Token};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Server, data_dir, mayday, request, root, told};

const LOOPBACK: &str = "127.0.0.1:0";
const EVERYWHERE: &str = "0.0.0.0:0";

/// A key as the command line made it.
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) token: String,
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    run_as("", arguments)
}

/// Runs a command with a token in its environment.
pub(crate) fn run_as(token: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = mayday().args(arguments).env("MAYDAY_TOKEN", token).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Makes a key for a tenant, through a door.
pub(crate) fn create(door: [&str; 2], kind: &str, tenant: &str) -> Key {
    let name = format!("{kind} of {tenant}");
    let wanted = ["key", "create", "--json", "--name", &name, "--kind", kind, "--tenant", tenant];
    let (code, out, err) = run(&[&wanted[..], &door].concat());
    assert_eq!(code, Some(0), "{err}");
    let issued: Value = serde_json::from_str(&out).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Key { id: text(&issued["key"]["id"]), token: text(&issued["token"]) }
}

pub(crate) fn directory(data: &Path) -> [&str; 2] {
    ["--data-dir", data.to_str().unwrap()]
}

async fn export(server: &Server, header: (&str, &str), number: u64) -> Response {
    let sent = server.client.post(format!("{}/v1/traces", server.otlp));
    let sent = sent.header("content-type", "application/x-protobuf").header(header.0, header.1);
    sent.body(request(vec![root(number)])).send().await.unwrap()
}

async fn export_as(server: &Server, key: &Key, number: u64) -> StatusCode {
    export(server, ("authorization", &format!("Bearer {}", key.token)), number).await.status()
}

async fn get_as(server: &Server, key: &Key, path: &str) -> Response {
    let asked = server.client.get(format!("{}{path}", server.http));
    asked.bearer_auth(&key.token).send().await.unwrap()
}

/// Asserts that a request was refused, and that the answer says how to mend it.
pub(crate) async fn assert_refused(answer: Response, status: StatusCode, says: &str) {
    assert_eq!(answer.status(), status);
    let asks: Vec<_> = answer.headers().get_all("www-authenticate").into_iter().collect();
    let asked = ["Bearer realm=\"mayday\"", "Basic realm=\"mayday\", charset=\"UTF-8\""];
    assert_eq!(asks == asked, status == StatusCode::UNAUTHORIZED, "{asks:?}");
    let told = told(answer).await;
    assert!(told.contains(says), "{told}");
}

/// Asserts that a page was refused to a program, and that it says how to mend it.
async fn assert_page_refused(answer: Response, status: StatusCode, says: &str) {
    assert_eq!(answer.status(), status);
    let asks: Vec<_> = answer.headers().get_all("www-authenticate").into_iter().collect();
    assert_eq!(asks == ["Bearer realm=\"mayday\""], status == StatusCode::UNAUTHORIZED, "{asks:?}");
    let page = answer.text().await.unwrap();
    assert!(page.contains(says), "{page}");
}

#[tokio::test]
async fn the_first_ingest_key_closes_ingest_and_leaves_reading_open() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    assert_eq!(server.export(request(vec![root(1)])).await.status(), StatusCode::OK);
    let key = create(["--server", &server.http], "ingest", "default");
    let answer = server.export(request(vec![root(2)])).await;
    assert_refused(answer, StatusCode::UNAUTHORIZED, "mayday key create --kind ingest").await;

    let basic = reqwest::Client::new().get("http://a").basic_auth("pk-lf-1", Some(&key.token));
    let basic = basic.build().unwrap().headers()["authorization"].clone();
    let bearer = format!("Bearer {}", key.token);
    let headers = [
        ("authorization", bearer.as_str()),
        ("authorization", basic.to_str().unwrap()),
        ("x-api-key", key.token.as_str()),
    ];
    for (number, header) in headers.into_iter().enumerate() {
        assert_eq!(export(&server, header, 10 + number as u64).await.status(), StatusCode::OK);
    }
    let mut mistyped = key.token.clone();
    let last = mistyped.pop().unwrap();
    mistyped.push(if last == '0' { '1' } else { '0' });
    let other = Token::from_random([7; 32]).reveal();
    for (token, says) in [(mistyped, "mistyped"), (other, "not issued here")] {
        let answer = export(&server, ("x-api-key", &token), 20).await;
        assert_refused(answer, StatusCode::UNAUTHORIZED, says).await;
    }
    assert_eq!(server.metric("mayday_spans_stored_total").await, 4);
    assert_eq!(server.metric("mayday_requests_denied_total").await, 3);
    server.eventually("/api/v1/features", |features| features[0]["runs"] == 4).await;
}

#[tokio::test]
async fn a_key_opens_what_its_kind_may_and_nothing_else() {
    let (_guard, data) = data_dir();
    let [ingest, agent, person] =
        ["ingest", "agent", "person"].map(|kind| create(directory(&data), kind, "default"));
    let server = Server::start(&data, &[]);
    assert_eq!(export_as(&server, &ingest, 1).await, StatusCode::OK);
    for key in [&agent, &person] {
        assert_eq!(export_as(&server, key, 2).await, StatusCode::FORBIDDEN);
    }
    let trace = format!("/api/v1/traces/{}", root(1).trace);
    let paths = ["/api/v1/features", "/api/v1/incidents", &trace];
    for path in paths {
        assert_refused(server.get(path).await, StatusCode::UNAUTHORIZED, "MAYDAY_TOKEN").await;
        let answer = get_as(&server, &ingest, path).await;
        assert_refused(answer, StatusCode::FORBIDDEN, "an ingest key sends and can't read").await;
        for key in [&agent, &person] {
            assert_eq!(get_as(&server, key, path).await.status(), StatusCode::OK, "{path}");
        }
    }
    let told = "MAYDAY_TOKEN";
    assert_page_refused(server.get("/").await, StatusCode::UNAUTHORIZED, told).await;
    let told = "an ingest key sends and can&#39;t read";
    assert_page_refused(get_as(&server, &ingest, "/").await, StatusCode::FORBIDDEN, told).await;
    for path in ["/healthz", "/readyz", "/metrics", "/assets/style.css"] {
        assert_eq!(server.get(path).await.status(), StatusCode::OK, "{path}");
    }
    let answer = get_as(&server, &agent, "/api/v1/keys").await;
    assert_refused(answer, StatusCode::FORBIDDEN, "a person's key with the role of admin").await;
    assert_eq!(get_as(&server, &person, "/api/v1/keys").await.status(), StatusCode::OK);
    let browser = server.client.get(&server.http).basic_auth("me", Some(&person.token));
    assert_eq!(browser.send().await.unwrap().status(), StatusCode::OK);
    for key in [&ingest, &agent, &person] {
        let label = json!({ "trace_id": root(1).trace, "outcome": "bad", "source": "thumbs" });
        let post = server.client.post(format!("{}/api/v1/outcomes", server.http)).json(&label);
        let answer = post.bearer_auth(&key.token).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn a_revoked_key_and_an_expired_one_stop_at_once() {
    let (_guard, data) = data_dir();
    let [person, agent] = ["person", "agent"].map(|kind| create(directory(&data), kind, "default"));
    let server = Server::start(&data, &[]);
    assert_eq!(get_as(&server, &agent, "/").await.status(), StatusCode::OK);
    let (code, out, err) =
        run_as(&person.token, &["key", "revoke", &agent.id, "--server", &server.http]);
    assert!(code == Some(0) && out.contains("  revoked  "), "{out}{err}");
    let refused = get_as(&server, &agent, "/").await;
    assert_page_refused(refused, StatusCode::UNAUTHORIZED, "was revoked at").await;

    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(2);
    let wanted = json!({ "name": "short", "kind": "agent", "expires": soon });
    let post = server.client.post(format!("{}/api/v1/keys", server.http)).json(&wanted);
    let issued = post.bearer_auth(&person.token).send().await.unwrap();
    assert_eq!(
        (issued.status(), &issued.headers()["cache-control"]),
        (StatusCode::CREATED, &"no-store".parse().unwrap())
    );
    let issued: Value = issued.json().await.unwrap();
    let token = issued["token"].as_str().unwrap().to_owned();
    let short = Key { id: String::new(), token };
    for _ in 0..100_000 {
        let answer = get_as(&server, &short, "/api/v1/evals").await;
        if answer.status() != StatusCode::OK {
            return assert_refused(answer, StatusCode::UNAUTHORIZED, "expired at").await;
        }
    }
    panic!("the key never expired");
}

#[tokio::test]
async fn a_token_stands_neither_in_the_data_directory_nor_in_the_log() {
    let (guard, data) = data_dir();
    let [ingest, person] =
        ["ingest", "person"].map(|kind| create(directory(&data), kind, "default"));
    let log = guard.path().join("log");
    let file = std::fs::File::create(&log).unwrap();
    let server = Server::start_at(LOOPBACK, &data, &["--log", "trace"], Stdio::from(file));
    assert_eq!(export_as(&server, &ingest, 1).await, StatusCode::OK);
    assert_eq!(export_as(&server, &person, 1).await, StatusCode::FORBIDDEN);
    let listed = ["--log", "trace", "key", "list", "--server", &server.http];
    let (_, out, err) = run_as(&person.token, &listed);
    server.stop();

    let mut written: Vec<u8> = [out.as_bytes(), err.as_bytes()].concat();
    written.extend(std::fs::read(&log).unwrap());
    for directory in [data.clone(), data.join("flights")] {
        for file in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            if file.path().is_file() {
                written.extend(std::fs::read(file.path()).unwrap());
            }
        }
    }
    let holds = |what: &[u8]| written.windows(what.len()).any(|bytes| bytes == what);
    for Key { token, .. } in [&ingest, &person] {
        let secret = model::id::unhex(&token[4..68]).unwrap();
        assert!(!holds(&token.as_bytes()[4..68]) && !holds(&secret));
        let hash = token.parse::<Token>().unwrap().hash().to_string();
        assert!(holds(hash.as_bytes()), "what is kept is the hash");
    }
    assert!(holds(b"a request was denied"), "the log was on");
}

#[tokio::test]
async fn who_read_payload_and_who_declared_is_in_the_ledger() {
    let (_guard, data) = data_dir();
    let person = create(directory(&data), "person", "default");
    let server = Server::start(&data, &[]);
    server.export(request((1..4).map(root).collect())).await;
    for number in [1, 2, 2] {
        let path = format!("/api/v1/traces/{}", root(number).trace);
        assert_eq!(get_as(&server, &person, &path).await.status(), StatusCode::OK);
    }
    let (code, declared, err) =
        run_as(&person.token, &["incident", "declare", "--json", "--server", &server.http]);
    assert_eq!(code, Some(0), "{err}");
    let declared: Value = serde_json::from_str(&declared).unwrap();
    let name = format!("person of default ({})", person.id);
    assert_eq!(declared["declared_by"], name);
    let by = json!({ "by": "zoe" });
    let path = format!("{}/api/v1/incidents", server.http);
    let post = server.client.post(path).json(&by).bearer_auth(&person.token);
    let declared: Value = post.send().await.unwrap().json().await.unwrap();
    assert_eq!(declared["declared_by"], format!("zoe, by the key of {name}"));
    server.stop();

    let ledger = ledger::Ledger::open(&data).unwrap();
    let entries = ledger.stream(&person.id).unwrap();
    let [issued, read] = &entries[..] else { panic!("{entries:?}") };
    assert!(issued.actor == "tester" && matches!(issued.fact, Fact::TokenIssued { .. }));
    let Fact::PayloadRead { reader, reads, traces, .. } = &read.fact else { panic!("{read:?}") };
    assert_eq!(reader.as_ref().map(ToString::to_string), Some(person.id));
    assert_eq!((*reads, &traces[..]), (3, &[root(1).trace, root(2).trace][..]));
    assert_eq!(read.actor, name);
}

#[tokio::test]
async fn an_agent_reads_the_payload_of_its_own_tenant_only() {
    let (_guard, data) = data_dir();
    let [acme, beta] = ["acme", "beta"].map(|tenant| create(directory(&data), "ingest", tenant));
    let readers = ["acme", "beta"].map(|tenant| create(directory(&data), "agent", tenant));
    let server = Server::start(&data, &[]);
    assert_eq!(export_as(&server, &acme, 0).await, StatusCode::OK);
    assert_eq!(export_as(&server, &beta, 1).await, StatusCode::OK);
    for (reader, key) in readers.iter().enumerate() {
        for number in 0..2 {
            let path = format!("/api/v1/traces/{}", root(number).trace);
            let found = get_as(&server, key, &path).await.status();
            let own = number == reader as u64;
            assert_eq!(found, if own { StatusCode::OK } else { StatusCode::NOT_FOUND });
        }
    }
}

#[tokio::test]
async fn where_others_can_reach_it_a_server_starts_only_with_keys_and_always_wants_them() {
    let (_guard, data) = data_dir();
    let everywhere = ["--otlp", EVERYWHERE, "--grpc", EVERYWHERE, "--http", EVERYWHERE];
    for (kind, missing) in [("ingest", "--kind ingest"), ("person", "--kind person")] {
        let serve = ["serve", "--data-dir", data.to_str().unwrap()];
        let (code, _, err) = run(&[&serve[..], &everywhere].concat());
        assert!(code == Some(1) && err.contains(missing), "{err}");
        create(directory(&data), kind, "default");
    }
    let person = create(directory(&data), "person", "default");
    let server = Server::start_at(EVERYWHERE, &data, &[], Stdio::inherit());
    assert_page_refused(server.get("/").await, StatusCode::UNAUTHORIZED, "wants a key").await;
    for path in ["/metrics", "/api/v1/features"] {
        assert_refused(server.get(path).await, StatusCode::UNAUTHORIZED, "wants a key").await;
        assert_eq!(get_as(&server, &person, path).await.status(), StatusCode::OK);
    }
    assert_eq!(server.get("/healthz").await.status(), StatusCode::OK);
    let answer = server.export(request(vec![root(1)])).await;
    assert_refused(answer, StatusCode::UNAUTHORIZED, "wants an ingest key").await;
}

#[tokio::test]
async fn keys_can_be_wanted_on_loopback_too_before_there_are_any() {
    let (_guard, data) = data_dir();
    let config = data.with_extension("toml");
    std::fs::write(&config, "[listen]\nrequire_keys = \"always\"\n").unwrap();
    let server = Server::start(&data, &["--config", config.to_str().unwrap()]);
    assert_page_refused(server.get("/").await, StatusCode::UNAUTHORIZED, "wants a key").await;
    for path in ["/metrics", "/api/v1/keys"] {
        assert_refused(server.get(path).await, StatusCode::UNAUTHORIZED, "wants a key").await;
    }
    let answer = server.export(request(vec![root(1)])).await;
    assert_refused(answer, StatusCode::UNAUTHORIZED, "wants an ingest key").await;
}

/// What stands in a text instead of what differs from run to run.
fn steady(text: &str, keys: &Value) -> String {
    let mut text = text.to_owned();
    for (number, key) in keys.as_array().unwrap().iter().rev().enumerate() {
        text = text.replace(key["id"].as_str().unwrap(), &format!("prn_{}", number + 1));
        for at in ["issued_at", "expires", "revoked_at"] {
            let Some(moment) = key[at].as_str() else { continue };
            let moment = moment.parse().unwrap();
            text = text.replace(&response::wording::moment(moment), "TIME");
        }
    }
    text
}

#[test]
fn keys_are_made_listed_and_revoked_on_the_command_line() {
    let (_guard, data) = data_dir();
    let door = directory(&data);
    let (code, token, told) = run(&[
        &["key", "create", "--kind", "ingest", "--name", "ci", "--tenant", "acme"][..],
        &["--expires", "90d"],
        &door,
    ]
    .concat());
    assert_eq!(code, Some(0), "{told}");
    assert!(token.parse::<Token>().is_ok(), "standard output holds the token and nothing else");
    let ana = ["key", "create", "--kind", "person", "--name", "Ana"];
    assert_eq!(run(&[&ana[..], &door].concat()).0, Some(0));
    let keys = || {
        let (_, json, _) = run(&[&["key", "list", "--json"][..], &door].concat());
        serde_json::from_str::<Value>(&json).unwrap()
    };
    let id = keys()[1]["id"].as_str().unwrap().to_owned();
    let (_, revoked, _) = run(&[&["key", "revoke", &id][..], &door].concat());
    let (_, listed, _) = run(&[&["key", "list"][..], &door].concat());
    let out = steady(&[told, revoked, listed].join("\n---\n"), &keys());
    insta::assert_snapshot!(out, @"
    prn_1  ingest  acme  ci  live  issued TIME by tester  expires TIME
    keep the token: it is shown this once, and only its hash is stored
    ---
    prn_1  ingest  acme  ci  revoked  issued TIME by tester  expires TIME  revoked TIME
    ---
    prn_2  person, admin  default  Ana  live  issued TIME by tester
    prn_1  ingest  acme  ci  revoked  issued TIME by tester  expires TIME  revoked TIME
    ");
    let expires: jiff::Timestamp = keys()[1]["expires"].as_str().unwrap().parse().unwrap();
    let issued: jiff::Timestamp = keys()[1]["issued_at"].as_str().unwrap().parse().unwrap();
    let days = expires.duration_since(issued).as_secs() / 86_400;
    assert!((89..=90).contains(&days));
}

#[test]
fn a_key_that_makes_no_sense_is_refused_with_the_reason() {
    let (_guard, data) = data_dir();
    let door = directory(&data);
    let create = |more: &[&str]| {
        let (code, out, err) = run(&[&["key", "create"][..], more, &door].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{more:?}");
        err
    };
    let robot = create(&["--kind", "robot", "--name", "x"]);
    assert!(robot.contains("person, agent or ingest"), "{robot}");
    let tenant = create(&["--kind", "agent", "--name", "x", "--tenant", "Acme Inc"]);
    assert!(tenant.contains("lower-case letters, digits or dashes"), "{tenant}");
    let expires = create(&["--kind", "agent", "--name", "x", "--expires", "soon"]);
    assert_eq!(expires, "mayday: `soon` is no duration: write 90d, 12h, 1y");
    let past = create(&["--kind", "agent", "--name", "x", "--expires=-1d"]);
    assert!(past.contains("not in the future"), "{past}");
    let (code, _, err) = run_as("mdk_12345", &["key", "list"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("mistyped or cut off") && !err.contains("12345"), "{err}");
    let (code, _, err) = run(&[&["key", "revoke", "prn_ghost"][..], &door].concat());
    assert_eq!(code, Some(1));
    assert!(err.contains("mayday key list"), "{err}");
}
