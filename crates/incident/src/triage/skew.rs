//! Inputs that stand at different levels in different places at once, each of them steady.

use std::collections::{BTreeMap, HashMap};

use model::triage::{Answer, Place, Skew};
use model::{Catalogue, Level, Role, Seen};

/// Fewest runs by which a place is judged.
const FEWEST: u64 = 20;

/// The share of a place's runs that its commonest level must have to be the place's own.
const OWN: f64 = 0.9;

/// Most places that are told apart.
const MOST_PLACES: usize = 50;

/// Who is given what, counted over runs.
#[derive(Debug, Default)]
pub struct Seats {
    /// By place (factor and level, as places in the dictionary), input factor and level.
    counts: HashMap<(u32, u32), u64>,
    of_place: BTreeMap<u32, u64>,
}

impl Seats {
    /// Takes in what one run ran under, as places in the dictionary.
    pub fn take(&mut self, levels: &[u32], dictionary: &[Seen], catalogue: &Catalogue) {
        let seen = |place: &u32| dictionary.get(*place as usize);
        let here = levels.iter().filter(|place| seen(place).is_some_and(is_place));
        for here in here {
            if !self.of_place.contains_key(here) && self.of_place.len() >= MOST_PLACES {
                continue;
            }
            *self.of_place.entry(*here).or_default() += 1;
            let inputs =
                levels.iter().filter(|level| seen(level).is_some_and(|s| is_input(s, catalogue)));
            for input in inputs {
                *self.counts.entry((*here, *input)).or_default() += 1;
            }
        }
    }
}

/// Whether it says where a run was, among those at a known level.
fn is_place(seen: &Seen) -> bool {
    seen.factor.family() == "region" && matches!(seen.level, Level::Is(_))
}

/// Whether it is something that goes in and is not the mix itself.
fn is_input(seen: &Seen, catalogue: &Catalogue) -> bool {
    let placed = catalogue.place(&seen.factor);
    placed.is_some_and(|(surface, family)| {
        let is_given = family.role == Role::Input && !family.follows;
        is_given && surface.effect == model::surface::Effect::Behaviour
    })
}

/// The inputs whose own level differs between places; none if there are no two places with an
/// input that could differ.
pub fn skews(seats: &Seats, dictionary: &[Seen]) -> Option<Vec<Skew>> {
    let places: Vec<u32> =
        seats.of_place.iter().filter(|(_, runs)| **runs >= FEWEST).map(|(p, _)| *p).collect();
    let mut by_factor: BTreeMap<(String, String), Vec<Place>> = BTreeMap::new();
    for here in places {
        let seen = &dictionary[here as usize];
        for (factor, own) in own_levels(seats, here, dictionary) {
            by_factor.entry((factor, seen.factor.to_string())).or_default().push(own);
        }
    }
    by_factor.retain(|_, places| places.len() > 1);
    if by_factor.is_empty() {
        return None;
    }
    let differ = |places: &[Place]| places.iter().any(|place| place.level != places[0].level);
    let found = by_factor.into_iter().filter(|(_, places)| differ(places));
    Some(found.map(|((factor, by), places)| Skew { factor, by, places }).collect())
}

/// What nearly all runs of a place run under, factor by factor.
fn own_levels(seats: &Seats, here: u32, dictionary: &[Seen]) -> Vec<(String, Place)> {
    let name = |seen: &Seen| match &seen.level {
        Level::Is(level) => level.clone(),
        Level::NotRecorded => "not recorded".to_owned(),
    };
    let mut by_factor: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
    for ((place, input), runs) in &seats.counts {
        if *place == here {
            let seen = &dictionary[*input as usize];
            by_factor.entry(seen.factor.to_string()).or_default().push((*runs, name(seen)));
        }
    }
    let place = name(&dictionary[here as usize]);
    let own = by_factor.into_iter().filter_map(|(factor, mut levels)| {
        levels.sort_by(|a, b| b.cmp(a));
        let of: u64 = levels.iter().map(|(runs, _)| runs).sum();
        let (runs, level) = levels.into_iter().next()?;
        let is_own = of >= FEWEST && runs as f64 >= OWN * of as f64 && level != "not recorded";
        is_own.then(|| (factor, Place { name: place.clone(), level, runs, of }))
    });
    own.collect()
}

/// Whether everybody is given the same.
pub(super) fn answer(skews: Option<&[Skew]>) -> (Answer, String) {
    match skews {
        None => {
            let why = "no two regions have 20 runs each that say what they ran under";
            (Answer::Unknown, why.to_owned())
        }
        Some([]) => {
            let why = "what regions say they run under is the same in all of them";
            (Answer::Clean, why.to_owned())
        }
        Some(skews) => (Answer::Drifted, skews.iter().map(told).collect::<Vec<_>>().join("; ")),
    }
}

fn told(skew: &Skew) -> String {
    let places = skew.places.iter().map(|place| {
        format!("{} in {} ({} of {} runs)", place.level, place.name, place.runs, place.of)
    });
    format!("{}: {}", skew.factor, places.collect::<Vec<_>>().join(", "))
}
