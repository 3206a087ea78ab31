//! What became of requests that were to be forwarded, counted and now and then told.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use response::Signal;

/// A loss is logged at most so often; the line says how many there were.
const TELL_EVERY: Duration = Duration::from_secs(30);

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was sent, and answered with success.
    Sent,
    /// It was not taken into the queue, which was full.
    NotQueued,
    /// It was given up.
    Failed,
    /// It had been forwarded from here before.
    CameBack,
}

/// What is counted of requests, and of what is in them.
const COUNTED: [&str; 3] = ["requests", "spans", "log_records"];

/// What became of requests so far.
#[derive(Debug, Default)]
pub(super) struct Book {
    counts: [[AtomicU64; COUNTED.len()]; Fate::ALL.len()],
    retries: AtomicU64,
    losses: Mutex<Losses>,
}

/// Requests lost since the last line about them, and when that was.
#[derive(Debug, Default)]
struct Losses {
    requests: u64,
    told: Option<Instant>,
}

/// Counters and gauges, each with its name and its help.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) counters: Vec<(String, String, u64)>,
    pub(crate) gauges: [(&'static str, &'static str, u64); 2],
}

impl Fate {
    const ALL: [Self; 4] = [Self::Sent, Self::NotQueued, Self::Failed, Self::CameBack];

    /// As the OpenTelemetry Collector names what its exporters count, and what that means.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Fate::Sent => ("sent", "forwarded"),
            Fate::NotQueued => ("enqueue_failed", "not forwarded, for the queue was full"),
            Fate::Failed => ("send_failed", "not forwarded, for sending was given up"),
            Fate::CameBack => ("came_back", "not forwarded, for they had come from here"),
        }
    }
}

impl Book {
    /// Notes what became of a request with so many items.
    pub(super) fn close(&self, fate: Fate, signal: Signal, items: u64, why: &str) {
        let [requests, spans, records] = &self.counts[fate as usize];
        requests.fetch_add(1, Ordering::Relaxed);
        match signal {
            Signal::Traces => spans.fetch_add(items, Ordering::Relaxed),
            Signal::Logs => records.fetch_add(items, Ordering::Relaxed),
        };
        if fate != Fate::Sent {
            self.tell(why);
        }
    }

    /// Notes that a request is sent once more.
    pub(super) fn retried(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    fn tell(&self, why: &str) {
        let mut losses = self.losses.lock().unwrap_or_else(PoisonError::into_inner);
        losses.requests += 1;
        if losses.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            tracing::warn!(requests = losses.requests, why, "accepted, but not forwarded");
            *losses = Losses { requests: 0, told: Some(Instant::now()) };
        }
    }

    /// Everything counted, with the bytes that the queue holds and may hold.
    pub(super) fn figures(&self, [size, capacity]: [usize; 2]) -> Figures {
        let mut counters = Vec::new();
        for fate in Fate::ALL {
            let (word, meaning) = fate.words();
            for (what, count) in COUNTED.iter().zip(&self.counts[fate as usize]) {
                let name = format!("mayday_forward_{word}_{what}");
                let help = format!("Accepted {} {meaning}", what.replace('_', " "));
                counters.push((name, help, count.load(Ordering::Relaxed)));
            }
        }
        let retries = self.retries.load(Ordering::Relaxed);
        let help = "Times that a request was sent once more".to_owned();
        counters.push(("mayday_forward_retries".to_owned(), help, retries));
        let gauges = [
            ("mayday_forward_queue_bytes", "Bytes that wait to be forwarded", size as u64),
            ("mayday_forward_queue_capacity_bytes", "Bytes that may wait", capacity as u64),
        ];
        Figures { counters, gauges }
    }
}

/// What is left at the end is told whenever the last line was.
impl Drop for Book {
    fn drop(&mut self) {
        let losses = self.losses.get_mut().unwrap_or_else(PoisonError::into_inner);
        if losses.requests > 0 {
            tracing::warn!(requests = losses.requests, "accepted, but not forwarded");
        }
    }
}
