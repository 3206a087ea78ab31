//! Triage: each surface is asked about when an incident is declared, and people answer beside the
//! probes.

use incident::fields::SuiteSeen;
use incident::triage::{self, Acted, Seats};
use ledger::Expected;
use model::triage::Answer;
use model::{Fact, Incident, IncidentId, Report, RunId, Triage};

use crate::access::Right;
use crate::course::room;
use crate::error::IncidentError;
use crate::evals::Suite;
use crate::incidents::Act;
use crate::open::Mayday;

/// What a person answers to a question of the triage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The node of the tree.
    pub node: String,
    /// The answer.
    pub answer: Answer,
    /// On what ground.
    pub because: String,
}

/// Longest reason kept, in bytes.
const LONGEST_GROUND: usize = 1000;

impl Mayday {
    /// Records what a person answered to a question of the triage. Blocking.
    pub fn answer(
        &self,
        id: &IncidentId,
        told: Answered,
        act: Act,
    ) -> Result<Incident, IncidentError> {
        act.may(Right::Respond)?;
        let Answered { node, answer, because } = told;
        let _alone = self.deciding();
        let incident = self.incident(id)?;
        let nodes = incident.triage.iter().flat_map(|triage| &triage.rows);
        let nodes: Vec<&str> = nodes.map(|row| row.node.as_str()).collect();
        if !nodes.contains(&node.as_str()) {
            let nodes = nodes.join(", ");
            return Err(IncidentError::NoSuchNode { node, nodes });
        }
        let told = incident.triage.iter().flat_map(|triage| &triage.rows).map(|row| row.told.len());
        room(told.sum(), "answers")?;
        let because = grounds(&because)?;
        let fact = Fact::TriageAnswered { incident: id.clone(), node, answer, because };
        self.state(id, Expected::Any, act, &[fact])?;
        self.incident(id)
    }

    /// Asks about each surface: the comparison, suites of evals, and runs of the incident's window.
    pub(crate) fn triage(&self, report: &Report) -> Result<Triage, IncidentError> {
        let runs = self.runs(report.windows.incident, report.feature.as_deref())?;
        let mut seats = Seats::default();
        for run in &runs.runs {
            seats.take(&run.levels, &runs.dictionary, &self.house.catalogue);
        }
        let skews = triage::skews(&seats, &runs.dictionary);
        let evals = self.guarding(report.feature.as_deref());
        let known = triage::Known { report, evals: &evals, skews: skews.as_deref() };
        Ok(triage::triage(&triage::tree(), known))
    }

    /// The suites that guard a feature.
    pub(crate) fn guarding(&self, feature: Option<&str>) -> Vec<SuiteSeen> {
        let guards = |suite: &Suite| {
            suite.last.feature.is_none() || suite.last.feature.as_deref() == feature
        };
        let suites = self.suites().into_iter().filter(guards);
        let seen = |Suite { last, last_green, configured_since, .. }| SuiteSeen {
            last,
            last_green,
            configured_since,
        };
        suites.map(seen).collect()
    }

    /// Asks what one run did, by whose leave, and what it believed.
    pub(crate) fn triage_of_one(&self, run: RunId) -> Result<Triage, IncidentError> {
        let steps = self.room.flight.steps(run.trace).map_err(IncidentError::Flight)?;
        let records: Vec<_> =
            steps.iter().map(|step| (step.span, recorder::read_record(step))).collect();
        let acted = records.iter().map(|(span, record)| Acted {
            span: *span,
            kind: record.kind,
            tool: record.tool.as_ref(),
            approval: record.approval.as_ref(),
        });
        Ok(triage::of_run(&acted.collect::<Vec<_>>()))
    }
}

/// A reason somebody gives: some text, not too much of it, on one line.
pub(crate) fn grounds(because: &str) -> Result<String, IncidentError> {
    let because = because.trim();
    let fits = (1..=LONGEST_GROUND).contains(&because.len());
    match fits && !because.contains(char::is_control) {
        true => Ok(because.to_owned()),
        false => Err(IncidentError::NoGround),
    }
}
