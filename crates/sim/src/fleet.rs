//! The fleet: replicas of the agent, in regions.

use crate::dice::Dice;

/// Replicas in each region.
pub(crate) const REPLICAS_PER_REGION: usize = 8;

/// Replicas in all.
pub(crate) const FLEET: usize = REGIONS.len() * REPLICAS_PER_REGION;

/// A region, its share of the traffic, and how its base rate differs.
#[derive(Debug)]
pub(crate) struct Region {
    pub(crate) name: &'static str,
    pub(crate) share: f64,
    pub(crate) tendency: f64,
}

/// The regions.
pub(crate) const REGIONS: [Region; 3] = [
    Region { name: "eu-west", share: 0.50, tendency: 1.0 },
    Region { name: "us-east", share: 0.35, tendency: 0.9 },
    Region { name: "ap-south", share: 0.15, tendency: 1.2 },
];

/// One process of the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Replica(usize);

impl Replica {
    /// A replica of the region at this place in [`REGIONS`].
    pub(crate) fn of(region: usize, number: usize) -> Self {
        Self(region * REPLICAS_PER_REGION + number)
    }

    /// Any of the fleet.
    pub(crate) fn any(dice: &mut Dice) -> Self {
        Self(dice.below(FLEET))
    }

    /// Its place in the fleet.
    pub(crate) fn index(self) -> usize {
        self.0
    }

    /// Where it runs.
    pub(crate) fn region(self) -> &'static Region {
        &REGIONS[self.0 / REPLICAS_PER_REGION]
    }

    /// Its name: `eu-west-3`.
    pub(crate) fn name(self) -> String {
        format!("{}-{}", self.region().name, self.0 % REPLICAS_PER_REGION + 1)
    }
}
