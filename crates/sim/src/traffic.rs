//! Traffic: when customers come.

use std::f64::consts::TAU;

use jiff::SignedDuration;

use crate::dice::Dice;
use crate::timeline::LENGTH;

/// Cases an hour, on average.
const CASES_PER_HOUR: f64 = 900.0;

/// Minutes for which the traffic's own mood lasts.
const MOOD_MINUTES: usize = 10;

/// The times at which cases come: a Poisson process whose rate drifts mildly.
#[derive(Debug)]
pub(crate) struct Arrivals {
    dice: Dice,
    wave: Wave,
    moods: Vec<f64>,
    secs: f64,
}

/// A slow swell in the traffic.
#[derive(Debug)]
struct Wave {
    height: f64,
    hours: f64,
    phase: f64,
}

impl Arrivals {
    /// The arrivals of one play.
    pub(crate) fn new(mut dice: Dice) -> Self {
        let wave = Wave {
            height: dice.between(0.05, 0.15),
            hours: dice.between(4.0, 9.0),
            phase: dice.unit(),
        };
        let slots = LENGTH.as_mins() as usize / MOOD_MINUTES;
        let moods = (0..slots).map(|_| dice.between(0.92, 1.08)).collect();
        Self { dice, wave, moods, secs: 0.0 }
    }

    fn rate_per_sec(&self) -> f64 {
        let turns = self.secs / (self.wave.hours * 3600.0) + self.wave.phase;
        let swell = 1.0 + self.wave.height * (turns * TAU).sin();
        let slot = (self.secs / 60.0) as usize / MOOD_MINUTES;
        let mood = self.moods.get(slot).copied().unwrap_or(1.0);
        CASES_PER_HOUR / 3600.0 * swell * mood
    }
}

impl Iterator for Arrivals {
    type Item = SignedDuration;

    fn next(&mut self) -> Option<SignedDuration> {
        self.secs += -(1.0 - self.dice.unit()).ln() / self.rate_per_sec();
        (self.secs < LENGTH.as_secs_f64()).then(|| SignedDuration::from_secs_f64(self.secs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Purpose;
    use crate::scenario::Scenario;

    #[test]
    fn about_nine_hundred_come_in_an_hour_and_in_order() {
        for seed in 0..5 {
            let dice = Dice::new(Scenario::Quiet, seed, Purpose::Arrivals);
            let times: Vec<_> = Arrivals::new(dice).collect();
            assert!((4_500..6_300).contains(&times.len()), "{}", times.len());
            assert!(times.is_sorted());
        }
    }
}
