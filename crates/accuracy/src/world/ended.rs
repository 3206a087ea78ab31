//! How a run ended, as far as anybody gets to know.

use model::Outcome;
use rand::{Rng, RngExt};

use crate::plan::{Kept, Labels, Plan};

/// A run that has ended.
pub(super) struct Ended {
    pub(super) hour: f64,
    pub(super) is_bad: bool,
}

/// What is known of how a run ended.
#[derive(Default)]
pub(super) struct Said {
    pub(super) outcome: Outcome,
    /// When it was said, in hours, and by whom; nothing where the run itself says.
    pub(super) at: Option<f64>,
    pub(super) source: Option<&'static str>,
}

impl Kept {
    pub(super) fn one_in(&self, run: &Ended) -> u64 {
        let always = run.is_bad && !self.blindly;
        if always { 1 } else { self.one_in[usize::from(run.hour >= self.turns)] }
    }
}

impl Ended {
    pub(super) fn said(&self, plan: &Plan, random: &mut impl Rng) -> Said {
        let outcome = |is_bad| if is_bad { Outcome::Bad } else { Outcome::Good };
        match plan.labels {
            Labels::AtOnce => Said { outcome: outcome(self.is_bad), ..Said::default() },
            Labels::Late(delays) => {
                let delay = delays[usize::from(self.is_bad)];
                let at = self.hour - (1.0 - random.random::<f64>()).ln() * delay;
                match at < plan.hours {
                    true => Said { outcome: outcome(self.is_bad), at: Some(at), source: None },
                    false => Said::default(),
                }
            }
            Labels::Judged(judge) => {
                let (by_judge, unit) = (random.random_bool(judge.share), random.random::<f64>());
                let turned = self.hour >= judge.turns;
                let says_bad = match (by_judge, self.is_bad) {
                    (true, true) => !turned || unit >= judge.passes,
                    (true, false) => turned && unit < judge.fails,
                    (false, is_bad) => is_bad && unit < judge.complain,
                };
                let source = if by_judge { "judge" } else { "users" };
                Said { outcome: outcome(says_bad), at: None, source: Some(source) }
            }
        }
    }
}
