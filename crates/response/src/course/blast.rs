//! Reading the blast radius from flights: which runs were bad, and what they did outside.

use std::collections::{BTreeMap, BTreeSet};

use flight::RunSet;
use incident::blast::{self, Act, Actions, Came, Tool};
use jiff::Timestamp;
use model::{Effect, Incident, Level, Outcome, RunId, Sketch, Step, StepKind, TraceId, Window};
use serde::{Deserialize, Serialize};

use crate::error::IncidentError;
use crate::intents::{Intent, IntentState};
use crate::open::Mayday;

/// Whom an incident reached, and what was done outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BlastRadius {
    /// The time that was looked at.
    pub window: Window,
    /// Runs of the feature in that time.
    pub runs: u64,
    /// Bad ones.
    pub bad: u64,
    /// Runs whose outcome is not known: some of them may be bad.
    pub unknown: u64,
    /// Conversations with bad runs; none where runs do not say.
    pub conversations: Option<u64>,
    /// People whom bad runs were about, as keyed hashes tell them apart; none where none is named.
    pub people: Option<u64>,
    /// Bad runs by segment and region.
    pub segments: Vec<Segment>,
    /// What bad runs did outside, in numbers.
    pub counts: Actions,
    /// The same by tool.
    pub tools: Vec<Tool>,
}

/// Bad runs in a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The factor: `segment:plan`, `region`.
    pub factor: String,
    /// Its level.
    pub level: String,
    /// Bad runs at it.
    pub bad: u64,
    /// All runs at it.
    pub runs: u64,
}

/// Bad runs whose steps are read, newest first.
const MOST_READ: usize = 1_000;

/// Segments listed.
const MOST_SEGMENTS: usize = 50;

/// Ids of touched things kept of one action.
const MOST_TOUCHED: usize = 10;

impl Mayday {
    /// Whom an incident reached, up to now or until it was mitigated. Blocking.
    pub fn blast_radius(
        &self,
        of: &Incident,
        now: Timestamp,
    ) -> Result<BlastRadius, IncidentError> {
        let window = window(of, now);
        let runs = self.runs(window, of.report.feature.as_deref())?;
        let bad: Vec<RunId> = match of.run {
            Some(run) => vec![run],
            None => {
                let bad = runs.runs.iter().rev().filter(|run| run.outcome == Outcome::Bad);
                bad.map(|run| run.id).collect()
            }
        };
        let read = &bad[..bad.len().min(MOST_READ)];
        let (acts, mut counts) = self.acts(read)?;
        counts.unread = (bad.len() - read.len()) as u64;
        let (counts, tools) = blast::actions(&acts, &of.course.actions, counts);
        Ok(BlastRadius {
            window,
            runs: runs.runs.len() as u64,
            bad: bad.len() as u64,
            unknown: runs.runs.iter().filter(|run| run.outcome == Outcome::Unknown).count() as u64,
            conversations: conversations(&runs),
            people: self.people(read)?,
            segments: segments(&runs),
            counts,
            tools,
        })
    }

    /// What some runs did outside. Only traces that did something are read with their payload.
    fn acts(&self, runs: &[RunId]) -> Result<(Vec<Act>, Actions), IncidentError> {
        let traces: BTreeSet<TraceId> = runs.iter().map(|run| run.trace).collect();
        let traces: Vec<TraceId> = traces.into_iter().collect();
        let by_trace: BTreeMap<TraceId, RunId> = runs.iter().map(|run| (run.trace, *run)).collect();
        let (mut acts, mut counts) = (Vec::new(), Actions::default());
        let records = self.room.flight.traces(&traces).map_err(IncidentError::Flight)?;
        for (trace, record) in traces.iter().zip(records) {
            let Ok(record) = record else {
                counts.unread += 1;
                continue;
            };
            counts.silent += record.steps.iter().filter(|step| is_silent(step)).count() as u64;
            if !record.steps.iter().any(acted) {
                continue;
            }
            let run = by_trace.get(trace).copied().unwrap_or(RunId { trace: *trace, root: None });
            let steps = self.room.flight.steps(*trace).map_err(IncidentError::Flight)?;
            acts.extend(steps.iter().filter_map(|step| act(run, step)));
        }
        acts.sort_by_key(|act| (act.at, act.step));
        Ok((acts, counts))
    }

