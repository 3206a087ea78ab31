//! A part of a rise over the whole of it, with an interval.

use model::Interval;
use model::rate::Z95;

use crate::likelihood::Counts;

/// A part and a whole, both as sums of the same independent rates times weights.
#[derive(Debug, Clone, Copy)]
pub struct Ratio<const N: usize> {
    /// The rates, as counted.
    pub rates: [Counts; N],
    /// Their weights in the part.
    pub part: [f64; N],
    /// Their weights in the whole.
    pub whole: [f64; N],
    /// The variance of independent runs times this is theirs.
    pub design_effect: f64,
}

impl<const N: usize> Ratio<N> {
    /// Part over whole, with Fieller's interval (1954) for a ratio of correlated sums.
    ///
    /// Where the whole can't be told from zero, Fieller's interval has no end; then the interval is
    /// the first-order one, which the caller sees to be wide.
    pub fn estimate(&self) -> Interval {
        let (part, whole) = (self.sum(&self.part), self.sum(&self.whole));
        if whole == 0.0 {
            return Interval { est: 0.0, low: -1.0, high: 1.0 };
        }
        let z2 = Z95 * Z95;
        let a = whole * whole - z2 * self.covariance(&self.whole, &self.whole);
        let b = part * whole - z2 * self.covariance(&self.part, &self.whole);
        let c = part * part - z2 * self.covariance(&self.part, &self.part);
        let est = part / whole;
        let root = b * b - a * c;
        if a > 0.0 && root >= 0.0 {
            return Interval { est, low: (b - root.sqrt()) / a, high: (b + root.sqrt()) / a };
        }
        let slack: [f64; N] = std::array::from_fn(|i| (self.part[i] - est * self.whole[i]) / whole);
        let half = Z95 * self.covariance(&slack, &slack).sqrt();
        Interval { est, low: est - half, high: est + half }
    }

    /// The weights of what the part has beyond its share of the whole: the ratio varies as it does.
    pub fn slack(&self) -> [f64; N] {
        let (part, whole) = (self.sum(&self.part), self.sum(&self.whole));
        std::array::from_fn(|i| self.part[i] - part / whole * self.whole[i])
    }

    fn sum(&self, weights: &[f64; N]) -> f64 {
        self.rates.iter().zip(weights).map(|(rate, weight)| rate.rate() * weight).sum()
    }

    fn covariance(&self, a: &[f64; N], b: &[f64; N]) -> f64 {
        let terms = self.rates.iter().zip(a.iter().zip(b));
        let sum: f64 = terms
            .map(|(rate, (a, b))| if a * b == 0.0 { 0.0 } else { rate.variance() * a * b })
            .sum();
        self.design_effect * sum
    }
}
