//! Slices lose no run, count none twice, and lie edge to edge.

use proptest::prelude::*;

use super::*;

fn at(nanos: i64) -> Timestamp {
    Timestamp::from_nanosecond(1_795_300_000_000_000_000 + i128::from(nanos)).unwrap()
}

fn window(start: i64, length: i64) -> Window {
    Window::new(at(start), at(start + length)).unwrap()
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    prop::sample::select(vec![Outcome::Good, Outcome::Bad, Outcome::Unknown])
}

#[test]
fn an_empty_slice_is_kept_without_a_rate() {
    let slices = series([(at(0), Outcome::Bad), (at(25), Outcome::Good)], window(0, 30), 3);
    let rates: Vec<_> = slices.iter().map(|slice| slice.rate.rate).collect();
    assert_eq!(rates, [Some(1.0), None, Some(0.0)]);
}

#[test]
fn a_run_at_an_edge_is_in_the_slice_that_begins_there() {
    let slices = series([(at(10), Outcome::Bad), (at(30), Outcome::Bad)], window(0, 30), 3);
    assert_eq!(slices.iter().map(|slice| slice.rate.n).collect::<Vec<_>>(), [0, 1, 0]);
}

#[test]
fn no_slices_are_one_slice() {
    assert_eq!(series([], window(0, 30), 0).len(), 1);
}

proptest! {
    #[test]
    fn slices_sum_to_the_whole_and_lie_edge_to_edge(
        runs in prop::collection::vec((-50..5_000i64, outcomes()), 0..200),
        start in 0..100i64,
        length in prop_oneof![1..60i64, 1..4_000i64],
        slices in 0..80u32,
    ) {
        let window = window(start, length);
        let runs: Vec<(Timestamp, Outcome)> =
            runs.into_iter().map(|(nanos, outcome)| (at(nanos), outcome)).collect();
        let within = runs.iter().filter(|(at, _)| window.contains(*at));
        let whole = BehaviourRate::over(within.map(|(_, outcome)| *outcome));
        let slices = series(runs.clone(), window, slices);
        let sum = |count: fn(&BehaviourRate) -> u64| -> u64 {
            slices.iter().map(|slice| count(&slice.rate)).sum()
        };
        prop_assert_eq!(sum(|rate| rate.n), whole.n);
        prop_assert_eq!(sum(|rate| rate.k), whole.k);
        prop_assert_eq!(sum(|rate| rate.unknown), whole.unknown);
        prop_assert_eq!(slices[0].window.start, window.start);
        prop_assert_eq!(slices[slices.len() - 1].window.end, window.end);
        for pair in slices.windows(2) {
            prop_assert_eq!(pair[0].window.end, pair[1].window.start);
        }
        for slice in &slices {
            prop_assert!(slice.window.start < slice.window.end);
            let inside = runs.iter().filter(|(at, _)| slice.window.contains(*at));
            prop_assert_eq!(slice.rate, BehaviourRate::over(inside.map(|(_, outcome)| *outcome)));
        }
    }
}
