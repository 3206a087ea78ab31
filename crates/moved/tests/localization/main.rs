//! Incidents whose causes people have named: what the engine asserts, lists, and leaves unsaid.
//!
//! See `NOTICE.md` for where they come from. `cargo xtask accuracy localization` prints the score.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod cases;
mod score;

use score::{Score, answer, normal};

/// Bars a little below what is reached.
#[test]
fn the_causes_are_asserted_and_listed() {
    let cases = cases::all();
    let answers: Vec<_> = cases.iter().map(answer).collect();
    let score = Score::of(&answers);
    assert_eq!((cases.len(), score.causes()), (70, 76));
    assert!(score.f1() >= 0.80, "{score:?}");
    assert!(score.listed >= 70, "{score:?}");
    for fold in 0..2 {
        let of_fold = cases.iter().zip(&answers).filter(|(case, _)| case.fold() == fold);
        let score = Score::of(of_fold.map(|(_, answer)| answer));
        assert!(score.f1() > 0.76, "fold {fold}: {score:?}");
    }
}

#[test]
fn normal_minutes_are_left_alone() {
    let counts = cases::all().iter().map(normal).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    assert!(counts.0 > 500 && counts.1 as f64 <= 0.02 * counts.0 as f64, "{counts:?}");
}
