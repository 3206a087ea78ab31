//! The course of an incident as it is shown: the first card, the clocks, how bad it is, whom it
//! reached, and what happened when.

use incident::card::{Freshness, Inputs, Row, You};
use incident::clocks::Beside;
use incident::course::Standing;
use incident::playbooks::Proposed;
use incident::severity::{self, Graded, Pace, rubric};
use incident::timeline::Moment;
use incident::{Card, Clocks, blast, card, clocks, nearest, timeline};
use jiff::{SignedDuration, Timestamp};
use model::{BehaviourRate, Incident, IncidentId, Outcome, Severity, Window};
use serde::{Deserialize, Serialize};

use super::{BlastRadius, standing_of};
use crate::access::Who;
use crate::error::IncidentError;
use crate::open::Mayday;

/// The course of an incident as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CourseView {
    /// The incident.
    pub incident: IncidentId,
    /// The first card.
    pub card: Card,
    /// The same in words.
    pub rows: Vec<Row>,
    /// When what happened, and how long it took.
    pub clocks: Clocks,
    /// How bad it is.
    pub severity: SeverityView,
    /// Whom it reached.
    pub blast: BlastRadius,
    /// What happened when.
    pub timeline: Vec<Moment>,
    /// Playbooks that fit, best first.
    pub playbooks: Vec<Proposed>,
}

/// How bad it is said to be, and what the record says to that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeverityView {
    /// As it stands; none if nobody has said.
    pub stands: Option<Severity>,
    /// What the record can answer.
    pub graded: Graded,
    /// The least that the record allows.
    pub least: Severity,
    /// The worst that it allows.
    pub worst: Severity,
    /// Version of the rubric.
    pub rubric: u32,
}

/// How long the last minutes are.
const LAST: SignedDuration = SignedDuration::from_mins(5);

/// How the feature runs now.
struct Lately {
    last: Pace,
    before: Pace,
    fresh: Freshness,
}

impl Mayday {
    /// The course of an incident as somebody sees it. Blocking.
    pub fn course(
        &self,
        id: &IncidentId,
        who: &Who,
        now: Timestamp,
    ) -> Result<CourseView, IncidentError> {
        let incident = self.incident(id)?;
        let lately = self.lately(&incident, now)?;
        let blast = self.blast_radius(&incident, now)?;
        let severity = severity_of(&incident, &lately, &blast.counts);
        let others = self.list_incidents();
        let card = card(Inputs {
            incident: &incident,
            now,
            last: lately.last,
            fresh: lately.fresh,
            actions: blast.counts,
            nearest: nearest::nearest(&incident, &others),
            you: you(who),
        });
        Ok(CourseView {
            rows: card.rows(),
            clocks: clocks(&incident, Beside { now, run: self.began(&incident)? }),
            timeline: timeline::moments(&incident),
            playbooks: Self::proposed(&incident),
            incident: incident.id,
            card,
            severity,
            blast,
        })
    }

    /// What the record can answer of how bad it is.
    pub(crate) fn graded(&self, of: &Incident, now: Timestamp) -> Result<Graded, IncidentError> {
        let lately = self.lately(of, now)?;
        let blast = self.blast_radius(of, now)?;
        Ok(severity_of(of, &lately, &blast.counts).graded)
    }

    fn lately(&self, of: &Incident, now: Timestamp) -> Result<Lately, IncidentError> {
        let ago = |length: SignedDuration| now.checked_sub(length).unwrap_or(Timestamp::MIN);
        let since = ago(self.house.settings.lookback);
        let day =
            self.runs(Window { start: since, end: Timestamp::MAX }, of.report.feature.as_deref())?;
        let pace = |from: Timestamp, to: Timestamp| {
            let runs = day.runs.iter().filter(|run| from <= run.started && run.started < to);
            Pace { secs: LAST.as_secs(), rate: BehaviourRate::over(runs.map(|run| run.outcome)) }
        };
        let labelled = day.runs.iter().filter(|run| run.outcome != Outcome::Unknown);
        let fresh = Freshness {
            newest_run: day.runs.last().map(|run| run.started),
            newest_label: labelled.map(|run| run.started).max(),
            waiting: self.room.gauges().1 as u64,
            settled: self.room.settled(),
        };
        let (last, before) = (ago(LAST), ago(LAST * 2));
        Ok(Lately { last: pace(last, Timestamp::MAX), before: pace(before, last), fresh })
    }

    /// Of one run's harm: when it began.
    pub(crate) fn began(
        &self,
        of: &Incident,
    ) -> Result<Option<(model::RunId, Timestamp)>, IncidentError> {
        let Some(run) = of.run else { return Ok(None) };
        let record = self.room.flight.trace(run.trace).map_err(IncidentError::Flight)?;
        let runs = watch::assemble(run.trace, &record.steps, &record.labels);
        Ok(runs.into_iter().find(|one| one.id == run).map(|one| (run, one.started)))
    }
}

fn severity_of(incident: &Incident, lately: &Lately, actions: &blast::Actions) -> SeverityView {
    let rubric = rubric();
    let Lately { last, before, .. } = *lately;
    let graded = severity::grade(&rubric, &severity::Known { incident, last, before, actions });
    let (least, worst) = graded.span(&rubric);
    let stands = incident.course.severity();
    SeverityView { stands, graded, least, worst, rubric: rubric.version }
}

/// What somebody may do in an incident.
fn you(who: &Who) -> You {
    let standing = standing_of(who);
    let acts = [
        ("note, claim and try", Standing::Program),
        ("raise the severity", Standing::Program),
        ("acknowledge", Standing::Person),
        ("close what is verified", Standing::Person),
        ("close anything", Standing::Approver),
        ("lower the severity", Standing::Approver),
    ];
    let (may, may_not): (Vec<_>, Vec<_>) =
        acts.into_iter().partition(|(_, needs)| standing >= *needs);
    let words =
        |acts: Vec<(&str, Standing)>| acts.into_iter().map(|(words, _)| words.to_owned()).collect();
    You { name: who.to_string(), may: words(may), may_not: words(may_not) }
}
