//! The engine in memory: the same answers as the one on disk, for tests and for its conformance.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::run::{Keep, Payload, Through};
use model::{
    Address, Gone, Held, Label, Pivot, Receipt, Scope, Settlement, Step, StepKind, Subject, TraceId,
};

use crate::secret::Secret;
use crate::store::{Append, Erased, Place, TraceRecord};

/// Flights in memory.
#[derive(Debug, Default)]
pub struct Memory {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    steps: Vec<Step>,
    labels: Vec<Label>,
    settlements: Vec<Settlement>,
    erased: Vec<TraceId>,
}

impl Memory {
    pub(crate) fn append(&self, append: Append) -> Receipt {
        let mut kept = self.kept();
        let mut receipt = Receipt::default();
        for step in append.batch.steps {
            if kept.steps.contains(&step) {
                receipt.duplicate += 1;
            } else {
                receipt.stored += 1;
                kept.steps.push(step);
            }
        }
        kept.labels.extend(append.labels);
        kept.settlements.extend(append.settlements);
        receipt
    }

    pub(crate) fn trace(&self, trace: TraceId) -> TraceRecord {
        let kept = self.kept();
        let steps = latest_versions(kept.steps.iter().filter(|step| step.trace == trace).cloned());
        let labels = kept.labels.iter().filter(|label| kept.concerns(label, trace));
        TraceRecord {
            steps: steps.iter().map(Step::sketch).collect(),
            labels: labels.cloned().collect(),
            through: kept.through(trace),
        }
    }

    pub(crate) fn steps(&self, trace: TraceId) -> Vec<Step> {
        let kept = self.kept();
        let mut steps =
            latest_versions(kept.steps.iter().filter(|step| step.trace == trace).cloned());
        let why = kept.why_gone(trace);
        for step in &mut steps {
            (step.subjects, step.pivots) = (Vec::new(), Vec::new());
            for part in step.content.iter_mut().flat_map(|field| &mut field.parts) {
                part.held = match (std::mem::replace(&mut part.held, Held::Gone(Gone::Lost)), why) {
                    (Held::AddressOf(_), _) => Held::Gone(Gone::HashOnly),
                    (Held::Text(_), Some(why)) if part.scope == Scope::Personal => Held::Gone(why),
                    (held, _) => held,
                };
            }
        }
        steps
    }

    pub(crate) fn pivot(&self, pivot: &Pivot) -> Address {
        Secret::new([0; 32]).derive(pivot.kind.as_bytes()).address(pivot.value.as_bytes())
    }

    pub(crate) fn find(&self, pivot: Address, most: usize) -> Vec<TraceId> {
        let kept = self.kept();
        let mut traces = Vec::new();
        for step in kept.steps.iter().rev() {
            let names = step.pivots.iter().any(|one| self.pivot(one) == pivot);
            if names && !traces.contains(&step.trace) && traces.len() < most {
                traces.push(step.trace);
            }
        }
        traces
    }

    pub(crate) fn person(&self, subject: &str) -> Address {
        Secret::new([0; 32]).address(subject.as_bytes())
    }

    pub(crate) fn about(&self, subject: &str) -> u64 {
        let kept = self.kept();
        let about = |step: &&Step| step.subjects.iter().any(|one| one == subject);
        let traces = kept.steps.iter().filter(about).map(|step| step.trace);
        traces.collect::<std::collections::BTreeSet<_>>().len() as u64
    }

    pub(crate) fn people(&self, traces: &[TraceId]) -> u64 {
        let kept = self.kept();
        let steps = kept.steps.iter().filter(|step| traces.contains(&step.trace));
        let people = steps.flat_map(|step| &step.subjects);
        people.collect::<std::collections::BTreeSet<_>>().len() as u64
    }

    pub(crate) fn with_intents(&self, most: usize) -> Vec<TraceId> {
        self.backwards(most, |step| step.kind == StepKind::Intent)
    }

