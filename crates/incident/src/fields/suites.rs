//! Evaluation suites as part of the judge's configuration: the eval that should have told.

use jiff::Timestamp;
use model::fields::{FieldRow, FieldState};
use model::report::{LevelCount, Shares};
use model::{EvalRun, Report};

use crate::wording::{is_hash, moment};

/// A suite that guards the feature, by two of its runs.
#[derive(Debug, Clone, PartialEq)]
pub struct SuiteSeen {
    /// The latest run.
    pub last: EvalRun,
    /// The latest that was green; none if none ever was.
    pub last_green: Option<EvalRun>,
    /// The first run on record that was judged as the latest is.
    pub configured_since: Option<Timestamp>,
}

/// A row for each suite: what judged when it was last green, and what judges now.
pub(super) fn rows(suites: &[SuiteSeen], report: &Report) -> Vec<FieldRow> {
    let since = report.onset.map_or(report.windows.incident.start, |onset| onset.at);
    let row = |suite: &SuiteSeen| {
        let before = suite.last_green.as_ref().filter(|run| run.at < since);
        let during = Some(&suite.last).filter(|run| run.at >= since);
        let (state, why) = compared(before, during);
        FieldRow {
            factor: format!("suite:{}", suite.last.suite),
            before: configuration(before),
            during: configuration(during),
            state,
            why,
            since: during.filter(|_| state == FieldState::Changed).map(|run| run.at),
            by: None,
        }
    };
    suites.iter().map(row).collect()
}

fn configuration(run: Option<&EvalRun>) -> Shares {
    let stated = run.and_then(|run| run.configuration.clone());
    let levels: Vec<LevelCount> =
        stated.into_iter().map(|level| LevelCount { level, runs: 1 }).collect();
    let recorded = levels.len() as u64;
    Shares { recorded, missing: 1 - recorded, levels, others: 0 }
}

fn compared(before: Option<&EvalRun>, during: Option<&EvalRun>) -> (FieldState, String) {
    let Some(now) = during else {
        let green = before.map(|run| format!("last green at {}", moment(run.at)));
        let green = green.unwrap_or_else(|| "never green before".to_owned());
        return (FieldState::Unknown, format!("the suite did not run since; {green}"));
    };
    let Some(then) = before else {
        return (FieldState::Unknown, "no green run before is on record".to_owned());
    };
    let (state, ground) = match (&then.configuration, &now.configuration) {
        (Some(then), Some(now)) if then != now => {
            (FieldState::Changed, "judged otherwise than when last green")
        }
        (Some(then), Some(_)) if is_hash(then) => {
            (FieldState::Unchanged, "same configuration by its hash")
        }
        (Some(_), Some(_)) => (FieldState::Unknown, "the same name, which is no proof"),
        _ => (FieldState::Unknown, "its runs do not say how they judge"),
    };
    let colour = if now.is_green() { "green" } else { "red" };
    (state, format!("{ground}; {colour} at {}", moment(now.at)))
}
