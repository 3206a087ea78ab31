//! Whether two who judge the same documents see them the same way: weighted κ.
//!
//! κ is how much of the disagreement that chance would give is not there; with quadratic weights
//! two steps apart weigh four times one step (Cohen 1968). The interval is a jackknife over
//! documents (Efron and Tibshirani 1993, chapter 11) at Student's point: grades of one document are
//! left out together. Few documents give no κ, and an agreement without any exception gives no
//! interval, because nothing is known of how it scatters.

use model::Interval;
use serde::{Deserialize, Serialize};

use super::student;

/// How far two agree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Documents that both judged.
    pub documents: u64,
    /// Pairs of judgements of the same document.
    pub pairs: u64,
    /// Those among them that are the same.
    pub same: u64,
    /// Weighted κ: 1 for no disagreement, 0 for as much as by chance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kappa: Option<f64>,
    /// κ with its 95 % interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// What is missing, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Fewest documents from which κ is told.
pub const FEWEST: usize = 10;

/// Two judgements of one thing, each a step from 0.
pub type Pair = (u8, u8);

/// How far two judges agree on documents, each with its pairs of judgements.
pub fn agreement(documents: &[Vec<Pair>]) -> Agreement {
    let documents: Vec<&Vec<Pair>> = documents.iter().filter(|pairs| !pairs.is_empty()).collect();
    let all: Vec<Pair> = documents.iter().flat_map(|pairs| pairs.iter().copied()).collect();
    let mut agreement = Agreement {
        documents: documents.len() as u64,
        pairs: all.len() as u64,
        same: all.iter().filter(|(one, other)| one == other).count() as u64,
        kappa: None,
        interval: None,
        why: None,
    };
    if documents.len() < FEWEST {
        let n = documents.len();
        agreement.why = Some(format!("insufficient: {n} documents, and κ wants {FEWEST}"));
        return agreement;
    }
    agreement.kappa = kappa(&all, squared);
    let Some(est) = agreement.kappa else {
        agreement.why = Some("every judgement is the same, so chance would agree as well".into());
        return agreement;
    };
    agreement.interval = jackknife(&documents, est);
    if agreement.interval.is_none() {
        let why = "too little disagreement to tell how far κ could be off";
        agreement.why = Some(why.to_owned());
    }
    agreement
}

/// κ under a weight for each way of disagreeing; none where chance would not disagree at all.
///
/// By chance, anyone's judgement meets anyone else's.
fn kappa(pairs: &[Pair], weight: fn(u8, u8) -> f64) -> Option<f64> {
    let n = pairs.len() as f64;
    let observed: f64 = pairs.iter().map(|(one, other)| weight(*one, *other)).sum();
    let meeting = pairs.iter().flat_map(|(one, _)| pairs.iter().map(|(_, other)| (*one, *other)));
    let expected: f64 = meeting.map(|(one, other)| weight(one, other)).sum();
    (expected > 0.0).then(|| 1.0 - observed * n / expected)
}

fn squared(one: u8, other: u8) -> f64 {
    f64::from(one.abs_diff(other)).powi(2)
}

fn jackknife(documents: &[&Vec<Pair>], est: f64) -> Option<Interval> {
    let n = documents.len() as f64;
    let without = |left_out: usize| {
        let rest = documents.iter().enumerate().filter(move |(number, _)| *number != left_out);
        let rest: Vec<Pair> = rest.flat_map(|(_, pairs)| pairs.iter().copied()).collect();
        kappa(&rest, squared)
    };
    let without: Option<Vec<f64>> = (0..documents.len()).map(without).collect();
    let without = without?;
    let mean = without.iter().sum::<f64>() / n;
    let variance = without.iter().map(|one| (one - mean).powi(2)).sum::<f64>() * (n - 1.0) / n;
    let half = student::two_sided_95(Some(documents.len() as u32 - 1)) * variance.sqrt();
    let interval = Interval { est, low: (est - half).max(-1.0), high: (est + half).min(1.0) };
    (half > 1e-9).then_some(interval)
}

