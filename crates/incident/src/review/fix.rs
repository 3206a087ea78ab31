//! Whether a mend helped: the rate before and after, on cases that it was not made for.
//!
//! The item's own cases prove nothing about others, so they are left out; what stays is held out. A
//! case counts as often as the run that tried it less often did, so that no case weighs more before
//! than after. Trials of one case are alike, and a mend can end some cases and leave others: so the
//! scatter of the difference between cases is measured, and the interval is that of so many times
//! fewer trials (the design effect of cluster sampling, Kish 1965).

use model::eval::CaseResult;
use model::rate::{difference, wilson_at};
use model::{BehaviourRate, Interval, Measured};
use serde::{Deserialize, Serialize};

use super::compare::{Change, Count, Spread};
use super::trend::{LEAST_MARGIN, points_of};
use crate::wording;

/// What can be said of a mend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// Whether the rate fell.
    pub verdict: FixVerdict,
    /// On what ground, in a sentence.
    pub why: String,
    /// Before and after; none where nothing can be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// Cases that were held out and tried both times.
    pub cases: u64,
}

/// Whether a rate fell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FixVerdict {
    /// The interval of the change lies below zero.
    Fell,
    /// No fall that would matter can be in it.
    DidNot,
    /// Neither can be told.
    CantBeTold,
}

/// A fall by less than this share of the rate before is none that would matter.
const MARGIN: f64 = 0.2;

/// Compares two runs of one eval on the cases that are not the item's.
pub fn fix(before: &Measured, after: &Measured, own: &[String]) -> Fix {
    if (&before.eval, &before.version) != (&after.eval, &after.version) {
        return untold("the two runs are of two evals, or of two versions of one", 0);
    }
    let pairs = held_out(before, after, own);
    if pairs.is_empty() {
        return untold("no case that is not the item's own was tried both times", 0);
    }
    let cases = pairs.len() as u64;
    let Some(change) = compare(&pairs) else {
        return untold("no case was tried", cases);
    };
    let verdict = verdict(&change);
    Fix { verdict, why: why(verdict, &change, cases), change: Some(change), cases }
}

/// Trials of one case before and after.
type Pair = (Count, Count);

fn held_out(before: &Measured, after: &Measured, own: &[String]) -> Vec<Pair> {
    let held = before.cases.iter().filter(|one| one.n > 0 && !own.contains(&one.case));
    let count = |one: &CaseResult| Count { k: one.k.into(), n: one.n.into() };
    let pairs = held.filter_map(|one| {
        let later = after.cases.iter().find(|other| other.case == one.case && other.n > 0)?;
        Some((count(one), count(later)))
    });
    pairs.collect()
}

/// As many trials of a case on each side as the side with fewer has.
struct Weighed {
    /// Trials.
    n: f64,
    /// Failures before.
    before: f64,
    /// Failures after.
    after: f64,
}

fn compare(pairs: &[Pair]) -> Option<Change> {
    let weighed: Vec<Weighed> =
        pairs.iter().map(|(before, after)| weigh(*before, *after)).collect();
    let sum = |of: fn(&Weighed) -> f64| weighed.iter().map(of).sum::<f64>();
    let (n, before, after) = (sum(|it| it.n), sum(|it| it.before), sum(|it| it.after));
    let spread = spread(&weighed, [n, before, after]);
    let alike = |k: f64| Count { k: k.round() as u64, n: n as u64 };
    let rate = |k: f64| {
        let point = super::student::two_sided_95(spread.freedom);
        let (low, high) = wilson_at(k / spread.scatter, n / spread.scatter, point);
        let Count { k: failed, n: tried } = alike(k);
        BehaviourRate { k: failed, n: tried, unknown: 0, rate: Some(k / n), low, high }
    };
    let detectable = spread.detectable(alike(before), alike(after));
    let (before, after) = (rate(before), rate(after));
    Some(Change {
        by: difference(&before, &after)?,
        before,
        after,
        detectable,
        scatter: spread.freedom.map(|_| spread.scatter),
    })
}

fn weigh(before: Count, after: Count) -> Weighed {
    let n = before.n.min(after.n) as f64;
    let of = |count: Count| n * count.k as f64 / count.n as f64;
    Weighed { n, before: of(before), after: of(after) }
}

/// How much more the difference scatters from case to case than trials alone would have it.
fn spread(cases: &[Weighed], [n, before, after]: [f64; 3]) -> Spread {
    let freedom = cases.len().saturating_sub(1) as u32;
    if freedom < super::student::LEAST {
        return Spread { scatter: 1.0, freedom: None };
    }
    let by = (after - before) / n;
    let between = cases.iter().map(|it| (it.after - it.before - it.n * by).powi(2)).sum::<f64>();
    let between = between * cases.len() as f64 / f64::from(freedom) / (n * n);
    let (p, q) = (before / n, after / n);
    let within = (p * (1.0 - p) + q * (1.0 - q)) / n;
    let scatter = if within > 0.0 { (between / within).max(1.0) } else { 1.0 };
    Spread { scatter, freedom: Some(freedom) }
}

