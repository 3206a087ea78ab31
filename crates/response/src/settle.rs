//! Settling: traces that are complete become runs. A reconciler: no input, idempotent.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use flight::{Append, FlightError};
use jiff::Timestamp;
use model::{Settlement, TraceId};

use crate::open::Mayday;
use crate::tally::Counted;

/// Longest pause between two looks at what is due.
const PAUSE: Duration = Duration::from_millis(500);

/// Shortest pause: looking at what is due costs time for each trace that waits.
const BREATH: Duration = Duration::from_millis(100);

/// Traces settled in one append.
const TOGETHER: usize = 256;

impl Mayday {
    /// Settles every trace that is due, and says how many that were.
    ///
    /// One settling runs at a time: when this returns, all that was due at its call is in the runs.
    /// A trace whose spans come later is settled again; its earlier runs give way.
    pub async fn settle(&self, now: Timestamp) -> Result<usize, FlightError> {
        let _alone = self.settling.lock().await;
        let mut settled = 0;
        loop {
            let traces = self.take_due(now);
            if traces.is_empty() {
                return Ok(settled);
            }
            settled += traces.len();
            if let Err(error) = self.settle_these(&traces, now).await {
                let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
                traces.into_iter().for_each(|trace| due.now(trace));
                self.in_hand.store(0, Ordering::Relaxed);
                return Err(error);
            }
            self.in_hand.store(0, Ordering::Relaxed);
        }
    }

    /// Waits until something came, or for a moment, and settles what is due then.
    ///
    /// A failure is logged and the traces stay due; whoever calls this in a loop has a reconciler.
    pub async fn settle_next(&self, clock: fn() -> Timestamp) {
        _ = tokio::time::timeout(PAUSE, self.came.notified()).await;
        if let Err(error) = self.settle(clock()).await {
            tracing::error!(error = &error as &dyn std::error::Error, "settling failed");
        }
        tokio::time::sleep(BREATH).await;
    }

    /// Takes what is due in hand; until it is settled it still counts as waiting.
    fn take_due(&self, now: Timestamp) -> Vec<TraceId> {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let traces = due.take(now, TOGETHER);
        self.in_hand.store(traces.len(), Ordering::Relaxed);
        traces
    }

    async fn settle_these(&self, traces: &[TraceId], now: Timestamp) -> Result<(), FlightError> {
        let mut settlements = Vec::with_capacity(traces.len());
        for trace in traces {
            match self.assembled(*trace) {
                Err(error @ FlightError::Corrupt { .. }) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(%trace, error, "a trace can't be read and is left out");
                }
                assembled => settlements.push(assembled?),
            }
        }
        let append =
            Append { received: now, settlements: settlements.clone(), ..Append::default() };
        self.flight.append(append).await?;
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        settlements.iter().for_each(|settlement| recent.apply(settlement));
        self.tally.add(Counted::TracesSettled, traces.len() as u64);
        Ok(())
    }

    fn assembled(&self, trace: TraceId) -> Result<Settlement, FlightError> {
        let record = self.flight.trace(trace)?;
        let runs = watch::assemble(trace, &record.steps, &record.labels);
        Ok(Settlement { trace, runs, through: record.through })
    }
}
