//! How well the engine answers the cases.

use model::{Report, Verdict};
use moved::locate;

use crate::cases::{Case, Levels};

/// What came of one case.
pub(crate) struct Answer {
    /// Sets asserted that equal a cause.
    pub(crate) right: usize,
    /// Sets asserted that do not.
    pub(crate) wrong: usize,
    /// Causes not asserted.
    pub(crate) missed: usize,
    /// Causes among the first three listed, asserted or not.
    pub(crate) listed: usize,
}

/// Answers of many cases together.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Score {
    pub(crate) right: usize,
    pub(crate) wrong: usize,
    pub(crate) missed: usize,
    pub(crate) listed: usize,
}

impl Score {
    pub(crate) fn of<'a>(answers: impl IntoIterator<Item = &'a Answer>) -> Self {
        answers.into_iter().fold(Self::default(), |sum, one| Self {
            right: sum.right + one.right,
            wrong: sum.wrong + one.wrong,
            missed: sum.missed + one.missed,
            listed: sum.listed + one.listed,
        })
    }

    pub(crate) fn f1(&self) -> f64 {
        2.0 * self.right as f64 / (2 * self.right + self.wrong + self.missed).max(1) as f64
    }

    pub(crate) fn causes(&self) -> usize {
        self.right + self.missed
    }
}

/// Whether a report asserts its movers; rivals are listed without saying which it is.
pub(crate) fn asserts(report: &Report) -> bool {
    matches!(report.verdict, Verdict::Moved | Verdict::Several)
}

/// The answer to one case: a set counts only if it equals a named one exactly.
pub(crate) fn answer(case: &Case) -> Answer {
    let report = locate(&case.table, case.windows(case.minute));
    let movers: Vec<&Levels> = report.movers.iter().map(|mover| &mover.levels).collect();
    let asserted: &[&Levels] = if asserts(&report) { &movers } else { &[] };
    let right = asserted.iter().filter(|levels| case.cause.contains(levels)).count();
    let suspects = report.suspects.iter().map(|suspect| &suspect.levels);
    let first: Vec<&Levels> = movers.iter().copied().chain(suspects).take(3).collect();
    Answer {
        right,
        wrong: asserted.len() - right,
        missed: case.cause.len() - right,
        listed: case.cause.iter().filter(|cause| first.contains(cause)).count(),
    }
}

/// Normal minutes of a case, and those of them for which a report asserts something.
pub(crate) fn normal(case: &Case) -> (usize, usize) {
    let minutes = case.normal();
    let asserted =
        minutes.iter().filter(|minute| asserts(&locate(&case.table, case.windows(**minute))));
    (minutes.len(), asserted.count())
}
