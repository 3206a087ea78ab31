//! Many at once: what is acknowledged is there, what is refused is not, nobody pays for another.

use std::sync::Arc;

use flight::{Append, Flight, FlightError};
use model::run::Through;
use model::{Batch, ContentHash, Fault, Faulty, Receipt, Settlement};
use tokio::task::JoinSet;

use crate::samples::*;

fn opened() -> (tempfile::TempDir, Arc<Flight>) {
    let dir = tempfile::tempdir().unwrap();
    let flight = Arc::new(Flight::open(dir.path()).unwrap());
    (dir, flight)
}

/// Appends all of them at once, and gives what each was answered.
async fn at_once(
    flight: &Arc<Flight>,
    appends: impl IntoIterator<Item = Append>,
) -> Vec<Result<Receipt, FlightError>> {
    let mut tasks = JoinSet::new();
    for (place, append) in appends.into_iter().enumerate() {
        let flight = Arc::clone(flight);
        tasks.spawn(async move { (place, flight.append(append).await) });
    }
    let mut answers = tasks.join_all().await;
    answers.sort_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// An append with a step and content of its own.
fn numbered(number: u8) -> Append {
    let content = vec![content(&[number])];
    let batch = Batch { content, ..of_steps(vec![full_step(trace(number), 1)]).batch };
    Append { batch, ..of_steps(vec![]) }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_step_of_many_at_once_is_there() {
    let (dir, flight) = opened();
    let answers = at_once(&flight, (1..=32).map(numbered)).await;
    assert!(
        answers
            .iter()
            .all(|answer| *answer.as_ref().unwrap() == Receipt { stored: 1, duplicate: 0 })
    );
    drop(flight);
    let flight = Flight::open(dir.path()).unwrap();
    for number in 1..=32 {
        assert_eq!(flight.steps(trace(number)).unwrap(), [full_step(trace(number), 1)]);
        assert_eq!(flight.content(&ContentHash::of(&[number])).unwrap().unwrap(), [number]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_on_two_days_at_once_go_to_their_days() {
    let (dir, flight) = opened();
    let day = |number: u8| days_later(i64::from(number % 2));
    let appends = (1..=32).map(|number| received(numbered(number), day(number)));
    assert!(at_once(&flight, appends).await.iter().all(Result::is_ok));
    assert_eq!(flight.unsettled().unwrap().len(), 32);
    drop(flight);
    std::fs::remove_file(dir.path().join("2026-11-23.db")).unwrap();
    assert_eq!(Flight::open(dir.path()).unwrap().unsettled().unwrap().len(), 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_step_sent_by_many_at_once_is_stored_once() {
    let (_dir, flight) = opened();
    let answers = at_once(&flight, (0..32).map(|_| numbered(1))).await;
    let stored: u64 = answers.iter().map(|answer| answer.as_ref().unwrap().stored).sum();
    assert_eq!(stored, 1);
    assert_eq!(flight.steps(trace(1)).unwrap().len(), 1);
}

/// An append whose last part breaks a rule of the store: a run with one level twice.
fn bad(number: u8) -> Append {
    let trace = trace(number);
    let mut run = run(trace, None, 0);
    run.levels = levels(&[("region", "new"), ("region", "new")]);
    run.feature = "new".to_owned();
    let one = Settlement { trace, runs: vec![run], through: Through::default() };
    let mut append = Append { settlements: vec![one], ..numbered(number) };
    append.batch.content.push(content(b"new"));
    append
}

/// An append with the content, level, feature and origin that [`bad`] brings too.
fn good(number: u8) -> Append {
    let mut append = bad(number);
    append.settlements[0].runs[0].levels.pop();
    append
}

#[tokio::test]
async fn what_a_bad_request_brought_is_written_by_the_next_that_brings_it() {
    let (_dir, flight) = opened();
    append(&flight, numbered(9)).await;
    flight.append(bad(1)).await.unwrap_err();
    assert_eq!(flight.content(&ContentHash::of(b"new")).unwrap(), None);
    append(&flight, good(2)).await;
    assert_eq!(flight.content(&ContentHash::of(b"new")).unwrap().unwrap(), b"new");
    assert_eq!(flight.steps(trace(2)).unwrap(), [full_step(trace(2), 1)]);
    assert_eq!(flight.settlements(always()).unwrap()[0].runs, good(2).settlements[0].runs);
    assert_eq!(flight.steps(trace(1)).unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_request_fails_alone_and_leaves_nothing() {
    let (dir, flight) = opened();
    let appends = (1..=32).map(|number| if number % 4 == 1 { bad(number) } else { good(number) });
    let answers = at_once(&flight, appends).await;
    drop(flight);
    let flight = Flight::open(dir.path()).unwrap();
    for (number, answer) in (1..=32).zip(answers) {
        let steps = flight.steps(trace(number)).unwrap().len();
        let content = flight.content(&ContentHash::of(&[number])).unwrap();
        if number % 4 == 1 {
            let error = answer.unwrap_err();
            assert!(matches!(error, FlightError::Append(_)), "{error:?}");
            assert_eq!((steps, content), (0, None));
        } else {
            assert_eq!(answer.unwrap().stored, 1);
            assert_eq!((steps, content), (1, Some(vec![number])));
        }
    }
    let settlements = flight.settlements(always()).unwrap();
    assert_eq!(settlements.len(), 24);
    for settlement in settlements {
        assert_eq!(settlement.runs[0].feature, "new");
        assert_eq!(settlement.runs[0].levels, levels(&[("region", "new")]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_too_many_at_once_the_refused_are_told_and_leave_nothing() {
    let (_dir, flight) = opened();
    let answers = at_once(&flight, (1..=255).cycle().take(1_000).map(numbered)).await;
    let mut stored = 0;
    for answer in &answers {
        match answer {
            Ok(receipt) => stored += receipt.stored,
            Err(error) => {
                assert!(matches!(error, FlightError::Overloaded), "{error:?}");
                assert_eq!(error.fault(), Fault::Limited);
            }
        }
    }
    let there = (1..=255).filter(|number| !flight.steps(trace(*number)).unwrap().is_empty());
    assert_eq!(there.count() as u64, stored);
    assert!(stored > 0);
}
