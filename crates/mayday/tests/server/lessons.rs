//! What is learned of an incident, on the command line and on its page.

use std::path::Path;

use axum::{Json, Router};
use serde_json::{Value, json};
use sim::wire::Record;
use tokio::net::TcpListener;

use crate::harness::{Server, data_dir, evaluation, logs_request, mayday, request, root, text};

pub(crate) async fn declared(server: &Server) -> String {
    let sent = server.export(request((1..=4).map(root).collect())).await;
    assert!(sent.status().is_success());
    server.eventually("/api/v1/features", |features| features[0]["runs"] == 4).await;
    let declared = server.client.post(format!("{}/api/v1/incidents", server.http));
    let declared = declared.json(&json!({"by": "ana"})).send().await.unwrap();
    let incident: Value = declared.json().await.unwrap();
    incident["id"].as_str().unwrap().to_owned()
}

pub(crate) fn run(server: &Server, arguments: &[&str]) -> (Option<i32>, String, String) {
    let command = mayday().args(arguments).args(["--server", &server.http]).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (command.status.code(), text(command.stdout), text(command.stderr))
}

/// Stands in for a model behind an OpenAI-compatible interface, which costs money: it says one
/// sentence that cites the first fact, and one that cites nothing.
async fn model() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let answer = |Json(asked): Json<Value>| async move {
        assert!(asked["messages"][1]["content"].as_str().unwrap().starts_with("1. "), "{asked}");
        let said = json!({"sentences": [
            {"part": "summary", "text": "It <b>rose</b>.", "facts": [1]},
            {"part": "summary", "text": "It was magic.", "facts": []},
        ]});
        Json(json!({"choices": [{"message": {"content": said.to_string()}}]}))
    };
    let app = Router::new().route("/v1/chat/completions", axum::routing::post(answer));
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

async fn tell(server: &Server, records: Vec<Record>) {
    let sent = server.client.post(format!("{}/v1/logs", server.otlp));
    let sent = sent.header("content-type", "application/x-protobuf").body(logs_request(records));
    assert!(sent.send().await.unwrap().status().is_success());
}

