//! Traces are found whether they are in the index yet or not.

use model::{Step, TraceId};
use rusqlite::Connection;

use crate::samples::*;

/// More than wait to be put into the index at once.
const MANY: u64 = 18_000;

fn trace(number: u64) -> TraceId {
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    TraceId::from_bytes(&[spread.to_be_bytes(), number.to_be_bytes()].concat()).unwrap()
}

fn steps(numbers: impl Iterator<Item = u64>, span: u64) -> Vec<Step> {
    numbers.map(|number| step(trace(number), span)).collect()
}

fn rows(dir: &std::path::Path, sql: &str) -> i64 {
    let raw = Connection::open(dir.join("2026-11-22.db")).unwrap();
    raw.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_trace_goes_on_in_its_row_wherever_that_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let flight = open(dir.path());
    for first in (1..=MANY).step_by(1_000) {
        append(&flight, of_steps(steps(first..first + 1_000, 1))).await;
    }
    let settlements = (1..=MANY).map(|number| settled(&flight, trace(number), Vec::new()));
    append(&flight, of_settlements(settlements.collect())).await;
    let some = || [1, 2, 17_000, MANY].into_iter();
    append(&flight, of_steps(steps(some(), 2))).await;
    drop(flight);
    let placed = "select id from placed where name = 'trace'";
    assert!((16_384..18_000).contains(&rows(dir.path(), placed)));
    let placed = "select id from placed where name = 'settlement'";
    assert_eq!(rows(dir.path(), placed), 18_000);

    let flight = open(dir.path());
    assert_eq!(append(&flight, of_steps(steps(some(), 2))).await.duplicate, 4);
    append(&flight, of_steps(steps(some(), 3))).await;
    for number in some() {
        let expected: Vec<_> = (1..=3).map(|span| step(trace(number), span)).collect();
        assert_eq!(recorded(&flight, trace(number)), expected);
        assert!(flight.payload(trace(number)).unwrap().is_some());
    }
    assert_eq!(recorded(&flight, trace(MANY + 1)), []);
    assert_eq!(flight.unsettled().unwrap().len(), 4);
    assert_eq!(flight.verify().unwrap().broken, None);
    assert_eq!(rows(dir.path(), "select count(*) from trace"), 18_000);

    append(&flight, received(of_steps(steps(some(), 4)), days_later(1))).await;
    assert_eq!(rows(dir.path(), "select id from placed where name = 'trace'"), 18_000);
}
