//! Curves whose parameters are known.

use jiff::Timestamp;

use super::*;

fn bins(bad_per_mille: impl Fn(u64) -> u64) -> Vec<Bin> {
    let bin = |place: u64| {
        let at = Timestamp::from_second(60 * place as i64).unwrap();
        Bin { first: at, last: at, counts: Counts { n: 1000, k: bad_per_mille(place) } }
    };
    (0..200).map(bin).collect()
}

#[test]
fn a_curve_through_its_own_points_has_their_likelihood() {
    let logistic = |place: u64| {
        let odds = -3.0 + 2.0 * place as f64 / 199.0;
        (1000.0 / (1.0 + (-odds).exp())).round() as u64
    };
    let bins = bins(logistic);
    let drift = rising(&bins, 0.0).unwrap();
    let saturated: f64 = bins.iter().map(|bin| bin.counts.fit()).sum();
    assert_eq!(drift.begin, 0);
    assert!((0.0..0.2).contains(&(saturated - drift.fit)), "{}", saturated - drift.fit);
}

#[test]
fn a_step_fits_a_step_better_than_a_drift_does() {
    let bins = bins(|place| if place < 100 { 30 } else { 100 });
    assert!(one_step(&bins) > rising(&bins, 0.0).unwrap().fit + 100.0);
}

#[test]
fn nothing_and_one_bin_have_no_curve() {
    assert!(rising(&[], 0.0).is_none() && daily(&[]).is_none());
    let one = &bins(|_| 3)[..1];
    assert!(rising(one, 0.0).is_none() && daily(one).is_none());
}
