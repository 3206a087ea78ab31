//! A stored value that was changed behind the engine's back is an error, never an answer.

use std::path::Path;

use flight::{Flight, FlightError};
use model::{ContentHash, Fault, Faulty};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::samples::*;

async fn tampered(sql: &str) -> (TempDir, Flight) {
    let dir = tempfile::tempdir().unwrap();
    let flight = Flight::open(dir.path()).unwrap();
    append(&flight, of_content(vec![content(b"Be terse."), content(b"Be verbose.")])).await;
    append(&flight, of_steps(vec![full_step(trace(1), 1), step(trace(2), 1)])).await;
    drop(flight);
    change(dir.path(), sql);
    let flight = Flight::open(dir.path()).unwrap();
    (dir, flight)
}

fn change(dir: &Path, sql: &str) {
    let raw = Connection::open(dir.join("2026-11-22.db")).unwrap();
    raw.execute_batch(sql).unwrap();
}

fn is_corrupt(error: &FlightError) -> bool {
    error.fault() == Fault::Bug && matches!(error, FlightError::Corrupt { .. })
}

#[tokio::test]
async fn content_whose_bytes_changed_is_corrupt() {
    for body in ["x''", "x'00'", "zeroblob(100)", "x'28b52ffd'", "substr(body, 1, 8)"] {
        let (_dir, flight) = tampered(&format!("update content set body = {body}")).await;
        let error = flight.content(&ContentHash::of(b"Be terse.")).unwrap_err();
        assert!(is_corrupt(&error), "{body}: {error:?}");
    }
}

#[tokio::test]
async fn content_put_in_place_of_other_content_is_corrupt() {
    let swap = "update content set body = (select body from content order by id desc limit 1)";
    let (_dir, flight) = tampered(swap).await;
    let error = flight.content(&ContentHash::of(b"Be terse.")).unwrap_err();
    assert!(is_corrupt(&error), "{error:?}");
    assert!(flight.content(&ContentHash::of(b"Be verbose.")).unwrap().is_some());
}

#[tokio::test]
async fn a_step_that_can_not_be_read_is_corrupt_and_no_other_trace_suffers() {
    for change in ["traits = x'7b'", "kind = 99", "span = x'00'", "parent = zeroblob(8)"] {
        let (_dir, flight) = tampered(&format!("update step set {change} where id = 1")).await;
        assert!(is_corrupt(&flight.trace(trace(1)).unwrap_err()), "{change}");
        assert!(is_corrupt(&flight.steps(trace(1)).unwrap_err()), "{change}");
        assert_eq!(flight.steps(trace(2)).unwrap(), [step(trace(2), 1)]);
    }
}

#[tokio::test]
async fn a_step_whose_payload_can_not_be_read_still_counts_in_its_trace() {
    for body in ["x'00'", "(select body from content limit 1)"] {
        let (_dir, flight) = tampered(&format!("update step set body = {body}")).await;
        assert!(is_corrupt(&flight.steps(trace(1)).unwrap_err()), "{body}");
        assert_eq!(flight.trace(trace(1)).unwrap().steps, [full_step(trace(1), 1).sketch()]);
    }
}
