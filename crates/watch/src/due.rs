//! When a trace has settled: a while after its root ended, or a longer while after its last span.

use std::collections::HashMap;

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
        let waiting = self.waiting.entry(trace).or_insert(Waiting { until, root_came });
        if root_came {
            *waiting = Waiting { until, root_came };
        } else if !waiting.root_came {
            waiting.until = waiting.until.max(until);
        }
    }

    /// Makes a trace due at once: a label came, or it was found unsettled at start.
    pub fn now(&mut self, trace: TraceId) {
        self.waiting.insert(trace, Waiting { until: Timestamp::MIN, root_came: true });
    }

    /// Takes up to `most` traces that have settled by now.
    pub fn take(&mut self, now: Timestamp, most: usize) -> Vec<TraceId> {
        let settled = self.waiting.iter().filter(|(_, waiting)| waiting.until <= now);
        let settled: Vec<TraceId> = settled.map(|(trace, _)| *trace).take(most).collect();
        settled.iter().for_each(|trace| _ = self.waiting.remove(trace));
        settled
    }

    /// How many traces wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests;
