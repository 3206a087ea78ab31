//! The course of an incident through the real server: over HTTP, on the command line, on the page.

use serde_json::{Value, json};

use crate::harness::{Server, data_dir, mayday, told};
use crate::lessons::declared;

async fn say(server: &Server, path: &str, body: Value) -> reqwest::Response {
    server.client.post(format!("{}{path}", server.http)).json(&body).send().await.unwrap()
}

fn told_by(server: &Server, arguments: &[&str]) -> (bool, String) {
    let command = mayday().args(arguments).args(["--server", &server.http]).output().unwrap();
    let said = [command.stdout, command.stderr].concat();
    (command.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn an_incident_goes_on_over_http_on_the_command_line_and_on_its_page() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let id = declared(&server).await;
    let of = |what: &str| format!("/api/v1/incidents/{id}/{what}");
    for (what, body) in [
        ("acknowledgements", json!({"by": "ana"})),
        ("duties", json!({"duty": "lead", "who": "ana", "by": "ana"})),
        ("severities", json!({"severity": "sev2", "because": "many", "by": "ana"})),
        (
            "claims",
            json!({"about": "date", "says": "mails", "moment": "onset",
            "when": "2026-11-22T04:07:00+02:00", "source": "support", "by": "ana"}),
        ),
        ("stages", json!({"stage": "contained", "because": "the tool is off", "by": "ana"})),
    ] {
        let answer = say(&server, &of(what), body).await;
        assert!(answer.status().is_success(), "{what}: {}", told(answer).await);
    }
    let early = say(&server, &of("stages"), json!({"stage": "verified", "because": "x"})).await;
    assert_eq!(early.status(), 409);
    assert!(told(early).await.contains("say first that it is mitigated"));
    let wrong = say(&server, &of("stages"), json!({"stage": "lunch", "because": "x"})).await;
    assert_eq!(wrong.status(), 422);

    let (well, said) =
        told_by(&server, &["incident", "attempt", &id, "flag", "tool off", "--result", "worked"]);
    assert!(well && said.contains("flag: tool off: worked"), "{said}");
    let (well, said) = told_by(&server, &["incident", "stage", &id, "closed", "--because", "x"]);
    assert!(well && said.contains("closed  SEV2"), "{said}");
    let (_, said) = told_by(&server, &["incident", "show", &id]);
    let card = said.find("Still happening").unwrap();
    assert!(card < said.find("measured").unwrap(), "the card comes first: {said}");
    assert!(said.contains("support says 2026-11-22 02:07:00 UTC, told in +02:00 (open)"), "{said}");
    assert!(said.contains("ana leads"), "{said}");

    let page = server.get(&format!("/incidents/{id}")).await.text().await.unwrap();
    for part in ["id=\"now\"", "id=\"clocks\"", "told in +02:00", "SEV2", "flag: tool off"] {
        assert!(page.contains(part), "{part}");
    }
    let form = server.client.post(format!("{}/incidents/{id}/note", server.http));
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    let shown = form.body("text=Called%20them").send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("Called them") && shown.contains("note, no evidence"));
}

#[tokio::test]
async fn playbooks_are_listed_linted_and_rehearsed() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let (well, said) = told_by(&server, &["playbook", "list"]);
    assert!(well && said.lines().count() == 10 && said.contains("never rehearsed"), "{said}");
    let finding = ["playbook", "rehearsed", "tool-drift", "--finding", "no right to step 3"];
    let (well, said) = told_by(&server, &finding);
    assert!(well && said.contains("failed when rehearsed"), "{said}");
    let file = data.join("own.toml");
    let text = "id = 'x'\nversion = 1\ntitle = 'X'\ncategory = 'injection'\n\
                [[step]]\ninstruction = 'Reproduce it first.'\n";
    std::fs::write(&file, text).unwrap();
    let linted = mayday().args(["playbook", "lint"]).arg(&file).output().unwrap();
    let said = String::from_utf8(linted.stdout).unwrap();
    assert_eq!(linted.status.code(), Some(1));
    assert!(said.contains("step 1: reproduce_first") && said.contains("escalation"), "{said}");
    let page = server.get("/playbooks").await.text().await.unwrap();
    assert_eq!(page.matches("<h2").count(), 10);
}
