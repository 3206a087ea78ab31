//! Every combination of levels that is worth a look, without listing those that are not.

use crate::leaves::Leaves;
use crate::table::Table;

/// Most factors in one combination.
const MOST_CONDITIONS: usize = 3;

/// Steps over leaves that a search may take; where combinations of three would take more, those of
/// two are looked at, or single levels.
const MOST_STEPS: usize = 50_000_000;

/// A factor and one of its levels: a place in the table and a place in the column.
pub type Condition = (usize, u32);

/// Calls `visit` for each combination of levels that `keep` lets through, with the leaves it holds.
///
/// `keep` must be such that what it refuses, it refuses for every part of it: combinations are
/// grown level by level and nothing is grown from one that was refused.
pub fn walk(
    table: &Table,
    leaves: &Leaves,
    keep: &impl Fn(&[u32]) -> bool,
    visit: &mut impl FnMut(&[Condition], &[u32]),
) {
    let all: Vec<u32> = (0..leaves.len() as u32).collect();
    let mut walk = Walk { table, leaves, keep, visit, deepest: deepest(leaves) };
    walk.grow(0, &mut Vec::new(), &all);
}

struct Walk<'a, K, V> {
    table: &'a Table,
    leaves: &'a Leaves,
    keep: &'a K,
    visit: &'a mut V,
    deepest: usize,
}

impl<K: Fn(&[u32]) -> bool, V: FnMut(&[Condition], &[u32])> Walk<'_, K, V> {
    /// Adds a level of each factor from `from` on.
    fn grow(&mut self, from: usize, conditions: &mut Vec<Condition>, held: &[u32]) {
        for place in from..self.leaves.columns.len() {
            for (level, part) in self.parts(place, held) {
                if !(self.keep)(&part) {
                    continue;
                }
                conditions.push((self.leaves.columns[place], level));
                (self.visit)(conditions, &part);
                if conditions.len() < self.deepest {
                    self.grow(place + 1, conditions, &part);
                }
                conditions.pop();
            }
        }
    }

    /// The leaves at each level of a factor, levels ascending.
    fn parts(&self, place: usize, held: &[u32]) -> Vec<(u32, Vec<u32>)> {
        let column = &self.table.columns[self.leaves.columns[place]];
        let codes = &self.leaves.codes[place];
        let mut pairs: Vec<(u32, u32)> = Vec::with_capacity(held.len());
        for leaf in held {
            let state = &column.states[codes[*leaf as usize] as usize];
            pairs.extend(state.known().iter().map(|level| (*level, *leaf)));
        }
        pairs.sort_unstable();
        let groups = pairs.chunk_by(|a, b| a.0 == b.0);
        groups.map(|group| (group[0].0, group.iter().map(|pair| pair.1).collect())).collect()
    }
}

/// How many conditions can be combined within the bound.
fn deepest(leaves: &Leaves) -> usize {
    let columns = leaves.columns.len();
    let pairs = columns * columns.saturating_sub(1) / 2;
    let triples = pairs * columns.saturating_sub(2) / 3;
    let steps = [columns, pairs, triples].map(|sets| sets * leaves.len());
    let affordable = steps.iter().take_while(|steps| **steps <= MOST_STEPS).count();
    affordable.clamp(1, MOST_CONDITIONS)
}
