//! The floor: the least that anybody must do who takes in spans durably, done well.
//!
//! Two workers decode each body with prost and compress it with zstd; one log takes the frames in
//! turn; a syncer makes durable what waits, all of it with one sync. No more batches wait for their
//! sync than the load generator has connections, because no more could have been sent.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use sim::wire;

use super::load::Request;
use super::process;

/// Worker threads: as many as the server may keep busy on two cores.
pub(super) const THREADS: usize = 2;

/// The level at which the server's store compresses.
pub(super) const ZSTD_LEVEL: i32 = 1;

/// What the floor did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Floor {
    pub(super) spans: usize,
    pub(super) elapsed: Duration,
    pub(super) cpu: Duration,
}

impl Floor {
    pub(super) fn spans_per_second(&self) -> f64 {
        self.spans as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }

    /// Microseconds of CPU a span.
    pub(super) fn micros(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.spans.max(1) as f64
    }
}

/// A file to which frames are appended, and how far it is durable.
struct Log {
    state: Mutex<State>,
    changed: Condvar,
    /// The same file, for syncing beside appending.
    synced: File,
    /// Most frames that may wait for their sync.
    most_waiting: usize,
}

struct State {
    file: File,
    appended: usize,
    synced: usize,
    /// Whether more may come, and can be kept.
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    Closed,
    Broken,
}

/// Takes these requests as plainly as can be, into a file of this directory.
pub(super) fn run(requests: &[Request], directory: &Path, connections: usize) -> Result<Floor> {
    let path = directory.join("floor");
    let file = File::create(&path).context("could not make a file to append to")?;
    let log = Log::of(file, connections)?;
    let cpu = process::cpu(std::process::id())?;
    let began = Instant::now();
    let spans = take(requests, &log)?;
    let elapsed = began.elapsed();
    let cpu = process::cpu(std::process::id())?.saturating_sub(cpu);
    std::fs::remove_file(path)?;
    Ok(Floor { spans, elapsed, cpu })
}

fn take(requests: &[Request], log: &Log) -> Result<usize> {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let syncer = scope.spawn(|| log.keep_syncing());
        let workers: Vec<_> =
            (0..THREADS).map(|_| scope.spawn(|| work(requests, &next, log))).collect();
        let done: Vec<_> = workers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        log.enter(Phase::Closed);
        let synced = syncer.join().map_err(|_| anyhow!("the syncer panicked"))?;
        synced.context("could not sync the file")?;
        let done =
            done.into_iter().map(|worker| worker.map_err(|_| anyhow!("a worker panicked"))?);
        done.sum()
    })
}

fn work(requests: &[Request], next: &AtomicUsize, log: &Log) -> Result<usize> {
    let mut compressor = zstd::bulk::Compressor::new(ZSTD_LEVEL)?;
    let mut spans = 0;
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        spans += wire::spans_in(&request.body).context("a request of the load is no OTLP")?;
        let frame = compressor.compress(&request.body)?;
        log.append(&frame).context("could not append to the file")?;
    }
    Ok(spans)
}

impl Log {
    fn of(file: File, most_waiting: usize) -> std::io::Result<Self> {
        let synced = file.try_clone()?;
        let state = State { file, appended: 0, synced: 0, phase: Phase::Open };
        Ok(Self { state: Mutex::new(state), changed: Condvar::new(), synced, most_waiting })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while(&self, waits: impl FnMut(&mut State) -> bool) -> MutexGuard<'_, State> {
        self.changed.wait_while(self.state(), waits).unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends a frame once few enough wait for their sync.
    fn append(&self, frame: &[u8]) -> std::io::Result<()> {
        let mut state = self.wait_while(|state| {
            state.phase == Phase::Open && state.appended - state.synced >= self.most_waiting
        });
        if state.phase == Phase::Broken {
            return Err(std::io::Error::other("an earlier sync failed"));
        }
        state.file.write_all(&(frame.len() as u64).to_le_bytes())?;
        state.file.write_all(frame)?;
        state.appended += 1;
        self.changed.notify_all();
        Ok(())
    }

    fn enter(&self, phase: Phase) {
        self.state().phase = phase;
        self.changed.notify_all();
    }

    /// Syncs whatever waits, all of it at once, until nothing more comes.
    fn keep_syncing(&self) -> std::io::Result<()> {
        loop {
            let appended = {
                let idle = |state: &State| state.appended == state.synced;
                let state = self.wait_while(|state| idle(state) && state.phase == Phase::Open);
                if idle(&state) {
                    return Ok(());
                }
                state.appended
            };
            if let Err(error) = self.synced.sync_data() {
                self.enter(Phase::Broken);
                return Err(error);
            }
            self.state().synced = appended;
            self.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::load::{Load, Packing, Recipe};
    use super::*;

    #[test]
    fn every_batch_is_taken_once_and_the_file_goes_away() {
        let directory = tempfile::tempdir().unwrap();
        let start = jiff::Timestamp::UNIX_EPOCH;
        let packing = Packing::ByTrace;
        let recipe = Recipe { load: Load::Kb1, seed: 1, spans: 400, start, packing };
        let requests: Vec<_> = recipe.requests().collect();
        let floor = run(&requests, directory.path(), 3).unwrap();
        assert_eq!(floor.spans, 400);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_no_otlp_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let body = bytes::Bytes::from_static(b"\xff\xff");
        let requests = [Request { body, spans: 1, ended: Vec::new() }];
        assert!(run(&requests, directory.path(), 1).is_err());
    }
}
