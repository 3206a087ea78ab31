//! Observed changes: levels that flights show and no recorded change explains.
//!
//! What a feature runs under at first is learned, and is no change. A level first seen after that
//! is a change, unless somebody recorded one that explains it. A few of them are stated one by one
//! within an hour, the rest is counted. What is known is folded from facts alone, so that nothing
//! is stated twice, not even after a restart.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use model::change::{LevelsLearned, UnloggedChangeSeen};
use model::{ChangeSurface, Entry, Fact, Factor, TenantName};
use serde::{Deserialize, Serialize};

/// What is known of levels: learned at first, or stated as changes since.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learned {
    features: BTreeMap<String, Feature>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Feature {
    until: Option<Timestamp>,
    factors: BTreeMap<String, Known>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    levels: BTreeSet<String>,
    /// So many at first that a new one tells nothing.
    teems: bool,
    hour: i64,
    stated: usize,
}

/// A level that may be a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighting {
    /// Start of the first run with it.
    pub first_seen: Timestamp,
    /// The place of its factor's family in the data file of surfaces.
    pub place: usize,
    /// The variable.
    pub factor: Factor,
    /// The level.
    pub level: String,
    /// What alters it.
    pub surface: ChangeSurface,
}

/// A level that is to be stated as a change, and those that are counted with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The level.
    pub sighting: Sighting,
    /// Further new levels of the factor.
    pub also: Vec<String>,
    /// What else the same edit shows in.
    pub with: Vec<(Factor, String)>,
}

/// Levels of a factor that are learned; of one with more, a new level tells nothing.
const MOST_LEARNED: usize = 200;

/// Levels that are named in one fact beside its own.
const MOST_NAMED: usize = 1_000;

impl Learned {
    /// Takes in one entry; facts about other things change nothing.
    pub fn apply(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::LevelsLearned(told) => {
                let feature = self.features.entry(place(&told.tenant, &told.feature)).or_default();
                feature.until = Some(told.until);
                for (factor, levels) in &told.levels {
                    let known = feature.factors.entry(factor.clone()).or_default();
                    known.teems |= levels.is_empty();
                    known.levels.extend(levels.iter().cloned());
                }
            }
            Fact::UnloggedChangeSeen(told) => {
                let UnloggedChangeSeen { tenant, feature, factor, after, also, with, .. } = told;
                let feature = self.features.entry(place(tenant, feature)).or_default();
                let known = feature.factors.entry(factor.clone()).or_default();
                known.levels.insert(after.clone());
                known.levels.extend(also.iter().cloned());
                let hour = hour(entry.at);
                known.stated = if known.hour == hour { known.stated + 1 } else { 1 };
                known.hour = hour;
                for (factor, level) in with {
                    let known = feature.factors.entry(factor.clone()).or_default();
                    known.levels.insert(level.clone());
                }
            }
            _ => {}
        }
    }

    /// Up to when a feature's levels were learned; none if they were not yet.
    pub fn until(&self, tenant: &TenantName, feature: &str) -> Option<Timestamp> {
        self.features.get(&place(tenant, feature))?.until
    }

    /// Whether a level is no news.
    pub fn knows(&self, tenant: &TenantName, feature: &str, factor: &Factor, level: &str) -> bool {
        let known = self.known(tenant, feature, factor);
        known.is_some_and(|known| known.teems || known.levels.contains(level))
    }

    /// Which of some sightings in a feature are stated now. The others wait for the next hour.
    pub fn stated_now(
        &self,
        tenant: &TenantName,
        feature: &str,
        sightings: Vec<Sighting>,
        (now, most): (Timestamp, usize),
    ) -> Vec<Stated> {
        let mut by_factor: BTreeMap<Factor, Vec<Stated>> = BTreeMap::new();
        for edit in one_an_edit(sightings) {
            by_factor.entry(edit.sighting.factor.clone()).or_default().push(edit);
        }
        let mut stated = Vec::new();
        for (factor, edits) in by_factor {
            let known = self.known(tenant, feature, &factor);
            let before = known.filter(|known| known.hour == hour(now)).map_or(0, |it| it.stated);
            stated.extend(within(most.saturating_sub(before), edits));
        }
        stated
    }

    fn known(&self, tenant: &TenantName, feature: &str, factor: &Factor) -> Option<&Known> {
        self.features.get(&place(tenant, feature))?.factors.get(factor.as_str())
    }
}

/// What a feature ran under at first, once that is over: as a fact.
pub fn learned<'a>(
    tenant: &TenantName,
    feature: &str,
    (since, until): (Timestamp, Timestamp),
    levels: impl Iterator<Item = (&'a Factor, &'a str, Timestamp)>,
) -> LevelsLearned {
    let mut by_factor: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (factor, level, first) in levels {
        if first <= until {
            by_factor.entry(factor.as_str().to_owned()).or_default().push(level.to_owned());
        }
    }
    for levels in by_factor.values_mut() {
        levels.sort_unstable();
        if levels.len() > MOST_LEARNED {
            levels.clear();
        }
    }
    let (tenant, feature) = (tenant.clone(), feature.to_owned());
    LevelsLearned { tenant, feature, since, until, levels: by_factor }
}

/// One edit shows in several factors at once, such as a model in what was asked for and what was
/// served: of those with the same surface, subject and first run, the most telling stands for all.
fn one_an_edit(mut sightings: Vec<Sighting>) -> Vec<Stated> {
    sightings.sort_unstable();
    let mut edits: Vec<Stated> = Vec::new();
    for sighting in sightings {
        let edit =
            |it: &Sighting| (it.surface, it.factor.subject().map(str::to_owned), it.first_seen);
        let same =
            edits.iter_mut().rev().take_while(|it| it.sighting.first_seen == sighting.first_seen);
        let same = same.into_iter().find(|it| {
            edit(&it.sighting) == edit(&sighting) && it.sighting.factor != sighting.factor
        });
        match same {
            Some(edit) => edit.with.push((sighting.factor, sighting.level)),
            None => edits.push(Stated { sighting, also: Vec::new(), with: Vec::new() }),
        }
    }
    edits
}

/// The first so many of a factor's edits, the last of which counts the rest.
fn within(most: usize, mut edits: Vec<Stated>) -> Vec<Stated> {
    if most == 0 {
        return Vec::new();
    }
    let rest = edits.split_off(most.min(edits.len()));
    if let Some(last) = edits.last_mut() {
        last.also = rest.into_iter().take(MOST_NAMED).map(|it| it.sighting.level).collect();
    }
    edits
}

fn hour(at: Timestamp) -> i64 {
    at.as_second().div_euclid(SignedDuration::from_hours(1).as_secs())
}

fn place(tenant: &TenantName, feature: &str) -> String {
    format!("{tenant} {feature}")
}

#[cfg(test)]
mod tests;
