//! What was counted since the start: typed, and exported by the API.

use std::sync::atomic::{AtomicU64, Ordering};

/// Something that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Spans made durable.
    SpansStored,
    /// Spans that were there already.
    SpansDuplicate,
    /// Spans that could not be kept.
    SpansRejected,
    /// Log records made durable.
    RecordsStored,
    /// Log records that were there already.
    RecordsDuplicate,
    /// Log records that could not be kept.
    RecordsRejected,
    /// Log records that are no GenAI events.
    RecordsIgnored,
    /// Requests that could not be kept at all.
    RequestsRefused,
    /// Traces settled into runs.
    TracesSettled,
    /// Late outcomes kept.
    LabelsStored,
    /// Requests without a key, or without the right one.
    RequestsDenied,
    /// Levels of runs that are not told apart: there are too many of their kind.
    LevelsCapped,
    /// Deliveries of others that are unsigned, forged, stale or make no sense.
    DeliveriesRefused,
    /// Deliveries that came before, or say what was just said.
    DeliveriesRepeated,
    /// Words on alerts of which none is open.
    AlertsDropped,
    /// Deliveries that arrived.
    DeliveriesDelivered,
    /// Attempts to deliver that failed and are made again.
    DeliveriesFailed,
    /// Deliveries given up.
    DeliveriesGivenUp,
}

/// Every count, in the order of [`Counted::ALL`].
#[derive(Debug, Default)]
pub struct Tally {
    counts: [AtomicU64; Counted::ALL.len()],
}

impl Counted {
    /// Everything that is counted.
    pub const ALL: [Self; 18] = [
        Self::SpansStored,
        Self::SpansDuplicate,
        Self::SpansRejected,
        Self::RecordsStored,
        Self::RecordsDuplicate,
        Self::RecordsRejected,
        Self::RecordsIgnored,
        Self::RequestsRefused,
        Self::TracesSettled,
        Self::LabelsStored,
        Self::RequestsDenied,
        Self::LevelsCapped,
        Self::DeliveriesRefused,
        Self::DeliveriesRepeated,
        Self::AlertsDropped,
        Self::DeliveriesDelivered,
        Self::DeliveriesFailed,
        Self::DeliveriesGivenUp,
    ];

    /// The metric's name without unit suffix, and its help text.
    pub fn metric(self) -> (&'static str, &'static str) {
        match self {
            Self::SpansStored => ("mayday_spans_stored", "Spans made durable"),
            Self::SpansDuplicate => ("mayday_spans_duplicate", "Spans that were stored already"),
            Self::SpansRejected => ("mayday_spans_rejected", "Spans that could not be kept"),
            Self::RecordsStored => ("mayday_log_records_stored", "Log records made durable"),
            Self::RecordsDuplicate => {
                ("mayday_log_records_duplicate", "Log records that were stored already")
            }
            Self::RecordsRejected => {
                ("mayday_log_records_rejected", "Log records that could not be kept")
            }
            Self::RecordsIgnored => {
                ("mayday_log_records_ignored", "Log records that are no GenAI events")
            }
            Self::RequestsRefused => ("mayday_requests_refused", "Export requests refused whole"),
            Self::TracesSettled => ("mayday_traces_settled", "Traces settled into runs"),
            Self::LabelsStored => ("mayday_labels_stored", "Late outcomes kept"),
            Self::RequestsDenied => {
                ("mayday_requests_denied", "Requests without a key, or without the right one")
            }
            Self::LevelsCapped => {
                ("mayday_levels_capped", "Levels of runs beyond those that are told apart")
            }
            Self::DeliveriesRefused => {
                ("mayday_deliveries_refused", "Alerts, changes and notices that were refused")
            }
            Self::DeliveriesRepeated => {
                ("mayday_deliveries_repeated", "Alerts, changes and notices that had come before")
            }
            Self::AlertsDropped => {
                ("mayday_alerts_dropped", "Acknowledged or resolved alerts of which none was open")
            }
            Self::DeliveriesDelivered => {
                ("mayday_deliveries_delivered", "Deliveries to targets that arrived")
            }
            Self::DeliveriesFailed => {
                ("mayday_deliveries_failed", "Attempts to deliver that failed and are made again")
            }
            Self::DeliveriesGivenUp => ("mayday_deliveries_given_up", "Deliveries given up"),
        }
    }
}

impl Tally {
    /// Counts so many more.
    pub fn add(&self, what: Counted, more: u64) {
        self.counts[what as usize].fetch_add(more, Ordering::Relaxed);
    }

    /// How many so far.
    pub fn count(&self, what: Counted) -> u64 {
        self.counts[what as usize].load(Ordering::Relaxed)
    }
}
