//! Whether a behaviour rate has come back to where it was before an incident.
//!
//! Two things are asked. It is not proven to lie above the baseline, beyond what windows of the
//! baseline differ by themselves; and it is proven to lie below the middle between the baseline and
//! the incident. The first alone would be met by three runs, the second alone by half a cure.

use model::rate::{Z95, difference};
use model::{BehaviourRate, Report};

use super::refusal::Refusal;
use crate::wording;

/// How far above the baseline a rate may be proven to lie below where no rise was measured.
const MARGIN: f64 = 0.02;

/// Most runs that are asked for.
const MOST: u64 = 10_000_000;

/// How a rate stands to the one before the incident.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Back {
    /// It is back.
    Yes,
    /// Too little is known yet.
    Pending {
        /// How many known outcomes it takes, if they are bad as seldom as before; none if no number
        /// of them would tell.
        needs: Option<u64>,
    },
    /// It is proven to lie above the baseline.
    No,
    /// No outcome before the incident is known.
    NoBaseline,
}

/// How the rate since a mitigation stands to the one before the incident.
pub fn back(report: &Report, after: BehaviourRate) -> Back {
    let effect = effect(report);
    let before = report.outcome.before.widened(effect);
    let Some(usual) = before.rate else { return Back::NoBaseline };
    let after = after.widened(effect);
    if difference(&before, &after).is_some_and(|above| above.low > allowed(report)) {
        return Back::No;
    }
    let limit = limit(usual, report.outcome.during.rate);
    match after.n > 0 && after.high < limit {
        true => Back::Yes,
        false => Back::Pending { needs: needed(usual, limit, effect) },
    }
}

/// How many runs of the feature tell as much as one that stands alone.
pub(crate) fn effect(report: &Report) -> f64 {
    report.dependence.map_or(1.0, |dependence| dependence.design_effect.max(1.0))
}

/// By how much windows of the baseline lie above it by themselves.
pub(crate) fn allowed(report: &Report) -> f64 {
    let between = report.dependence.and_then(|dependence| dependence.between_pp);
    Z95 * between.unwrap_or(0.0) / 100.0
}

/// What the rate has to be proven to lie below.
fn limit(usual: f64, during: Option<f64>) -> f64 {
    match during {
        Some(during) if during > usual => f64::midpoint(usual, during),
        _ => usual + MARGIN,
    }
}

/// How many runs that are bad as seldom as before prove the rate to lie below a limit.
fn needed(usual: f64, limit: f64, effect: f64) -> Option<u64> {
    let proves = |n: u64| {
        let bad = (usual * n as f64).round() as u64;
        BehaviourRate::of(bad, n, 0).widened(effect).high < limit
    };
    let enough = std::iter::successors(Some(1u64), |n| Some(n * 2)).take_while(|n| *n <= MOST);
    let mut most = enough.into_iter().find(|n| proves(*n))?;
    let mut least = most / 2;
    while most - least > 1 {
        let middle = least + (most - least) / 2;
        if proves(middle) { most = middle } else { least = middle }
    }
    Some(most)
}

/// Says no in words, unless the rate is back.
pub(super) fn require(report: &Report, after: BehaviourRate) -> Result<(), Refusal> {
    let rate = |rate: &BehaviourRate| format!("{} of {}", rate.k, rate.n);
    match back(report, after) {
        Back::Yes => Ok(()),
        Back::Pending { needs } => Err(Refusal::Pending {
            n: after.n,
            needs: match needs {
                Some(needs) => {
                    format!("it needs about {needs} known outcomes since the mitigation")
                }
                None => {
                    "no number of outcomes would tell, so nearly all runs were bad before".into()
                }
            },
            unknown: after.unknown,
        }),
        Back::No => Err(Refusal::NotBack {
            after: wording::rate(&after),
            before: rate(&report.outcome.before),
            why: "look for what is left of it".to_owned(),
        }),
        Back::NoBaseline => Err(Refusal::NoBaseline("no outcome before the incident is known")),
    }
}
