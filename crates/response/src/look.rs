//! What can be looked at: features, traces, incidents with their chart, the ledger's proof.

use std::collections::HashMap;

use incident::changes::KnownChange;
use incident::links::Link;
use incident::suspects::{self, NoticeSeen, Suspect};
use incident::{Brief, brief};
use jiff::Timestamp;
use ledger::Verified;
use model::{BehaviourRate, Gone, Incident, IncidentId, Key, Step, TraceId, Value, Window};
use watch::{Slice, series};

use crate::access::Who;
use crate::course::CourseView;
use crate::error::{IncidentError, LookError};
use crate::notices::NoticeState;
use crate::open::Mayday;

/// A feature at a glance.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureView {
    /// The feature.
    pub feature: String,
    /// Its runs in memory.
    pub runs: u64,
    /// Start of the latest.
    pub latest: Timestamp,
    /// Its rate over the last day.
    pub rate: BehaviourRate,
}

/// An incident with all that a page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentView {
    /// The incident.
    pub incident: Incident,
    /// Its report in words.
    pub brief: Brief,
    /// The rate over time, from baseline to now or to the incident's end.
    pub slices: Vec<Slice>,
    /// Changes and notices before the onset, the likeliest place to look first.
    pub suspects: Vec<Suspect>,
    /// What belongs to it, and why.
    pub links: Vec<Link>,
    /// Its course, with the first card.
    pub course: CourseView,
}

/// A trace as recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceView {
    /// Its steps, each with every attribute that is kept, content included.
    pub steps: Vec<StepView>,
}

/// A step as recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct StepView {
    /// The step, without its attributes.
    pub step: Step,
    /// Its attributes, content back in place, or why that is not there.
    pub attributes: Vec<(Key, Result<Value, Gone>)>,
}

impl StepView {
    /// A step with its content put back in place.
    pub fn of(mut step: Step) -> Self {
        let plain = std::mem::take(&mut step.attributes).into_iter();
        let content = step.content.iter().map(|field| (field.key.clone(), field.value()));
        let attributes = plain.map(|(key, value)| (key, Ok(value))).chain(content).collect();
        Self { step, attributes }
    }
}

/// Latest notices before a declaration that may be suspects.
const MOST_NOTICES: usize = 1_000;

/// Slices in an incident's chart.
const SLICES: u32 = 60;

impl Mayday {
    /// Every feature with runs in memory.
    pub fn features(&self, now: Timestamp) -> Vec<FeatureView> {
        let since = now.checked_sub(self.house.settings.lookback).unwrap_or(Timestamp::MIN);
        let recent = self.room.recent();
        let day = recent.select_what_is_here(Window { start: since, end: Timestamp::MAX }, None);
        let mut outcomes: HashMap<&str, Vec<model::Outcome>> = HashMap::new();
        for run in &day.runs {
            outcomes.entry(&run.feature).or_default().push(run.outcome);
        }
        let features = recent.features().into_iter();
        let view = features.map(|count| FeatureView {
            rate: BehaviourRate::over(outcomes.remove(count.feature.as_str()).unwrap_or_default()),
            feature: count.feature,
            runs: count.runs,
            latest: count.latest,
        });
        view.collect()
    }

    /// A trace as recorded; that somebody read it is noted. Blocking.
    pub fn trace(&self, who: &Who, trace: TraceId, now: Timestamp) -> Result<TraceView, LookError> {
        let steps = self.room.flight.steps(trace).map_err(LookError::Flight)?;
        if steps.is_empty() {
            return Err(LookError::NoSuchTrace(trace));
        }
        self.house.reads.note(who, &self.room.tenant, trace, now);
        Ok(TraceView { steps: steps.into_iter().map(StepView::of).collect() })
    }

    /// An incident with all that a page shows. Blocking.
    pub fn incident_view(
        &self,
        id: &IncidentId,
        who: &Who,
        now: Timestamp,
    ) -> Result<IncidentView, IncidentError> {
        let incident = self.incident(id)?;
        let windows = incident.report.windows;
        let whole = Window { start: windows.baseline.start, end: windows.incident.end };
        let runs = self.runs(whole, incident.report.feature.as_deref())?;
        let outcomes = runs.runs.iter().map(|run| (run.started, run.outcome));
        Ok(IncidentView {
            brief: brief(&incident.report),
            slices: series(outcomes, whole, SLICES),
            suspects: self.suspects(&incident),
            links: self.links_of(id),
            course: self.course(id, who, now)?,
            incident,
        })
    }

    /// Changes and notices before the onset of an incident, the likeliest place to look first.
    pub fn suspects(&self, incident: &Incident) -> Vec<Suspect> {
        let asked = suspects::Asked {
            feature: incident.feature.as_deref(),
            report: incident.looks.last().map_or(&incident.report, |look| &look.report),
            declared: incident.declared_at,
            catalogue: &self.house.catalogue,
        };
        let changes = self.changes_before(incident.declared_at);
        let heard = self.house.notices();
        let is_wanted = |notice: &&NoticeState| {
            let is_denied = notice.confirmed.as_ref().is_some_and(|it| !it.holds);
            self.is_of(&notice.tenant) && !is_denied && notice.heard_at <= incident.declared_at
        };
        let notices = heard.latest_first().filter(is_wanted).take(MOST_NOTICES);
        let notices: Vec<NoticeSeen> = notices.map(seen).collect();
        suspects::rank(asked, &changes, &notices)
    }

    /// Changes that were made or took effect not too long before a moment.
    pub(crate) fn changes_before(&self, end: Timestamp) -> Vec<KnownChange> {
        let start = end.checked_sub(suspects::LOOK_BACK * 2).unwrap_or(Timestamp::MIN);
        let is_near = |at: Timestamp| start <= at && at <= end;
        let is_wanted = |known: &KnownChange| {
            is_near(known.says.introduced) || known.says.activated.is_some_and(is_near)
        };
        self.house.projections.changes.read().explained(&self.room.tenant, is_wanted)
    }

    /// What belongs to an incident, and why.
    pub fn links_of(&self, id: &IncidentId) -> Vec<Link> {
        self.house.projections.links.read().to(id).into_iter().cloned().collect()
    }

    /// Checks the ledger's hash chain. Blocking.
    pub fn verify_ledger(&self) -> Result<Verified, LookError> {
        self.house.ledger.verify().map_err(LookError::Ledger)
    }
}

fn seen(notice: &NoticeState) -> NoticeSeen<'_> {
    NoticeSeen { id: &notice.id, heard: notice.heard_at, says: &notice.says }
}
