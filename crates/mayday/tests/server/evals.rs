//! Runs of evaluation suites, and what a data directory answers without a server.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Server, data_dir, mayday, request, root};

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = mayday().args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

async fn post(server: &Server, body: &Value) -> (StatusCode, Value) {
    let asked = server.client.post(format!("{}/api/v1/evals/runs", server.http)).json(body);
    let answer = asked.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn the_last_green_run_of_a_suite_is_known_whatever_the_order_they_were_told_in() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let ran = |failed: u64, day: u64| {
        let at = format!("2026-11-{day}T06:00:00Z");
        let judge = if day > 20 { "judge-2" } else { "judge-1" };
        json!({
            "suite": "refunds",
            "cases": 100,
            "failed": failed,
            "threshold": 0.02,
            "configuration": judge,
            "at": at
        })
    };
    for (failed, day) in [(9, 22), (2, 20), (3, 21)] {
        assert_eq!(post(&server, &ran(failed, day)).await.0, StatusCode::CREATED);
    }
    let (status, problem) = post(&server, &ran(101, 22)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");

    let directory = data.to_str().unwrap().to_owned();
    server.kill();
    let (code, told, _) = run(&["eval", "list", "--json", "--data-dir", &directory]);
    assert_eq!(code, Some(0));
    let suites: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&suites[0]["runs"], &suites[0]["last"]["failed"]), (&json!(3), &json!(9)));
    assert_eq!(suites[0]["last_green"]["at"], "2026-11-20T06:00:00Z");
    assert_eq!(suites[0]["configured_since"], "2026-11-21T06:00:00Z");
    let record = ["eval", "record", "refunds", "--cases", "50", "--failed", "0", "--data-dir"];
    let (code, told, _) = run(&[&record[..], &[&directory]].concat());
    assert!(code == Some(0) && told.contains("green"), "{told}");
    let nameless = ["eval", "record", "", "--cases", "1", "--failed", "0", "--data-dir"];
    let (code, _, error) = run(&[&nameless[..], &[&directory]].concat());
    assert!(code == Some(2) && error.contains("1 to 200 bytes"), "{code:?} {error}");
}

#[tokio::test]
async fn a_data_directory_is_reconstructed_and_looked_through_as_a_server_does_it() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    server.export(request(vec![root(1)])).await;
    let of = root(1).trace.to_string();
    let asked = |door: [&str; 2]| {
        let told = run(&["reconstruct", &of, "--json", door[0], door[1]]);
        let coverage = run(&["coverage", "--json", door[0], door[1]]);
        let doctor = run(&["doctor", "--json", door[0], door[1]]);
        [told, coverage, doctor]
    };
    let from_server = asked(["--server", &server.http]);
    assert!(from_server[0].1.contains(&of));
    server.kill();
    assert_eq!(asked(["--data-dir", data.to_str().unwrap()]), from_server);
}
