//! Keys: what is personal is unreadable without them, and gone for good once one is destroyed.

use std::fs;
use std::path::Path;

use flight::{Append, Flight, FlightError, MasterKey};
use model::run::Keep;
use model::{Gone, Held, Outcome, Payload, Pivot, Scope, Settlement, Step, Subject};

use crate::samples::*;

const SECRET: &str = "My card was charged twice, says Zo\u{eb} of Elm Street.";

/// A step that says something about somebody, or about nobody who is named.
fn about(number: u8, span: u64, who: Option<&str>, says: &str) -> Step {
    let subjects = who.into_iter().map(str::to_owned).collect();
    Step { subjects, ..saying(trace(number), span, Scope::Personal, says) }
}

/// Whether some bytes stand in any file below a directory.
fn stands_in(dir: &Path, bytes: &[u8]) -> bool {
    let mut files = fs::read_dir(dir).unwrap().map(|file| file.unwrap().path());
    files.any(|file| fs::read(file).unwrap().windows(bytes.len()).any(|window| window == bytes))
}

fn opened() -> (tempfile::TempDir, Flight) {
    let dir = tempfile::tempdir().unwrap();
    let flight = open(dir.path());
    (dir, flight)
}

async fn send(flight: &Flight, day: i64, steps: Vec<Step>) {
    append(flight, received(of_steps(steps), days_later(day))).await;
}

#[tokio::test]
async fn who_is_erased_can_not_be_read_any_more_and_nobody_else_suffers() {
    let (dir, flight) = opened();
    let shared = saying(trace(1), 2, Scope::Shared, "Be terse, and never promise a refund.");
    send(&flight, 0, vec![about(1, 1, Some("zoe"), SECRET), shared]).await;
    send(&flight, 0, vec![about(2, 1, Some("ada"), SECRET), about(3, 1, None, SECRET)]).await;
    assert_eq!(flight.about("zoe").unwrap(), 1);
    let named = |numbers: &[u8]| {
        let traces: Vec<_> = numbers.iter().map(|one| trace(*one)).collect();
        flight.people(&traces).unwrap()
    };
    assert_eq!((named(&[1, 2, 3, 1]), named(&[3]), named(&[])), (2, 0, 0));
    assert_eq!(flight.erase("zoe", at(0)).unwrap().keys, 1);
    assert_eq!((flight.about("zoe").unwrap(), flight.erase("zoe", at(0)).unwrap().keys), (0, 0));
    drop(flight);
    let flight = open(dir.path());
    assert_eq!(heard(&flight, trace(1), 1), Err(Gone::Erased));
    assert_eq!(heard(&flight, trace(1), 2).unwrap(), "Be terse, and never promise a refund.");
    assert_eq!(heard(&flight, trace(2), 1).unwrap(), SECRET);
    assert_eq!(heard(&flight, trace(3), 1).unwrap(), SECRET);
    let verified = flight.verify().unwrap();
    assert_eq!((verified.broken, verified.erased, verified.steps), (None, 1, 4));
}

#[tokio::test]
async fn a_person_named_late_or_on_one_of_two_days_is_erased_on_both() {
    for (first, second) in [(Some("zoe"), None), (None, Some("zoe")), (Some("zoe"), Some("zoe"))] {
        let (_dir, flight) = opened();
        send(&flight, 0, vec![about(1, 1, None, SECRET)]).await;
        send(&flight, 0, vec![about(1, 2, first, "one")]).await;
        send(&flight, 1, vec![about(1, 3, None, SECRET)]).await;
        send(&flight, 1, vec![about(1, 4, second, "two")]).await;
        assert_eq!(heard(&flight, trace(1), 1).unwrap(), SECRET);
        flight.erase("zoe", at(0)).unwrap();
        for span in 1..=4 {
            assert_eq!(heard(&flight, trace(1), span), Err(Gone::Erased), "{first:?} {second:?}");
        }
    }
}

#[tokio::test]
async fn a_trace_about_two_people_is_gone_with_either() {
    let (_dir, flight) = opened();
    let both = vec![about(1, 1, Some("zoe"), SECRET), about(1, 2, Some("ada"), SECRET)];
    send(&flight, 0, both).await;
    flight.erase("ada", at(0)).unwrap();
    assert_eq!(heard(&flight, trace(1), 1), Err(Gone::Erased));
}

