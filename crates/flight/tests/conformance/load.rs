//! Many at once: what is acknowledged is there, what is refused is not, nobody pays for another.

use std::path::Path;
use std::sync::Arc;

use flight::{Append, Flight, FlightError};
use model::run::Through;
use model::{Fault, Faulty, Payload, Receipt, Scope, Settlement};
use tokio::task::JoinSet;

use crate::samples::*;

fn opened() -> (tempfile::TempDir, Arc<Flight>) {
    let dir = tempfile::tempdir().unwrap();
    let flight = Arc::new(open(dir.path()));
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

/// An append with a step of a trace of its own.
fn numbered(number: u8) -> Append {
    of_steps(vec![full_step(trace(number), 1)])
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
    let flight = open(dir.path());
    for number in 1..=32 {
        assert_eq!(recorded(&flight, trace(number)), [full_step(trace(number), 1)]);
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
    assert_eq!(open(dir.path()).unsettled().unwrap().len(), 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_step_sent_by_many_at_once_is_stored_once() {
    let (_dir, flight) = opened();
    let answers = at_once(&flight, (0..32).map(|_| numbered(1))).await;
    let stored: u64 = answers.iter().map(|answer| answer.as_ref().unwrap().stored).sum();
    assert_eq!(stored, 1);
    assert_eq!(recorded(&flight, trace(1)).len(), 1);
}

/// Makes the file of the first day refuse a feature, so that a request can fail in its last part.
async fn refusing(dir: &Path, flight: &Flight) {
    append(flight, numbered(99)).await;
    let raw = rusqlite::Connection::open(dir.join("2026-11-22.db")).unwrap();
    raw.execute_batch(
        "create trigger refuse before insert on feature when new.name = 'refused' \
         begin select raise(abort, 'refused'); end",
    )
    .unwrap();
}

/// An append with a run of a feature, and content, a level and an origin that others bring too.
fn of_feature(feature: &str, number: u8) -> Append {
    let trace = trace(number);
    let mut run = run(trace, None, 0);
    run.levels = levels(&[("region", "new")]);
    run.feature = feature.to_owned();
    let (payload, through) = (Payload::default(), Through::default());
    let settlements = vec![Settlement { trace, runs: vec![run], payload, through }];
    let mut append = Append { settlements, ..numbered(number) };
    append.batch.steps.push(saying(trace, 2, Scope::Shared, "new"));
    append
}

#[tokio::test]
async fn what_a_bad_request_brought_is_written_by_the_next_that_brings_it() {
    let (dir, flight) = opened();
    refusing(dir.path(), &flight).await;
    flight.append(of_feature("refused", 1)).await.unwrap_err();
    append(&flight, of_feature("good", 2)).await;
    assert_eq!(heard(&flight, trace(2), 2).unwrap(), "new");
    assert_eq!(recorded(&flight, trace(2)), of_feature("good", 2).batch.steps);
    assert_eq!(settled_runs(&flight, always())[0].runs, of_feature("good", 2).settlements[0].runs);
    assert_eq!(recorded(&flight, trace(1)), []);
    assert_eq!(append(&flight, of_feature("good", 1)).await.stored, 2);
    assert_eq!(flight.verify().unwrap().broken, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_request_fails_alone_and_leaves_nothing() {
    let (dir, flight) = opened();
    refusing(dir.path(), &flight).await;
    let feature = |number: u8| if number % 4 == 1 { "refused" } else { "good" };
    let appends = (1..=32).map(|number| of_feature(feature(number), number));
    let answers = at_once(&flight, appends).await;
    drop(flight);
    let flight = open(dir.path());
    for (number, answer) in (1..=32).zip(answers) {
        let there = recorded(&flight, trace(number));
        if number % 4 == 1 {
            let error = answer.unwrap_err();
            assert!(matches!(error, FlightError::Append(_)), "{error:?}");
            assert_eq!(there, []);
        } else {
            assert_eq!(answer.unwrap().stored, 2);
            assert_eq!(there, of_feature("good", number).batch.steps);
        }
    }
    let settlements = settled_runs(&flight, always());
    assert_eq!(settlements.len(), 24);
    for settlement in settlements {
        assert_eq!(settlement.runs[0].feature, "good");
        assert_eq!(settlement.runs[0].levels, levels(&[("region", "new")]));
    }
    assert_eq!(flight.verify().unwrap().broken, None);
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
    let there = (1..=255).filter(|number| !recorded(&flight, trace(*number)).is_empty());
    assert_eq!(there.count() as u64, stored);
    assert!(stored > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_verified_while_others_write_is_intact() {
    let (_dir, flight) = opened();
    flight.append(numbered(1)).await.unwrap();
    let writing = tokio::spawn({
        let flight = Arc::clone(&flight);
        async move {
            for number in 2..=120 {
                flight.append(numbered(number)).await.unwrap();
            }
        }
    });
    let mut looks = 0;
    while !writing.is_finished() || looks == 0 {
        let looking = Arc::clone(&flight);
        let verified = tokio::task::spawn_blocking(move || looking.verify()).await.unwrap();
        assert_eq!(verified.unwrap().broken, None, "look {looks}");
        looks += 1;
    }
    writing.await.unwrap();
}
