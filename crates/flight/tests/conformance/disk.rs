//! What only the engine on disk can show: what is acknowledged outlives the process.

use std::fs;
use std::path::Path;

use flight::{Durability, Flight, FlightError, Place};
use jiff::Timestamp;
use model::{Fault, Faulty, Outcome, Window};
use rusqlite::Connection;

use crate::samples::*;

fn embedded(flight: &Flight) -> &flight::embedded::Embedded {
    match flight {
        Flight::Embedded(engine) => engine,
        Flight::Memory(_) => unreachable!("opened on disk"),
    }
}

/// Something of every kind, received on two days.
async fn filled(dir: &Path) -> Flight {
    let flight = open(dir);
    append(&flight, of_steps(vec![full_step(trace(1), 1), step(trace(2), 1)])).await;
    append(&flight, of_labels(vec![label(trace(1), Outcome::Bad, 1)])).await;
    let one = settled(&flight, trace(1), vec![run(trace(1), Some(1), 0)]);
    append(&flight, of_settlements(vec![one])).await;
    append(&flight, received(of_steps(vec![step(trace(1), 2)]), days_later(1))).await;
    flight
}

/// All that can be read of it.
fn all(flight: &Flight) -> String {
    let traces = [1, 2].map(|number| (flight.trace(trace(number)), flight.steps(trace(number))));
    let rest = (settled_runs(flight, always()), flight.unsettled());
    format!("{traces:?} {rest:?}")
}

#[tokio::test]
async fn what_was_written_is_there_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let flight = filled(dir.path()).await;
    let before = all(&flight);
    assert!(!before.contains("Err"));
    drop(flight);
    assert_eq!(all(&open(dir.path())), before);
}

#[tokio::test]
async fn what_was_acknowledged_is_in_the_files_at_that_moment() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let flight = filled(dir.path()).await;
    for file in fs::read_dir(dir.path()).unwrap() {
        let file = file.unwrap();
        // The index of the log is memory that the file system happens to show; a crash loses it.
        if !file.file_name().to_string_lossy().ends_with("-shm") {
            fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
    }
    assert_eq!(
        all(&Flight::open(copy.path(), &keyring(dir.path()), "acme").unwrap()),
        all(&flight)
    );
}

#[tokio::test]
async fn a_commit_is_synced_to_disk_before_it_returns() {
    let dir = tempfile::tempdir().unwrap();
    let flight = open(dir.path());
    assert_eq!(embedded(&flight).durability().unwrap(), None);
    append(&flight, of_steps(vec![step(trace(1), 1)])).await;
    let full = Durability { journal_mode: "wal".to_owned(), synchronous: 2 };
    assert_eq!(embedded(&flight).durability().unwrap(), Some(full));
}

/// Many times what the log may hold goes through it.
#[tokio::test]
async fn the_log_of_a_day_stays_short_however_many_commits_go_through_it() {
    let dir = tempfile::tempdir().unwrap();
    let flight = open(dir.path());
    for number in 1..=20 {
        for one in 1..=200 {
            append(&flight, of_steps(vec![step(trace(one), number)])).await;
        }
    }
    let log = fs::metadata(dir.path().join("2026-11-22.db-wal")).unwrap().len();
    assert!((4 << 20..12 << 20).contains(&log), "{log}");
}

#[tokio::test]
async fn a_file_holds_what_was_received_on_one_day() {
    let dir = tempfile::tempdir().unwrap();
    let flight = open(dir.path());
    let moments =
        ["2026-11-22T00:00:00Z", "2026-11-22T23:59:59.999999999Z", "2026-11-23T00:00:00Z"];
    for (number, moment) in (1..).zip(moments) {
        let when: Timestamp = moment.parse().unwrap();
        append(&flight, received(of_steps(vec![step(trace(1), number)]), when)).await;
    }
    let names = fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".db"));
    names.sort();
    assert_eq!(names, ["2026-11-22.db", "2026-11-23.db"]);
}

#[tokio::test]
async fn a_file_of_a_newer_format_is_refused_with_the_mend() {
    let dir = tempfile::tempdir().unwrap();
    drop(filled(dir.path()).await);
    let raw = Connection::open(dir.path().join("2026-11-22.db")).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    let error = try_open(dir.path()).unwrap_err();
    assert!(matches!(error, FlightError::Newer { found: 99, known: 5, .. }));
    assert_eq!(error.fault(), Fault::Conflict);
    assert!(error.to_string().ends_with("reads up to 5: use a newer Mayday"), "{error}");
}

#[tokio::test]
async fn a_newer_file_for_today_is_not_written_to() {
    let dir = tempfile::tempdir().unwrap();
    let flight = open(dir.path());
    let raw = Connection::open(dir.path().join("2026-11-22.db")).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    let error = flight.append(of_steps(vec![step(trace(1), 1)])).await.unwrap_err();
    assert!(matches!(error, FlightError::Newer { found: 99, .. }), "{error:?}");
    let version: i64 = raw.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 99);
}

