//! How many bad runs each leaf has beyond what its baseline lets expect.

use crate::leaves::Leaves;
use crate::likelihood::Counts;
use crate::table::Table;

/// How much alike runs of one leaf are in what nobody recorded (the intra-class correlation).
///
/// Runs of a leaf share a tenant, a session, a machine, so n of them tell less than n independent
/// ones: as much as n / (1 + (n - 1) ρ) (Kish 1965). Published values for such groups lie between
/// 0.01 and 0.05.
const ALIKE: f64 = 0.02;

/// How many runs' worth of evidence the expectation from its levels has against a leaf's own past.
const PRIOR_RUNS: f64 = 20.0;

/// Rounds of raking; the second already changes little.
const ROUNDS: usize = 2;

/// How much the runs of a leaf tell together.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tell {
    /// They are alike: a leaf is all that is known of them.
    AsOneLeaf,
    /// So many of them tell as much as one independent run: the design effect.
    AsRuns(f64),
}

/// The expectation and what came of it, leaf by leaf.
#[derive(Debug)]
pub(super) struct Excess {
    tell: Tell,
    during: Vec<Counts>,
    expected: Vec<f64>,
    total: f64,
}

impl Excess {
    pub(super) fn of(table: &Table, leaves: &Leaves, tell: Tell) -> Self {
        let prior = raked(table, leaves);
        let rates = leaves.before.iter().zip(prior);
        let rates = rates.map(|(before, prior)| {
            (before.k as f64 + PRIOR_RUNS * prior) / (before.n as f64 + PRIOR_RUNS)
        });
        let expected: Vec<f64> = rates.map(|rate| rate.clamp(1e-6, 1.0 - 1e-6)).collect();
        let mut excess = Self { tell, during: leaves.during.clone(), expected, total: 0.0 };
        let all: Vec<u32> = (0..leaves.len() as u32).collect();
        excess.total = excess.of_cell(&all);
        excess
    }

    /// Bad runs beyond the expectation, in all leaves.
    pub(super) fn total(&self) -> f64 {
        self.total
    }

    /// The same in some leaves.
    pub(super) fn of_cell(&self, leaves: &[u32]) -> f64 {
        let excess = leaves.iter().map(|leaf| {
            let (counts, expected) = (self.during[*leaf as usize], self.expected[*leaf as usize]);
            counts.k as f64 - expected * counts.n as f64
        });
        excess.sum()
    }

    /// Runs of the incident in a leaf.
    pub(super) fn runs(&self, leaf: u32) -> u64 {
        self.during[leaf as usize].n
    }

    /// Bad runs in some leaves.
    pub(super) fn bad(&self, leaves: &[u32]) -> u64 {
        leaves.iter().map(|leaf| self.during[*leaf as usize].k).sum()
    }

    /// How much better it fits that a share of the good runs in these leaves turned bad, in nats; 0
    /// where fewer are bad than expected.
    pub(super) fn gain(&self, leaves: &[u32]) -> f64 {
        self.gain_by(leaves, |leaf| match self.tell {
            Tell::AsOneLeaf => 1.0 / (1.0 + self.during[leaf].n.saturating_sub(1) as f64 * ALIKE),
            Tell::AsRuns(design_effect) => 1.0 / design_effect,
        })
    }

    /// The same with every run counted in full: what speaks against mere chance.
    pub(super) fn gain_by_counts(&self, leaves: &[u32]) -> f64 {
        self.gain_by(leaves, |_| 1.0)
    }

    fn gain_by(&self, leaves: &[u32], weight: impl Fn(usize) -> f64) -> f64 {
        let part = |leaf: &u32| {
            let leaf = *leaf as usize;
            let (counts, weight) = (self.during[leaf], weight(leaf));
            (weight * counts.k as f64, weight * (counts.n - counts.k) as f64, self.expected[leaf])
        };
        let (mut more, mut room) = (0.0, 0.0);
        for (bad, good, expected) in leaves.iter().map(part) {
            more += bad - expected * (bad + good);
            room += (1.0 - expected) * (bad + good);
        }
        if more <= 0.0 {
            return 0.0;
        }
        let turned = (more / room).min(1.0 - 1e-6);
        let gain = leaves.iter().map(part).map(|(bad, good, expected)| {
            let rate = expected + (1.0 - expected) * turned;
            bad * (rate / expected).ln() + good * (1.0 - turned).ln()
        });
        gain.sum()
    }

    /// Takes leaves out of the search: they are accounted for. The total stays.
    pub(super) fn settle(&mut self, leaves: &[u32]) {
        for leaf in leaves {
            self.during[*leaf as usize] = Counts::default();
        }
    }
}

/// What the baseline lets expect of each leaf by its levels alone: the overall rate times a factor
/// for each level, such that every level's bad runs are met (raking; Deming and Stephan 1940).
fn raked(table: &Table, leaves: &Leaves) -> Vec<f64> {
    let all = leaves.before.iter().fold(Counts::default(), |sum, counts| sum.with(*counts));
    let mut rates = vec![all.rate(); leaves.len()];
    for _ in 0..ROUNDS {
        for (place, codes) in leaves.columns.iter().zip(&leaves.codes) {
            let states = table.columns[*place].states.len();
            let (mut seen, mut expected) = (vec![0.5; states], vec![0.5; states]);
            for ((code, before), rate) in codes.iter().zip(&leaves.before).zip(&rates) {
                seen[*code as usize] += before.k as f64;
                expected[*code as usize] += before.n as f64 * rate;
            }
            for (rate, code) in rates.iter_mut().zip(codes) {
                *rate = (*rate * seen[*code as usize] / expected[*code as usize]).min(0.99);
            }
        }
    }
    rates
}
