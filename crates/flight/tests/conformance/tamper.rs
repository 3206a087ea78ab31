//! A stored value that was changed behind the engine's back is an error or named, never an answer.

use std::path::Path;

use flight::{Flight, FlightError};
use model::{Fault, Faulty, Outcome, Scope};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::samples::*;

/// Flights of three commits, closed.
async fn closed() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let flight = open(dir.path());
    append(&flight, of_steps(vec![full_step(trace(1), 1), step(trace(2), 1)])).await;
    let long = "The order was returned. ".repeat(20);
    append(&flight, of_steps(vec![saying(trace(2), 2, Scope::Personal, &long)])).await;
    append(&flight, of_steps(vec![saying(trace(3), 3, Scope::Shared, &long)])).await;
    append(&flight, of_labels(vec![label(trace(1), Outcome::Bad, 1)])).await;
    let one = settled(&flight, trace(1), vec![run(trace(1), Some(1), 0)]);
    append(&flight, of_settlements(vec![one])).await;
    assert_eq!(flight.verify().unwrap().broken, None);
    dir
}

fn change(dir: &Path, sql: &str) {
    let raw = Connection::open(dir.join("2026-11-22.db")).unwrap();
    raw.execute_batch(sql).unwrap();
}

async fn tampered(sql: &str) -> (TempDir, Flight) {
    let dir = closed().await;
    change(dir.path(), sql);
    let flight = open(dir.path());
    (dir, flight)
}

fn is_corrupt(error: &FlightError) -> bool {
    error.fault() == Fault::Bug && matches!(error, FlightError::Corrupt { .. })
}

/// The record that a check names, after a change.
async fn named(sql: &str) -> String {
    let (_dir, flight) = tampered(sql).await;
    let broken = flight.verify().unwrap().broken;
    broken.unwrap_or_else(|| panic!("nothing was found after {sql}")).record
}

#[tokio::test]
async fn content_whose_bytes_changed_is_corrupt() {
    for body in ["x''", "x'00'", "zeroblob(100)", "x'28b52ffd'", "substr(body, 1, 8)"] {
        let (_dir, flight) = tampered(&format!("update chunk set body = {body}")).await;
        let error = flight.steps(trace(2)).unwrap_err();
        assert!(is_corrupt(&error), "{body}: {error:?}");
    }
}

#[tokio::test]
async fn content_put_in_place_of_other_content_is_corrupt() {
    let swap = "update chunk set body = (select body from chunk order by id desc limit 1)";
    let (_dir, flight) = tampered(swap).await;
    let error = flight.steps(trace(2)).unwrap_err();
    assert!(is_corrupt(&error), "{error:?}");
    assert!(heard(&flight, trace(3), 3).is_ok());
}

#[tokio::test]
async fn a_step_that_can_not_be_read_is_corrupt_and_no_other_trace_suffers() {
    for change in ["kind = 99", "span = x'00'", "parent = zeroblob(8)", "place = 77"] {
        let (_dir, flight) = tampered(&format!("update step set {change} where id = 1")).await;
        assert!(is_corrupt(&flight.trace(trace(1)).unwrap_err()), "{change}");
        assert!(is_corrupt(&flight.steps(trace(1)).unwrap_err()), "{change}");
        assert_eq!(recorded(&flight, trace(2)).len(), 2);
    }
}

#[tokio::test]
async fn a_check_names_the_first_record_that_fails() {
    for (sql, record) in [
        ("update step set started = started + 1 where id = 2", "step 2, "),
        ("update step set failed = 1 - failed where id = 3", "step 3, "),
        ("update step set parent = span where id = 3", "step 3, "),
        ("update step set digest = zeroblob(16) where id = 4", "step 4, "),
        ("update step set place = 1 where id = 1", "step 1, "),
        ("update block set body = (select body from block where id = 3) where id = 2", "step 3, "),
        ("update origin set body = (select body from origin where id = 1)", "step 2, "),
        ("update chunk set body = zeroblob(20) where trace <> 0 and id > 2", "step 3, "),
        ("update chunk set addresses = zeroblob(16) where trace = 2", "step 3, "),
        ("delete from chunk where trace = 2", "step 3, "),
        ("delete from step where id = 2", "step 2"),
        ("update step set id = 77 where id = 4", "step 4"),
        ("delete from label", "label 1"),
        ("update label set outcome = 0", "label 1"),
        ("update settlement set keep = '\"dropped\"'", "settlement 1"),
        ("update run set outcome = 0", "settlement 1"),
        ("update link set head = zeroblob(32) where id = 2", "commit 2"),
        ("delete from link where id = 2", "commit 2"),
        ("delete from link where id > 3", "label 1"),
    ] {
        let found = named(sql).await;
        assert!(found.starts_with(record), "{sql}: {found}");
    }
}

/// Takes a step out of the index by which traces are found; its row stays.
const HIDE_A_STEP: &str = "
    create temp table hidden as select * from step where id = 2;
    delete from step where id = 2;
    create temp table kept as select * from sqlite_schema where name = 'step_by_trace';
    pragma writable_schema = on;
    delete from sqlite_schema where name = 'step_by_trace';
    pragma writable_schema = reset;
    insert into step select * from hidden;
    pragma writable_schema = on;
    insert into sqlite_schema select * from kept;
    pragma writable_schema = reset;";

#[tokio::test]
async fn a_step_that_is_there_and_can_not_be_found_is_told() {
    let (_dir, flight) = tampered(HIDE_A_STEP).await;
    assert_eq!(recorded(&flight, trace(2)).len(), 1, "one of two is not found");
    let broken = flight.verify().unwrap().broken.unwrap();
    assert_eq!((&*broken.record, &*broken.why), ("the database itself", "it is damaged"));
}

#[tokio::test]
async fn a_file_that_lost_its_end_is_named() {
    let dir = closed().await;
    let path = dir.path().join("2026-11-22.db");
    Connection::open(&path).unwrap().pragma_update(None, "journal_mode", "DELETE").unwrap();
    let whole = std::fs::metadata(&path).unwrap().len();
    for length in [whole - 8_192, whole / 2, 8_192, 100] {
        std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length).unwrap();
        let error = try_open(dir.path()).unwrap_err();
        assert!(matches!(error, FlightError::Damaged { .. }), "{length}: {error:?}");
        assert!(error.to_string().contains("2026-11-22.db is damaged"), "{error}");
    }
}

#[tokio::test]
async fn what_the_index_does_not_find_or_finds_twice_is_named() {
    for (table, id) in [("trace", 3), ("settlement", 1)] {
        let wrong = format!("insert into {table}_place values (x'09', {id})");
        assert_eq!(named(&wrong).await, format!("{table} {id}"));
    }
    assert_eq!(named("insert into placed values ('trace', 2)").await, "trace 1");
    assert_eq!(named("insert into placed values ('settlement', 1)").await, "settlement 1");
    let twice =
        "insert into trace select 99, trace, key, people, wrapped, lost from trace where id = 2";
    assert_eq!(named(twice).await, "trace 99");
}
