//! Whatever is appended in whatever order: the chain holds, and the engines agree.

use jiff::Timestamp;
use ledger::{Append, Expected, Ledger, Verified};
use model::{Entry, Fault, Faulty};
use proptest::prelude::*;

use crate::facts::{all, drafted};

/// An append as it may come, right or wrong.
#[derive(Debug, Clone)]
struct Attempt {
    stream: String,
    expected: Option<u64>,
    at: i64,
    actor: String,
    facts: usize,
}

fn attempt() -> impl Strategy<Value = Attempt> {
    let stream = prop_oneof![4 => "inc_[abc]", 1 => ".{0,4}", 1 => Just("a\0b".to_owned())];
    let expected = prop_oneof![Just(None), (0u64..6).prop_map(Some)];
    let parts = (stream, expected, any::<i64>(), ".{0,4}", 0usize..4);
    parts.prop_map(|(stream, expected, at, actor, facts)| Attempt {
        stream,
        expected,
        at,
        actor,
        facts,
    })
}

fn play(ledger: &Ledger, attempt: &Attempt) -> Result<Vec<Entry>, Fault> {
    let facts: Vec<_> = (0..attempt.facts as u64).map(drafted).collect();
    let append = Append {
        stream: &attempt.stream,
        expected: attempt.expected.map_or(Expected::Any, Expected::Version),
        at: Timestamp::from_nanosecond(attempt.at.into()).unwrap(),
        actor: &attempt.actor,
        facts: &facts,
    };
    ledger.append(append).map_err(|error| error.fault())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 32,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_sequence_of_appends_verifies_and_reads_the_same_on_every_engine(
        attempts in prop::collection::vec(attempt(), 0..16),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let (disk, memory) = (Ledger::open(dir.path()).unwrap(), Ledger::in_memory());
        let mut answered = Vec::new();
        for attempt in &attempts {
            let made = play(&disk, attempt);
            prop_assert_eq!(&made, &play(&memory, attempt));
            answered.extend(made.into_iter().flatten());
        }
        let verdict = disk.verify().unwrap();
        prop_assert_eq!(&verdict, &memory.verify().unwrap());
        let Verified::Intact { entries, .. } = verdict else { panic!("{verdict:?}") };
        prop_assert_eq!(entries, answered.len() as u64);
        prop_assert_eq!(&all(&disk), &answered);
        prop_assert_eq!(all(&memory), answered);
        for Attempt { stream, .. } in &attempts {
            prop_assert_eq!(disk.stream(stream).unwrap(), memory.stream(stream).unwrap());
        }
    }
}
