//! Points of Student's distribution: how much wider an interval is whose spread was estimated.

use model::rate::Z95;

/// The 80 % point of the normal distribution: what is seen in four of five comparisons.
const Z80: f64 = 0.841_621_234;

/// Least degrees of freedom from which a spread is estimated at all.
pub const LEAST: u32 = 3;

/// The 97.5 % point for so many degrees of freedom; none for a spread that was not estimated.
pub fn two_sided_95(freedom: Option<u32>) -> f64 {
    point(Z95, freedom)
}

/// How many standard errors apart two rates are that show in four of five such comparisons.
pub fn seen_in_four_of_five(freedom: Option<u32>) -> f64 {
    point(Z95, freedom) + point(Z80, freedom)
}

/// The point that stands where `z` stands in the normal distribution.
///
/// Abramowitz and Stegun 26.7.5: within 0.004 of the printed tables from 3 degrees on.
fn point(z: f64, freedom: Option<u32>) -> f64 {
    let Some(freedom) = freedom else { return z };
    let (v, z2) = (f64::from(freedom.max(LEAST)), z * z);
    let terms = [
        z * (z2 + 1.0) / 4.0,
        z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0,
        z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0,
        z * ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92_160.0,
    ];
    terms.iter().rev().fold(0.0, |sum, term| (sum + term) / v) + z
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_agree_with_the_printed_table() {
        // Abramowitz and Stegun, table 26.10.
        let rows = [(3, 3.182), (4, 2.776), (6, 2.447), (10, 2.228), (30, 2.042), (120, 1.980)];
        for (freedom, printed) in rows {
            let point = two_sided_95(Some(freedom));
            assert!((point - printed).abs() < 0.004, "{freedom}: {point}");
        }
        for (freedom, printed) in [(3, 0.978), (5, 0.920), (10, 0.879), (30, 0.854)] {
            let point = point(Z80, Some(freedom));
            assert!((point - printed).abs() < 0.004, "{freedom}: {point}");
        }
    }

    #[test]
    fn a_spread_that_was_not_estimated_gives_the_normal_points() {
        assert_eq!(two_sided_95(None), Z95);
        assert_eq!(seen_in_four_of_five(None), Z95 + Z80);
    }
}
