//! Recording: bytes in, durable, then answered.

use std::collections::HashMap;
use std::sync::PoisonError;

use flight::Append;
use jiff::{SignedDuration, Timestamp};
use model::{Batch, Label, Receipt, Rejection};
use recorder::Encoding;
use watch::Arrival;

use crate::access::{Who, tenants};
use crate::error::RecordError;
use crate::open::{Mayday, Settings};
use crate::tally::Counted;

/// What became of an export request. Given only once everything accepted is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// What was kept.
    pub receipt: Receipt,
    /// What was not, and why.
    pub rejections: Vec<Rejection>,
}

/// Longest source of a label.
const LONGEST_SOURCE: usize = 200;

impl Mayday {
    /// Records one OTLP trace export request in protobuf, for the tenant of whoever sends it.
    pub async fn record(
        &self,
        who: &Who,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Recorded, RecordError> {
        let Settings { limits, content, .. } = &self.settings;
        let mut batch = recorder::decode(body, Encoding::Protobuf, limits, *content)?;
        let rejections = std::mem::take(&mut batch.rejections);
        tenants::stamp(&mut batch.steps, &who.tenant());
        let arrivals = arrivals(&batch);
        let append = Append { received: now, batch, ..Append::default() };
        let receipt = self.flight.append(append).await?;
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        for (trace, arrival) in arrivals {
            due.note(trace, arrival, now, self.settings.settle_after);
        }
        drop(due);
        self.came.notify_one();
        self.tally.add(Counted::SpansStored, receipt.stored);
        self.tally.add(Counted::SpansDuplicate, receipt.duplicate);
        self.tally.add(Counted::SpansRejected, rejections.len() as u64);
        Ok(Recorded { receipt, rejections })
    }

    /// Keeps a late outcome. The run it is about may come before or after it.
    pub async fn label(&self, label: Label, now: Timestamp) -> Result<(), RecordError> {
        if label.source.trim().is_empty() || label.source.len() > LONGEST_SOURCE {
            return Err(RecordError::Label("its source must have 1 to 200 bytes"));
        }
        let latest = now + SignedDuration::from_hours(24);
        if label.at < Timestamp::UNIX_EPOCH || label.at > latest {
            return Err(RecordError::Label("its time lies before 1970 or more than a day ahead"));
        }
        let trace = label.subject.trace();
        let append = Append { received: now, labels: vec![label], ..Append::default() };
        self.flight.append(append).await?;
        self.due.lock().unwrap_or_else(PoisonError::into_inner).now(trace);
        self.came.notify_one();
        self.tally.add(Counted::LabelsStored, 1);
        Ok(())
    }
}

/// When the spans of each trace ended, and when its root did, if it is among them.
fn arrivals(batch: &Batch) -> HashMap<model::TraceId, Arrival> {
    let mut arrivals: HashMap<model::TraceId, Arrival> = HashMap::new();
    for step in &batch.steps {
        let came = Arrival { ended: step.ended, root_ended: None };
        let arrival = arrivals.entry(step.trace).or_insert(came);
        arrival.ended = arrival.ended.max(step.ended);
        if step.parent.is_none() || step.traits.marks_run {
            arrival.root_ended = arrival.root_ended.max(Some(step.ended));
        }
    }
    arrivals
}
