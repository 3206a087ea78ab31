//! When levels were first seen: of each feature, factor and level, the start of the first run.
//!
//! Names come from outside, and a client may make up as many as it likes: beyond a limit none is
//! remembered, which is counted.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use model::{Factor, Level, Run};

/// First sightings of one tenant's levels.
#[derive(Debug)]
pub struct FirstSeen {
    families: BTreeSet<String>,
    features: BTreeMap<String, FeatureSeen>,
    levels: usize,
    capped: u64,
}

/// First sightings of one feature's levels.
#[derive(Debug)]
pub struct FeatureSeen {
    /// Start of its first run.
    pub since: Timestamp,
    factors: HashMap<Factor, HashMap<String, Timestamp>>,
    fresh: BTreeSet<(Factor, String)>,
}

/// Levels that are remembered.
const MOST_LEVELS: usize = 100_000;

impl FirstSeen {
    /// Nothing seen yet, of factors of these families.
    pub fn of(families: impl IntoIterator<Item = String>) -> Self {
        let families = families.into_iter().collect();
        Self { families, features: BTreeMap::new(), levels: 0, capped: 0 }
    }

    /// Takes in a run. Runs may come in any order, and more than once.
    pub fn take(&mut self, run: &Run) {
        if !self.features.contains_key(&run.feature) {
            let seen =
                FeatureSeen { since: run.started, factors: HashMap::new(), fresh: BTreeSet::new() };
            self.features.insert(run.feature.clone(), seen);
        }
        let Some(feature) = self.features.get_mut(&run.feature) else { return };
        feature.since = feature.since.min(run.started);
        for seen in &run.levels {
            let Level::Is(level) = &seen.level else { continue };
            if let Some(first) = feature.first_mut(&seen.factor, level) {
                *first = (*first).min(run.started);
            } else if !self.families.contains(seen.factor.family()) {
                // Nobody wants to know.
            } else if self.levels >= MOST_LEVELS {
                self.capped += 1;
            } else {
                self.levels += 1;
                feature.insert(&seen.factor, level, run.started);
            }
        }
    }

    /// Every feature, by name.
    pub fn features(&self) -> impl Iterator<Item = (&str, &FeatureSeen)> {
        self.features.iter().map(|(name, seen)| (name.as_str(), seen))
    }

    /// States of a level that nothing is left to be decided about it.
    pub fn decided(&mut self, feature: &str, level: &(Factor, String)) {
        if let Some(seen) = self.features.get_mut(feature) {
            seen.fresh.remove(level);
        }
    }

    /// How often a level was not remembered because there were too many.
    pub fn capped(&self) -> u64 {
        self.capped
    }
}

impl FeatureSeen {
    /// Levels about which nothing is decided yet.
    pub fn fresh(&self) -> &BTreeSet<(Factor, String)> {
        &self.fresh
    }

    /// When a level was first seen.
    pub fn first(&self, factor: &Factor, level: &str) -> Option<Timestamp> {
        self.factors.get(factor)?.get(level).copied()
    }

    /// Every level of every factor, with when it was first seen.
    pub fn all(&self) -> impl Iterator<Item = (&Factor, &HashMap<String, Timestamp>)> {
        self.factors.iter()
    }

    /// When the levels of a factor were first seen, but for one of them.
    pub fn others(&self, factor: &Factor, but: &str) -> BTreeSet<Timestamp> {
        let levels = self.factors.get(factor).into_iter().flatten();
        levels.filter(|(level, _)| *level != but).map(|(_, first)| *first).collect()
    }

    fn first_mut(&mut self, factor: &Factor, level: &str) -> Option<&mut Timestamp> {
        self.factors.get_mut(factor)?.get_mut(level)
    }

    fn insert(&mut self, factor: &Factor, level: &str, at: Timestamp) {
        self.factors.entry(factor.clone()).or_default().insert(level.to_owned(), at);
        self.fresh.insert((factor.clone(), level.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use model::{Outcome, RunId, Seen, TraceId};

    use super::*;

    fn run(second: i64, levels: &[(&str, &str)]) -> Run {
        let at = Timestamp::from_second(second).unwrap();
        let seen = levels.iter().map(|(factor, level)| Seen::at(Factor::from(*factor), *level));
        Run {
            id: RunId { trace: TraceId::least(), root: None },
            feature: "support".to_owned(),
            started: at,
            ended: at,
            outcome: Outcome::Good,
            labelled: None,
            cluster: None,
            steps: 1,
            levels: seen.chain([Seen::unrecorded(Factor::from("prompt:b"))]).collect(),
        }
    }

    #[test]
    fn the_first_run_counts_whatever_the_order_they_come_in() {
        let mut seen = FirstSeen::of(["prompt".to_owned()]);
        seen.take(&run(20, &[("prompt:a", "1"), ("region", "eu")]));
        seen.take(&run(10, &[("prompt:a", "1")]));
        seen.take(&run(30, &[("prompt:a", "2")]));
        let (name, support) = seen.features().next().unwrap();
        let second = |second| Timestamp::from_second(second).unwrap();
        let prompt = Factor::from("prompt:a");
        assert_eq!((name, support.since), ("support", second(10)));
        assert_eq!(support.first(&prompt, "1"), Some(second(10)));
        assert_eq!(support.others(&prompt, "1"), [second(30)].into());
        assert_eq!(support.first(&Factor::from("region"), "eu"), None);
        assert_eq!(support.fresh().len(), 2);
        seen.decided("support", &(prompt, "1".to_owned()));
        assert_eq!(seen.features().next().unwrap().1.fresh().len(), 1);
    }
}
