//! The same seed plays the same world, and what a scenario says of its record is so.

use std::collections::HashSet;

use model::{Level, Outcome};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::plan::Plan;
use crate::scenario::{Draw, SCENARIOS, Truth};
use crate::world::{World, play};

fn drawn(name: &str, seed: u64) -> (Plan, Truth, World) {
    let scenario = SCENARIOS.iter().find(|one| one.name == name).unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (plan, truth) = (scenario.draw)(&mut Draw { random: &mut random });
    let world = play(&plan, &mut random);
    (plan, truth, world)
}

#[test]
fn a_seed_plays_the_same_world() {
    for scenario in SCENARIOS {
        let (plan, truth, world) = drawn(scenario.name, 3);
        let (again, same, other) = drawn(scenario.name, 3);
        assert_eq!((plan, truth), (again, same), "{}", scenario.name);
        let outcomes = |world: &World| world.runs.iter().map(|run| run.outcome).collect::<Vec<_>>();
        assert_eq!(outcomes(&world), outcomes(&other), "{}", scenario.name);
    }
}

/// Levels of a factor that were seen.
fn levels(world: &World, factor: &str) -> HashSet<Level> {
    let seen = world.runs.iter().flat_map(|run| &run.levels);
    let seen = seen.map(|place| &world.dictionary[*place as usize]);
    seen.filter(|seen| seen.factor.as_str() == factor).map(|seen| seen.level.clone()).collect()
}

#[test]
fn causes_that_can_be_identified_change_their_level_and_others_do_not() {
    for seed in 0..2 {
        for scenario in SCENARIOS {
            let (_, truth, world) = drawn(scenario.name, seed);
            for cause in truth.causes.iter().filter(|cause| *cause != "replica") {
                assert!(levels(&world, cause).len() > 1, "{} {seed} {cause}", scenario.name);
            }
        }
        let (_, _, silent) = drawn("alias-silent", seed);
        assert_eq!(levels(&silent, "model_served"), HashSet::from([Level::NotRecorded]));
        let (_, _, silent) = drawn("prompt-not-recorded", seed);
        assert_eq!(levels(&silent, "prompt:main"), HashSet::from([Level::NotRecorded]));
    }
}

#[test]
fn where_something_got_worse_it_did() {
    for scenario in SCENARIOS {
        let (_, truth, world) = drawn(scenario.name, 9);
        let Some(onset) = truth.onset else { continue };
        let rate = |after: bool| {
            let of: Vec<_> = world
                .runs
                .iter()
                .filter(|run| run.outcome != Outcome::Unknown && (run.at >= onset) == after)
                .collect();
            of.iter().filter(|run| run.outcome == Outcome::Bad).count() as f64 / of.len() as f64
        };
        assert!(rate(true) > rate(false), "{}", scenario.name);
    }
}