#[tokio::test]
async fn a_file_that_was_begun_and_not_finished_is_finished() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("2026-11-22.db"), b"").unwrap();
    let flight = open(dir.path());
    assert_eq!(recorded(&flight, trace(1)), []);
    append(&flight, of_steps(vec![step(trace(1), 1)])).await;
    assert_eq!(recorded(&flight, trace(1)), [step(trace(1), 1)]);
}

#[tokio::test]
async fn other_files_in_the_directory_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("notes.txt"), b"mine").unwrap();
    let flight = filled(dir.path()).await;
    assert_eq!(recorded(&flight, trace(2)).len(), 1);
    assert_eq!(fs::read(dir.path().join("notes.txt")).unwrap(), b"mine");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    fs::write(dir.path().join("2026-11-22.db"), [b'x'; 4096]).unwrap();
    let error = try_open(dir.path()).unwrap_err();
    assert!(matches!(error, FlightError::Damaged { .. }), "{error:?}");
    assert!(error.to_string().contains("2026-11-22.db is damaged: `mayday verify`"), "{error}");
}

#[test]
fn a_directory_that_can_not_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), b"").unwrap();
    let error =
        Flight::open(&dir.path().join("file").join("flights"), &keyring(dir.path()), "acme")
            .unwrap_err();
    assert!(matches!(error, FlightError::Directory { .. }), "{error:?}");
    assert_eq!(error.fault(), Fault::Unavailable);
}

#[tokio::test]
async fn a_window_asks_the_first_day_with_runs_in_it_and_every_later_one() {
    let dir = tempfile::tempdir().unwrap();
    let flight = open(dir.path());
    for (number, second) in [(1, 0), (2, 1_000), (3, 2_000)] {
        let one = settled(&flight, trace(number), vec![run(trace(number), None, second)]);
        let when = days_later(i64::from(number));
        append(&flight, received(of_settlements(vec![one]), when)).await;
    }
    let within = |start, end| {
        let window = Window::new(at(start), at(end)).unwrap();
        let settlements = settled_runs(&flight, window);
        settlements.iter().map(|one| one.trace).collect::<Vec<_>>()
    };
    assert_eq!(within(0, 1), [trace(1), trace(2), trace(3)]);
    assert_eq!(within(-10, 0), []);
    assert_eq!(within(1, 1_000), []);
    assert_eq!(within(1, 1_001), [trace(2), trace(3)]);
    assert_eq!(within(1_000, 9_000), [trace(2), trace(3)]);
}

#[tokio::test]
async fn a_trace_of_two_days_has_its_place_on_the_first_of_those_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let flight = filled(dir.path()).await;
    append(&flight, received(of_steps(vec![step(trace(3), 1)]), days_later(1))).await;
    let first = flight.days().unwrap()[0].number;
    let came = |since: i32, most: usize| {
        let page = flight.received(since, Place { day: since, number: 0 }, most).unwrap();
        page.into_iter().map(|(place, trace)| (place.day - first, trace)).collect::<Vec<_>>()
    };
    assert_eq!(came(first, 9), [(0, trace(1)), (0, trace(2)), (1, trace(3))]);
    assert_eq!(came(first, 2).len(), 2);
    assert_eq!(came(first + 1, 9), [(1, trace(1)), (1, trace(3))]);
    assert_eq!(came(first + 2, 9), []);
}

#[tokio::test]
async fn days_that_are_over_are_asked_about_what_they_hold_and_what_is_said_late() {
    let dir = tempfile::tempdir().unwrap();
    let flight = open(dir.path());
    for day in 0..6 {
        let own = trace(10 + day as u8);
        append(&flight, received(of_steps(vec![step(own, 1)]), days_later(day))).await;
    }
    let about = of_labels(vec![label(trace(15), Outcome::Bad, 1)]);
    append(&flight, received(about, days_later(1))).await;
    append(&flight, received(of_steps(vec![step(trace(10), 2)]), days_later(5))).await;
    let steps = |number: u8| {
        let mut record = flight.traces(&[trace(number)]).unwrap();
        let record = record.pop().unwrap().unwrap();
        (record.steps.len(), record.labels.len())
    };
    // Each time one filter more is made: with none, with some and with all it is the same.
    for _ in 0..8 {
        assert_eq!([steps(10), steps(12), steps(15), steps(99)], [(2, 0), (1, 0), (1, 1), (0, 0)]);
    }
    append(&flight, received(of_steps(vec![step(trace(99), 1)]), days_later(2))).await;
    assert_eq!(steps(99), (1, 0));
}
