//! What happened when, and the runs that the incident rests on.

use model::Incident;
use response::IncidentView;

use crate::words::{self, When};

/// One moment of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// When.
    pub(crate) at: When,
    /// What happened.
    pub(crate) what: String,
    /// Where that is on record.
    pub(crate) source: String,
    /// What it weighs, unless it was recorded.
    pub(crate) mark: Option<&'static str>,
}

/// Runs that are cited for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cited {
    /// The reason.
    pub(crate) role: String,
    /// The runs.
    pub(crate) runs: Vec<CitedRun>,
}

/// A run that is cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CitedRun {
    /// Its id.
    pub(crate) id: String,
    /// Where its steps are.
    pub(crate) trace: String,
    /// How it ended.
    pub(crate) outcome: &'static str,
}

/// What happened when, in order.
pub(super) fn timeline(view: &IncidentView) -> Vec<Moment> {
    let moments = view.course.timeline.iter().map(|moment| Moment {
        at: When::at(moment.at),
        what: words::sentence(&moment.what),
        source: moment.source.clone(),
        mark: moment.weighs.mark(),
    });
    moments.collect()
}

/// The cited runs, together where the reason is the same.
pub(super) fn cited(incident: &Incident) -> Vec<Cited> {
    let mut cited: Vec<Cited> = Vec::new();
    for evidence in &incident.evidence {
        let run = CitedRun {
            id: evidence.run.to_string(),
            trace: format!("/api/v1/traces/{}", evidence.run.trace),
            outcome: evidence.outcome.as_str(),
        };
        let role = words::sentence(&evidence.role);
        match cited.iter_mut().find(|group| group.role == role) {
            Some(group) => group.runs.push(run),
            None => cited.push(Cited { role, runs: vec![run] }),
        }
    }
    cited
}
