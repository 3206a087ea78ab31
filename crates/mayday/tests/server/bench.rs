//! `mayday bench`: what it tells, not how fast anything is.

use crate::harness::mayday;

fn json(arguments: &[&str]) -> serde_json::Value {
    let output = mayday().arg("bench").args(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn positive(value: &serde_json::Value) -> bool {
    value.as_f64().is_some_and(|number| number > 0.0)
}

#[test]
fn ingestion_is_told_beside_its_floor() {
    let report = json(&[
        "ingest",
        "--load",
        "3k,30-turns",
        "--spans",
        "1600",
        "--rounds",
        "1",
        "--probes",
        "3",
        "--json",
    ]);
    let loads = report["loads"].as_array().unwrap();
    let [small, turns] = loads.as_slice() else { panic!("{report:#}") };
    assert_eq!(
        (&small["load"], &small["spans"], &small["traces"]),
        (&"3k".into(), &1_600.into(), &200.into())
    );
    assert_eq!((&turns["load"], &turns["spans"]), (&"30-turns".into(), &1_620.into()));
    for load in loads {
        for figure in [
            "durable_spans_per_second",
            "floor_spans_per_second",
            "ratio",
            "disk_bytes_per_otlp_byte",
            "peak_resident_mb",
            "settled_after_seconds",
        ] {
            assert!(load[figure]["median"].is_number(), "{figure} in {load:#}");
        }
        assert!(positive(&load["peak_resident_mb"]["median"]), "{load:#}");
        assert!(positive(&load["disk_bytes_per_otlp_byte"]["median"]), "{load:#}");
    }
    assert_eq!(small["visible"]["n"], 3);
    assert!(turns["visible"].is_null());
}

#[test]
fn a_trace_is_asked_for_by_its_id() {
    let report = json(&["trace", "--steps", "1000", "--queries", "100", "--json"]);
    assert_eq!((&report["steps"], &report["traces"]), (&1000.into(), &125.into()));
    assert_eq!(report["query"]["n"], 100);
    assert!(positive(&report["disk_bytes"]));
}

#[test]
fn a_load_is_written_as_files_that_a_manifest_lists() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, seed: &str| {
        let out = directory.path().join(name);
        let arguments = ["bench", "load", "--spans", "1000", "--start", "1795305600", "--seed"];
        let status = mayday().args(arguments).arg(seed).arg("--out").arg(&out).status().unwrap();
        assert!(status.success());
        let manifest = std::fs::read(out.join("manifest.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
        let files = manifest["requests"]
            .as_array()
            .unwrap()
            .iter()
            .map(|request| std::fs::read(out.join(request["file"].as_str().unwrap())).unwrap());
        (files.collect::<Vec<_>>(), manifest)
    };
    let (files, manifest) = write("a", "5");
    assert_eq!((files.len(), &manifest["spans"]), (2, &1000.into()));
    let bytes: usize = files.iter().map(Vec::len).sum();
    assert_eq!(manifest["bytes"], bytes);
    assert_eq!(write("b", "5").0, files);
    assert_ne!(write("c", "6").0, files);
}

#[test]
fn more_than_fits_in_memory_is_refused_with_what_would_fit() {
    let arguments = ["bench", "ingest", "--load", "256k", "--spans", "1000000"];
    let output = mayday().args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("--spans 8192 at most"), "{told}");
}

#[test]
fn the_ledger_is_told_in_rates_and_in_seconds() {
    let few = ["ledger", "--facts", "3000", "--singly", "200", "--appenders", "8", "--rounds", "2"];
    let report = json(&[&few[..], &["--json"]].concat());
    assert_eq!((&report["facts"], &report["appenders"]), (&3_000.into(), &8.into()));
    for spread in
        ["append_at_once", "append_alone", "bare_file", "open_seconds", "verify_facts_per_second"]
    {
        assert!(positive(&report[spread]["median"]), "{spread} in {report:#}");
    }
    for figure in [
        "bytes",
        "append_in_batches",
        "first_open_seconds",
        "snapshot_bytes",
        "import_facts_per_second",
    ] {
        assert!(positive(&report[figure]), "{figure} in {report:#}");
    }
}
