//! Settling: traces that are complete become runs. A reconciler: no input, idempotent.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use flight::{Append, FlightError, TraceRecord};
use jiff::Timestamp;
use model::{Settlement, TraceId};
use watch::assemble::MOST_LEVELS;

use crate::open::{House, Mayday};
use crate::room::Room;
use crate::tally::Counted;

/// Longest pause between two looks at what is due.
const PAUSE: Duration = Duration::from_millis(500);

/// Shortest pause: looking at what is due costs time for each trace that waits.
const BREATH: Duration = Duration::from_millis(100);

/// Traces settled in one append.
const TOGETHER: usize = 512;

impl Mayday {
    /// Settles every trace that is due, of all tenants, and says how many that were.
    ///
    /// One settling of a tenant runs at a time: when this returns, all that was due at its call is
    /// in the runs. A trace whose spans come later is settled again; its earlier runs give way.
    pub async fn settle(&self, now: Timestamp) -> Result<usize, FlightError> {
        let mut settled = 0;
        for room in self.house.rooms() {
            settled += room.settle(&self.house, now).await?;
        }
        Ok(settled)
    }

    /// Waits until something came, or for a moment, and settles what is due then.
    ///
    /// A failure is logged and the traces stay due; whoever calls this in a loop has a reconciler.
    pub async fn settle_next(&self, clock: fn() -> Timestamp) {
        _ = tokio::time::timeout(PAUSE, self.house.came.notified()).await;
        if let Err(error) = self.settle(clock()).await {
            tracing::error!(error = &error as &dyn std::error::Error, "settling failed");
        }
        tokio::time::sleep(BREATH).await;
    }
}

impl Room {
    async fn settle(&self, house: &House, now: Timestamp) -> Result<usize, FlightError> {
        let _alone = self.settling.lock().await;
        let mut settled = 0;
        loop {
            let traces = self.take_due(now);
            if traces.is_empty() {
                return Ok(settled);
            }
            settled += traces.len();
            let done = self.settle_these(house, &traces, now).await;
            if done.is_err() {
                let mut due = self.due();
                traces.into_iter().for_each(|trace| due.now(trace));
            }
            self.in_hand.store(0, Ordering::Relaxed);
            done?;
        }
    }

    /// Takes what is due in hand; until it is settled it still counts as waiting.
    fn take_due(&self, now: Timestamp) -> Vec<TraceId> {
        let mut due = self.due();
        let traces = due.take(now, TOGETHER);
        self.in_hand.store(traces.len(), Ordering::Relaxed);
        traces
    }

    async fn settle_these(
        &self,
        house: &House,
        traces: &[TraceId],
        now: Timestamp,
    ) -> Result<(), FlightError> {
        let mut settlements = Vec::with_capacity(traces.len());
        for (trace, record) in traces.iter().zip(self.flight.traces(traces)?) {
            match record {
                Ok(record) => settlements.push(self.settlement(*trace, &record)),
                Err(error @ (FlightError::Corrupt { .. } | FlightError::Damaged { .. })) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(%trace, error, "a trace can't be read and is left out");
                }
                Err(error) => return Err(error),
            }
        }
        let append =
            Append { received: now, settlements: settlements.clone(), ..Append::default() };
        self.flight.append(append).await?;
        self.settled.store(now.as_second(), Ordering::Relaxed);
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        let capped = recent.capped();
        settlements.iter().for_each(|settlement| recent.apply(settlement));
        let runs = settlements.iter().flat_map(|it| &it.runs);
        let full = runs.filter(|run| run.levels.len() >= MOST_LEVELS).count() as u64;
        house.tally.add(Counted::LevelsCapped, recent.capped() - capped + full);
        drop(recent);
        let mut seen = self.first_seen_mut();
        let capped = seen.capped();
        settlements.iter().flat_map(|it| &it.runs).for_each(|run| seen.take(run));
        house.tally.add(Counted::LevelsCapped, seen.capped() - capped);
        house.tally.add(Counted::TracesSettled, traces.len() as u64);
        Ok(())
    }

    fn settlement(&self, trace: TraceId, record: &TraceRecord) -> Settlement {
        let runs = watch::assemble(trace, &record.steps, &record.labels);
        let payload = self.sampling.decide(trace, &record.steps, &runs);
        Settlement { trace, runs, payload, through: record.through }
    }
}
