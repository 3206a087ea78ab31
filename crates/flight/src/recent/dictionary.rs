//! Factors and levels of the runs in memory: each once, and no more than can be told apart.
//!
//! Names come from outside, and a client may make up as many as it likes. Beyond a limit a level
//! stands as not recorded, which is counted and proves nothing; what no run here has any more makes
//! room again.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;

use foldhash::HashMap;
use model::{Factor, Level, Seen};

/// Factors of one family that are told apart: a comparison has a column for each.
pub(super) const MOST_FACTORS: usize = 256;

/// Levels of one factor that are told apart.
pub(super) const MOST_LEVELS: usize = 10_000;

/// Levels of all factors that are told apart.
pub(super) const MOST: usize = 200_000;

/// Under what a family's factors stand that are not told apart.
const OTHERS: &str = "others";

/// Every factor and level that some run has.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    entries: Arc<Vec<Seen>>,
    uses: Vec<u32>,
    free: Vec<u32>,
    places: HashMap<Seen, u32>,
    levels: HashMap<Factor, usize>,
    factors: HashMap<String, usize>,
    capped: u64,
}

impl Dictionary {
    /// The entries by their places; those of free places have no factor's name.
    pub(super) fn entries(&self) -> Arc<Vec<Seen>> {
        Arc::clone(&self.entries)
    }

    /// How often a level was not told apart from others.
    pub(super) fn capped(&self) -> u64 {
        self.capped
    }

    /// The place of a level, or of what stands for it, for one more use.
    pub(super) fn take(&mut self, seen: &Seen) -> u32 {
        let place = match self.places.get(seen) {
            Some(place) => *place,
            None if self.has_room_for(seen) => self.insert(seen.clone()),
            None => self.stand_in(&seen.factor),
        };
        self.uses[place as usize] += 1;
        place
    }

    /// Gives back one use of a place.
    pub(super) fn release(&mut self, place: u32) {
        let uses = &mut self.uses[place as usize];
        *uses -= 1;
        if *uses > 0 {
            return;
        }
        let nothing = Seen::unrecorded(Factor::plain(""));
        let entry = &mut Arc::make_mut(&mut self.entries)[place as usize];
        let gone = std::mem::replace(entry, nothing);
        if give_back(&mut self.levels, &gone.factor) {
            give_back(&mut self.factors, gone.factor.family());
        }
        self.places.remove(&gone);
        self.free.push(place);
    }

    fn has_room_for(&self, seen: &Seen) -> bool {
        let factors = self.factors.get(seen.factor.family()).copied().unwrap_or_default();
        self.places.len() < MOST
            && match self.levels.get(&seen.factor) {
                Some(levels) => seen.level == Level::NotRecorded || *levels < MOST_LEVELS,
                None => factors < MOST_FACTORS,
            }
    }

    /// The place of what is not told apart: not recorded, of the factor if that is known.
    fn stand_in(&mut self, factor: &Factor) -> u32 {
        self.capped += 1;
        let seen = match self.levels.contains_key(factor) {
            true => Seen::unrecorded(factor.clone()),
            false => Seen::unrecorded(Factor::of(factor.family(), OTHERS)),
        };
        self.places.get(&seen).copied().unwrap_or_else(|| self.insert(seen))
    }

    fn insert(&mut self, seen: Seen) -> u32 {
        let levels = self.levels.entry(seen.factor.clone()).or_default();
        *levels += 1;
        if *levels == 1 {
            *self.factors.entry(seen.factor.family().to_owned()).or_default() += 1;
        }
        let entries = Arc::make_mut(&mut self.entries);
        let place = self.free.pop().unwrap_or(entries.len() as u32);
        if place as usize == entries.len() {
            entries.push(seen.clone());
            self.uses.push(0);
        } else {
            entries[place as usize] = seen.clone();
        }
        self.places.insert(seen, place);
        place
    }
}

/// Counts one less; whether none is left.
fn give_back<K: Borrow<Q> + Hash + Eq, Q: Hash + Eq + ?Sized>(
    counts: &mut HashMap<K, usize>,
    key: &Q,
) -> bool {
    let Some(count) = counts.get_mut(key) else { return false };
    *count -= 1;
    let is_last = *count == 0;
    if is_last {
        counts.remove(key);
    }
    is_last
}