#[tokio::test]
async fn who_comes_back_after_an_erasure_is_readable_from_then_on() {
    let (_dir, flight) = opened();
    send(&flight, 0, vec![about(1, 1, Some("zoe"), SECRET)]).await;
    flight.erase("zoe", at(0)).unwrap();
    send(&flight, 0, vec![about(1, 2, Some("zoe"), "again")]).await;
    send(&flight, 0, vec![about(2, 1, Some("zoe"), "anew")]).await;
    assert_eq!(heard(&flight, trace(1), 1), Err(Gone::Erased));
    assert_eq!(flight.verify().unwrap().broken, None);
    assert_eq!(heard(&flight, trace(1), 2).unwrap(), "again");
    assert_eq!(heard(&flight, trace(2), 1).unwrap(), "anew");
}

#[tokio::test]
async fn what_comes_after_an_erasure_and_names_nobody_goes_with_the_next_one() {
    for day in [0, 1] {
        let (_dir, flight) = opened();
        send(&flight, 0, vec![about(1, 1, Some("zoe"), SECRET)]).await;
        assert_eq!(flight.erase("zoe", at(0)).unwrap().keys, 1);
        send(&flight, day, vec![about(1, 2, None, "later")]).await;
        assert_eq!(heard(&flight, trace(1), 1), Err(Gone::Erased));
        assert_eq!(heard(&flight, trace(1), 2).unwrap(), "later");
        assert_eq!(flight.about("zoe").unwrap(), 1, "day {day}");
        assert_eq!(flight.erase("zoe", at(0)).unwrap().keys, 1);
        assert_eq!(heard(&flight, trace(1), 2), Err(Gone::Erased), "day {day}");
        assert_eq!(flight.verify().unwrap().broken, None);
    }
}

#[tokio::test]
async fn what_is_personal_stands_in_no_file() {
    let (dir, flight) = opened();
    let pivots = vec![Pivot { kind: "order".to_owned(), value: "order-4711-elm".to_owned() }];
    send(&flight, 0, vec![Step { pivots, ..about(1, 1, Some("zoe@example.com"), SECRET) }]).await;
    for bytes in [SECRET.as_bytes(), b"Elm Street", b"zoe@example.com", b"order-4711-elm"] {
        assert!(!stands_in(dir.path(), bytes));
        assert!(!stands_in(&dir.path().with_extension("keys"), bytes));
    }
}

#[tokio::test]
async fn of_a_hash_only_part_nothing_is_left_but_its_address() {
    let (dir, flight) = opened();
    let mut step = about(1, 1, None, "");
    step.content[0].parts[0].held = Held::AddressOf(SECRET.to_owned());
    send(&flight, 0, vec![step]).await;
    let back = flight.steps(trace(1)).unwrap();
    let part = &back[0].content[0].parts[0];
    assert_eq!((&part.held, part.address.is_some()), (&Held::Gone(Gone::HashOnly), true));
    assert!(!stands_in(dir.path(), SECRET.as_bytes()));
}

#[tokio::test]
async fn another_master_key_is_refused() {
    let (dir, flight) = opened();
    drop(flight);
    let keys = dir.path().with_extension("keys");
    let other = flight::Keyring::open(&keys, MasterKey::new([1; 32]), |bytes| bytes.fill(3));
    assert!(matches!(other.unwrap_err(), FlightError::WrongMasterKey));
}

#[tokio::test]
async fn flights_without_the_keys_they_were_made_with_are_refused_and_not_taken_for_erased() {
    let (dir, flight) = opened();
    send(&flight, 0, vec![about(1, 1, Some("zoe"), SECRET)]).await;
    drop(flight);
    let keys = dir.path().with_extension("keys");
    let raw = rusqlite::Connection::open(keys.join("keys.db")).unwrap();
    raw.execute_batch("delete from subject").unwrap();
    let error = open(dir.path()).steps(trace(1)).unwrap_err();
    assert!(matches!(error, FlightError::MissingKey), "{error:?}");
    fs::remove_dir_all(&keys).unwrap();
    assert!(matches!(try_open(dir.path()).unwrap_err(), FlightError::MissingKey));
}

#[tokio::test]
async fn personal_content_is_stored_once_for_its_trace_and_shared_content_once() {
    let (dir, flight) = opened();
    let long = "It rained. ".repeat(30);
    for number in [1, 2] {
        for span in [1, 2] {
            let mine = about(number, span, None, &long);
            let all = saying(trace(number), 10 + span, Scope::Shared, &long);
            send(&flight, 0, vec![mine, all]).await;
        }
    }
    drop(flight);
    let flight = open(dir.path());
    send(&flight, 0, vec![about(1, 3, None, &long)]).await;
    let raw = rusqlite::Connection::open(dir.path().join("2026-11-22.db")).unwrap();
    let count = |sql: &str| raw.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("select count(*) from content"), 1);
    assert_eq!(count("select count(*) from chunk where trace = 0"), 1);
    assert_eq!(count("select count(*) from chunk where trace <> 0"), 2);
    assert_eq!(count("select max(length(addresses)) from chunk"), 16);
}

