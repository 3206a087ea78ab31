//! Reconstructing: everything that fed a decision, how two decisions differ, what is missing.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use model::record::{Missing, Record};
use model::{Gone, Key, Pivot, Run, RunId, Source, SpanId, Step, StepKind, TraceId, Value};
use serde::{Deserialize, Serialize};
use watch::{Fed, PartDifference};

use crate::access::Who;
use crate::error::LookError;
use crate::intents::{Intent, IntentState};
use crate::open::Mayday;

/// What is to be reconstructed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// A run, or a whole trace.
    Run(RunId),
    /// One step.
    Step(TraceId, SpanId),
    /// Whatever names this, the newest first.
    Pivot(Pivot),
}

/// Everything on record of a trace, arranged for the question of why.
#[derive(Debug, Clone, PartialEq)]
pub struct Reconstruction {
    /// The trace.
    pub trace: TraceId,
    /// Its runs.
    pub runs: Vec<Run>,
    /// The step asked for, if it was one.
    pub decision: Option<SpanId>,
    /// The steps that fed it, in order; of a run all of them.
    pub steps: Vec<Reconstructed>,
    /// The share of the fields that should be on record and are, over these steps.
    pub complete: f64,
    /// What is missing, each with its step.
    pub missing: Vec<(SpanId, Missing)>,
    /// Segments that were dropped before they could be read, each with the step that dropped them.
    pub dropped: Vec<(SpanId, Vec<String>)>,
    /// Actions that were announced and of which nobody has said what became of them.
    pub open_intents: Vec<Intent>,
}

/// A step with its record.
#[derive(Debug, Clone, PartialEq)]
pub struct Reconstructed {
    /// The step as recorded.
    pub step: Step,
    /// Its attributes, content back in place, or why that is not there.
    pub attributes: Vec<(Key, Result<Value, Gone>)>,
    /// What they say.
    pub record: Record,
}

/// Two decisions, compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diff {
    /// One.
    pub a: RunId,
    /// The other.
    pub b: RunId,
    /// Each part of what fed them.
    pub parts: Vec<PartDifference>,
    /// Texts that one of the two read and the other did not, by attribute.
    pub texts: Vec<TextDifference>,
}

/// An attribute whose texts differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextDifference {
    /// The attribute.
    pub attribute: String,
    /// Pieces that both have.
    pub same: usize,
    /// Pieces that only one has.
    pub only_a: usize,
    /// Pieces that only the other has.
    pub only_b: usize,
    /// The first place where they part, counted from 0.
    pub first: usize,
}

/// Traces found by a pivot at most, the newest first.
pub const MOST_FOUND: usize = 20;

impl Mayday {
    /// Everything that fed a decision; that somebody read it is noted. Blocking.
    pub fn reconstruct(
        &self,
        who: &Who,
        sought: &Sought,
        now: Timestamp,
    ) -> Result<Vec<Reconstruction>, LookError> {
        let traces = match sought {
            Sought::Run(run) => vec![run.trace],
            Sought::Step(trace, _) => vec![*trace],
            Sought::Pivot(pivot) => {
                let flight = &self.room.flight;
                flight.find(flight.pivot(pivot), MOST_FOUND).map_err(LookError::Flight)?
            }
        };
        let found = traces.into_iter().map(|trace| self.trace_of(who, trace, sought, now));
        found.collect()
    }

    fn trace_of(
        &self,
        who: &Who,
        trace: TraceId,
        sought: &Sought,
        now: Timestamp,
    ) -> Result<Reconstruction, LookError> {
        let steps = self.room.flight.steps(trace).map_err(LookError::Flight)?;
        let labels = self.room.flight.trace(trace).map_err(LookError::Flight)?.labels;
        let sketches: Vec<_> = steps.iter().map(Step::sketch).collect();
        let runs = watch::assemble(trace, &sketches, &labels);
        let decision = match sought {
            Sought::Step(_, span) => Some(*span),
            Sought::Run(_) | Sought::Pivot(_) => None,
        };
        let is_there = |span: SpanId| steps.iter().any(|step| step.span == span);
        if steps.is_empty() || decision.is_some_and(|span| !is_there(span)) {
            return Err(LookError::NoSuchTrace(trace));
        }
        self.house.reads.note(who, &self.room.tenant, trace, now);
        let wanted = match (decision, sought) {
            (Some(span), _) => fed(&steps, span),
            (None, Sought::Run(RunId { root: Some(root), .. })) => below(&steps, *root),
            _ => steps.iter().map(|step| step.span).collect(),
        };
        let records = records(&steps);
        let all = steps.into_iter().zip(records).filter(|(step, _)| wanted.contains(&step.span));
        let steps = all.map(|(step, record)| Reconstructed::of(step, record)).collect();
        Ok(Reconstruction::of(trace, runs, decision, steps))
    }

