//! Two groups of counts of one eval: how far apart they are, and what could have been seen.
//!
//! Rates of one eval scatter more from run to run than its trials alone would: a judge has its
//! days, a model is served from here and there. So the scatter within groups is measured (Pearson's
//! statistic over its degrees of freedom, never below 1: McCullagh and Nelder 1989, 4.5), and the
//! intervals of both rates are those of so many times fewer trials, at the point of Student's
//! distribution. The difference is Newcombe's (1998, method 10) between these two intervals.

use model::rate::{Z95, difference, wilson_at};
use model::{BehaviourRate, Interval};
use serde::{Deserialize, Serialize};

use super::student;
use crate::measures::Measurement;

/// What was counted at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Trials that failed.
    pub k: u64,
    /// Trials.
    pub n: u64,
}

impl Count {
    /// What one run of an eval counted.
    pub fn of(run: &Measurement) -> Self {
        Self { k: run.rate.k, n: run.rate.n }
    }
}

/// How far two groups of counts are apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The rate in the first, widened by the scatter between its counts.
    pub before: BehaviourRate,
    /// The rate in the second, likewise.
    pub after: BehaviourRate,
    /// How far the second lies above the first, with a 95 % interval.
    pub by: Interval,
    /// The least change that would show in four of five such comparisons.
    pub detectable: f64,
    /// How many times more counts scatter than trials would; none where too few counts tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scatter: Option<f64>,
}

/// Compares the first group with the last; groups between them only tell of the scatter.
///
/// None when the first or the last holds no trial.
pub fn compare(groups: &[&[Count]]) -> Option<Change> {
    let (first, last) = (total(groups.first()?), total(groups.last()?));
    let spread = Spread::of(groups);
    let (before, after) = (spread.rate(first), spread.rate(last));
    Some(Change {
        before,
        after,
        by: difference(&before, &after)?,
        detectable: spread.detectable(first, last),
        scatter: spread.freedom.map(|_| spread.scatter),
    })
}

/// All counts of a group together.
pub(super) fn total(group: &[Count]) -> Count {
    group.iter().fold(Count { k: 0, n: 0 }, |sum, one| Count { k: sum.k + one.k, n: sum.n + one.n })
}

/// How much wider an interval is than trials alone would have it.
pub(super) struct Spread {
    /// So many times fewer trials would tell as much.
    pub(super) scatter: f64,
    /// Degrees of freedom behind that; none where it was not estimated.
    pub(super) freedom: Option<u32>,
}

impl Spread {
    /// The scatter of counts within their groups.
    fn of(groups: &[&[Count]]) -> Self {
        let (mut pearson, mut freedom) = (0.0, 0);
        for group in groups {
            let Count { k, n } = total(group);
            if k == 0 || k == n {
                continue;
            }
            let rate = k as f64 / n as f64;
            let tried = group.iter().filter(|one| one.n > 0);
            freedom += tried.clone().count() as u32 - 1;
            pearson += tried
                .map(|one| {
                    let expected = one.n as f64 * rate;
                    (one.k as f64 - expected).powi(2) / (expected * (1.0 - rate))
                })
                .sum::<f64>();
        }
        match freedom >= student::LEAST {
            true => {
                Self { scatter: (pearson / f64::from(freedom)).max(1.0), freedom: Some(freedom) }
            }
            false => Self { scatter: 1.0, freedom: None },
        }
    }

    fn rate(&self, of: Count) -> BehaviourRate {
        let point = student::two_sided_95(self.freedom);
        let fewer = |count: u64| count as f64 / self.scatter;
        let (low, high) = wilson_at(fewer(of.k), fewer(of.n), point);
        BehaviourRate { low, high, ..BehaviourRate::of(of.k, of.n, 0) }
    }

    /// At the pooled rate, drawn towards a half so that none of many is not taken for certain.
    pub(super) fn detectable(&self, first: Count, last: Count) -> f64 {
        let (k, n) = ((first.k + last.k) as f64, (first.n + last.n) as f64);
        let rate = (k + Z95 * Z95 / 2.0) / (n + Z95 * Z95);
        let variance = rate * (1.0 - rate) * (1.0 / first.n as f64 + 1.0 / last.n as f64);
        student::seen_in_four_of_five(self.freedom) * (self.scatter * variance).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[(u64, u64)]) -> Vec<Count> {
        of.iter().map(|(k, n)| Count { k: *k, n: *n }).collect()
    }

    #[test]
    fn one_count_each_gives_newcombes_published_interval() {
        let (before, after) = (counts(&[(48, 80)]), counts(&[(56, 70)]));
        let change = compare(&[&before, &after]).unwrap();
        assert!((change.by.low - 0.0524).abs() < 5e-4, "{change:?}");
        assert!((change.by.high - 0.3339).abs() < 5e-4, "{change:?}");
        assert_eq!(change.scatter, None);
    }

    #[test]
    fn counts_that_scatter_widen_the_interval() {
        let even = counts(&[(10, 100), (10, 100), (10, 100)]);
        let uneven = counts(&[(1, 100), (10, 100), (19, 100)]);
        let (calm, wild) = (compare(&[&even, &even]), compare(&[&uneven, &uneven]));
        let (calm, wild) = (calm.unwrap(), wild.unwrap());
        assert_eq!(calm.scatter, Some(1.0));
        // Per group: 2 × 9² / (100 × 0.1 × 0.9) = 18; two groups over 4 degrees of freedom: 9.
        assert!((wild.scatter.unwrap() - 9.0).abs() < 1e-9, "{wild:?}");
        assert!(wild.by.high > 2.5 * calm.by.high && wild.detectable > 2.9 * calm.detectable);
    }

    #[test]
    fn what_can_be_seen_agrees_with_the_textbook_at_equal_numbers() {
        // p = 0.5, n = 100 each: (1.96 + 0.8416) × √(0.25 × 2 / 100) = 0.198.
        let half = counts(&[(50, 100)]);
        let change = compare(&[&half, &half]).unwrap();
        assert!((change.detectable - 0.1981).abs() < 1e-3, "{change:?}");
    }

    #[test]
    fn without_trials_there_is_no_comparison() {
        let (some, none) = (counts(&[(1, 10)]), counts(&[]));
        assert_eq!(compare(&[&some, &none]), None);
        assert_eq!(compare(&[&none, &some]), None);
    }
}
