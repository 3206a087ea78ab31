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
