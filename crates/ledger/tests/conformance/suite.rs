//! What every engine owes, each as a fact about an empty ledger it is given.

use std::thread;

use jiff::Timestamp;
use ledger::{Append, Expected, Ledger, LedgerError, Verified};
use model::{ContentHash, Entry, Fact, Fault, Faulty};

use crate::facts::{AT, all, append, declared, drafted, state};

pub(crate) fn an_empty_ledger_is_intact(ledger: &Ledger) {
    let head = ContentHash::from_bytes(&[0; 32]).unwrap();
    assert_eq!(ledger.verify().unwrap(), Verified::Intact { entries: 0, head });
    assert_eq!(all(ledger), []);
    assert_eq!(ledger.stream("inc_a").unwrap(), []);
}

pub(crate) fn facts_come_back_as_stated_and_in_order(ledger: &Ledger) {
    let facts = [declared(), drafted(1), drafted(2)];
    let made = state(ledger, "inc_a", &facts);
    let read = all(ledger);
    assert_eq!(read, made);
    assert!(read.iter().map(|entry| &entry.fact).eq(&facts));
    assert!(read.iter().all(|entry| entry.at == AT && entry.actor == "ana"));
}

pub(crate) fn seq_counts_the_ledger_and_version_the_stream(ledger: &Ledger) {
    state(ledger, "inc_a", &[drafted(1), drafted(2)]);
    state(ledger, "inc_b", &[drafted(3)]);
    state(ledger, "inc_a", &[drafted(4)]);
    let places: Vec<_> = all(ledger).into_iter().map(|e| (e.seq, e.stream, e.version)).collect();
    let expected = [(1, "inc_a", 1), (2, "inc_a", 2), (3, "inc_b", 1), (4, "inc_a", 3)];
    assert_eq!(places, expected.map(|(seq, stream, version)| (seq, stream.to_owned(), version)));
}

pub(crate) fn each_entry_names_the_hash_of_the_one_before(ledger: &Ledger) {
    state(ledger, "inc_a", &[drafted(1), drafted(2)]);
    state(ledger, "inc_b", &[drafted(3)]);
    let entries = all(ledger);
    assert_eq!(entries[0].prev.as_bytes(), &[0; 32]);
    assert!(entries.windows(2).all(|pair| pair[1].prev == pair[0].hash));
    let head = entries[2].hash;
    assert_eq!(ledger.verify().unwrap(), Verified::Intact { entries: 3, head });
}

pub(crate) fn a_stream_holds_its_own_entries_and_no_others(ledger: &Ledger) {
    for n in 0..6 {
        state(ledger, ["inc_a", "inc_ab", "INC_A"][n % 3], &[drafted(n as u64)]);
    }
    let stream = ledger.stream("inc_a").unwrap();
    let expected: Vec<Entry> =
        all(ledger).into_iter().filter(|entry| entry.stream == "inc_a").collect();
    assert_eq!(stream, expected);
    assert_eq!(stream.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 4]);
    assert_eq!(ledger.stream("inc_").unwrap(), []);
}

pub(crate) fn an_append_at_another_version_is_a_conflict_and_leaves_nothing(ledger: &Ledger) {
    append(ledger, "inc_a", Expected::Version(0), &[drafted(1), drafted(2)]).unwrap();
    for version in [0, 1, 3, u64::MAX] {
        let expected = Expected::Version(version);
        let error = append(ledger, "inc_a", expected, &[drafted(3)]).unwrap_err();
        assert_eq!(error.fault(), Fault::Conflict);
        assert!(matches!(
            error,
            LedgerError::Conflict { stream, expected: e, actual: 2 }
                if stream == "inc_a" && e == expected
        ));
    }
    assert_eq!(all(ledger).len(), 2);
    let next = append(ledger, "inc_a", Expected::Version(2), &[drafted(3)]).unwrap();
    assert_eq!((next[0].seq, next[0].version), (3, 3));
}

