//! The incidents of a quarter, line by line.

use jiff::Timestamp;
use model::{IncidentId, Severity};
use serde::{Deserialize, Serialize};

use super::grades::{self, MachineGrades};
use super::grading::MachineGrade;
use super::whole::{Known, Material};

/// An incident in a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentLine {
    /// The incident.
    pub incident: IncidentId,
    /// Its title.
    pub title: String,
    /// When it was declared.
    pub declared_at: Timestamp,
    /// How bad it is said to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Whether flights show that an agent took part; none if they show neither.
    pub agent: Option<bool>,
    /// The version of its document; none if none was filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<u32>,
    /// Whether people are to grade it.
    pub in_sample: bool,
    /// The machine's grade, where it is shown and there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<MachineGrade>,
}

pub(super) fn lines(
    read: &[&Known<'_>],
    graded: &grades::Graded<'_>,
    material: &Material<'_>,
) -> Vec<IncidentLine> {
    let sample = material.sample(graded);
    let shown = material.machine == MachineGrades::Shown;
    let line = |one: &&Known<'_>| {
        let incident = one.case.incident;
        let filed = one.case.lesson.and_then(|lesson| lesson.filed.as_ref());
        IncidentLine {
            incident: incident.id.clone(),
            title: incident.title.clone(),
            declared_at: incident.declared_at,
            severity: incident.course.severity(),
            agent: one.agent,
            document: filed.map(|filed| filed.version),
            in_sample: sample.contains(&incident.id),
            machine: graded.get(&incident.id).filter(|_| shown).cloned(),
        }
    };
    read.iter().map(line).collect()
}

/// Incidents in which an agent took part and that have no document.
pub(super) fn undocumented(read: &[&Known<'_>]) -> Vec<IncidentId> {
    let without = read.iter().filter(|one| {
        let filed = one.case.lesson.is_some_and(|lesson| lesson.filed.is_some());
        one.agent == Some(true) && !filed
    });
    without.map(|one| one.case.incident.id.clone()).collect()
}
