//! Whether evals could have told: the one that failed to fire leaves no span.

use jiff::{SignedDuration, Timestamp};
use model::EvalRun;
use model::triage::Answer;

use super::Known;
use crate::wording::{duration, moment};

/// A suite that has not run for so long before behaviour changed could not have told.
const STALE_AFTER: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Whether some suite saw it, none could, or nobody knows.
pub(super) fn answer(known: Known) -> (Answer, String) {
    let report = known.report;
    let since = report.onset.map_or(report.windows.incident.start, |onset| onset.at);
    if known.evals.is_empty() {
        let why = "no run of a suite that guards this feature is on record: keep them with \
                   `mayday eval record`";
        return (Answer::Unknown, why.to_owned());
    }
    let said = |run: &EvalRun| {
        let colour = if run.is_green() { "green" } else { "red" };
        let (suite, at) = (&run.suite, moment(run.at));
        format!("{suite} was {colour} at {at}, {} of {} failed", run.failed, run.cases)
    };
    let runs = || known.evals.iter().map(|suite| &suite.last);
    let told: Vec<String> = runs().map(said).collect();
    let saw = |run: &&EvalRun| run.at >= since && !run.is_green();
    if let Some(run) = runs().find(saw) {
        return (Answer::Clean, format!("it was seen: {}", said(run)));
    }
    let could_not = |run: &EvalRun| is_blind(run, since) || is_stale(run, since);
    match runs().all(could_not) {
        true => (Answer::Drifted, format!("no suite could tell: {}", told.join("; "))),
        false => (Answer::Unknown, format!("no suite ran since: {}", told.join("; "))),
    }
}

/// A suite that has judged in the same way for so long no longer asks what production shows.
const OLD_AFTER: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Whether cases and judge were renewed within the last quarter before behaviour changed.
pub(super) fn age(known: Known) -> (Answer, String) {
    let report = known.report;
    let at = report.onset.map_or(report.windows.incident.start, |onset| onset.at);
    if let Some(suite) = known.evals.iter().find(|suite| suite.configured_since.is_none()) {
        let suite = &suite.last.suite;
        return (Answer::Unknown, format!("{suite} does not say what it is judged with"));
    }
    let judged =
        known.evals.iter().filter_map(|one| Some((one.configured_since?, &one.last.suite)));
    let Some((oldest, suite)) = judged.min() else {
        return (Answer::Unknown, "no run of a suite that guards this feature is on record".into());
    };
    let old = at.duration_since(oldest);
    let said = format!("{suite} has been judged so since {}, {}", moment(oldest), duration(old));
    (if old > OLD_AFTER { Answer::Drifted } else { Answer::Clean }, said)
}

/// Green although behaviour had changed.
fn is_blind(run: &EvalRun, since: Timestamp) -> bool {
    run.at >= since && run.is_green()
}

fn is_stale(run: &EvalRun, since: Timestamp) -> bool {
    since.duration_since(run.at) > STALE_AFTER
}