    /// All traces as of one day.
    pub(crate) fn received(&self, after: Place, most: usize) -> Vec<(Place, TraceId)> {
        let mut met = std::collections::HashSet::new();
        let traces: Vec<TraceId> = self.kept().steps.iter().map(|step| step.trace).collect();
        let traces = traces.into_iter().filter(|trace| met.insert(*trace)).zip(1..);
        let placed = traces.map(|(trace, number)| (Place { day: 0, number }, trace));
        placed.filter(|(place, _)| *place > after).take(most).collect()
    }

    pub(crate) fn payload(&self, trace: TraceId) -> Option<Payload> {
        let kept = self.kept();
        let last = kept.settlements.iter().rfind(|settlement| settlement.trace == trace);
        last.map(|settlement| settlement.payload.clone())
    }

    pub(crate) fn newest(&self, most: usize) -> Vec<TraceId> {
        self.backwards(most, |_| true)
    }

    fn backwards(&self, most: usize, wanted: impl Fn(&Step) -> bool) -> Vec<TraceId> {
        let mut newest = Vec::new();
        for step in self.kept().steps.iter().rev().filter(|step| wanted(step)) {
            if newest.len() < most && !newest.contains(&step.trace) {
                newest.push(step.trace);
            }
        }
        newest
    }

    pub(crate) fn erase(&self, subject: &str) -> Erased {
        let mut kept = self.kept();
        let about = |step: &&Step| step.subjects.iter().any(|one| one == subject);
        let traces: Vec<TraceId> = kept.steps.iter().filter(about).map(|step| step.trace).collect();
        let keys = usize::from(!traces.is_empty());
        kept.erased.extend(traces);
        for step in &mut kept.steps {
            step.subjects.retain(|one| one != subject);
        }
        Erased { keys }
    }

    pub(crate) fn settlements(&self) -> Vec<Settlement> {
        self.kept().settlements.clone()
    }

    pub(crate) fn unsettled(&self) -> Vec<TraceId> {
        let kept = self.kept();
        let steps = kept.steps.iter().map(|step| step.trace);
        let mut traces: Vec<TraceId> =
            steps.chain(kept.labels.iter().filter_map(|label| label.subject.trace())).collect();
        traces.sort_unstable();
        traces.dedup();
        traces.retain(|trace| {
            let seen = kept.settlements.iter().rfind(|settlement| settlement.trace == *trace);
            seen.map(|settlement| settlement.through) != Some(kept.through(*trace))
        });
        traces
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Why the personal content of a trace is not there.
    fn why_gone(&self, trace: TraceId) -> Option<Gone> {
        let last = self.settlements.iter().rfind(|settlement| settlement.trace == trace);
        let dropped = last.is_some_and(|one| one.payload.keep == Keep::Dropped);
        let erased = self.erased.contains(&trace);
        if dropped { Some(Gone::SampledOut) } else { erased.then_some(Gone::Erased) }
    }

    fn concerns(&self, label: &Label, trace: TraceId) -> bool {
        let Subject::Pivot(pivot) = label.subject else {
            return label.subject.trace() == Some(trace);
        };
        let keys = Secret::new([0; 32]);
        let of = |one: &Pivot| keys.derive(one.kind.as_bytes()).address(one.value.as_bytes());
        let mut steps = self.steps.iter().filter(|step| step.trace == trace);
        steps.any(|step| step.pivots.iter().any(|one| of(one) == pivot))
    }

    fn through(&self, trace: TraceId) -> Through {
        let last = |place: Option<usize>| place.map_or(0, |place| place as i64 + 1);
        Through {
            day: 0,
            step: last(self.steps.iter().rposition(|step| step.trace == trace)),
            label: last(self.labels.iter().rposition(|label| self.concerns(label, trace))),
        }
    }
}

/// Of each span the version that ended last, and of those the one that came last; by start.
pub(crate) fn latest_versions(steps: impl IntoIterator<Item = Step>) -> Vec<Step> {
    let mut latest: BTreeMap<model::SpanId, Step> = BTreeMap::new();
    for step in steps {
        let rank = |step: &Step| (step.ended, !step.traits.open);
        if latest.get(&step.span).is_none_or(|kept| rank(kept) <= rank(&step)) {
            latest.insert(step.span, step);
        }
    }
    let mut steps: Vec<Step> = latest.into_values().collect();
    steps.sort_by_key(|step| (step.started, step.span));
    steps
}