    /// How two decisions differ, by part of what fed them. Of a run its last model call counts.
    /// Blocking.
    pub fn diff(&self, who: &Who, [a, b]: [&Sought; 2], now: Timestamp) -> Result<Diff, LookError> {
        let (a, b) = (self.decision(who, a, now)?, self.decision(who, b, now)?);
        Ok(Diff {
            a: a.id(),
            b: b.id(),
            parts: watch::difference(a.fed(), b.fed()),
            texts: texts(&a, &b),
        })
    }

    fn decision(&self, who: &Who, sought: &Sought, now: Timestamp) -> Result<Decision, LookError> {
        let mut found = self.reconstruct(who, sought, now)?;
        let first = if found.is_empty() { None } else { Some(found.swap_remove(0)) };
        let Reconstruction { decision, mut steps, .. } = first.ok_or(LookError::NothingNamed)?;
        let is_call = |one: &Reconstructed| one.step.kind == StepKind::Model;
        let is_it = |one: &Reconstructed| match decision {
            Some(span) => one.step.span == span,
            None => is_call(one) && one.step.source == Source::Span,
        };
        let place = steps.iter().rposition(is_it).or_else(|| steps.iter().rposition(is_call));
        let it = steps.remove(place.ok_or(LookError::NothingNamed)?);
        let (said, others): (Vec<_>, Vec<_>) = steps.into_iter().partition(|one| {
            one.step.source == Source::Log && one.step.parent == Some(it.step.span)
        });
        let before = others.into_iter().filter(|one| one.step.ended <= it.step.started);
        let beside = before.map(|one| one.record).collect();
        Ok(Decision { it, said: said.into_iter().map(|one| one.step).collect(), beside })
    }
}

/// A decision, with log records about it and the records of all that had ended before it.
struct Decision {
    it: Reconstructed,
    said: Vec<Step>,
    beside: Vec<Record>,
}

impl Decision {
    fn id(&self) -> RunId {
        RunId { trace: self.it.step.trace, root: Some(self.it.step.span) }
    }

    fn fed(&self) -> Fed<'_> {
        Fed { decision: &self.it.record, beside: &self.beside }
    }
}

impl Reconstruction {
    fn of(
        trace: TraceId,
        runs: Vec<Run>,
        decision: Option<SpanId>,
        steps: Vec<Reconstructed>,
    ) -> Self {
        let expected: usize = steps.iter().map(|one| one.record.expected).sum();
        let missing: Vec<(SpanId, Missing)> = steps
            .iter()
            .flat_map(|one| one.record.missing.iter().map(|gap| (one.step.span, gap.clone())))
            .collect();
        let complete = 1.0 - missing.len() as f64 / expected.max(1) as f64;
        let dropped = steps.iter().filter_map(|one| {
            let context = one.record.context.as_ref()?;
            (!context.dropped.is_empty()).then(|| (one.step.span, context.dropped.clone()))
        });
        let intents = steps.iter().filter(|one| one.step.kind == StepKind::Intent);
        let intents = intents.map(|one| Intent::of(&one.step));
        Self {
            trace,
            runs,
            decision,
            complete,
            missing,
            dropped: dropped.collect(),
            open_intents: intents.filter(|intent| intent.state == IntentState::Open).collect(),
            steps,
        }
    }
}

impl Reconstructed {
    fn of(step: Step, record: Record) -> Self {
        let plain = step.attributes.iter().map(|(key, value)| (key.clone(), Ok(value.clone())));
        let content = step.content.iter().map(|field| (field.key.clone(), field.value()));
        let attributes = plain.chain(content).collect();
        Self { attributes, record, step }
    }
}