pub(crate) fn of_many_appends_at_one_version_exactly_one_succeeds(ledger: &Ledger) {
    let attempt = |n| append(ledger, "inc_a", Expected::Version(0), &[drafted(n)]).is_ok();
    let attempt = &attempt;
    let won = thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|n| scope.spawn(move || attempt(n))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).filter(|won| *won).count()
    });
    assert_eq!((won, all(ledger).len()), (1, 1));
}

pub(crate) fn appends_from_many_threads_make_one_chain(ledger: &Ledger) {
    thread::scope(|scope| {
        for stream in ["inc_a", "inc_b", "inc_a", "inc_c"] {
            scope.spawn(move || (0..8).for_each(|n| drop(state(ledger, stream, &[drafted(n)]))));
        }
    });
    assert!(matches!(ledger.verify().unwrap(), Verified::Intact { entries: 32, .. }));
    assert_eq!(ledger.stream("inc_a").unwrap().len(), 16);
}

pub(crate) fn an_append_of_no_facts_changes_nothing(ledger: &Ledger) {
    assert_eq!(state(ledger, "inc_a", &[]), []);
    let error = append(ledger, "inc_a", Expected::Version(1), &[]).unwrap_err();
    assert_eq!(error.fault(), Fault::Conflict);
    assert_eq!(all(ledger), []);
}

pub(crate) fn one_fact_that_can_not_be_written_keeps_the_others_out(ledger: &Ledger) {
    let with = |figure: f64| {
        let mut fact = declared();
        if let Fact::IncidentDeclared { report, .. } = &mut fact {
            report.residual_pp = Some(figure);
        }
        fact
    };
    for figure in [f64::NAN, f64::INFINITY] {
        let facts = [drafted(1), with(figure)];
        let error = append(ledger, "inc_a", Expected::Any, &facts).unwrap_err();
        assert_eq!(error.fault(), Fault::Bug);
    }
    assert_eq!(all(ledger), []);
    state(ledger, "inc_a", &[with(f64::MIN_POSITIVE)]);
    assert_eq!(all(ledger)[0].fact, with(f64::MIN_POSITIVE));
}

pub(crate) fn a_fact_without_stream_or_actor_is_refused(ledger: &Ledger) {
    for (stream, actor) in [("", "ana"), ("inc_a", "")] {
        let facts = &[drafted(1)];
        let append = Append { stream, expected: Expected::Any, at: AT, actor, facts };
        assert_eq!(ledger.append(append).unwrap_err().fault(), Fault::Invalid);
    }
    assert_eq!(all(ledger), []);
}

pub(crate) fn a_time_that_does_not_fit_is_refused(ledger: &Ledger) {
    let at = |at| {
        let (stream, expected, facts) = ("inc_a", Expected::Any, &[drafted(1)]);
        ledger.append(Append { stream, expected, at, actor: "ana", facts })
    };
    let last = Timestamp::from_nanosecond(i64::MAX.into()).unwrap();
    assert_eq!(at(Timestamp::MAX).unwrap_err().fault(), Fault::Invalid);
    assert_eq!(at(last).unwrap()[0].at, last);
    assert_eq!(all(ledger)[0].at, last);
}

pub(crate) fn pages_join_up_to_the_whole(ledger: &Ledger) {
    let facts: Vec<Fact> = (0..7).map(drafted).collect();
    let whole = state(ledger, "inc_a", &facts);
    for limit in 1..=8 {
        let mut joined = Vec::new();
        loop {
            let page = ledger.read(joined.len() as u64 + 1, limit).unwrap();
            assert!(page.len() <= limit);
            if page.is_empty() {
                break;
            }
            joined.extend(page);
        }
        assert_eq!(joined, whole);
    }
    assert_eq!(ledger.read(0, 1).unwrap(), whole[..1]);
    for (from, limit) in [(1, 0), (8, 1), (u64::MAX, usize::MAX)] {
        assert_eq!(ledger.read(from, limit).unwrap(), []);
    }
}

pub(crate) fn a_ledger_longer_than_a_page_verifies(ledger: &Ledger) {
    let facts: Vec<Fact> = (0..1200).map(drafted).collect();
    let head = state(ledger, "inc_a", &facts)[1199].hash;
    assert_eq!(ledger.verify().unwrap(), Verified::Intact { entries: 1200, head });
}
