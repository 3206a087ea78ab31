//! What can be looked at: features, traces, incidents with their chart, the ledger's proof.

use std::collections::HashMap;

use incident::timeline::{Clocks, Moment, clocks, moments};
use incident::{Brief, brief};
use jiff::Timestamp;
use ledger::Verified;
use model::content::Form;
use model::{BehaviourRate, ContentField, Incident, IncidentId, Step, TraceId, Value, Window};
use watch::{Slice, series};

use crate::access::{Who, tenants};
use crate::error::{IncidentError, LookError};
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
    /// What happened when.
    pub timeline: Vec<Moment>,
    /// How long things took.
    pub clocks: Clocks,
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
    /// The step.
    pub step: Step,
    /// Its attributes, content back in place; none where the value was not kept.
    pub attributes: Vec<(String, Option<Value>)>,
}

/// Slices in an incident's chart.
const SLICES: u32 = 60;

impl Mayday {
    /// Every feature with runs in memory.
    pub fn features(&self, now: Timestamp) -> Vec<FeatureView> {
        let since = now.checked_sub(self.settings.lookback).unwrap_or(Timestamp::MIN);
        let recent = self.recent();
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

    /// A trace as recorded, as far as somebody may read it; that they did is noted. Blocking.
    pub fn trace(&self, who: &Who, trace: TraceId, now: Timestamp) -> Result<TraceView, LookError> {
        let steps = self.flight.steps(trace).map_err(LookError::Flight)?;
        let (steps, tenants) = tenants::readable(who, steps);
        if steps.is_empty() {
            return Err(LookError::NoSuchTrace(trace));
        }
        self.reads.note(who, tenants, trace, now);
        let steps = steps.into_iter().map(|step| self.step_view(step)).collect::<Result<_, _>>()?;
        Ok(TraceView { steps })
    }

    fn step_view(&self, step: Step) -> Result<StepView, LookError> {
        let plain = step.attributes.iter().cloned().map(|(key, value)| (key, Some(value)));
        let mut attributes: Vec<(String, Option<Value>)> = plain.collect();
        for field in &step.content {
            attributes.push((field.key.clone(), self.whole(field)?));
        }
        Ok(StepView { step, attributes })
    }

    /// The value of a content field as received; none if a part of it was not kept.
    fn whole(&self, field: &ContentField) -> Result<Option<Value>, LookError> {
        let mut parts = HashMap::new();
        for hash in &field.parts {
            if let Some(bytes) = self.flight.content(hash).map_err(LookError::Flight)? {
                parts.insert(*hash, bytes);
            }
        }
        let whole = field.join(|hash| parts.get(hash).map(Vec::as_slice));
        let text = whole.and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(match field.form {
            Form::Text => text.map(Value::Text),
            Form::Value => text.and_then(|text| serde_json::from_str(&text).ok()),
            Form::Withheld => None,
        })
    }

    /// An incident with all that a page shows. Blocking.
    pub fn incident_view(&self, id: &IncidentId) -> Result<IncidentView, IncidentError> {
        let incident = self.incident(id)?;
        let windows = incident.report.windows;
        let whole = Window { start: windows.baseline.start, end: windows.incident.end };
        let runs = self.runs(whole, incident.report.feature.as_deref())?;
        let outcomes = runs.runs.iter().map(|run| (run.started, run.outcome));
        Ok(IncidentView {
            brief: brief(&incident.report),
            slices: series(outcomes, whole, SLICES),
            timeline: moments(&incident),
            clocks: clocks(&incident),
            incident,
        })
    }

    /// Checks the ledger's hash chain. Blocking.
    pub fn verify_ledger(&self) -> Result<Verified, LookError> {
        self.ledger.verify().map_err(LookError::Ledger)
    }
}