fn verdict(change: &Change) -> FixVerdict {
    let margin = LEAST_MARGIN.max(MARGIN * change.before.rate.unwrap_or_default());
    match change.by {
        Interval { high, .. } if high < 0.0 => FixVerdict::Fell,
        Interval { low, .. } if low > -margin => FixVerdict::DidNot,
        _ => FixVerdict::CantBeTold,
    }
}

fn why(verdict: FixVerdict, change: &Change, cases: u64) -> String {
    let (before, after) = (wording::rate(&change.before), wording::rate(&change.after));
    let by = points_of(&change.by);
    let mut text = format!("on {cases} cases held out {before} before, {after} after: {by}");
    if verdict == FixVerdict::CantBeTold {
        let seen = 100.0 * change.detectable;
        text += &format!("; a change of {seen:.1} points would have shown in four of five");
    }
    if change.after.n == 1 || change.before.n == 1 {
        text += "; one rerun is no evidence of anything";
    }
    text
}

fn untold(why: &str, cases: u64) -> Fix {
    Fix { verdict: FixVerdict::CantBeTold, why: why.to_owned(), change: None, cases }
}

impl Fix {
    /// What is said where the eval was not run both before and since.
    pub fn not_run() -> Self {
        untold("its eval was not run as a whole, in one version, both before and since", 0)
    }
}

impl FixVerdict {
    /// The words for people.
    pub fn as_str(self) -> &'static str {
        match self {
            FixVerdict::Fell => "fell",
            FixVerdict::DidNot => "did not fall",
            FixVerdict::CantBeTold => "can't be told",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(cases: &[(&str, u32, u32)]) -> Measured {
        let result =
            |(case, k, n): &(&str, u32, u32)| CaseResult { case: (*case).to_owned(), k: *k, n: *n };
        Measured {
            id: "evr_1".parse().unwrap(),
            eval: "answers".to_owned(),
            version: "3".to_owned(),
            feature: None,
            model: "m".to_owned(),
            configuration: None,
            cases: cases.iter().map(result).collect(),
            threshold: 0.1,
            partial: false,
            at: jiff::Timestamp::UNIX_EPOCH,
            source: "api".to_owned(),
        }
    }

    fn of(before: &[(&str, u32, u32)], after: &[(&str, u32, u32)]) -> Fix {
        fix(&run(before), &run(after), &["own".to_owned()])
    }

    #[test]
    fn a_mend_that_helps_its_own_case_alone_did_not_help() {
        let before = [("own", 100, 100), ("a", 20, 200), ("b", 30, 200), ("c", 25, 200)];
        let after = [("own", 0, 100), ("a", 21, 200), ("b", 29, 200), ("c", 27, 200)];
        let fix = of(&before, &after);
        assert_eq!((fix.verdict, fix.cases), (FixVerdict::CantBeTold, 3));
        let more =
            |cases: [(&'static str, u32, u32); 4]| cases.map(|(c, k, n)| (c, k * 20, n * 20));
        assert_eq!(of(&more(before), &more(after)).verdict, FixVerdict::DidNot);
    }

    #[test]
    fn a_mend_that_helps_cases_held_out_is_seen() {
        let fix = of(&[("a", 40, 100), ("b", 50, 100)], &[("a", 10, 100), ("b", 12, 100)]);
        assert_eq!(fix.verdict, FixVerdict::Fell);
        assert_eq!(
            fix.why,
            "on 2 cases held out 45.0 % (90 of 200) before, 11.0 % (22 of 200) after: \
             -34.0 points [-41.8, -25.6]"
        );
    }

    #[test]
    fn one_rerun_is_no_evidence_and_says_so() {
        let fix = of(&[("a", 1, 1)], &[("a", 0, 1)]);
        assert_eq!(fix.verdict, FixVerdict::CantBeTold);
        assert!(fix.why.ends_with("one rerun is no evidence of anything"), "{}", fix.why);
    }

    #[test]
    fn a_mend_that_ends_half_of_the_cases_and_worsens_others_is_not_sure_to_help_the_next_one() {
        let names: Vec<String> = (0..6).map(|number| number.to_string()).collect();
        let before: Vec<_> = names.iter().map(|name| (name.as_str(), 50, 100)).collect();
        let mut after = before.clone();
        for (number, case) in after.iter_mut().enumerate() {
            case.1 = if number % 2 == 0 { 0 } else { 70 };
        }
        let fix = of(&before, &after);
        assert_eq!(fix.verdict, FixVerdict::CantBeTold);
        assert!(fix.change.unwrap().scatter.unwrap() > 10.0);
    }

    #[test]
    fn a_case_weighs_alike_before_and_after_however_often_it_was_tried() {
        let before = [("hard", 90, 100), ("easy", 1, 10)];
        let after = [("hard", 9, 10), ("easy", 10, 100)];
        let change = of(&before, &after).change.unwrap();
        assert!(change.by.est.abs() < 1e-12, "{change:?}");
    }

    #[test]
    fn versions_are_not_compared_and_own_cases_are_no_proof() {
        let (before, mut after) = (run(&[("a", 5, 10)]), run(&[("a", 0, 10)]));
        after.version = "4".to_owned();
        assert_eq!(fix(&before, &after, &[]).change, None);
        assert_eq!(of(&[("own", 5, 10)], &[("own", 0, 10)]).change, None);
    }
}
