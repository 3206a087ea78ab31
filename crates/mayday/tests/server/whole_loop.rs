//! From spans to a postmortem draft, through every door.

use serde_json::Value;

use crate::harness::{Server, data_dir, mayday};

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = mayday().args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_demo_names_the_cause_and_drafts_the_postmortem() {
    let (code, out, err) = run(&["demo", "--once", "--json", "--scenario", "index-rebuild"]);
    assert_eq!(code, Some(0), "{err}");
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["report"]["verdict"], "moved");
    assert_eq!(found["report"]["movers"][0]["factor"], found["truth"]["factor"]);
    assert_eq!(found["report"]["movers"][0]["to"], found["truth"]["to"]);
    let draft = found["postmortem"].as_str().unwrap();
    for part in ["## Which variable moved", "**Signal missed:**", "index:kb", "**Open**"] {
        assert!(draft.contains(part), "{part}");
    }
}

/// What is shown, without how fresh it is and how long what goes on takes: that is of the moment
/// and of the process that answers.
fn apart_from_its_freshness(shown: &str) -> String {
    let mut lines = Vec::new();
    let mut all = shown.lines();
    while let Some(line) = all.next() {
        match line.trim_start().starts_with("Fresh ") {
            true => _ = all.next(),
            false if line.ends_with("goes on") => {}
            false => lines.push(line),
        }
    }
    lines.join("\n")
}

#[tokio::test]
async fn a_server_and_its_directory_answer_the_same() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let (http, otlp) = (server.http.clone(), server.otlp.clone());
    let start = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(7);
    let (start, end) = (start.as_second(), start.as_second() + 7 * 3600);
    let begins = start.to_string();
    let (code, ..) = run(&["sim", "--scenario", "tool-shape", "--start", &begins, "--send", &otlp]);
    assert_eq!(code, Some(0));
    let waiting = async || server.metric("mayday_traces_waiting").await;
    for _ in 0..1_000 {
        if waiting().await == 0 {
            break;
        }
    }
    let middle = start + 15_600;
    let (baseline, incident) = (format!("{start}..{middle}"), format!("{middle}..{end}"));
    let windows = ["--baseline", &baseline, "--incident", &incident];
    let moved = |door: [&str; 2]| run(&[&["moved", "--json"], &windows[..], &door[..]].concat());
    let (code, from_server, _) = moved(["--server", &http]);
    assert_eq!(code, Some(0));
    assert_eq!(serde_json::from_str::<Value>(&from_server).unwrap()["verdict"], "moved");

    let declare = [&["incident", "declare"], &windows[..], &["--server", &http]].concat();
    let (code, declared, err) = run(&declare);
    assert_eq!(code, Some(0), "{err}");
    let id = declared.split_whitespace().next().unwrap().to_owned();
    let (_, shown, _) = run(&["incident", "show", &id, "--server", &http]);
    assert!(shown.contains("tool_shape:search_kb") && shown.contains("by tester"), "{shown}");
    let told = |because: &'static str| {
        ["incident", "answer", &id, "model", "clean", "--because", because, "--server", &http]
    };
    let (code, answered, err) = run(&told("no notice, and the canary scored as before"));
    assert_eq!(code, Some(0), "{err}");
    assert!(answered.contains("tester said clean"), "{answered}");
    assert_eq!(run(&told("  ")).0, Some(2), "nothing is clean without a ground");
    let nowhere = ["incident", "answer", &id, "moon", "clean", "--because", "x", "--server", &http];
    let (code, _, err) = run(&nowhere);
    assert!(code == Some(1) && err.contains("it has: ruler, staleness"), "{code:?} {err}");

    let lacks = |gaps: &str| serde_json::from_str::<Value>(gaps).unwrap();
    let list = ["gaps", "list", "--json", "--server", &http];
    let fingerprint = |gaps: &Value| {
        let is_it = |gap: &&Value| gap["attribute"] == "openai.response.system_fingerprint";
        gaps.as_array().unwrap().iter().find(is_it).cloned().unwrap()
    };
    let gap = fingerprint(&lacks(&run(&list).1));
    assert_eq!((&gap["state"], gap["recorded"].as_u64()), (&"open".into(), Some(0)), "{gap}");
    assert_eq!(gap["incidents"], serde_json::json!([id]));
    let feature = gap["feature"].as_str().unwrap();
    let because = ["--because", "our gateway drops it", "--server", &http];
    let dismiss =
        [&["gaps", "dismiss", feature, "openai.response.system_fingerprint"], &because[..]]
            .concat();
    assert_eq!(run(&dismiss).0, Some(0));
    assert_eq!(fingerprint(&lacks(&run(&list).1))["dismissed"]["by"], "tester");

    let verdict = |shown: &str| shown.lines().nth(2).unwrap().to_owned();
    let declared = verdict(&shown);
    let nothing = format!("{}..{}", start - 20, start - 10);
    let by_hand = ["--baseline", &nothing, "--incident", &baseline];
    let look = [&["incident", "look", &id], &by_hand[..], &["--server", &http]].concat();
    let (code, looked, err) = run(&look);
    assert_eq!(code, Some(0), "{err}");
    let said = "look 2 by tester: insufficient_data; windows chosen by hand: exploratory";
    assert!(looked.starts_with(said), "{looked}");
    let (_, shown, _) = run(&["incident", "show", &id, "--server", &http]);
    assert!(shown.contains("tool schema versions: changed") && shown.contains(said), "{shown}");
    assert_eq!(verdict(&shown), declared, "what was declared stays");
    let page = server.get(&format!("/incidents/{id}")).await.text().await.unwrap();
    assert!(page.contains("said clean") && page.contains("id=\"fields\""));
    assert!(page.contains("tool_shape:search_kb") && page.contains("<svg"));

    server.kill();
    let directory = data.to_str().unwrap();
    assert_eq!(moved(["--data-dir", directory]).1, from_server);
    let of_directory = run(&["incident", "show", &id, "--data-dir", directory]).1;
    assert_eq!(apart_from_its_freshness(&of_directory), apart_from_its_freshness(&shown));
    let (code, verified, _) = run(&["ledger", "verify", "--data-dir", directory]);
    let entries = verified.strip_prefix("intact: ").and_then(|rest| rest.split(' ').next());
    let entries: u64 = entries.and_then(|number| number.parse().ok()).unwrap_or(0);
    // Eight by people; what the server states of itself beside them depends on how long it ran.
    assert!(code == Some(0) && entries >= 8, "{verified}");
}
