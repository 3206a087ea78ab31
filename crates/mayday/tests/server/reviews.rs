//! A quarter's review, on the command line, as JSON and as a page.

use serde_json::{Value, json};

use crate::harness::{Server, data_dir};
use crate::lessons::{declared, run, write};

/// The quarter in which an incident was declared.
async fn quarter(server: &Server, id: &str) -> String {
    let incident: Value =
        server.get(&format!("/api/v1/incidents/{id}")).await.json().await.unwrap();
    let at: jiff::Timestamp = incident["declared_at"].as_str().unwrap().parse().unwrap();
    let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
    format!("{}-Q{}", day.year(), (day.month() + 2) / 3)
}

#[tokio::test]
async fn a_document_is_graded_blind_and_then_shown_beside_the_machines_grade() {
    let (guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let id = declared(&server).await;
    let quarter = quarter(&server, &id).await;
    let hostile = "# Postmortem: x\n\n## Root cause\n\nDocumentation gap.\n\n\
                   ## What agents inferred\n\n### Inference 1\n\n- **Agent:** helper\n\n\
                   ## Action items\n\n\
                   - <script>alert(1)</script> reword the prompt\n";
    let file = write(guard.path(), "night.md", hostile);
    let (code, _, error) = run(&server, &["postmortem", "file", &id, &file]);
    assert_eq!(code, Some(0), "{error}");

    let (_, review, _) = run(&server, &["review", &quarter]);
    assert!(review.starts_with(&format!("# Review {quarter}\n")), "{review}");
    assert!(review.contains("are withheld until they are asked for"), "{review}");
    let grade = ["review", "grade", &quarter, &id, "--as", "flattened", "--because", "one row"];
    let (code, told, error) = run(&server, &grade);
    assert!(code == Some(0) && told.contains("graded flattened"), "{told}{error}");

    let (_, json, error) = run(&server, &["review", &quarter, "--grades", "--json"]);
    let shown: Value = serde_json::from_str(&json).expect(&error);
    assert_eq!(shown["grades"]["people"], json!({"flattened": 1, "partly": 0, "used": 0}));
    assert_eq!(shown["grades"]["machine"]["flattened"], 1);
    assert_eq!(shown["prompt_only"]["k"], 1);
    let (code, _, _) = run(&server, &grade);
    assert_eq!(code, Some(0));
    let (_, json, _) = run(&server, &["review", &quarter, "--json"]);
    let again: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&again["grades"]["blind"], &again["grades"]["not_counted"]),
        (&json!(1), &json!(1))
    );

    let page = server.get(&format!("/reviews/{quarter}")).await.text().await.unwrap();
    assert!(page.contains("Do the targeted rates fall"), "{page}");
    assert!(!page.contains("<script"), "{page}");
    assert_eq!(server.get("/reviews/2026-Q5").await.status(), 404);
    let (code, _, error) = run(&server, &["review", "2026-Q5"]);
    assert!(code == Some(2) && error.contains("as in 2026-Q3"), "{error}");
}

#[tokio::test]
async fn a_rate_that_falls_is_drawn_on_the_page() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    for week in 0..12 {
        let at = format!("2026-{:02}-{:02}T00:00:00Z", 1 + week / 4, 1 + 7 * (week % 4));
        let results = json!({
            "eval": "answers", "version": "3", "model": "m", "at": at,
            "cases": [{"case": "c1", "n": 200, "k": 60 - 4 * week}],
        });
        let sent = server.client.post(format!("{}/api/v1/evals/results", server.http));
        assert_eq!(sent.json(&results).send().await.unwrap().status(), 201);
    }
    let review: Value = server.get("/api/v1/reviews/2026-Q1").await.json().await.unwrap();
    assert_eq!(review["trends"][0]["direction"], "falling", "{review}");
    let page = server.get("/reviews/2026-Q1").await.text().await.unwrap();
    assert!(page.contains("Failure rate of answers 3: falling"), "{page}");
    assert_eq!(page.matches("<svg").count(), 2);
    assert!(page.contains("first third 27.0 %") && page.contains("last third"), "{page}");
}
