//! What came in the last moments, without payload, so that settling need not read it back.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use foldhash::HashMap;
use model::{Level, Sketch, TraceId};

/// Bytes of sketches remembered, about; beyond, the oldest traces are read from disk.
const MOST_BYTES: usize = 32 << 20;

/// Bytes that a sketch takes beside its lists, about: itself, and its short texts.
const BYTES_OF_A_SKETCH: usize = 800;

/// Bytes that an element of its lists takes beside its texts, about.
const BYTES_OF_A_TRAIT: usize = 80;

/// Traces that came whole while this process ran, and that nobody has asked for yet.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    traces: HashMap<TraceId, FreshTrace>,
    order: VecDeque<TraceId>,
    bytes: usize,
}

/// All steps of a trace in the file of a day, in the order in which they came.
#[derive(Debug)]
pub(super) struct FreshTrace {
    pub(super) day: i32,
    /// The row of the last.
    pub(super) last: i64,
    pub(super) sketches: Vec<Sketch>,
    bytes: usize,
}

/// A step that was made durable.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) trace: TraceId,
    pub(super) row: i64,
    pub(super) sketch: Sketch,
    /// Whether the file of its day had nothing of its trace before its request.
    pub(super) is_new: bool,
}

impl Fresh {
    /// Remembers steps of a day, in the order of their rows. Of a trace that began before it was
    /// remembered nothing is kept.
    pub(super) fn note(&self, day: i32, steps: impl IntoIterator<Item = Stored>) {
        let mut known = self.known();
        for Stored { trace, row, sketch, is_new } in steps {
            if is_new && known.traces.get(&trace).is_none_or(|fresh| fresh.day != day) {
                known.begin(trace, day);
            }
            known.add(trace, day, row, sketch);
        }
        known.shrink();
    }

    /// Hands over what is remembered of a trace, and forgets it.
    pub(super) fn take(&self, trace: TraceId) -> Option<FreshTrace> {
        self.known().remove(trace)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn begin(&mut self, trace: TraceId, day: i32) {
        self.remove(trace);
        self.order.push_back(trace);
        self.traces.insert(trace, FreshTrace { day, last: 0, sketches: Vec::new(), bytes: 0 });
    }

    fn add(&mut self, trace: TraceId, day: i32, row: i64, sketch: Sketch) {
        let Some(fresh) = self.traces.get_mut(&trace).filter(|fresh| fresh.day == day) else {
            return;
        };
        let bytes = weight(&sketch);
        fresh.last = row;
        fresh.sketches.push(sketch);
        fresh.bytes += bytes;
        self.bytes += bytes;
    }

    fn remove(&mut self, trace: TraceId) -> Option<FreshTrace> {
        let fresh = self.traces.remove(&trace)?;
        self.bytes -= fresh.bytes;
        Some(fresh)
    }

    /// Forgets the oldest while there is too much. Traces that were taken leave their place in the
    /// order behind, until there are more such places than traces.
    fn shrink(&mut self) {
        while self.bytes > MOST_BYTES {
            let Some(oldest) = self.order.pop_front() else { return };
            self.remove(oldest);
        }
        if self.order.len() > 2 * self.traces.len() + 1_024 {
            let Self { traces, order, .. } = self;
            order.retain(|trace| traces.contains_key(trace));
        }
    }
}

fn weight(sketch: &Sketch) -> usize {
    let traits = &sketch.traits;
    let levels = traits.levels.iter().map(|seen| {
        let level = if let Level::Is(level) = &seen.level { level.len() } else { 0 };
        seen.factor.as_str().len() + level
    });
    let calls = traits.calls_made.iter().chain(&traits.calls_read);
    let calls = calls.map(|call| call.id.len() + call.tool.len());
    let results = traits.results.iter().map(|result| {
        let told = [&result.tool, &result.shape].into_iter().flatten();
        result.call.len() + told.map(String::len).sum::<usize>()
    });
    let texts = levels.chain(calls).chain(results);
    BYTES_OF_A_SKETCH + texts.map(|bytes| BYTES_OF_A_TRAIT + bytes).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use model::{Source, SpanId, StepKind, Traits};

    fn trace(number: u32) -> TraceId {
        let [a, b, c, d] = number.to_be_bytes();
        TraceId::from_bytes(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d]).unwrap()
    }

    /// A step of a trace that was new with it.
    fn stored(number: u32, row: i64) -> Stored {
        let sketch = Sketch {
            span: SpanId::from_bytes(&[1; 8]).unwrap(),
            source: Source::Span,
            parent: None,
            kind: StepKind::Model,
            started: Timestamp::UNIX_EPOCH,
            ended: Timestamp::UNIX_EPOCH,
            failed: false,
            traits: Traits::default(),
        };
        Stored { trace: trace(number), row, sketch, is_new: true }
    }

    fn later(number: u32, row: i64) -> Stored {
        Stored { is_new: false, ..stored(number, row) }
    }

    #[test]
    fn a_trace_is_given_once_with_all_its_steps() {
        let fresh = Fresh::default();
        fresh.note(7, [stored(1, 1), stored(2, 2), stored(1, 3)]);
        fresh.note(7, [later(1, 4)]);
        let taken = fresh.take(trace(1)).unwrap();
        assert_eq!((taken.day, taken.last, taken.sketches.len()), (7, 4, 3));
        assert!(fresh.take(trace(1)).is_none());
    }

    #[test]
    fn of_a_trace_that_began_before_nothing_is_remembered() {
        let fresh = Fresh::default();
        fresh.note(7, [later(1, 9)]);
        assert!(fresh.take(trace(1)).is_none());
        fresh.note(7, [stored(2, 10)]);
        fresh.note(8, [later(2, 1)]);
        assert_eq!(fresh.take(trace(2)).unwrap().last, 10);
    }

    #[test]
    fn there_is_room_for_so_much_and_the_oldest_goes() {
        let fresh = Fresh::default();
        let fit = (MOST_BYTES / BYTES_OF_A_SKETCH) as u32;
        for number in 1..=2 * fit {
            fresh.note(7, [stored(number, i64::from(number))]);
        }
        assert!(fresh.take(trace(fit)).is_none() && fresh.take(trace(2 * fit)).is_some());
        (fit..2 * fit).for_each(|number| _ = fresh.take(trace(number)));
        fresh.note(7, [stored(1, 1)]);
        assert!(fresh.known().bytes == BYTES_OF_A_SKETCH && fresh.known().order.len() == 1);
    }
}
