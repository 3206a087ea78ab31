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
    HooksRefused,
    /// Deliveries that came before, or say what was just said.
    HooksRepeated,
    /// Words on alerts of which none is open.
    AlertsDropped,
    /// Deliveries that arrived.
    DeliveriesDelivered,
    /// Attempts to deliver that failed and are made again.
    DeliveriesFailed,
    /// Deliveries given up.
    DeliveriesGivenUp,
    /// Notices of providers made durable.
    NoticesHeard,
    /// Notices that were known already.
    NoticesDuplicate,
    /// Deliveries that are not signed, and have to be.
    HooksUnsigned,
    /// Deliveries whose signature does not match.
    HooksForged,
    /// Deliveries signed too long ago, or in the future.
    HooksStale,
    /// Deliveries that are too large, or whose headers can mean nothing.
    HooksMalformed,
    /// Deliveries to no channel, or not by its secret address.
    HooksMisaddressed,
    /// Deliveries that could not be kept.
    HooksFailed,
}

/// Every count, in the order of [`Counted::ALL`].
#[derive(Debug, Default)]
pub struct Tally {
    counts: [AtomicU64; Counted::ALL.len()],
}

impl Counted {
    /// Everything that is counted.
    pub const ALL: [Self; 26] = [
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
        Self::HooksRefused,
        Self::HooksRepeated,
        Self::AlertsDropped,
        Self::DeliveriesDelivered,
        Self::DeliveriesFailed,
        Self::DeliveriesGivenUp,
        Self::NoticesHeard,
        Self::NoticesDuplicate,
        Self::HooksUnsigned,
        Self::HooksForged,
        Self::HooksStale,
        Self::HooksMalformed,
        Self::HooksMisaddressed,
        Self::HooksFailed,
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
            Self::HooksRefused => {
                ("mayday_hooks_refused", "Alerts, changes and notices that were refused")
            }
            Self::HooksRepeated => {
                ("mayday_hooks_repeated", "Alerts, changes and notices that had come before")
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
            Self::NoticesHeard => ("mayday_notices_heard", "Notices of providers made durable"),
            Self::NoticesDuplicate => {
                ("mayday_notices_duplicate", "Notices that were known already")
            }
            Self::HooksUnsigned => {
                ("mayday_hooks_refused_unsigned", "Deliveries refused: not signed")
            }
            Self::HooksForged => {
                ("mayday_hooks_refused_forged", "Deliveries refused: the signature does not match")
            }
            Self::HooksStale => (
                "mayday_hooks_refused_stale",
                "Deliveries refused: signed too long ago, or in the future",
            ),
            Self::HooksMalformed => (
                "mayday_hooks_refused_malformed",
                "Deliveries refused: too large, or headers that can mean nothing",
            ),
            Self::HooksMisaddressed => (
                "mayday_hooks_refused_misaddressed",
                "Deliveries refused: to no channel, or not by its secret address",
            ),
            Self::HooksFailed => (
                "mayday_hooks_failed",
                "Deliveries that could not be kept: the sender has to come again",
            ),
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
