//! What projections make of facts, with and without snapshots.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use ledger::{Append, Expected, Ledger};
use model::{ContentHash, Entry, Fact};

use super::*;

/// Facts of every type that something is folded from. Add to them; never change one.
const FACTS: &str = include_str!("facts.jsonl");

fn facts() -> Vec<Fact> {
    FACTS.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn state(ledger: &Ledger, facts: &[Fact]) -> Vec<Entry> {
    let (stream, expected, actor) = ("tests", Expected::Any, "ana");
    let at = Timestamp::from_second(1_795_315_620).unwrap();
    ledger.append(Append { stream, expected, at, actor, facts }).unwrap()
}

/// What each projection would keep.
fn kept(projections: &Projections) -> Vec<Snapshot> {
    let seq = projections.place().seq;
    projections.each().into_iter().map(|one| one.snapshot(seq).unwrap()).collect()
}

fn opened(dir: &Path) -> Vec<Snapshot> {
    kept(&Projections::open(&Ledger::open(dir).unwrap()).unwrap())
}

/// A ledger on disk with all facts twice, and snapshots of the first half.
fn half_kept() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(dir.path()).unwrap();
    state(&ledger, &facts());
    let projections = Projections::open(&ledger).unwrap();
    projections.place().kept = 0;
    projections.keep(projections.place(), &ledger, 1).unwrap();
    let later = state(&ledger, &facts());
    projections.follow(&ledger, &later).unwrap();
    dir
}

/// What an earlier build kept must be what this one would have folded. A projection whose line is
/// another because of a change to it gets the next version in the list; then put what this test
/// shows into `kept.txt`. Facts that were added to `facts.jsonl` change lines too, and no version.
#[test]
fn what_is_kept_changes_with_its_version_alone() {
    let ledger = Ledger::in_memory();
    state(&ledger, &facts());
    let projections = Projections::open(&ledger).unwrap();
    let mut told = String::new();
    for Snapshot { name, version, body, .. } in kept(&projections) {
        let hash = ContentHash::of(&body).to_string();
        writeln!(told, "{name} {version} {}", &hash[..16]).unwrap();
    }
    let expected = include_str!("kept.txt");
    assert_eq!(told, expected, "\n{told}");
}

#[test]
fn every_projection_is_moved_by_some_fact() {
    let ledger = Ledger::in_memory();
    let before = kept(&Projections::open(&ledger).unwrap());
    state(&ledger, &facts());
    let after = kept(&Projections::open(&ledger).unwrap());
    for (before, after) in before.iter().zip(&after) {
        assert_ne!(before.body, after.body, "{}", after.name);
    }
}

#[test]
fn a_snapshot_and_the_facts_after_it_fold_to_what_all_facts_do() {
    let dir = half_kept();
    let seqs = |ledger: &Ledger| {
        Projections::default().each().iter().map(|one| one.begin(ledger)).collect::<Vec<_>>()
    };
    assert_eq!(
        seqs(&Ledger::open(dir.path()).unwrap()),
        vec![facts().len() as u64; Projections::default().each().len()]
    );
    let with = opened(dir.path());
    fs::remove_dir_all(dir.path().join("snapshots")).unwrap();
    assert_eq!(with, opened(dir.path()));
}

#[test]
fn projections_whose_snapshots_end_at_different_facts_come_to_the_same() {
    let dir = half_kept();
    let whole = opened(dir.path());
    let snapshots = dir.path().join("snapshots");
    fs::remove_file(snapshots.join("principals")).unwrap();
    let mut suites = fs::read(snapshots.join("suites")).unwrap();
    *suites.last_mut().unwrap() ^= 1;
    fs::write(snapshots.join("suites"), suites).unwrap();
    assert_eq!(opened(dir.path()), whole);
}

#[test]
fn a_snapshot_that_is_no_state_is_not_used() {
    let dir = half_kept();
    let whole = opened(dir.path());
    let ledger = Ledger::open(dir.path()).unwrap();
    for body in [vec![], vec![0xc1], b"no state".to_vec()] {
        let (name, version) = (Incidents::NAME.to_owned(), Incidents::VERSION);
        ledger.keep_snapshot(&Snapshot { name, version, seq: 3, body }).unwrap();
        assert_eq!(opened(dir.path()), whole);
    }
}

#[test]
fn facts_that_come_out_of_order_are_folded_in_order() {
    let ledger = Ledger::in_memory();
    let projections = Projections::open(&ledger).unwrap();
    let stated: Vec<_> = facts().chunks(3).map(|facts| state(&ledger, facts)).collect();
    for chunk in [2, 0, 1, 5, 3, 4] {
        projections.follow(&ledger, &stated[chunk]).unwrap();
        projections.follow(&ledger, &stated[chunk]).unwrap();
    }
    stated.iter().for_each(|chunk| projections.follow(&ledger, chunk).unwrap());
    assert_eq!(kept(&projections), kept(&Projections::open(&ledger).unwrap()));
}

#[test]
fn an_export_taken_in_folds_to_the_same() {
    let (from, to) = (Ledger::in_memory(), Ledger::in_memory());
    state(&from, &facts());
    let lines = from.stored(1, usize::MAX, usize::MAX).unwrap();
    let lines = lines.iter().map(|line| serde_json::to_string(line).unwrap() + "\n");
    to.import(lines.collect::<String>().as_bytes()).unwrap();
    let [from, to] = [from, to].map(|ledger| kept(&Projections::open(&ledger).unwrap()));
    assert_eq!(from, to);
}

#[test]
fn facts_of_a_later_version_are_passed_over_and_no_snapshot_leaves_them_out() {
    let known = Ledger::in_memory();
    state(&known, &facts());
    let mut lines: Vec<_> = known.stored(1, usize::MAX, usize::MAX).unwrap();
    let whole = kept(&Projections::open(&known).unwrap());

    let later = lines.last().unwrap().clone();
    let body = r#"{"type":"moon_landed"}"#.to_owned();
    let (seq, version) = (later.seq + 1, later.version + 1);
    let mut later = ledger::Stored { seq, version, body, prev: later.hash, ..later };
    later.hash = hash_of(&later);
    lines.push(later);
    let ledger = Ledger::in_memory();
    let export = lines.iter().map(|line| serde_json::to_string(line).unwrap() + "\n");
    ledger.import(export.collect::<String>().as_bytes()).unwrap();

    let projections = Projections::open(&ledger).unwrap();
    let bodies = |all: &[Snapshot]| all.iter().map(|one| one.body.clone()).collect::<Vec<_>>();
    assert_eq!(bodies(&kept(&projections)), bodies(&whole));
    projections.place().kept = 0;
    projections.keep(projections.place(), &ledger, 1).unwrap();
    assert!(matches!(ledger.snapshot(Incidents::NAME, Incidents::VERSION), Err(Unfit::Missing)));
}

/// The recipe of the ledger's chain.
fn hash_of(it: &ledger::Stored) -> ContentHash {
    let [seq, version, at] = [it.seq.to_string(), it.version.to_string(), it.at.to_string()];
    let fields: [&[u8]; 8] = [
        b"mayday ledger 1",
        it.prev.as_bytes(),
        seq.as_bytes(),
        it.stream.as_bytes(),
        version.as_bytes(),
        at.as_bytes(),
        it.actor.as_bytes(),
        it.body.as_bytes(),
    ];
    let said = fields.iter().flat_map(|field| {
        (field.len() as u64).to_be_bytes().into_iter().chain(field.iter().copied())
    });
    ContentHash::of(&said.collect::<Vec<u8>>())
}
