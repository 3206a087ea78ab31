//! How much memory export requests may take together while they are read and decoded.
//!
//! A request enters with a small [`Charge`] of its own, or, if it says how long it is, with one
//! that is large enough; it grows as its body does. Small requests have places kept for them, so
//! that large ones can't starve them. Who outgrows a small place waits once for room; who then
//! outgrows that is told to come back, for two that hold and wait could wait for each other.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes that a small request may take.
const SMALL: usize = 256 * 1_024;

/// Small requests at once.
const PLACES: usize = 64;

/// Requests that may wait for room while they hold a place: half of the places stay in motion.
const QUEUE: usize = PLACES / 2;

/// Bytes of room that a request is given which outgrew its place.
const STEP: usize = 8 * 1_024 * 1_024;

/// What is counted at a time.
const UNIT: usize = 16 * 1_024;

/// Bytes of memory for each byte of a body: itself, its text in steps, and as much again twice for
/// what steps are beside their text.
const WEIGHT: usize = 4;

/// Largest bodies that there is room for at once, in bytes of memory for each byte.
const ROOM: usize = 3;

/// How long a request may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// The memory that export requests share.
#[derive(Debug, Clone)]
pub struct Budget {
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    room: Arc<Semaphore>,
    units: usize,
}

/// What one request has of it, until it is dropped.
#[derive(Debug)]
pub struct Charge {
    budget: Budget,
    taken: usize,
    allowed: usize,
    _place: Option<OwnedSemaphorePermit>,
    held: Option<OwnedSemaphorePermit>,
}

/// There is no room left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl Budget {
    /// Room for one request as large as allowed, or for several that are smaller.
    pub fn new(max_body_bytes: usize) -> Self {
        let units = (max_body_bytes * ROOM).div_ceil(UNIT).max(1);
        Self {
            places: Arc::new(Semaphore::new(PLACES)),
            queue: Arc::new(Semaphore::new(QUEUE)),
            room: Arc::new(Semaphore::new(units)),
            units,
        }
    }

    /// Waits for the turn of a request whose body has so many bytes, or is of unknown length.
    pub async fn enter(&self, length: Option<usize>) -> Result<Charge, Full> {
        let expected = length.unwrap_or(0) * WEIGHT;
        let place = if expected <= SMALL { Some(wait(&self.places, 1).await?) } else { None };
        let mut charge =
            Charge { budget: self.clone(), taken: 0, allowed: SMALL, _place: place, held: None };
        if expected > SMALL {
            let units = expected.div_ceil(UNIT).min(self.units);
            charge.held = Some(wait(&self.room, units).await?);
            charge.allowed = expected;
        }
        Ok(charge)
    }
}

async fn wait(on: &Arc<Semaphore>, permits: usize) -> Result<OwnedSemaphorePermit, Full> {
    let permits = u32::try_from(permits).map_err(|_| Full)?;
    let permit = Arc::clone(on).acquire_many_owned(permits);
    tokio::time::timeout(PATIENCE, permit).await.map_err(|_| Full)?.map_err(|_| Full)
}

impl Charge {
    /// Takes what some more bytes of a body need.
    pub async fn body(&mut self, bytes: usize) -> Result<(), Full> {
        self.more(bytes * WEIGHT).await
    }

    /// Takes what steps need beside their text, as far as that was not taken with the body.
    pub async fn beside(&mut self, bytes: usize, body: usize) -> Result<(), Full> {
        self.more(bytes.saturating_sub((WEIGHT - 2) * body)).await
    }

    /// Takes some more bytes of memory. One request alone may have all there is, and no more.
    async fn more(&mut self, bytes: usize) -> Result<(), Full> {
        self.taken = self.taken.saturating_add(bytes);
        let lacking = self.taken.saturating_sub(self.allowed);
        match &mut self.held {
            _ if lacking == 0 => Ok(()),
            None => {
                let _turn = self.budget.queue.try_acquire().map_err(|_| Full)?;
                let units = lacking.max(STEP).div_ceil(UNIT).min(self.budget.units);
                let held = wait(&self.budget.room, units).await?;
                self.allowed += held.num_permits() * UNIT;
                self.held = Some(held);
                Ok(())
            }
            Some(held) => {
                let left = self.budget.units - held.num_permits();
                let units = u32::try_from(lacking.div_ceil(UNIT).min(left)).map_err(|_| Full)?;
                let more = Arc::clone(&self.budget.room).try_acquire_many_owned(units);
                let more = more.map_err(|_| Full)?;
                self.allowed += more.num_permits() * UNIT;
                held.merge(more);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests;
