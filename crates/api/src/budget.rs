//! How much memory export requests may take together while they are read and decoded.
//!
//! A request enters with a small [`Charge`] of its own, or, if it says how long it is, with one that
//! is large enough; it grows as its body does. Small requests have places kept for them, so that
//! large ones can't starve them. Who outgrows a small place waits once for room; who then outgrows
//! that is told to come back, for two that hold and wait could wait for each other.

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

/// Bytes of memory for each byte of a body: itself, what it is decoded to, what is made of that.
const WEIGHT: usize = 3;

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
    /// Room for one request as large as allowed, or for many that are smaller.
    pub fn new(max_body_bytes: usize) -> Self {
        let units = (max_body_bytes * WEIGHT).div_ceil(UNIT).max(1);
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

    /// Takes some more bytes of memory. One request alone may have all there is, and no more.
    pub async fn more(&mut self, bytes: usize) -> Result<(), Full> {
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
mod tests {
    use super::*;

    const MIB: usize = 1_024 * 1_024;

    fn free(budget: &Budget) -> (usize, usize) {
        (budget.places.available_permits(), budget.room.available_permits() * UNIT)
    }

    #[tokio::test]
    async fn a_small_request_takes_a_place_and_no_room() {
        let budget = Budget::new(16 * MIB);
        let mut charge = budget.enter(None).await.unwrap();
        charge.body(SMALL / WEIGHT).await.unwrap();
        assert_eq!(free(&budget), (PLACES - 1, 48 * MIB));
        drop(charge);
        assert_eq!(free(&budget), (PLACES, 48 * MIB));
    }

    #[tokio::test]
    async fn a_request_grows_and_gives_back_what_it_took() {
        let budget = Budget::new(16 * MIB);
        let mut charge = budget.enter(None).await.unwrap();
        charge.body(MIB).await.unwrap();
        assert_eq!(free(&budget), (PLACES - 1, 48 * MIB - STEP));
        for _ in 0..15 {
            charge.body(MIB).await.unwrap();
        }
        assert_eq!(free(&budget), (PLACES - 1, SMALL));
        drop(charge);
        assert_eq!(free(&budget), (PLACES, 48 * MIB));
    }

    #[tokio::test]
    async fn a_request_of_known_length_has_its_room_at_once_and_no_small_ones_place() {
        let budget = Budget::new(MIB);
        let mut charge = budget.enter(Some(MIB)).await.unwrap();
        assert_eq!(free(&budget), (PLACES, 0));
        charge.body(MIB).await.unwrap();
        assert_eq!(free(&budget), (PLACES, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn where_large_ones_took_all_room_small_ones_pass_and_growing_ones_are_told() {
        let budget = Budget::new(MIB);
        let large = budget.enter(Some(MIB)).await.unwrap();
        let mut small = budget.enter(Some(10_000)).await.unwrap();
        assert_eq!(small.body(10_000).await, Ok(()));
        assert_eq!(small.body(SMALL).await, Err(Full));
        drop(large);
        assert_eq!(small.body(SMALL).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_outgrows_a_place_waits_for_room_and_then_no_more() {
        let budget = Budget::new(16 * MIB);
        let large = budget.enter(Some(16 * MIB)).await.unwrap();
        let mut growing = budget.enter(None).await.unwrap();
        let (grown, ()) = tokio::join!(growing.body(MIB), async {
            tokio::task::yield_now().await;
            drop(large);
        });
        assert_eq!(grown, Ok(()));
        let _large = budget.enter(Some(13 * MIB)).await.unwrap();
        assert_eq!(growing.body(MIB).await, Ok(()), "it was given more than it asked for");
        assert_eq!(growing.body(2 * MIB).await, Err(Full));
    }

    #[tokio::test]
    async fn one_alone_may_decode_to_more_than_there_is() {
        let budget = Budget::new(MIB);
        let mut charge = budget.enter(Some(MIB)).await.unwrap();
        assert_eq!(charge.more(100 * MIB).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_is_told_to_come_back() {
        let budget = Budget::new(MIB);
        let _large = budget.enter(Some(MIB)).await.unwrap();
        assert_eq!(budget.enter(Some(MIB)).await.unwrap_err(), Full);
        let mut held = Vec::new();
        for _ in 0..PLACES {
            held.push(budget.enter(None).await.unwrap());
        }
        assert_eq!(budget.enter(None).await.unwrap_err(), Full);
        held.pop();
        assert!(budget.enter(None).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn half_of_the_places_stay_in_motion() {
        let budget = Budget::new(MIB);
        let _large = budget.enter(Some(MIB)).await.unwrap();
        let waiting = (0..QUEUE).map(|_| {
            let budget = budget.clone();
            tokio::spawn(async move { budget.enter(None).await?.more(SMALL + 1).await })
        });
        let waiting: Vec<_> = waiting.collect();
        tokio::task::yield_now().await;
        let mut one_more = budget.enter(None).await.unwrap();
        let told = tokio::time::timeout(Duration::ZERO, one_more.more(SMALL + 1)).await;
        assert_eq!(told.expect("it waits for nothing"), Err(Full));
        for task in waiting {
            assert_eq!(task.await.unwrap(), Err(Full));
        }
    }
}
