//! Figures: what several rounds, or many samples, come to.

use std::time::Duration;

use serde::Serialize;

/// The middle of several rounds, and how far they lie apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

/// How long something took, over many samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Latency {
    pub(super) n: usize,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) max_ms: f64,
}

impl Spread {
    /// Of one value or more.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let median = f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2]);
        Some(Self { median, min, max })
    }
}

impl Latency {
    /// Of one sample or more.
    pub(super) fn of(mut samples: Vec<Duration>) -> Option<Self> {
        samples.sort();
        let at = |share: f64| Some(millis(*samples.get(rank(samples.len(), share)?)?));
        Some(Self { n: samples.len(), p50_ms: at(0.5)?, p99_ms: at(0.99)?, max_ms: at(1.0)? })
    }
}

/// The place of the smallest sample that is not below this share of all: the nearest rank.
fn rank(samples: usize, share: f64) -> Option<usize> {
    ((samples as f64 * share).ceil() as usize).checked_sub(1)
}

fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_the_middle_and_both_ends() {
        let spread = |values: &[f64]| Spread::of(values.iter().copied());
        assert_eq!(spread(&[3.0, 1.0, 2.0]), Some(Spread { median: 2.0, min: 1.0, max: 3.0 }));
        assert_eq!(spread(&[4.0, 1.0]), Some(Spread { median: 2.5, min: 1.0, max: 4.0 }));
        assert_eq!(spread(&[]), None);
    }

    #[test]
    fn one_in_a_hundred_lies_above_the_ninety_ninth_percentile() {
        let samples = (1..=300).rev().map(Duration::from_millis).collect();
        let latency = Latency::of(samples).unwrap();
        assert_eq!((latency.n, latency.p50_ms), (300, 150.0));
        assert_eq!((latency.p99_ms, latency.max_ms), (297.0, 300.0));
        assert_eq!(Latency::of(Vec::new()), None);
    }
}
