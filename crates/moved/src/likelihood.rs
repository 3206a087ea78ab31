//! How well a rate fits what was counted.

use std::sync::LazyLock;

use model::Outcome;

/// Fewest known outcomes on a side for any claim of a rise.
pub const LEAST_KNOWN: u64 = 30;

/// Fewest bad ones after it.
pub const LEAST_BAD: u64 = 5;

/// Known outcomes, and the bad ones among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Known outcomes.
    pub n: u64,
    /// Bad ones.
    pub k: u64,
}

impl Counts {
    /// So many runs with one outcome; an unknown one counts as nothing.
    pub fn of(outcome: Outcome, runs: u64) -> Self {
        match outcome {
            Outcome::Good => Self { n: runs, k: 0 },
            Outcome::Bad => Self { n: runs, k: runs },
            Outcome::Unknown => Self::default(),
        }
    }

    /// Counts more.
    pub fn add(&mut self, more: Self) {
        *self = self.with(more);
    }

    /// Both together.
    pub fn with(self, other: Self) -> Self {
        Self { n: self.n + other.n, k: self.k + other.k }
    }

    /// What is left without `part`.
    pub fn without(self, part: Self) -> Self {
        Self { n: self.n - part.n, k: self.k - part.k }
    }

    /// The share of bad ones; 0 when nothing is known.
    pub fn rate(self) -> f64 {
        if self.n == 0 { 0.0 } else { self.k as f64 / self.n as f64 }
    }

    /// Variance of the rate, from Jeffreys' estimate so that 0 of n is not taken for certainty.
    pub fn variance(self) -> f64 {
        let n = self.n as f64 + 1.0;
        let rate = (self.k as f64 + 0.5) / n;
        rate * (1.0 - rate) / n
    }

    /// The log-likelihood of these counts under their own rate, in nats.
    pub fn fit(self) -> f64 {
        Logs::at_hand().fit(self)
    }
}

/// How many numbers have their x ln x at hand.
const AT_HAND: usize = 1 << 20;

/// x ln x at hand: a search for a change asks for it a few times for every run.
#[derive(Debug, Clone, Copy)]
pub struct Logs(&'static [f64]);

impl Logs {
    /// Made once in a process.
    pub fn at_hand() -> Self {
        static TABLE: LazyLock<Vec<f64>> = LazyLock::new(|| (0..AT_HAND).map(x_ln_x).collect());
        Self(&TABLE)
    }

    /// The log-likelihood of counts under their own rate, in nats.
    #[inline]
    pub fn fit(self, counts: Counts) -> f64 {
        self.of(counts.k) + self.of(counts.n - counts.k) - self.of(counts.n)
    }

    #[inline]
    fn of(self, x: u64) -> f64 {
        let x = x as usize;
        self.0.get(x).copied().unwrap_or_else(|| x_ln_x(x))
    }
}

/// x ln x; 0 for 0.
fn x_ln_x(x: usize) -> f64 {
    x as f64 * (x.max(1) as f64).ln()
}

/// How much better two rates fit than one, in nats; never negative.
pub fn gain(a: Counts, b: Counts) -> f64 {
    let both = Counts { n: a.n + b.n, k: a.k + b.k };
    (a.fit() + b.fit() - both.fit()).max(0.0)
}

/// How many standard errors the second share lies above the first (pooled two-proportion test).
pub fn z_score(before: Counts, during: Counts) -> f64 {
    let (n, m) = (before.n as f64, during.n as f64);
    let pooled = (before.k + during.k) as f64 / (n + m);
    let deviation = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
    if deviation > 0.0 { (during.rate() - before.rate()) / deviation } else { 0.0 }
}