#[tokio::test]
async fn a_megabyte_and_every_plane_of_unicode_come_back_to_the_byte() {
    let (_dir, flight) = opened();
    let planes = (0..17).filter_map(|plane| char::from_u32(plane * 0x1_0000 + 0x61));
    let planes: String = planes.collect();
    let megabyte: String = (0..260_000_u32).map(|n| char::from(b'a' + (n % 26) as u8)).collect();
    let megabyte = format!("{megabyte}{planes}\u{0}\u{fffd}").repeat(4);
    for (number, text) in [(1, megabyte.as_str()), (2, &planes), (3, "")] {
        send(&flight, 0, vec![about(number, 1, Some("zoe"), text)]).await;
        assert!(heard(&flight, trace(number), 1).unwrap() == text);
    }
}

/// Settles a trace without its payload.
async fn drop_payload(flight: &Flight, number: u8, day: i64) {
    let through = flight.trace(trace(number)).unwrap().through;
    let payload = Payload { keep: Keep::Dropped, rate: 0.1 };
    let one = Settlement { trace: trace(number), runs: Vec::new(), payload, through };
    append(flight, received(of_settlements(vec![one]), days_later(day))).await;
}

#[tokio::test]
async fn a_payload_that_is_dropped_is_gone_on_both_its_days_and_the_rest_stays() {
    let (_dir, flight) = opened();
    send(&flight, 0, vec![about(1, 1, Some("zoe"), SECRET), about(2, 1, None, SECRET)]).await;
    send(&flight, 1, vec![about(1, 2, None, SECRET)]).await;
    drop_payload(&flight, 1, 1).await;
    assert_eq!(heard(&flight, trace(1), 1), Err(Gone::SampledOut));
    assert_eq!(heard(&flight, trace(1), 2), Err(Gone::SampledOut));
    assert_eq!(heard(&flight, trace(2), 1).unwrap(), SECRET);
    assert_eq!(flight.trace(trace(1)).unwrap().steps.len(), 2);
    assert_eq!(flight.verify().unwrap().broken, None);
    send(&flight, 1, vec![about(1, 3, None, "late")]).await;
    assert_eq!(heard(&flight, trace(1), 3).unwrap(), "late");
    drop_payload(&flight, 1, 1).await;
    assert_eq!(heard(&flight, trace(1), 3), Err(Gone::SampledOut));
}

#[tokio::test]
async fn a_label_about_a_pivot_reaches_runs_that_came_before_it_and_the_first_after() {
    let (dir, flight) = opened();
    let pivot = |value: &str| Pivot { kind: "response".to_owned(), value: value.to_owned() };
    let naming = |number, value| Step { pivots: vec![pivot(value)], ..step(trace(number), 1) };
    let label_on = |flight: &Flight, value: &str| {
        let subject = Subject::Pivot(flight.pivot(&pivot(value)));
        of_labels(vec![model::Label { subject, ..label(trace(9), Outcome::Bad, 1) }])
    };
    send(&flight, 0, vec![naming(1, "r-1"), naming(2, "r-2")]).await;
    append(&flight, label_on(&flight, "r-1")).await;
    append(&flight, label_on(&flight, "r-3")).await;
    drop(flight);
    let flight = open(dir.path());
    send(&flight, 0, vec![naming(3, "r-3")]).await;
    let labels = |number| flight.trace(trace(number)).unwrap().labels.len();
    assert_eq!([labels(1), labels(2), labels(3)], [1, 0, 1]);
    assert_eq!(flight.find(flight.pivot(&pivot("r-2")), 9).unwrap(), [trace(2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_name_people_in_one_new_trace_at_once_are_all_kept_and_all_erasable() {
    let (_dir, flight) = opened();
    let flight = std::sync::Arc::new(flight);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..24_u64 {
        let flight = std::sync::Arc::clone(&flight);
        let who = format!("person-{}", number % 3);
        let append: Append = of_steps(vec![about(1, number + 1, Some(&who), &format!("{number}"))]);
        tasks.spawn(async move {
            while let Err(error) = flight.append(append.clone()).await {
                assert!(matches!(error, FlightError::Crossed | FlightError::Overloaded));
            }
        });
    }
    tasks.join_all().await;
    for number in 0..24_u64 {
        assert_eq!(heard(&flight, trace(1), number + 1).unwrap(), number.to_string());
    }
    flight.erase("person-1", at(0)).unwrap();
    assert_eq!(heard(&flight, trace(1), 1), Err(Gone::Erased));
}
