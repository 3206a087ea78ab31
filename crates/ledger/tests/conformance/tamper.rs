//! Whatever is done to the file behind the ledger's back, `verify` names the first bad entry.

use std::path::Path;

use ledger::{Flaw, Ledger, Verified};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::facts::{drafted, state};

/// Six entries: `inc_a` holds 1, 3 and 5, `inc_b` holds 2, 4 and 6.
fn ledger_of_six() -> (TempDir, Vec<model::Entry>) {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(dir.path()).unwrap();
    let stream = |n: u64| if n.is_multiple_of(2) { "inc_b" } else { "inc_a" };
    let entries = (1..=6).flat_map(|n| state(&ledger, stream(n), &[drafted(n)])).collect();
    (dir, entries)
}

/// Runs SQL on the file with every guard taken off, as an intruder would.
fn tamper(dir: &Path, sql: &str) {
    let raw = Connection::open(dir.join("ledger.db")).unwrap();
    let off = "DROP TRIGGER entry_is_never_changed; DROP TRIGGER entry_is_never_deleted;
               PRAGMA ignore_check_constraints = ON;";
    raw.execute_batch(off).unwrap();
    raw.execute_batch(sql).unwrap();
}

fn verdict_after(sql: &str) -> Verified {
    let (dir, _) = ledger_of_six();
    tamper(dir.path(), sql);
    Ledger::open(dir.path()).unwrap().verify().unwrap()
}

#[test]
fn a_change_to_any_column_names_the_entry_changed() {
    for change in [
        "body = replace(body, 'inc_k4x81a2m', 'inc_k4x81a2n')",
        "body = body || ' '",
        "body = 'no fact at all'",
        "body = CAST(x'ff' AS TEXT)",
        "actor = 'eve'",
        "at = at + 1",
        "stream = 'inc_c'",
        "version = version + 7",
        "prev = zeroblob(32)",
        "hash = zeroblob(32)",
        "hash = x''",
    ] {
        let verdict = verdict_after(&format!("UPDATE entry SET {change} WHERE seq = 4"));
        assert_eq!(verdict, Verified::Broken { seq: 4, why: Flaw::Changed }, "{change}");
    }
}

#[test]
fn of_two_changed_entries_the_first_is_named() {
    let verdict = verdict_after("UPDATE entry SET actor = 'eve' WHERE seq IN (3, 5)");
    assert_eq!(verdict, Verified::Broken { seq: 3, why: Flaw::Changed });
}

#[test]
fn a_removed_entry_is_named_by_the_place_it_left() {
    for (seq, found) in [(1, 2), (3, 4), (5, 6)] {
        let verdict = verdict_after(&format!("DELETE FROM entry WHERE seq = {seq}"));
        assert_eq!(verdict, Verified::Broken { seq, why: Flaw::Missing { found } });
    }
}

#[test]
fn a_removed_entry_shows_even_if_the_others_close_ranks() {
    let sql = "DELETE FROM entry WHERE seq = 3;
               UPDATE entry SET seq = seq - 1 WHERE seq > 3;";
    assert_eq!(verdict_after(sql), Verified::Broken { seq: 3, why: Flaw::Changed });
}

#[test]
fn of_two_swapped_entries_the_earlier_place_is_named() {
    let sql = "UPDATE entry SET seq = 100 WHERE seq = 2;
               UPDATE entry SET seq = 2 WHERE seq = 5;
               UPDATE entry SET seq = 5 WHERE seq = 100;";
    assert_eq!(verdict_after(sql), Verified::Broken { seq: 2, why: Flaw::Changed });
}

#[test]
fn an_entry_hidden_before_the_first_shows() {
    let verdict = verdict_after("UPDATE entry SET seq = -6 WHERE seq = 6");
    assert_eq!(verdict, Verified::Broken { seq: 1, why: Flaw::Missing { found: -6 } });
}

#[test]
fn the_newest_entry_removed_shows_in_the_head_alone() {
    let (dir, entries) = ledger_of_six();
    tamper(dir.path(), "DELETE FROM entry WHERE seq = 6");
    let verdict = Ledger::open(dir.path()).unwrap().verify().unwrap();
    assert_eq!(verdict, Verified::Intact { entries: 5, head: entries[4].hash });
}

#[test]
fn changes_and_removals_by_accident_are_refused() {
    let (dir, _) = ledger_of_six();
    let raw = Connection::open(dir.path().join("ledger.db")).unwrap();
    for sql in ["UPDATE entry SET actor = 'eve'", "DELETE FROM entry"] {
        let error = raw.execute_batch(sql).unwrap_err();
        assert_eq!(error.to_string(), "the ledger is append-only");
    }
}
