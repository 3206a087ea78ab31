//! Harm: how a run ends, and who gets to know.

use model::Outcome;

use crate::case::Case;
use crate::dice::Dice;
use crate::scenario::Cause;
use crate::setup::{Edition, Part, Setup};
use crate::timeline::Fault;

/// How often answers are bad when nothing is wrong.
pub(crate) const BASE_RATE: f64 = 0.03;

/// The share of runs whose outcome nobody states.
const UNKNOWN: f64 = 0.12;

/// The share of runs whose tone is judged.
const JUDGED: f64 = 0.35;

/// How a run ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending {
    /// Whether the answer is bad, known or not.
    pub(crate) answer: Quality,
    /// What is stated about it.
    pub(crate) outcome: Outcome,
    /// What the judge says of its tone, if it was asked.
    pub(crate) tone: Option<Tone>,
}

/// What an answer is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quality {
    /// It helps.
    Good,
    /// It does not, or does harm.
    Bad,
}

/// A judge's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As it should be.
    Pass,
    /// Not as it should be.
    Fail,
}

impl Ending {
    /// How a case ends that runs under this setup. Every case draws the same numbers.
    pub(crate) fn draw(case: &Case, setup: &Setup, fault: Option<&Fault>, dice: &mut Dice) -> Self {
        let is_bad = dice.happens(chance(case, setup, fault));
        let is_unknown = dice.happens(UNKNOWN);
        let is_judged = dice.happens(JUDGED);
        let fails = dice.happens(if is_bad { 0.7 } else { 0.02 });
        let (answer, stated) =
            if is_bad { (Quality::Bad, Outcome::Bad) } else { (Quality::Good, Outcome::Good) };
        Self {
            answer,
            outcome: if is_unknown { Outcome::Unknown } else { stated },
            tone: is_judged.then_some(if fails { Tone::Fail } else { Tone::Pass }),
        }
    }
}

/// The chance that a case ends badly. Regions and plans differ a little, at all times.
fn chance(case: &Case, setup: &Setup, fault: Option<&Fault>) -> f64 {
    let base = BASE_RATE * case.replica.region().tendency * case.plan.tendency;
    base + fault.map_or(0.0, |fault| fault.excess * exposure(case, setup, fault))
}

/// To how many faults a case is exposed.
fn exposure(case: &Case, setup: &Setup, fault: &Fault) -> f64 {
    let has_begun = fault.onset <= case.at;
    match fault.cause {
        Cause::Parts(parts) => {
            let is_faulty = |part: &&Part| {
                setup.edition(**part) == Edition::Faulty && case.is_touched_by(**part)
            };
            parts.iter().filter(is_faulty).count() as f64
        }
        Cause::Unseen => f64::from(has_begun),
        Cause::Timeouts => {
            let here = fault.replica == Some(case.replica);
            f64::from(here && has_begun && case.waits_in_vain())
        }
        // Its questions are harder at all times.
        Cause::Customer => 0.0,
    }
}
