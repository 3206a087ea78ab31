//! The score on incidents whose causes people have named: `cargo xtask accuracy localization`.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a chore prints its figures")]

#[path = "../tests/localization/cases.rs"]
mod cases;
#[path = "../tests/localization/score.rs"]
mod score;

use std::process::ExitCode;
use std::time::Instant;

use cases::Case;
use score::{Answer, Score, answer, normal};

/// The best published method on these cases, as measured with its authors' code.
const PUBLISHED: f64 = 0.72;

/// What is wanted besides: causes among the first three.
const LEAST_LISTED: usize = 70;

/// Share of normal minutes for which something may be asserted.
const MOST_FALSE: f64 = 0.02;

/// Seconds for all cases in one process.
const MOST_SECONDS: f64 = 0.5;

const RESAMPLES: usize = 10_000;

fn main() -> ExitCode {
    let cases = cases::all();
    let began = Instant::now();
    let answers: Vec<Answer> = cases.iter().map(answer).collect();
    let seconds = began.elapsed().as_secs_f64();
    let score = Score::of(&answers);
    println!("| cases | right | wrong | missed | F1 | among the first three |");
    println!("|---|---|---|---|---|---|");
    for fold in 0..2 {
        let of_fold = cases.iter().zip(&answers).filter(|(case, _)| case.fold() == fold);
        let of_fold: Vec<&Answer> = of_fold.map(|(_, answer)| answer).collect();
        row(&format!("fold {fold}, {}", of_fold.len()), &Score::of(of_fold));
    }
    row(&format!("all {}", cases.len()), &score);
    let [low, high, behind] = bootstrap(&answers);
    println!("\nF1, resampled over cases: 95 % interval {low:.3} to {high:.3};");
    println!("at or below {PUBLISHED} in {behind:.4} of the resamples.");
    let (minutes, asserted) = calm(&cases);
    let share = asserted as f64 / minutes as f64;
    println!(
        "Normal minutes: {asserted} of {minutes} asserted something ({:.1} %).",
        100.0 * share
    );
    println!("All cases in one process: {seconds:.3} s.");
    let enough = score.f1() > PUBLISHED
        && score.listed >= LEAST_LISTED
        && share <= MOST_FALSE
        && seconds <= MOST_SECONDS;
    if enough { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn row(cases: &str, score: &Score) {
    let Score { right, wrong, missed, listed } = score;
    let (f1, causes) = (score.f1(), score.causes());
    println!("| {cases} | {right} | {wrong} | {missed} | {f1:.3} | {listed} of {causes} |");
}

fn calm(cases: &[Case]) -> (usize, usize) {
    cases.iter().map(normal).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
}

/// The 2.5 % and 97.5 % points of F1, and the share of resamples that do not beat the published.
fn bootstrap(answers: &[Answer]) -> [f64; 3] {
    let mut state = 1u64;
    let mut place = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % answers.len()
    };
    let mut resampled: Vec<f64> = (0..RESAMPLES)
        .map(|_| Score::of((0..answers.len()).map(|_| &answers[place()])).f1())
        .collect();
    resampled.sort_by(f64::total_cmp);
    let behind = resampled.partition_point(|f1| *f1 <= PUBLISHED) as f64 / RESAMPLES as f64;
    [resampled[RESAMPLES / 40], resampled[RESAMPLES - RESAMPLES / 40 - 1], behind]
}
