//! The next step, and the commands to run.

use model::incident::IncidentKind;
use model::report::Basis;
use model::{Incident, Report, Verdict};
use response::IncidentView;

use super::movers::change_back;
use crate::words::{self, Prose};

/// A command to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// What it is for.
    pub(crate) purpose: &'static str,
    /// The command line.
    pub(crate) line: String,
}

/// What to do now. The incident is declared already, so the brief's advice to declare is met.
pub(super) fn step(view: &IncidentView) -> Prose {
    let report = &view.incident.report;
    let words = match (view.incident.kind, report.verdict) {
        (IncidentKind::Event, _) => {
            "Read the run's steps under Evidence: what it was given, and what it did.".to_owned()
        }
        (_, Verdict::Moved | Verdict::Several) => put_back(report),
        (_, Verdict::TrafficMix) => {
            "Nothing here is to be put back: only the mix of runs moved. Look at the rate within \
             each segment."
                .to_owned()
        }
        _ => view.brief.next.clone(),
    };
    Prose::of(&words)
}

fn put_back(report: &Report) -> String {
    let changes: Vec<String> = report.movers.iter().filter_map(change_back).collect();
    let only_before_after = report.movers.iter().all(|mover| mover.basis == Basis::BeforeAfter);
    let changes = changes.join(" and ");
    match (changes.is_empty(), only_before_after) {
        (true, _) => "If what is new can be taken off, do that, then ask again whether the rate \
                      fell."
            .to_owned(),
        (false, true) => format!(
            "Nothing ran without it at the same time. Put {changes} on some of the runs: that \
             shows whether the rate follows it."
        ),
        (false, false) => {
            format!("If you can put {changes}, do that, then ask again whether the rate fell.")
        }
    }
}

/// The commands that go on from here.
pub(super) fn commands(incident: &Incident) -> Vec<Command> {
    let id = &incident.id;
    let windows = incident.report.windows;
    let feature = incident.report.feature.as_deref().map(words::argument);
    let feature = feature.map(|name| format!(" --feature={name}")).unwrap_or_default();
    vec![
        Command {
            purpose: "Draft the postmortem from what is recorded",
            line: format!("mayday postmortem draft {id}"),
        },
        Command { purpose: "Ask what moves now", line: format!("mayday moved{feature}") },
        Command {
            purpose: "Compare the same windows again, as JSON",
            line: format!(
                "mayday moved{feature} --baseline {} --incident {} --json",
                windows.baseline, windows.incident
            ),
        },
    ]
}
