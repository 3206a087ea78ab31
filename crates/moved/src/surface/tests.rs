//! Names that are digests, and names that only look like it.

use model::report::SurfaceState;

use crate::tests::worlds::{HOUR, Told, draw, report, table, windows};

/// What is said of retrieval where every run searched this build of an index.
fn said(build: &str) -> SurfaceState {
    let told = |second: i64| {
        let chance = if second >= HOUR { 0.3 } else { 0.03 };
        Told::ended(draw(1, second), chance, &[("index:kb", build)])
    };
    let report = report(&table(0..2 * HOUR, told), windows(HOUR, 2 * HOUR));
    let of = report.surfaces.into_iter().find(|one| one.surface == "retrieval").unwrap();
    of.verdict
}

#[test]
fn a_digest_that_names_its_algorithm_proves_what_it_names() {
    let digits = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    assert_eq!(said(&format!("sha256:{digits}")), SurfaceState::Identical);
    for name in [digits, &format!("sha256:{}", &digits[1..]), "sha256:latest", "build-2026-11-21"] {
        assert_eq!(said(name), SurfaceState::Unknown, "{name}");
    }
}
