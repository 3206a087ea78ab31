//! When a trace has settled: a while after its root ended, or a longer while after its last span.

use std::collections::BTreeSet;

use foldhash::HashMap;
use jiff::{SignedDuration, Timestamp};
use model::TraceId;

/// How long to wait for the rest of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettleAfter {
    /// After its root ended.
    pub root_ended: SignedDuration,
    /// After its last span, where no root has come.
    pub last_span: SignedDuration,
}

/// Traces that have not settled yet.
#[derive(Debug, Default)]
pub struct Due {
    waiting: HashMap<TraceId, Waiting>,
    order: BTreeSet<(Timestamp, TraceId)>,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    until: Timestamp,
    root_came: bool,
}

/// Spans of one trace that came together.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    /// When the last of them ended, by the sender's clock.
    pub ended: Timestamp,
    /// When the root ended, if it is among them.
    pub root_ended: Option<Timestamp>,
}

impl Due {
    /// Notes that spans of a trace came. A trace that comes again later becomes due again.
    ///
    /// A sender's clock that runs ahead can't put the moment off: `now` bounds it.
    pub fn note(&mut self, trace: TraceId, came: Arrival, now: Timestamp, after: SettleAfter) {
        let root_came = came.root_ended.is_some();
        let (ended, wait) = match came.root_ended {
            Some(root_ended) => (root_ended, after.root_ended),
            None => (came.ended, after.last_span),
        };
        let until = ended.min(now).checked_add(wait).unwrap_or(Timestamp::MAX);
        let next = match self.waiting.get(&trace) {
            Some(waiting) if !root_came && waiting.root_came => *waiting,
            Some(waiting) if !root_came => Waiting { until: until.max(waiting.until), root_came },
            _ => Waiting { until, root_came },
        };
        self.wait(trace, next);
    }

    fn wait(&mut self, trace: TraceId, waiting: Waiting) {
        if let Some(before) = self.waiting.insert(trace, waiting) {
            self.order.remove(&(before.until, trace));
        }
        self.order.insert((waiting.until, trace));
    }

    /// Makes a trace due at once: a label came, or it was found unsettled at start.
    pub fn now(&mut self, trace: TraceId) {
        self.wait(trace, Waiting { until: Timestamp::MIN, root_came: true });
    }

    /// Takes up to `most` traces that have settled by now, those due longest first.
    pub fn take(&mut self, now: Timestamp, most: usize) -> Vec<TraceId> {
        let mut settled = Vec::new();
        while let Some((until, trace)) = self.order.first().copied() {
            if until > now || settled.len() >= most {
                break;
            }
            self.order.pop_first();
            self.waiting.remove(&trace);
            settled.push(trace);
        }
        settled
    }

    /// How many traces wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests;
