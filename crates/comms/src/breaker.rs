//! A breaker: a target that fails again and again is let be for a while.

use jiff::{SignedDuration, Timestamp};

/// Whether a target is tried now. It is told what came of each attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Breaker {
    failures: u32,
    open_until: Option<Timestamp>,
}

/// Attempts in a row that may fail.
const FAILURES: u32 = 5;

/// How long a target is let be the first time; each probe that fails doubles it.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// Longest time between two probes.
const LONGEST: SignedDuration = SignedDuration::from_mins(10);

impl Breaker {
    /// Whether an attempt may be made: the breaker is closed, or it is time for a probe.
    pub fn lets_through(&self, now: Timestamp) -> bool {
        self.open_until.is_none_or(|until| now >= until)
    }

    /// Whether it is open, or waits for what comes of a probe.
    pub fn is_open(&self) -> bool {
        self.open_until.is_some()
    }

    /// An attempt arrived.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// An attempt failed.
    pub fn failed(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        if let Some(probes) = self.failures.checked_sub(FAILURES) {
            let pause = PAUSE.saturating_mul(1 << probes.min(8)).min(LONGEST);
            self.open_until = Some(now.checked_add(pause).unwrap_or(Timestamp::MAX));
        }
    }
}
