//! When a trace settles, told in seconds on a clock that the test owns.

use proptest::prelude::*;

use super::*;

const AFTER: SettleAfter = SettleAfter {
    root_ended: SignedDuration::from_secs(10),
    last_span: SignedDuration::from_secs(60),
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_300_000 + second).unwrap()
}

fn trace(number: u8) -> TraceId {
    TraceId::from_bytes(&[number; 16]).unwrap()
}

fn span(ended: i64) -> Arrival {
    Arrival { ended: at(ended), root_ended: None }
}

fn root(ended: i64) -> Arrival {
    Arrival { ended: at(ended), root_ended: Some(at(ended)) }
}

/// The first second in which the trace is due.
fn due_at(due: &mut Due) -> Option<i64> {
    (-1_000..10_000).find(|second| !due.take(at(*second), 10).is_empty())
}

/// The first second in which a trace is due of which these spans came, each when it came.
fn settles(arrivals: &[(i64, Arrival)]) -> Option<i64> {
    let mut due = Due::default();
    arrivals.iter().for_each(|(now, came)| due.note(trace(1), *came, at(*now), AFTER));
    due_at(&mut due)
}

#[test]
fn a_trace_settles_ten_seconds_after_its_root_ended() {
    assert_eq!(settles(&[(5, root(3))]), Some(13));
    assert_eq!(settles(&[(5, span(2)), (5, root(3))]), Some(13));
}

#[test]
fn without_a_root_it_settles_a_minute_after_its_last_span() {
    assert_eq!(settles(&[(5, span(3))]), Some(63));
    assert_eq!(settles(&[(5, span(3)), (40, span(38)), (41, span(1))]), Some(98));
}

#[test]
fn spans_after_the_root_do_not_put_it_off() {
    assert_eq!(settles(&[(5, root(3)), (12, span(11))]), Some(13));
}

#[test]
fn a_second_root_puts_it_off() {
    assert_eq!(settles(&[(5, root(3)), (12, root(11))]), Some(21));
}

#[test]
fn a_clock_that_runs_ahead_puts_nothing_off() {
    assert_eq!(settles(&[(5, root(9_000))]), Some(15));
    assert_eq!(settles(&[(5, span(9_000))]), Some(65));
}

#[test]
fn a_clock_that_runs_behind_is_due_at_once() {
    assert_eq!(settles(&[(500, root(3))]), Some(13));
}

#[test]
fn late_spans_make_a_settled_trace_due_again() {
    let mut due = Due::default();
    due.note(trace(1), root(0), at(0), AFTER);
    assert_eq!(due.take(at(10), 10), [trace(1)]);
    assert_eq!(due.waiting(), 0);
    due.note(trace(1), span(100), at(101), AFTER);
    assert_eq!(due_at(&mut due), Some(160));
}

#[test]
fn what_is_due_now_is_due_now() {
    let mut due = Due::default();
    due.note(trace(1), span(0), at(0), AFTER);
    due.now(trace(1));
    due.now(trace(2));
    due.note(trace(2), span(0), at(0), AFTER);
    let mut taken = due.take(at(0), 10);
    taken.sort();
    assert_eq!(taken, [trace(1), trace(2)]);
}

#[test]
fn what_is_taken_is_taken_once_and_no_more_than_asked_for() {
    let mut due = Due::default();
    (1..=5).for_each(|number| due.now(trace(number)));
    let mut taken = due.take(at(0), 3);
    assert_eq!((taken.len(), due.waiting()), (3, 2));
    taken.extend(due.take(at(0), 3));
    taken.sort();
    assert_eq!(taken, [1, 2, 3, 4, 5].map(trace));
    assert_eq!(due.take(at(0), 3), []);
}

#[test]
fn the_edges_of_the_calendar_and_an_endless_wait_do_not_panic() {
    let endless = SettleAfter { root_ended: SignedDuration::MAX, last_span: SignedDuration::MAX };
    for when in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
        for after in [AFTER, endless] {
            let mut due = Due::default();
            let came = Arrival { ended: when, root_ended: None };
            due.note(trace(1), came, when, after);
            due.note(trace(1), Arrival { root_ended: Some(when), ..came }, when, after);
            due.take(Timestamp::MAX, 1);
        }
    }
}

proptest! {
    #[test]
    fn every_trace_settles_and_never_before_its_time(
        arrivals in prop::collection::vec((0..100i64, 0..100i64, any::<bool>()), 1..8),
    ) {
        let mut clock = 0;
        let arrivals: Vec<(i64, Arrival)> = arrivals.into_iter().map(|(wait, ended, is_root)| {
            clock += wait;
            (clock, if is_root { root(ended) } else { span(ended) })
        }).collect();
        let settled = settles(&arrivals).unwrap();
        let bounded = |(now, came): &(i64, Arrival)| came.ended.min(at(*now));
        let last_root = arrivals.iter().rfind(|(_, came)| came.root_ended.is_some());
        let expected = match last_root {
            Some(root) => bounded(root) + AFTER.root_ended,
            None => arrivals.iter().map(bounded).max().unwrap() + AFTER.last_span,
        };
        prop_assert_eq!(at(settled), expected);
    }
}
