//! Dice: a stream of random numbers for each purpose.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::scenario::Scenario;

/// What is drawn. Each purpose has a stream of its own, in each scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// What changes when, and how bad it is.
    Timeline,
    /// When customers come.
    Arrivals,
    /// Who they are and what they ask.
    Cases,
    /// How their runs end.
    Outcomes,
    /// How long steps take, and the small print of their texts.
    Details,
    /// Ids of traces, spans and calls.
    Ids,
    /// Whom a fault meets that no change brings.
    Mishaps,
}

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream for this purpose in this play.
    pub(crate) fn new(scenario: Scenario, seed: u64, purpose: Purpose) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream((scenario as u64) << 8 | purpose as u64);
        Self(rng)
    }

    /// A number of `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// A number of `[low, high)`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A number of `[low, high)`, mostly near `low`: how durations are spread.
    pub(crate) fn skewed(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit().powi(3)
    }

    /// A whole number below `limit`, which is not zero.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0.random_range(0..limit)
    }

    /// Whether something of this probability happens.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of these, which are not none.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// A place in `weights`, each as likely as it weighs.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        let heavier = weights.iter().position(|weight| {
            left -= weight;
            left < 0.0
        });
        heavier.unwrap_or(weights.len() - 1)
    }

    /// The same things in another order.
    pub(crate) fn shuffled<T>(&mut self, things: impl IntoIterator<Item = T>) -> Vec<T> {
        let mut things: Vec<T> = things.into_iter().collect();
        for last in (1..things.len()).rev() {
            things.swap(last, self.below(last + 1));
        }
        things
    }

    /// Random bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        self.0.random()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_and_each_scenario_has_a_stream_of_its_own() {
        let first = |scenario, purpose| Dice::new(scenario, 1, purpose).bytes::<16>();
        let cases = first(Scenario::Quiet, Purpose::Cases);
        assert_eq!(cases, first(Scenario::Quiet, Purpose::Cases));
        assert_ne!(cases, first(Scenario::Quiet, Purpose::Ids));
        assert_ne!(cases, first(Scenario::Nothing, Purpose::Cases));
    }

    #[test]
    fn weights_decide_how_often_a_place_is_drawn() {
        let mut dice = Dice::new(Scenario::Quiet, 1, Purpose::Cases);
        let mut counts = [0; 3];
        for _ in 0..10_000 {
            counts[dice.weighted(&[3.0, 0.0, 1.0])] += 1;
        }
        assert!(counts[1] == 0 && (7_200..7_800).contains(&counts[0]), "{counts:?}");
    }
}
