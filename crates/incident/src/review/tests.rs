//! Incidents and lessons as tests of the review need them.

mod codings;
mod whole;
mod year;

use jiff::{SignedDuration, Timestamp};
use model::course::{Course, Dated, Stage, StageReached};
use model::postmortem::{FailureKind, LayerRow, LayerState, Postmortem};
use model::rate::BehaviourRate;
use model::{Incident, IncidentId};

use crate::lessons::{Filed, Lesson};
use crate::measures::Measurement;

/// So many days after the year began.
pub(super) fn day(number: i64) -> Timestamp {
    let year: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    year.checked_add(SignedDuration::from_hours(24 * number)).unwrap()
}

/// An incident declared on one day and mitigated on another, by a mover of a tool.
pub(super) fn incident(id: &str, declared: i64, mitigated: Option<i64>) -> Incident {
    let mut incident = crate::tests::incident("support");
    incident.id = id.parse().unwrap();
    incident.declared_at = day(declared);
    incident.course = Course::default();
    if let Some(mitigated) = mitigated {
        reach(&mut incident, Stage::Mitigated, mitigated);
    }
    incident
}

/// The incident reached a stage on a day.
pub(super) fn reach(incident: &mut Incident, stage: Stage, on: i64) {
    let told = Dated { at: day(on), by: "ada".to_owned(), person: true, what: () };
    let (incident_id, because): (IncidentId, _) = (incident.id.clone(), "so".to_owned());
    incident.course.stages.push(told.telling(StageReached {
        incident: incident_id,
        stage,
        because,
        rate: None,
    }));
}

/// A document that says where it began and what kind of failure it was.
pub(super) fn document(origin: &str, kind: FailureKind) -> Postmortem {
    let (layer, evidence) = (origin.to_owned(), "shown".to_owned());
    let layers = vec![LayerRow { layer, state: LayerState::Origin, evidence }];
    Postmortem { layers, failures: vec![kind], ..Postmortem::default() }
}

/// A lesson with a document that was filed.
pub(super) fn filed(document: Postmortem) -> Lesson {
    let (at, by) = (day(0), "ada".to_owned());
    let (findings, suppressed) = (Vec::new(), Vec::new());
    Lesson {
        filed: Some(Filed { at, by, version: 1, document, findings, suppressed }),
        ..Lesson::default()
    }
}

/// A run of version 3 of an eval, with as many cases as trials.
pub(super) fn run(day_number: i64, k: u64, n: u64) -> Measurement {
    Measurement {
        id: format!("evr_{day_number}").parse().unwrap(),
        seq: 1,
        version: "3".to_owned(),
        model: "m".to_owned(),
        configuration: None,
        at: day(day_number),
        rate: BehaviourRate::of(k, n, 0),
        cases: n,
        green: false,
    }
}
