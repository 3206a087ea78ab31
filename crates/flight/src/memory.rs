//! The engine in memory: the same answers as the one on disk, for tests and for its conformance.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::run::Through;
use model::{ContentHash, Label, Receipt, Settlement, Step, TraceId};

use crate::store::{Append, TraceRecord};

/// Flights in memory.
#[derive(Debug, Default)]
pub struct Memory {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    steps: Vec<Step>,
    labels: Vec<Label>,
    content: HashMap<ContentHash, Vec<u8>>,
    settlements: Vec<Settlement>,
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
        let content = append.batch.content.into_iter();
        kept.content.extend(content.filter_map(|one| Some((one.hash, one.bytes?))));
        kept.labels.extend(append.labels);
        kept.settlements.extend(append.settlements);
        receipt
    }

    pub(crate) fn trace(&self, trace: TraceId) -> TraceRecord {
        let kept = self.kept();
        let steps = latest_versions(kept.steps.iter().filter(|step| step.trace == trace).cloned());
        let labels = kept.labels.iter().filter(|label| label.subject.trace() == trace);
        TraceRecord {
            steps: steps.iter().map(Step::sketch).collect(),
            labels: labels.cloned().collect(),
            through: kept.through(trace),
        }
    }

    pub(crate) fn steps(&self, trace: TraceId) -> Vec<Step> {
        let kept = self.kept();
        latest_versions(kept.steps.iter().filter(|step| step.trace == trace).cloned())
    }

    pub(crate) fn content(&self, hash: &ContentHash) -> Option<Vec<u8>> {
        self.kept().content.get(hash).cloned()
    }

    pub(crate) fn settlements(&self) -> Vec<Settlement> {
        self.kept().settlements.clone()
    }

    pub(crate) fn unsettled(&self) -> Vec<TraceId> {
        let kept = self.kept();
        let steps = kept.steps.iter().map(|step| step.trace);
        let mut traces: Vec<TraceId> =
            steps.chain(kept.labels.iter().map(|label| label.subject.trace())).collect();
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
    fn through(&self, trace: TraceId) -> Through {
        let last = |place: Option<usize>| place.map_or(0, |place| place as i64 + 1);
        Through {
            step: last(self.steps.iter().rposition(|step| step.trace == trace)),
            label: last(self.labels.iter().rposition(|label| label.subject.trace() == trace)),
        }
    }
}

/// Of each span the version that ended last, and of those the one that came last; by start.
pub(crate) fn latest_versions(steps: impl IntoIterator<Item = Step>) -> Vec<Step> {
    let mut latest: BTreeMap<model::SpanId, Step> = BTreeMap::new();
    for step in steps {
        let older = latest.get(&step.span).is_some_and(|kept| kept.ended > step.ended);
        if !older {
            latest.insert(step.span, step);
        }
    }
    let mut steps: Vec<Step> = latest.into_values().collect();
    steps.sort_by_key(|step| (step.started, step.span));
    steps
}