    /// How many people some runs were about.
    fn people(&self, runs: &[RunId]) -> Result<Option<u64>, IncidentError> {
        let traces: Vec<TraceId> = runs.iter().map(|run| run.trace).collect();
        let people = self.room.flight.people(&traces).map_err(IncidentError::Flight)?;
        Ok((people > 0).then_some(people))
    }
}

/// From the beginning of the incident's window until it was mitigated, else until now.
fn window(of: &Incident, now: Timestamp) -> Window {
    let over = of.course.stages.iter().find(|one| one.what.stage == model::Stage::Mitigated);
    let start = of.report.windows.incident.start;
    let end = over.map_or(now, |one| one.at).max(of.report.windows.incident.end);
    Window { start, end }
}

/// A call of a tool of which nobody has said what it does outside.
fn is_silent(step: &Sketch) -> bool {
    step.kind == StepKind::Tool && step.traits.effect == Effect::Unknown
}

/// Whether a step did, or meant to do, something outside.
fn acted(step: &Sketch) -> bool {
    let effects = matches!(step.traits.effect, Effect::Reversible | Effect::Irreversible);
    step.kind == StepKind::Intent || effects
}

/// What a step did outside. A tool call under an intent of its own is told by both: the intent
/// counts while it is open, the call once it is done.
fn act(run: RunId, step: &Step) -> Option<Act> {
    let (tool, came) = match step.kind {
        StepKind::Intent => {
            let intent = Intent::of(step);
            let came = match intent.state {
                IntentState::Open => Came::Open,
                IntentState::Done => Came::Done,
                IntentState::Failed => Came::Failed,
                IntentState::Abandoned => return None,
            };
            (intent.action, came)
        }
        _ if !matches!(step.traits.effect, Effect::Reversible | Effect::Irreversible) => {
            return None;
        }
        _ => {
            let tool = recorder::read_record(step).tool.and_then(|tool| tool.name);
            let came = if step.failed { Came::Failed } else { Came::Done };
            (tool.unwrap_or_else(|| step.name.clone()), came)
        }
    };
    let (at, effect) = (step.started, step.traits.effect);
    Some(Act { run, step: step.span, at, tool, effect, came, touched: touched(step) })
}

/// Ids of what a step touched outside.
fn touched(step: &Step) -> Vec<String> {
    let tool = recorder::read_record(step).tool;
    tool.into_iter().flat_map(|tool| tool.touched).take(MOST_TOUCHED).collect()
}

fn conversations(runs: &RunSet) -> Option<u64> {
    let bad = runs.runs.iter().filter(|run| run.outcome == Outcome::Bad);
    let named: BTreeSet<u32> = bad.filter_map(|run| run.cluster).collect();
    (!named.is_empty()).then_some(named.len() as u64)
}

/// Bad runs by the levels of who came from where, most bad ones first.
fn segments(runs: &RunSet) -> Vec<Segment> {
    let mut counts: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for run in &runs.runs {
        for level in run.levels.iter() {
            let (bad, all) = counts.entry(*level).or_default();
            *bad += u64::from(run.outcome == Outcome::Bad);
            *all += 1;
        }
    }
    let segment = |(place, (bad, runs_at)): (u32, (u64, u64))| {
        let seen = runs.dictionary.get(place as usize)?;
        let Level::Is(level) = &seen.level else { return None };
        let who = matches!(seen.factor.family(), "segment" | "region");
        (who && bad > 0).then(|| Segment {
            factor: seen.factor.as_str().to_owned(),
            level: level.clone(),
            bad,
            runs: runs_at,
        })
    };
    let mut segments: Vec<Segment> = counts.into_iter().filter_map(segment).collect();
    segments.sort_by(|a, b| b.bad.cmp(&a.bad).then(a.factor.cmp(&b.factor)));
    segments.truncate(MOST_SEGMENTS);
    segments
}
