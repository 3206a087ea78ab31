//! What the engine on disk owes beyond the suite: it is there after the process is not.

use std::fs;
use std::path::Path;
use std::thread;

use ledger::{Durability, Expected, Ledger, LedgerError, Snapshot, Unfit, Verified};
use model::{Fault, Faulty};
use rusqlite::Connection;

use crate::facts::{all, declared, drafted, state};

#[test]
fn every_commit_is_synced_before_the_answer() {
    let dir = tempfile::tempdir().unwrap();
    let full = Durability::OnDisk { journal_mode: "wal".to_owned(), synchronous: 2 };
    for _ in ["created", "opened again"] {
        let ledger = Ledger::open(dir.path()).unwrap();
        state(&ledger, "inc_a", &[drafted(1)]);
        assert_eq!(ledger.durability().unwrap(), full);
    }
    assert_eq!(Ledger::in_memory().durability().unwrap(), Durability::InMemory);
}

#[test]
fn a_ledger_goes_on_where_it_was_closed() {
    let dir = tempfile::tempdir().unwrap();
    let first = state(&Ledger::open(dir.path()).unwrap(), "inc_a", &[declared(), drafted(1)]);
    let ledger = Ledger::open(dir.path()).unwrap();
    assert_eq!(all(&ledger), first);
    let next = &state(&ledger, "inc_a", &[drafted(2)])[0];
    assert_eq!((next.seq, next.version, next.prev), (3, 3, first[1].hash));
}

#[test]
fn what_was_answered_is_in_the_files_of_a_ledger_that_was_never_closed() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let ledger = Ledger::open(dir.path()).unwrap();
    let made = state(&ledger, "inc_a", &[declared(), drafted(1)]);
    for file in fs::read_dir(dir.path()).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    assert_eq!(all(&Ledger::open(copy.path()).unwrap()), made);
}

#[test]
fn an_append_that_fails_half_way_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(dir.path()).unwrap();
    let full_disk = "CREATE TRIGGER full BEFORE INSERT ON entry WHEN NEW.seq = 3
                     BEGIN SELECT raise(ABORT, 'no space'); END";
    let raw = Connection::open(dir.path().join("ledger.db")).unwrap();
    raw.execute_batch(full_disk).unwrap();
    let facts = [1, 2, 3].map(drafted);
    let error = crate::facts::append(&ledger, "inc_a", Expected::Any, &facts).unwrap_err();
    assert!(matches!(error, LedgerError::Append { .. }));
    assert_eq!(error.fault(), Fault::Unavailable);
    assert_eq!(all(&ledger), []);

    raw.execute_batch("DROP TRIGGER full").unwrap();
    state(&ledger, "inc_a", &facts);
    assert!(matches!(ledger.verify().unwrap(), Verified::Intact { entries: 3, .. }));
}

#[test]
fn two_openers_of_one_file_extend_one_chain() {
    let dir = tempfile::tempdir().unwrap();
    let ledgers = [0, 1].map(|_| Ledger::open(dir.path()).unwrap());
    for n in 0..6 {
        state(&ledgers[n % 2], "inc_a", &[drafted(n as u64)]);
    }
    assert!(matches!(ledgers[0].verify().unwrap(), Verified::Intact { entries: 6, .. }));
    assert_eq!(all(&ledgers[0]), all(&ledgers[1]));
}

#[test]
fn a_file_that_is_no_ledger_says_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("ledger.db"), "not a database, whatever its name says").unwrap();
    for path in [dir.path().to_owned(), dir.path().join("nowhere")] {
        let error = Ledger::open(&path).unwrap_err();
        assert_eq!(error.fault(), Fault::Unavailable);
        assert_eq!(error.to_string(), format!("opening the ledger {}/ledger.db", path.display()));
    }
}

/// Two entries, and a snapshot of both.
fn with_snapshot(dir: &Path) -> Ledger {
    let ledger = Ledger::open(dir).unwrap();
    state(&ledger, "inc_a", &[drafted(1), drafted(2)]);
    let (name, body) = ("incidents".to_owned(), b"both".to_vec());
    ledger.keep_snapshot(&Snapshot { name, version: 1, seq: 2, body }).unwrap();
    ledger
}

#[test]
fn a_snapshot_outlives_the_process() {
    let dir = tempfile::tempdir().unwrap();
    drop(with_snapshot(dir.path()));
    let found = Ledger::open(dir.path()).unwrap().snapshot("incidents", 1).unwrap();
    assert_eq!((found.seq, found.body.as_slice()), (2, &b"both"[..]));
}

#[test]
fn a_snapshot_with_one_byte_changed_or_cut_off_is_not_used() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = with_snapshot(dir.path());
    let path = dir.path().join("snapshots/incidents");
    let good = fs::read(&path).unwrap();
    for place in 0..good.len() {
        let mut bad = good.clone();
        bad[place] ^= 1;
        fs::write(&path, &bad).unwrap();
        assert!(ledger.snapshot("incidents", 1).is_err(), "byte {place}");
        fs::write(&path, &good[..place]).unwrap();
        assert!(ledger.snapshot("incidents", 1).is_err(), "cut at {place}");
    }
    let newer = [b"mayday snapshot 2\n", &good[18..]].concat();
    fs::write(&path, newer).unwrap();
    assert!(matches!(ledger.snapshot("incidents", 1), Err(Unfit::Damaged)));
    fs::write(&path, &good).unwrap();
    ledger.snapshot("incidents", 1).unwrap();
}

#[test]
fn a_snapshot_of_another_ledger_is_not_used() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop(with_snapshot(one.path()));
    let ledger = Ledger::open(other.path()).unwrap();
    fs::create_dir(other.path().join("snapshots")).unwrap();
    let copied = "snapshots/incidents";
    fs::copy(one.path().join(copied), other.path().join(copied)).unwrap();
    let refused = || matches!(ledger.snapshot("incidents", 1), Err(Unfit::OtherChain { seq: 2 }));
    assert!(refused(), "the ledger is empty");
    state(&ledger, "inc_a", &[drafted(1), drafted(3)]);
    assert!(refused(), "the second entry is another");
}

#[test]
fn an_append_that_the_store_refuses_fails_alone() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(dir.path()).unwrap();
    let raw = Connection::open(dir.path().join("ledger.db")).unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON entry WHEN NEW.stream = 'inc_bad'
                  BEGIN SELECT raise(ABORT, 'not this one'); END";
    raw.execute_batch(refuse).unwrap();
    let lane = |stream: &'static str| {
        let ledger = &ledger;
        move || {
            let append = |n| crate::facts::append(ledger, stream, Expected::Any, &[drafted(n)]);
            (0..20).filter(|n| append(*n).is_ok()).count()
        }
    };
    let kept: Vec<usize> = thread::scope(|scope| {
        let lanes = ["inc_a", "inc_bad", "inc_b", "inc_c"].map(|stream| scope.spawn(lane(stream)));
        lanes.into_iter().map(|lane| lane.join().unwrap()).collect()
    });
    assert_eq!(kept, [20, 0, 20, 20]);
    assert!(matches!(ledger.verify().unwrap(), Verified::Intact { entries: 60, .. }));
}