pub(crate) fn write(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// JUnit's XML of one case, tried and failed so often.
fn junit(case: &str, (failed, tried): (usize, usize)) -> String {
    let red = format!("<testcase name=\"{case}\"><failure/></testcase>");
    let green = format!("<testcase name=\"{case}\"/>");
    format!("<testsuite>{}{}</testsuite>", red.repeat(failed), green.repeat(tried - failed))
}

#[tokio::test]
async fn a_document_is_filed_and_its_item_closes_by_what_was_measured() {
    let (guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let id = declared(&server).await;
    let files = guard.path();

    let (code, draft, told) = run(&server, &["postmortem", "show", &id]);
    assert!(code == Some(0) && told.contains("not filed yet"), "{told}");
    let item = "\n## Action items\n\n### Item 1\n\n- **What:** play it\n- **Kind:** eval_coverage\n\
                - **Owner:** ops\n- **Due:** 2020-01-01\n- **Eval:** answers\n- **Cases:** c1\n\
                - **Baseline:** 40 %\n- **Target:** 5 %\n";
    let hostile = "\n## Controls that worked\n\n- <script>alert(1)</script>\n";
    let night = write(files, "night.md", &format!("{draft}{item}{hostile}"));
    let (code, told, error) = run(&server, &["postmortem", "file", &id, &night]);
    assert!(code == Some(0) && told.contains("version 1"), "{told}{error}");
    let (_, items, _) = run(&server, &["item", "list"]);
    assert!(items.contains("open  eval_coverage  play it  due 2020-01-01, overdue"), "{items}");
    let number = items.split_whitespace().next().unwrap();

    let blamed = write(files, "blamed.md", "# Postmortem: x\n\n## Attribution\n\n- AI failure\n");
    let (code, _, error) = run(&server, &["postmortem", "file", &id, &blamed]);
    assert!(code == Some(2) && error.contains("ai-failure-category"), "{code:?} {error}");

    let (code, _, error) = run(&server, &["item", "close", number]);
    assert!(code == Some(1) && error.contains("never red"), "{error}");
    let results = |file: &str, of: (usize, usize), more: &[&str]| {
        let path = write(files, file, &junit("c1", of));
        let arguments = ["eval", "results", &path, "--format", "junit", "--eval", "answers"];
        let under = ["--version", "1", "--model", "m-2"];
        run(&server, &[&arguments[..], &under, more].concat())
    };
    let (code, told, error) = results("red.xml", (4, 5), &["--configuration", &id]);
    assert!(code == Some(0) && told.contains("answers@1  red  1 cases"), "{told}{error}");
    let (code, told, _) = results("green.xml", (0, 80), &[]);
    assert!(code == Some(0) && told.contains("green"), "{told}");
    let (code, told, error) = run(&server, &["item", "close", number]);
    assert!(code == Some(0) && told.contains("closed"), "{told}{error}");

    let (_, html, _) = run(&server, &["postmortem", "show", &id, "--format", "html"]);
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "{html}");
    let page = server.get(&format!("/incidents/{id}/postmortem")).await.text().await.unwrap();
    assert!(page.contains("Version 1, filed") && !page.contains("<script"), "{page}");
    assert!(page.contains("1 action items: 0 open"), "{page}");
    let (_, json, _) = run(&server, &["postmortem", "show", &id, "--format", "json"]);
    let view: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(view["document"]["items"][0]["state"], "closed");
    assert_eq!(view["filed"]["version"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_may_propose_sentences_that_cite_facts_and_nothing_is_filed() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let id = declared(&server).await;
    let url = model().await;
    let propose = ["postmortem", "propose", &id, "--endpoint", &url, "--model", "m"];
    let (code, text, told) = run(&server, &propose);
    assert!(code == Some(0) && told.contains("1 sentences proposed, 1 dropped"), "{told}");
    assert!(text.contains("- **Proposed:** It \\<b\\>rose\\</b\\>."), "{text}");
    assert!(!text.contains("magic"), "{text}");
    let view = server.json(&format!("/api/v1/incidents/{id}/document")).await;
    assert!(view.get("filed").is_none_or(Value::is_null), "{view}");
}

#[tokio::test]
async fn evaluation_events_are_a_run_of_their_eval_if_each_names_its_case() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let id = declared(&server).await;
    let begun = root(1).started;
    let hour = jiff::SignedDuration::from_hours(1);
    let within = format!("{}..{}", begun - hour, begun + hour);
    let told = |eval: &str| {
        let under = ["--version", "1", "--model", "m-2", "--within", &within];
        let asked = ["eval", "results", "--format", "otel", "--eval", eval, "--configuration", &id];
        run(&server, &[&asked[..], &under].concat())
    };
    let (code, _, error) = told("tone");
    assert!(code == Some(2) && error.contains("no evaluation event of `tone`"), "{error}");

    let of = |number: u64, label: &str, case: Option<&str>| {
        let mut record = evaluation(&root(number), label);
        record.attributes.extend(case.map(|case| text("mayday.eval.case", case)));
        record
    };
    let records =
        vec![of(1, "fail", Some("c1")), of(2, "pass", Some("c1")), of(3, "pass", Some("c2"))];
    tell(&server, records).await;
    let (code, said, error) = told("tone");
    assert!(code == Some(0) && said.contains("tone@1  red  2 cases"), "{said}{error}");

    tell(&server, vec![of(4, "pass", None)]).await;
    let (code, _, error) = told("tone");
    assert!(code == Some(2) && error.contains("1 name no case"), "{error}");
}

#[tokio::test]
async fn cases_and_trials_go_out_and_come_in_on_the_command_line() {
    let (guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let id = declared(&server).await;
    let out = guard.path().join("cases.json");
    let to = out.to_str().unwrap();
    let export = ["eval", "export", &id, "--format", "promptfoo", "--out", to];
    let (code, _, told) = run(&server, &export);
    assert!(code == Some(0) && told.contains("read them before you share them"), "{told}");
    let written: Value = serde_json::from_str(&std::fs::read_to_string(out).unwrap()).unwrap();
    assert!(written["tests"].is_array(), "{written}");

    let arms = ["--arm", "v7=40/100", "--arm", "v6=5/100", "--held-out"];
    let ablate = [&["eval", "ablate", &id, "--part", "prompt"][..], &arms].concat();
    let (code, told, _) = run(&server, &ablate);
    assert!(code == Some(0) && told.contains("this shows that the prompt alone"), "{told}");
    let (code, _, error) = run(&server, &["eval", "ablate", &id, "--part", "prompt", "--arm", "x"]);
    assert!(code == Some(2) && error.contains("LEVEL=FAILED/TRIALS"), "{error}");
    let (code, _, error) = run(&server, &["incident", "recurs", &id, &id, "--because", "x"]);
    assert!(code == Some(2) && error.contains("was not declared before"), "{code:?} {error}");
    let (code, _, error) = run(&server, &["item", "close", "itm_00000000"]);
    assert!(code == Some(1) && error.contains("there is no item"), "{error}");
}
