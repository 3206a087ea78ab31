//! The queue: its bound, its circle, and that nothing vanishes uncounted.

use super::*;

const TRACES: Signal = Signal::Traces;

fn accepted<'a>(body: &'a [u8], via: &str) -> Accepted<'a> {
    let (encoding, via) = (Encoding::Protobuf, via.to_owned());
    Accepted { signal: TRACES, encoding, body, items: 3, via }
}

fn counted(outbox: &Outbox, name: &str) -> u64 {
    let Figures { counters, gauges } = outbox.figures();
    let gauge = gauges.into_iter().find(|gauge| gauge.0 == name).map(|gauge| gauge.2);
    let counter = counters.into_iter().find(|counter| counter.0 == name);
    gauge.or(counter.map(|counter| counter.2)).unwrap_or_else(|| panic!("no {name}"))
}

#[tokio::test]
async fn requests_come_out_in_order_and_hold_their_room_until_they_are_sent() {
    let (outbox, mut inbox) = queue(4_096, "me");
    outbox.put(accepted(&[1; 1_025], ""));
    outbox.put(accepted(b"two", "other"));
    let first = inbox.next().await.unwrap();
    assert_eq!((&first.body[..], &*first.via), (&[1; 1_025][..], "me"));
    assert_eq!(counted(&outbox, "mayday_forward_queue_bytes"), 3_072);
    first.sent();
    assert_eq!(counted(&outbox, "mayday_forward_queue_bytes"), 1_024);
    assert_eq!(inbox.next().await.unwrap().via, "other,me");
    assert_eq!(counted(&outbox, "mayday_forward_sent_spans"), 3);
    assert_eq!(counted(&outbox, "mayday_forward_send_failed_requests"), 1, "it was dropped");
}

#[test]
fn what_finds_no_room_is_lost_and_counted() {
    let (outbox, inbox) = queue(2_048, "me");
    for _ in 0..5 {
        outbox.put(accepted(b"", ""));
    }
    assert_eq!(counted(&outbox, "mayday_forward_enqueue_failed_requests"), 3);
    assert_eq!(counted(&outbox, "mayday_forward_enqueue_failed_spans"), 9);
    drop(inbox);
    assert_eq!(counted(&outbox, "mayday_forward_send_failed_spans"), 6);
    outbox.put(accepted(b"", ""));
    assert_eq!(counted(&outbox, "mayday_forward_send_failed_spans"), 9, "nobody sends it");
    assert_eq!(counted(&outbox, "mayday_forward_queue_bytes"), 0);
}

#[test]
fn what_came_from_here_or_by_too_many_is_not_sent_again() {
    let (outbox, _inbox) = queue(1_000_000, "me");
    for via in ["me", "a, me,b", "1,2,3,4,5,6,7,8"] {
        outbox.put(accepted(b"x", via));
    }
    assert_eq!(counted(&outbox, "mayday_forward_came_back_requests"), 3);
    outbox.put(accepted(b"x", "you,1,2,3,4,5,6"));
    assert_eq!(counted(&outbox, "mayday_forward_came_back_requests"), 3);
}
