//! When a delivery that failed is tried again, and when it is given up.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The pauses after each attempt that failed. When they are used up, it is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    pauses: Vec<SignedDuration>,
}

/// Longest that a target may ask to wait.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

impl Schedule {
    /// Takes the pauses in their order.
    pub fn new(pauses: Vec<SignedDuration>) -> Self {
        Self { pauses }
    }

    /// When the attempt after this one is made; none if this was the last.
    ///
    /// A pause is up to a fifth longer than written, by chance, so that what failed together does
    /// not come back together; it is never shorter than what the target asked for.
    pub fn next(
        &self,
        attempt: u32,
        now: Timestamp,
        asked: Duration,
        random: u64,
    ) -> Option<Timestamp> {
        let pause = *self.pauses.get(attempt.saturating_sub(1) as usize)?;
        let chance = (random >> 11) as f64 / (1_u64 << 53) as f64;
        let pause = pause + pause.mul_f64(chance / 5.0);
        let asked = SignedDuration::try_from(asked).unwrap_or(LONGEST).min(LONGEST);
        now.checked_add(pause.max(asked)).ok()
    }
}

impl Default for Schedule {
    /// Twelve attempts over 27 hours: quick at first, because some of it wakes people.
    fn default() -> Self {
        let seconds = [5, 30, 120, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200];
        Self::new(seconds.map(SignedDuration::from_secs).to_vec())
    }
}
