//! The exporter: sends spans in the order in which they end, in batches.

use std::collections::BTreeMap;
use std::iter::Peekable;

use jiff::{SignedDuration, Timestamp};
use recorder::wire::{Sender, Span};

use crate::fleet::Replica;
use crate::product;
use crate::setup::Edition;

/// Spans in a request, at most: what batch exporters send by default.
const MOST_SPANS: usize = 512;

/// How long a span waits for its batch to fill.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(2);

/// One request of the exporter.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Simulated time of the export. Every span in it had ended by then.
    pub at: Timestamp,
    /// Each sender with its spans, 512 in all at most.
    pub groups: Vec<(Sender, Vec<Span>)>,
    /// How many runs ended in it.
    pub runs: u32,
}

/// Who sends a run's spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    pub(crate) replica: Replica,
    pub(crate) code: Edition,
}

/// A run that is over.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) started: Timestamp,
    pub(crate) origin: Origin,
    /// Its spans. None of them starts before the run.
    pub(crate) spans: Vec<Span>,
}

/// Sends runs, which come in the order in which they start.
#[derive(Debug)]
pub(crate) struct Exporter<I: Iterator<Item = Written>> {
    runs: Peekable<I>,
    /// Spans that are not sent yet, by their end and the order of writing.
    waiting: BTreeMap<(Timestamp, u64), (Origin, Span)>,
    written: u64,
}

/// A request in the making.
#[derive(Debug)]
struct Batch {
    due: Timestamp,
    last: Timestamp,
    groups: BTreeMap<Origin, Vec<Span>>,
    spans: usize,
    runs: u32,
}

impl<I: Iterator<Item = Written>> Exporter<I> {
    /// An exporter of these runs.
    pub(crate) fn new(runs: I) -> Self {
        Self { runs: runs.peekable(), waiting: BTreeMap::new(), written: 0 }
    }

    /// When the next span ends. Lets in all runs that could have one that ends earlier.
    fn next_end(&mut self) -> Option<Timestamp> {
        loop {
            let next = self.waiting.first_key_value().map(|((end, _), _)| *end);
            let earlier = |run: &Written| next.is_none_or(|next| run.started < next);
            let Some(run) = self.runs.next_if(earlier) else { return next };
            for span in run.spans {
                self.waiting.insert((span.ended, self.written), (run.origin, span));
                self.written += 1;
            }
        }
    }
}

impl<I: Iterator<Item = Written>> Iterator for Exporter<I> {
    type Item = Request;

    fn next(&mut self) -> Option<Request> {
        let mut batch = Batch::opened(self.next_end()?);
        while let Some(end) = self.next_end() {
            if end > batch.due {
                let due = batch.due;
                return Some(batch.close(due));
            }
            let Some((_, (origin, span))) = self.waiting.pop_first() else { break };
            batch.add(origin, span);
            if batch.spans == MOST_SPANS {
                break;
            }
        }
        let last = batch.last;
        Some(batch.close(last))
    }
}

impl Batch {
    /// A batch whose first span ends now.
    fn opened(first: Timestamp) -> Self {
        let due = first + LONGEST_WAIT;
        Self { due, last: first, groups: BTreeMap::new(), spans: 0, runs: 0 }
    }

    fn add(&mut self, origin: Origin, span: Span) {
        self.last = span.ended;
        self.spans += 1;
        self.runs += u32::from(span.parent.is_none());
        self.groups.entry(origin).or_default().push(span);
    }

    fn close(self, at: Timestamp) -> Request {
        let group = |(origin, spans): (Origin, Vec<Span>)| {
            (product::sender(origin.replica, origin.code), spans)
        };
        Request { at, groups: self.groups.into_iter().map(group).collect(), runs: self.runs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{SpanId, TraceId};
    use recorder::wire::Kind;

    /// Runs of one span that takes a second, starting at these seconds.
    fn requests(starts: impl IntoIterator<Item = i64>) -> Vec<Request> {
        let run = |(number, second): (u64, i64)| {
            let started = Timestamp::from_second(second).unwrap();
            let span = Span {
                trace: TraceId::from_bytes(&[1; 16]).unwrap(),
                span: SpanId::from_bytes(&number.to_be_bytes()).unwrap(),
                parent: None,
                name: "invoke_agent".to_owned(),
                kind: Kind::Internal,
                started,
                ended: started + SignedDuration::from_secs(1),
                failed: false,
                attributes: Vec::new(),
            };
            let origin =
                Origin { replica: Replica::of(0, number as usize % 2), code: Edition::Original };
            Written { started, origin, spans: vec![span] }
        };
        Exporter::new((1..).zip(starts).map(run)).collect()
    }

    #[test]
    fn a_full_batch_is_sent_at_once() {
        let sent = requests(std::iter::repeat_n(100, 600));
        let sizes: Vec<_> = sent.iter().map(|request| request.runs).collect();
        assert_eq!(sizes, [512, 88]);
        assert_eq!(sent[0].groups.len(), 2);
        assert_eq!(sent[0].at.as_second(), 101);
    }

    #[test]
    fn a_span_waits_no_longer_than_two_minutes() {
        let sent = requests([100, 200, 219, 221, 900]);
        let times: Vec<_> =
            sent.iter().map(|request| (request.at.as_second(), request.runs)).collect();
        assert_eq!(times, [(221, 3), (342, 1), (901, 1)]);
    }

    #[test]
    fn no_run_means_no_request() {
        assert_eq!(requests([]), []);
    }
}
