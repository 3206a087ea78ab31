//! What an action item still lacks, and how to come by it.

use model::{BehaviourRate, Fault, Faulty, IncidentId, MeasureId};

use crate::wording::{percent, rate as in_words};

/// Why an item is not done yet.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotYet {
    /// It names no eval.
    #[error("the item names no eval, or no class of actions: an item promises to move a rate")]
    NoEval,
    /// It names no case.
    #[error("the item names no case: without one nobody can tell whether a run includes it")]
    NoCase,
    /// It names no baseline or target.
    #[error("the item names no target: say from which rate to which")]
    NoTarget,
    /// A guardrail names nothing that it must let pass.
    #[error("the guardrail names no case that it must let pass: one that stops all is none")]
    NothingMustPass,
    /// A threshold is never looked at again.
    #[error("the item does not say after how many uses its threshold is looked at again")]
    NeverAgain,
    /// The case was never seen to fail.
    #[error(
        "no run under the configuration `{incident}` has failed on {}: a case that was never red \
         shows nothing when it is green; `mayday eval export {incident}` gives the case and what \
         to run it under",
        cases.join(", ")
    )]
    NotRed {
        /// The cases.
        cases: Vec<String>,
        /// The incident under whose configuration it has to fail.
        incident: IncidentId,
    },
    /// No run since then includes the cases.
    #[error("no run of the eval since includes {}", cases.join(", "))]
    NotIncluded {
        /// The cases.
        cases: Vec<String>,
    },
    /// The latest run with the cases is red.
    #[error(
        "the latest run with the cases, {run}, is red: {} of all trials failed",
        in_words(rate)
    )]
    NotGreen {
        /// The run.
        run: MeasureId,
        /// How often trials failed in it.
        rate: BehaviourRate,
    },
    /// The cases pass, but too few trials show it.
    #[error("{}", too_few(rate, *target, *would_do))]
    TooFew {
        /// How often the cases failed.
        rate: BehaviourRate,
        /// How often they may.
        target: f64,
        /// So many trials without a failure would do; none if no number would.
        would_do: Option<u64>,
    },
    /// A case of a guardrail fails.
    #[error("the case `{case}` fails in the latest run with all cases, {run}")]
    CaseFails {
        /// The run.
        run: MeasureId,
        /// The case.
        case: String,
    },
    /// The share is not where it was to be.
    #[error(
        "{} of the uses since the item was opened were the agent's alone; it was to go from {} \
         to {}, beyond the interval",
        in_words(share), percent(*from), percent(*to)
    )]
    NotThere {
        /// The share.
        share: BehaviourRate,
        /// From where.
        from: f64,
        /// To where.
        to: f64,
    },
    /// The item does not say what would show that it is done.
    #[error("the item lacks {lacks}: add it to the document and file that again")]
    Lacks {
        /// What.
        lacks: String,
    },
}

impl Faulty for NotYet {
    fn fault(&self) -> Fault {
        Fault::Conflict
    }
}

fn too_few(of: &BehaviourRate, target: f64, would_do: Option<u64>) -> String {
    let (k, n) = (of.k, of.n);
    let limit = format!(
        "{k} of {n} trials of the cases failed: the upper 95 % limit of that rate is {}, and the \
         target {}",
        percent(of.high),
        percent(target)
    );
    match would_do {
        Some(trials) => format!("{limit}; {trials} trials without a failure would do"),
        None => format!("{limit}; no number of trials shows a rate of nothing: set a target above"),
    }
}
