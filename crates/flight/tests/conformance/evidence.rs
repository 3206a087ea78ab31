//! Evidence: what outlives its days, and who is erased is unreadable there too.

use flight::{DayHead, Flight, Wanted};
use model::{Gone, Outcome, Pivot, Scope, Step, Window};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::samples::*;

const SECRET: &str = "My card was charged twice, says Zo\u{eb} of Elm Street.";
const PROMPT: &str = "Be terse, and never promise a refund. That is for people to decide.";

/// The day on which everything here is received, counted from 1970, and its file.
const DAY: i32 = 20_779;
const FILE: &str = "2026-11-22.db";

/// Flights of two traces that came together, each with a run and a label.
async fn two_traces() -> (TempDir, Flight) {
    let dir = tempfile::tempdir().unwrap();
    let flight = open(dir.path());
    let steps = (1..=2).flat_map(|number| {
        let said = saying(trace(number), 1, Scope::Personal, SECRET);
        let pivots = vec![Pivot { kind: "order".to_owned(), value: "A-1".to_owned() }];
        [Step { pivots, ..said }, saying(trace(number), 2, Scope::Shared, PROMPT)]
    });
    append(&flight, of_steps(steps.collect())).await;
    for number in 1..=2 {
        append(&flight, of_labels(vec![label(trace(number), Outcome::Bad, 1)])).await;
        let run = run(trace(number), Some(1), i64::from(number));
        let one = settled(&flight, trace(number), vec![run]);
        append(&flight, of_settlements(vec![one])).await;
    }
    (dir, flight)
}

/// The first trace, and the runs of that moment.
fn keep_first(flight: &Flight) -> Vec<DayHead> {
    let runs = vec![Window { start: at(1), end: at(2) }];
    flight.keep("inc_a", &Wanted { traces: vec![trace(1)], runs }).unwrap()
}

#[tokio::test]
async fn what_is_kept_stays_when_its_day_goes() {
    let (dir, flight) = two_traces().await;
    let (steps, record) = (flight.steps(trace(1)).unwrap(), flight.trace(trace(1)).unwrap());
    let pivot = flight.pivot(&Pivot { kind: "order".to_owned(), value: "A-1".to_owned() });
    let kept = keep_first(&flight);
    assert_eq!((kept.len(), kept[0].steps), (1, 2));
    assert_eq!(keep_first(&flight), kept, "once is enough");
    assert!(flight.retire(DAY).unwrap());
    drop(flight);

    let flight = open(dir.path());
    assert_eq!(flight.steps(trace(1)).unwrap(), steps);
    assert_eq!(flight.trace(trace(1)).unwrap(), record);
    assert_eq!(flight.find(pivot, 9).unwrap(), [trace(1)]);
    assert_eq!(flight.steps(trace(2)).unwrap(), []);
    let verified = flight.verify_kept("inc_a").unwrap();
    assert_eq!((verified.broken, verified.days), (None, kept));
    assert_eq!((verified.steps, verified.labels, verified.settlements), (2, 1, 1));
}

#[tokio::test]
async fn an_excerpt_holds_nothing_of_others() {
    let (dir, flight) = two_traces().await;
    keep_first(&flight);
    let raw = Connection::open(dir.path().join("evidence/inc_a").join(FILE)).unwrap();
    for (table, rows) in [("trace", 1), ("step", 2), ("block", 1), ("label", 1), ("run", 1)] {
        let sql = format!("select count(*) from {table}");
        let found: i64 = raw.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(found, rows, "{table}");
    }
}

#[tokio::test]
async fn who_is_erased_is_unreadable_in_evidence_too_even_if_named_later() {
    for goes in ["before", "after"] {
        let (_dir, flight) = two_traces().await;
        keep_first(&flight);
        let named = saying(trace(1), 3, Scope::Personal, "It is me.");
        append(&flight, of_steps(vec![Step { subjects: vec!["zoe".to_owned()], ..named }])).await;
        if goes == "before" {
            flight.retire(DAY).unwrap();
        }
        assert_eq!(flight.about("zoe").unwrap(), 1);
        assert_eq!(flight.erase("zoe", at(0)).unwrap().keys, 1);
        flight.retire(DAY).unwrap();
        assert_eq!(heard(&flight, trace(1), 1), Err(Gone::Erased), "the day went {goes}");
        assert_eq!(heard(&flight, trace(1), 2).unwrap(), PROMPT);
        let verified = flight.verify_kept("inc_a").unwrap();
        assert_eq!((verified.broken, verified.erased), (None, 1));
    }
}

#[tokio::test]
async fn evidence_that_was_changed_is_named() {
    for (sql, record) in [
        ("update step set failed = 1 - failed where id = 1", "step 1, span"),
        ("delete from step where id = 2", "step 2"),
        ("delete from step where id = 1", "commit 1"),
        ("update run set outcome = 0", "settlement 1 of trace"),
        ("update label set source = 'x'", "label 1"),
    ] {
        let (dir, flight) = two_traces().await;
        keep_first(&flight);
        let raw = Connection::open(dir.path().join("evidence/inc_a").join(FILE)).unwrap();
        raw.execute_batch(sql).unwrap();
        let broken = flight.verify_kept("inc_a").unwrap().broken.unwrap();
        assert!(broken.record.starts_with(record), "{sql}: {broken:?}");
    }
}

#[tokio::test]
async fn a_copy_holds_the_evidence_as_well() {
    let (_dir, flight) = two_traces().await;
    keep_first(&flight);
    let to = tempfile::tempdir().unwrap();
    let copied = flight.back_up(to.path()).unwrap();
    assert_eq!(copied, [FILE.to_owned(), format!("evidence/inc_a/{FILE}")]);
}