/// The records of all steps of a trace, in order: each with what log records say about it, since a
/// client may send what was said apart from the span of the call.
pub(crate) fn records(steps: &[Step]) -> Vec<Record> {
    let about = logs_about(steps);
    let record = |step| recorder::read_record_with(step, said_of(&about, step));
    steps.iter().map(record).collect()
}

pub(crate) type LogsAbout<'s> = HashMap<(SpanId, StepKind), Vec<&'s Step>>;

/// The log records about each step that are of its kind, as runs are made of them.
pub(crate) fn logs_about(steps: &[Step]) -> LogsAbout<'_> {
    let mut about = LogsAbout::new();
    for log in steps.iter().filter(|step| step.source == Source::Log) {
        if let Some(span) = log.parent {
            about.entry((span, log.kind)).or_default().push(log);
        }
    }
    about
}

pub(crate) fn said_of<'a, 's>(about: &'a LogsAbout<'s>, step: &Step) -> &'a [&'s Step] {
    let logs = about.get(&(step.span, step.kind)).filter(|_| step.source == Source::Span);
    logs.map_or(&[], Vec::as_slice)
}

/// The step itself, those above it, all that had ended when it began, and what was said of these.
fn fed(steps: &[Step], decision: SpanId) -> HashSet<SpanId> {
    let by_span: BTreeMap<SpanId, &Step> = steps.iter().map(|step| (step.span, step)).collect();
    let mut wanted = HashSet::new();
    let mut next = Some(decision);
    while let Some(span) = next.filter(|span| wanted.insert(*span)) {
        next = by_span.get(&span).and_then(|step| step.parent);
    }
    if let Some(decision) = by_span.get(&decision) {
        let before = steps.iter().filter(|step| step.ended <= decision.started);
        let mut told: HashSet<SpanId> = before.map(|step| step.span).collect();
        told.insert(decision.span);
        let logs = steps.iter().filter(|step| step.source == Source::Log);
        let about = logs.filter(|log| log.parent.is_some_and(|span| told.contains(&span)));
        wanted.extend(about.map(|log| log.span));
        wanted.extend(told);
    }
    wanted
}

/// A step and all below it.
fn below(steps: &[Step], root: SpanId) -> HashSet<SpanId> {
    let mut children: BTreeMap<SpanId, Vec<SpanId>> = BTreeMap::new();
    for step in steps {
        children.entry(step.parent.unwrap_or(step.span)).or_default().push(step.span);
    }
    let (mut wanted, mut next) = (HashSet::new(), vec![root]);
    while let Some(span) = next.pop() {
        if wanted.insert(span) {
            next.extend(children.get(&span).into_iter().flatten());
        }
    }
    wanted
}

/// Attributes whose pieces of text are not the same on both sides.
fn texts(a: &Decision, b: &Decision) -> Vec<TextDifference> {
    let pieces = |of: &Decision| -> BTreeMap<String, Vec<String>> {
        let piece = |part: &model::Part| match &part.held {
            model::Held::Text(text) | model::Held::AddressOf(text) => text.clone(),
            model::Held::Gone(why) => {
                part.address.map_or_else(|| why.as_str().to_owned(), |address| address.to_string())
            }
        };
        let steps = of.said.iter().chain([&of.it.step]);
        let fields = steps.flat_map(|step| &step.content);
        fields.map(|f| (f.key.to_string(), f.parts.iter().map(piece).collect())).collect()
    };
    let (left, right) = (pieces(a), pieces(b));
    let keys: HashSet<&String> = left.keys().chain(right.keys()).collect();
    let mut keys: Vec<&String> = keys.into_iter().collect();
    keys.sort();
    let none = Vec::new();
    let compared = keys.into_iter().map(|key| {
        let (a, b) = (left.get(key).unwrap_or(&none), right.get(key).unwrap_or(&none));
        let first = a.iter().zip(b).take_while(|(a, b)| a == b).count();
        let (in_a, in_b): (HashSet<&String>, HashSet<&String>) =
            (a.iter().collect(), b.iter().collect());
        let same = a.iter().filter(|piece| in_b.contains(piece)).count();
        let (only_a, only_b) = (a.len() - same, b.iter().filter(|p| !in_a.contains(p)).count());
        TextDifference { attribute: key.clone(), same, only_a, only_b, first }
    });
    compared.filter(|text| text.only_a + text.only_b > 0).collect()
}
