//! One round of the server: a fresh process and directory, a whole load, and what it cost.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use indicatif::ProgressBar;
use tokio::task::JoinHandle;

use super::child::{Server, Site};
use super::load::Request;
use super::process;
use super::send::{self, Sending, Sent};

/// How often memory is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How long the load of one round may take; what is not sent by then is not sent.
const MOST_TIME: Duration = Duration::from_secs(180);

/// What one round came to.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) sent: Sent,
    /// CPU time of the server until the last answer.
    pub(super) cpu: Duration,
    /// CPU time of the server until all was settled.
    pub(super) cpu_settled: Duration,
    /// CPU time of the load generator.
    pub(super) cpu_sending: Duration,
    /// From the last answer until all was settled; none if that took too long.
    pub(super) settling: Option<Duration>,
    /// Resident memory at its highest, in bytes.
    pub(super) peak: u64,
    /// Resident memory under load, looked at again and again.
    pub(super) resident: Vec<u64>,
    /// Bytes on disk once settled and stopped, keys apart.
    pub(super) disk: u64,
}

impl Round {
    /// Plays one round in a directory, which is empty again at the end.
    pub(super) async fn play(
        requests: &Arc<Vec<Request>>,
        site: Site<'_>,
        connections: usize,
        bar: &ProgressBar,
    ) -> Result<Self> {
        let server = Server::start(site).await?;
        let (used, spent) = (server.cpu()?, process::cpu(std::process::id())?);
        let watch = Watch::over(server.pid());
        let sending = Sending {
            to: server.otlp.clone(),
            connections,
            spans_per_second: None,
            most_time: MOST_TIME,
        };
        let sent = send::send(requests, &sending, bar).await?;
        let answered = Instant::now();
        let cpu = server.cpu()?.saturating_sub(used);
        let cpu_sending = process::cpu(std::process::id())?.saturating_sub(spent);
        let resident = watch.end().await;
        let settled = server.settled(sent.traces).await?;
        let cpu_settled = server.cpu()?.saturating_sub(used);
        let peak = process::memory(server.pid())?.peak;
        let disk = server.stop().await?;
        std::fs::remove_dir_all(site.directory.join("data"))?;
        let settling = settled.map(|settled| settled.saturating_duration_since(answered));
        Ok(Self { sent, cpu, cpu_settled, cpu_sending, settling, peak, resident, disk })
    }

    /// Microseconds a span.
    pub(super) fn micros(&self, spent: Duration) -> f64 {
        spent.as_secs_f64() * 1e6 / self.sent.spans.max(1) as f64
    }
}

/// Looks at the memory of a process until told to end.
struct Watch {
    looking: JoinHandle<()>,
    seen: Arc<std::sync::Mutex<Vec<u64>>>,
}

impl Watch {
    fn over(pid: u32) -> Self {
        let seen = Arc::<std::sync::Mutex<Vec<u64>>>::default();
        let noted = Arc::clone(&seen);
        let looking = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(LOOK_EVERY);
            while let Ok(memory) = process::memory(pid) {
                noted
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .push(memory.resident);
                ticks.tick().await;
            }
        });
        Self { looking, seen }
    }

    async fn end(self) -> Vec<u64> {
        self.looking.abort();
        _ = self.looking.await;
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
