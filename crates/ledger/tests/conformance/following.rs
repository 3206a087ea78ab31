//! What every engine owes those who follow it, each as a fact about an empty ledger.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use ledger::{Expected, Ledger};
use model::{Fault, Faulty};

use crate::facts::{all, append, drafted, state};

/// Longer than any test may take: whoever waits so long was not woken.
const LONG: Duration = Duration::from_secs(600);

pub(crate) fn a_follower_gets_what_is_there_and_then_what_comes(ledger: &Ledger) {
    state(ledger, "inc_a", &[drafted(1), drafted(2), drafted(3)]);
    let mut follow = ledger.follow(2);
    let seqs = |entries: Vec<model::Entry>| entries.iter().map(|e| e.seq).collect::<Vec<_>>();
    assert_eq!(seqs(follow.next(1, LONG).unwrap()), [2]);
    assert_eq!(seqs(follow.next(9, LONG).unwrap()), [3]);
    thread::scope(|scope| {
        scope.spawn(|| state(ledger, "inc_b", &[drafted(4), drafted(5)]));
        assert_eq!(seqs(follow.next(9, LONG).unwrap()), [4, 5]);
    });
}

pub(crate) fn a_follower_waits_no_longer_than_it_is_told(ledger: &Ledger) {
    let mut follow = ledger.follow(0);
    assert_eq!(follow.next(9, Duration::ZERO).unwrap(), []);
    assert_eq!(follow.next(9, Duration::from_millis(1)).unwrap(), []);
    assert_eq!(ledger.wait_for(1, Duration::from_millis(1)), 0);
    let made = state(ledger, "inc_a", &[drafted(1)]);
    assert_eq!(follow.next(9, Duration::ZERO).unwrap(), made);
    assert_eq!((ledger.wait_for(1, LONG), ledger.newest()), (1, 1));
}

pub(crate) fn followers_get_every_entry_once_and_in_order_however_many_append(ledger: &Ledger) {
    let followed = thread::scope(|scope| {
        for lane in 0..8 {
            let stream = ["inc_a", "inc_b", "inc_c"][lane % 3];
            scope.spawn(move || (0..25).for_each(|n| drop(state(ledger, stream, &[drafted(n)]))));
        }
        let follower = scope.spawn(|| {
            let (mut follow, mut got) = (ledger.follow(1), Vec::new());
            while got.len() < 200 {
                got.extend(follow.next(7, LONG).unwrap());
            }
            got
        });
        follower.join().unwrap()
    });
    assert!(followed.iter().map(|entry| entry.seq).eq(1..=200));
    assert_eq!(followed, all(ledger));
}

pub(crate) fn watchers_are_told_where_it_stands_and_of_every_growth(ledger: &Ledger) {
    state(ledger, "inc_a", &[drafted(1)]);
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    ledger.watch(move |newest| tell.lock().unwrap().push(newest));
    state(ledger, "inc_a", &[drafted(2), drafted(3)]);
    append(ledger, "inc_a", Expected::Version(0), &[drafted(4)]).unwrap_err();
    state(ledger, "inc_b", &[drafted(4)]);
    assert_eq!(*told.lock().unwrap(), [1, 3, 4]);
}

pub(crate) fn what_is_refused_hurts_nothing_beside_it(ledger: &Ledger) {
    let lane = |lane: u64| {
        (0..20).filter(move |n| {
            let (expected, good) = match (lane + n) % 4 {
                0 => (Expected::Version(u64::MAX), false),
                _ => (Expected::Any, true),
            };
            let stream = format!("inc_{}", lane % 3);
            match append(ledger, &stream, expected, &[drafted(lane), drafted(*n)]) {
                Ok(made) => {
                    assert!(good && made.len() == 2 && made[1].seq == made[0].seq + 1);
                    true
                }
                Err(error) => {
                    assert!(!good && error.fault() == Fault::Conflict);
                    false
                }
            }
        })
    };
    let kept: usize = thread::scope(|scope| {
        let lanes: Vec<_> = (0..8).map(|n| scope.spawn(move || lane(n).count())).collect();
        lanes.into_iter().map(|lane| lane.join().unwrap()).sum()
    });
    assert_eq!((kept, all(ledger).len()), (8 * 15, 2 * 8 * 15));
    let intact = matches!(ledger.verify().unwrap(), ledger::Verified::Intact { .. });
    assert!(intact);
}

pub(crate) fn of_rivals_for_each_version_exactly_one_wins(ledger: &Ledger) {
    let race = |n: u64| {
        (0..20).filter(move |_| {
            let version = ledger.stream("inc_a").unwrap().len() as u64;
            append(ledger, "inc_a", Expected::Version(version), &[drafted(n)]).is_ok()
        })
    };
    let won: usize = thread::scope(|scope| {
        let rivals: Vec<_> = (0..4).map(|n| scope.spawn(move || race(n).count())).collect();
        rivals.into_iter().map(|rival| rival.join().unwrap()).sum()
    });
    let stream = ledger.stream("inc_a").unwrap();
    assert!(won >= 20 && stream.len() == won, "{won} of {}", stream.len());
    assert!(stream.iter().map(|entry| entry.version).eq(1..=won as u64));
}