impl std::fmt::Display for Agreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(kappa) = self.kappa {
            write!(f, "κ {kappa:.2}")?;
        }
        if let Some(Interval { low, high, .. }) = self.interval {
            write!(f, " [{low:.2}, {high:.2}]")?;
        }
        if let Some(why) = &self.why {
            write!(f, "{}{why}", if self.kappa.is_some() { "; " } else { "" })?;
        }
        let (same, pairs, documents) = (self.same, self.pairs, self.documents);
        write!(f, " ({same} of {pairs} judgements the same, {documents} documents)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cohen's illustration (1968, table 1): two judges, 200 cases, three diagnoses.
    fn cohens() -> Vec<Vec<Pair>> {
        let table = [[88, 14, 18], [10, 40, 10], [2, 6, 12]];
        let mut documents = Vec::new();
        for (one, row) in (0..).zip(table) {
            for (other, times) in (0..).zip(row) {
                documents.extend(std::iter::repeat_n(vec![(one, other)], times));
            }
        }
        documents
    }

    fn cohens_weights(one: u8, other: u8) -> f64 {
        match (one.min(other), one.max(other)) {
            (0, 1) => 1.0,
            (0, 2) => 3.0,
            (1, 2) => 6.0,
            _ => 0.0,
        }
    }

    #[test]
    fn kappa_agrees_with_cohens_published_examples() {
        let pairs: Vec<Pair> = cohens().into_iter().flatten().collect();
        let plain = kappa(&pairs, |one, other| f64::from(u8::from(one != other)));
        assert!((plain.unwrap() - 0.492).abs() < 5e-4, "{plain:?}");
        let weighted = kappa(&pairs, cohens_weights);
        assert!((weighted.unwrap() - 0.348).abs() < 5e-4, "{weighted:?}");
    }

    #[test]
    fn two_steps_apart_weigh_four_times_one() {
        // By hand: observed (14 + 10 + 10 + 6 + 4 × 20) / 200 = 0.6; by chance, of the margins
        // 120, 60, 20 and 100, 60, 40: (7200 + 4 × 4800 + 6000 + 2400 + 4 × 2000 + 1200) / 40 000
        // = 1.1; 1 − 0.6 / 1.1.
        let agreement = agreement(&cohens());
        assert!((agreement.kappa.unwrap() - 5.0 / 11.0).abs() < 1e-12, "{agreement:?}");
        assert_eq!((agreement.documents, agreement.same), (200, 140));
    }

    #[test]
    fn the_jackknife_comes_close_to_the_formula_for_many_documents() {
        // The standard error of Fleiss, Cohen and Everitt (1969), worked out for this table.
        let interval = agreement(&cohens()).interval.unwrap();
        let error = (interval.high - interval.low) / 2.0 / 1.972;
        assert!((error - FORMULA).abs() < 0.002, "{error}");
    }

    const FORMULA: f64 = 0.066_454;

    #[test]
    fn few_documents_give_no_kappa_and_perfect_agreement_no_interval() {
        let few: Vec<Vec<Pair>> = (0..9).map(|n| vec![(n % 3, n % 3)]).collect();
        assert_eq!(agreement(&few).kappa, None);
        let more: Vec<Vec<Pair>> = (0..12).map(|n| vec![(n % 3, n % 3)]).collect();
        let perfect = agreement(&more);
        assert_eq!((perfect.kappa, perfect.interval), (Some(1.0), None));
        assert_eq!(
            perfect.to_string(),
            "κ 1.00; too little disagreement to tell how far κ could be off \
             (12 of 12 judgements the same, 12 documents)"
        );
        let same: Vec<Vec<Pair>> = (0..12).map(|_| vec![(2, 2)]).collect();
        assert_eq!(agreement(&same).kappa, None);
    }

    #[test]
    fn grades_of_one_document_count_together() {
        let one: Vec<Vec<Pair>> = (0..12).map(|n| vec![(n % 3, (n / 2) % 3)]).collect();
        let thrice: Vec<Vec<Pair>> = one.iter().map(|pairs| pairs.repeat(3)).collect();
        let (one, thrice) = (agreement(&one), agreement(&thrice));
        assert_eq!(thrice.pairs, 36);
        let (a, b) = (one.interval.unwrap(), thrice.interval.unwrap());
        assert!((a.low - b.low).abs() < 1e-9 && (a.high - b.high).abs() < 1e-9, "{a:?} {b:?}");
    }
}
