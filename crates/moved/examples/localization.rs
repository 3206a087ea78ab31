//! The score on incidents whose causes people have named: `cargo xtask accuracy localization`.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a chore prints its figures")]

#[path = "../tests/localization/cases.rs"]
mod cases;
#[path = "../tests/localization/score.rs"]
mod score;

use std::time::Instant;

use score::{Score, answer, normal};

fn main() {
    let cases = cases::all();
    let began = Instant::now();
    let answers: Vec<_> = cases.iter().map(answer).collect();
    let seconds = began.elapsed().as_secs_f64();
    for (case, answer) in cases.iter().zip(&answers) {
        if std::env::args().any(|arg| arg == "--each") {
            println!(
                "{} {} right {} wrong {} missed {} listed {}",
                case.name,
                case.fold(),
                answer.right,
                answer.wrong,
                answer.missed,
                answer.listed
            );
        }
    }
    println!("cases  right  wrong  missed  F1     among the first three");
    for fold in [Some(0), Some(1), None] {
        let of_fold = cases
            .iter()
            .zip(&answers)
            .filter(|(case, _)| fold.is_none_or(|fold| case.fold() == fold));
        let s = Score::of(of_fold.map(|(_, answer)| answer));
        println!("{fold:?} {s:?} {:.3} of {}", s.f1(), s.causes());
    }
    let (n, k) = cases.iter().map(normal).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    println!("{n} {k} {seconds:.3}");
}
