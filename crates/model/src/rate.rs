//! Behaviour rates: k bad of n, with an interval. Never a bare percentage.

use serde::{Deserialize, Serialize};

use crate::outcome::Outcome;

/// The 97.5 % point of the normal distribution: intervals here are two-sided 95 %.
pub const Z95: f64 = 1.959_963_985;

/// How often runs ended badly, among those whose outcome is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BehaviourRate {
    /// Runs whose outcome is known.
    pub n: u64,
    /// Bad ones among them.
    pub k: u64,
    /// Runs whose outcome is not known; they are in neither `n` nor `k`.
    pub unknown: u64,
    /// `k / n`; none when `n` is 0.
    pub rate: Option<f64>,
    /// Lower end of the 95 % Wilson interval.
    pub low: f64,
    /// Upper end of the 95 % Wilson interval.
    pub high: f64,
}

/// A figure and the 95 % interval around it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The estimate.
    pub est: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl BehaviourRate {
    /// The rate of `k` bad among `n` known, beside `unknown` others.
    pub fn of(k: u64, n: u64, unknown: u64) -> Self {
        let (low, high) = wilson(k, n);
        Self { n, k, unknown, rate: (n > 0).then(|| k as f64 / n as f64), low, high }
    }

    /// The same rate with the interval of so many times fewer independent runs.
    pub fn widened(self, design_effect: f64) -> Self {
        let (low, high) =
            wilson_at(self.k as f64 / design_effect, self.n as f64 / design_effect, Z95);
        Self { low, high, ..self }
    }

    /// The rate over some outcomes.
    pub fn over(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let mut counts = [0u64; 3];
        for outcome in outcomes {
            counts[outcome as usize] += 1;
        }
        let [good, bad, unknown] = counts;
        Self::of(bad, good + bad, unknown)
    }
}

/// The 95 % Wilson score interval for `k` of `n` (Wilson 1927).
pub fn wilson(k: u64, n: u64) -> (f64, f64) {
    wilson_at(k as f64, n as f64, Z95)
}

/// The same at any point `z` of the normal distribution, and for numbers of runs that need not be
/// whole: so many independent runs would tell as much.
pub fn wilson_at(k: f64, n: f64, z: f64) -> (f64, f64) {
    if n <= 0.0 {
        return (0.0, 1.0);
    }
    let z2 = z * z;
    let rate = k / n;
    let centre = (rate + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z * (rate * (1.0 - rate) / n + z2 / (4.0 * n * n)).max(0.0).sqrt() / (1.0 + z2 / n);
    let low = if k <= 0.0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if k >= n { 1.0 } else { (centre + half).min(1.0) };
    (low, high)
}

/// How much the second rate lies above the first, with a 95 % interval.
///
/// Newcombe's hybrid score interval for independent proportions (1998, method 10). None when
/// either rate has no known outcome.
pub fn difference(before: &BehaviourRate, during: &BehaviourRate) -> Option<Interval> {
    let (p, q) = (during.rate?, before.rate?);
    let square_root_of = |a: f64, b: f64| (a * a + b * b).sqrt();
    Some(Interval {
        est: p - q,
        low: p - q - square_root_of(p - during.low, before.high - q),
        high: p - q + square_root_of(during.high - p, q - before.low),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 5e-4
    }

    #[test]
    fn wilson_agrees_with_newcombes_published_examples() {
        // Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
        for (k, n, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)]
        {
            let (l, h) = wilson(k, n);
            assert!(close(l, low) && close(h, high), "{k}/{n}: {l} {h}");
        }
    }

    #[test]
    fn the_difference_agrees_with_newcombes_published_example() {
        // Newcombe 1998, Statistics in Medicine 17:873, table II, method 10: 56/70 - 48/80.
        let d = difference(&BehaviourRate::of(48, 80, 0), &BehaviourRate::of(56, 70, 0)).unwrap();
        assert!(close(d.est, 0.2) && close(d.low, 0.0524) && close(d.high, 0.3339), "{d:?}");
    }

    #[test]
    fn unknown_never_counts_as_good() {
        let rate = BehaviourRate::over([Outcome::Bad, Outcome::Unknown, Outcome::Good]);
        assert_eq!((rate.n, rate.k, rate.unknown, rate.rate), (2, 1, 1, Some(0.5)));
    }

    #[test]
    fn no_known_outcome_gives_no_rate() {
        let rate = BehaviourRate::of(0, 0, 7);
        assert_eq!((rate.rate, rate.low, rate.high), (None, 0.0, 1.0));
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_rate(n in 1u64..100_000, share in 0.0f64..=1.0) {
            let k = (n as f64 * share) as u64;
            let (low, high) = wilson(k, n);
            let rate = k as f64 / n as f64;
            prop_assert!(0.0 <= low && low <= rate && rate <= high && high <= 1.0);
        }
    }
}
