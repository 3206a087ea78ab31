//! What the command line says, and how it exits.

use crate::harness::{Server, data_dir, mayday};

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = mayday().args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn bad_usage_exits_with_two_and_says_how_to_mend_it() {
    let (code, _, err) = run(&["moved", "--baseline", "yesterday", "--incident", "1..2"]);
    assert_eq!(code, Some(2));
    assert!(err.starts_with("mayday: `yesterday` is no window: write START..END"), "{err}");
    let (code, _, err) = run(&["moved", "--baseline", "1..2"]);
    assert_eq!(code, Some(2));
    insta::assert_snapshot!(err, @"mayday: give both --baseline and --incident, or neither");
    assert_eq!(run(&["moved", "--nonsense"]).0, Some(2));
    assert_eq!(run(&["demo", "--scenario", "meteor"]).0, Some(2));
}

#[test]
fn no_server_exits_with_one_and_says_what_to_start() {
    let (code, out, err) = run(&["moved", "--server", "http://127.0.0.1:9"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("mayday serve --data-dir DIR"), "{err}");
}

#[tokio::test]
async fn no_runs_is_no_answer_and_exits_with_three() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let (code, out, _) = run(&["moved", "--server", &server.http]);
    assert_eq!(code, Some(3));
    assert!(out.contains("too little data"), "{out}");
    let (code, _, err) = run(&["moved", "--feature", "ghost", "--server", &server.http]);
    assert_eq!(code, Some(1));
    assert!(err.contains("mayday features"), "{err}");
    let reversed = ["moved", "--baseline", "20..30", "--incident", "10..20", "--server"];
    let (code, _, err) = run(&[&reversed[..], &[server.http.as_str()]].concat());
    assert_eq!(code, Some(2));
    assert!(err.contains("swap them"), "{err}");
}

#[test]
fn a_directory_is_opened_with_the_settings_it_is_given() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("mayday.toml");
    std::fs::write(&config, "[record]\ncontnet = \"full\"\n").unwrap();
    let (config, data) = (config.to_str().unwrap(), directory.path().to_str().unwrap());
    let (code, _, err) = run(&["features", "--data-dir", data, "--config", config]);
    assert_eq!(code, Some(1));
    assert!(err.contains("contnet"), "{err}");
    assert_eq!(run(&["features", "--config", config]).0, Some(2));
}

#[test]
fn a_table_of_ones_own_is_asked_without_a_server() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("requests.csv");
    let mut table = "at,errors,requests,region,model\n".to_owned();
    for at in (0..500).step_by(50) {
        for (place, region) in ["eu", "us", "ap"].into_iter().enumerate() {
            for model in ["m1", "m2"] {
                let faulty = at >= 400 && region == "us" && model == "m2";
                let errors = if faulty { 400 } else { 20 + place + at / 50 % 3 };
                table += &format!("{at},{errors},1000,{region},{model}\n");
            }
        }
    }
    std::fs::write(&path, &table).unwrap();
    let asked = ["moved", "--csv", path.to_str().unwrap(), "--time", "at", "--bad", "errors"];
    let windows = ["--total", "requests", "--baseline", "0..400", "--incident", "400..500"];
    let (code, out, err) = run(&[&asked[..], &windows[..]].concat());
    assert_eq!(code, Some(0), "{err}");
    let rose = "requests: the rate rose where model = m2 and region = us, and not elsewhere";
    assert_eq!(out.lines().next(), Some(rose));
    let (code, out, _) = run(&[&asked[..], &windows[..], &["--json"]].concat());
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, answer["verdict"].as_str()), (Some(0), Some("moved")));
    assert_eq!(answer["movers"][0]["levels"], serde_json::json!({"model": "m2", "region": "us"}));
    std::fs::write(&path, table + "450,1\n").unwrap();
    let (code, _, err) = run(&[&asked[..], &windows[..]].concat());
    assert_eq!(code, Some(2));
    assert!(err.contains("requests.csv: line 62 has 2 fields and the header 5"), "{err}");
    assert_eq!(run(&asked).0, Some(2));
}

#[test]
fn a_ledger_is_checked_only_where_there_is_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_str().unwrap();
    let (code, _, err) = run(&["ledger", "verify", "--data-dir", path]);
    assert_eq!(code, Some(1));
    assert!(err.contains("there is no ledger"), "{err}");
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let (_guard, data) = data_dir();
    let data = data.to_str().unwrap();
    let listen = ["--otlp", "0.0.0.0:0", "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"];
    let (code, _, err) = run(&[&["serve", "--data-dir", data], &listen[..]].concat());
    assert_eq!(code, Some(1));
    assert!(err.contains("mayday key create --kind ingest"), "{err}");
}

#[test]
fn the_same_seed_writes_the_same_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, seed: &str| {
        let path = directory.path().join(name);
        let out = path.to_str().unwrap();
        let (code, ..) = run(&["sim", "--seed", seed, "--start", "1795305600", "--out", out]);
        assert_eq!(code, Some(0));
        std::fs::read(path).unwrap()
    };
    let (first, again, other) = (write("a", "7"), write("b", "7"), write("c", "8"));
    assert!(first == again && first != other);
}
