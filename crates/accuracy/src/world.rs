//! A plan, played: runs with what they ran under and how they ended.
//!
//! No spans: the engine never sees any. What it sees is levels of runs, and those are played here
//! as the record would hold them. That spans become such runs is what `cargo xtask accuracy` checks
//! with the whole program.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use model::report::Windows;
use model::{Factor, Outcome, Seen, Window};
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand::{Rng, RngExt};

use crate::plan::{Change, Crowd, Hidden, Plan, What};

mod ended;

use ended::{Ended, Said};

/// When every world begins.
const BEGINS: i64 = 1_795_305_600;

/// Runs that were played.
#[derive(Debug, Clone)]
pub(crate) struct World {
    /// Everything that a run ran under, each once.
    pub(crate) dictionary: Vec<Seen>,
    /// The runs, in order of time.
    pub(crate) runs: Vec<Run>,
    /// The time played.
    pub(crate) within: Window,
    /// The windows that somebody asks about, if one does.
    pub(crate) asked: Option<Windows>,
}

/// A run.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) at: Timestamp,
    pub(crate) outcome: Outcome,
    /// When its label came, if one says how it ended.
    pub(crate) labelled: Option<Timestamp>,
    pub(crate) levels: Vec<u32>,
    /// How likely it was to end badly.
    pub(crate) risk: f64,
    /// What changes on record added to that.
    pub(crate) by_changes: f64,
    /// What else was wrong added to that.
    pub(crate) by_hidden: f64,
}

/// The instant of an hour of the day.
pub(crate) fn instant(hour: f64) -> Timestamp {
    let start = Timestamp::from_second(BEGINS).unwrap_or_default();
    start + SignedDuration::from_millis((hour * 3_600_000.0) as i64)
}

/// Levels that are there once.
#[derive(Default)]
struct Dictionary {
    places: HashMap<String, HashMap<String, u32>>,
    all: Vec<Seen>,
    versions: HashMap<(What, usize), Vec<u32>>,
}

impl Dictionary {
    fn place(&mut self, factor: &str, level: Option<&str>) -> u32 {
        let name = level.unwrap_or_default();
        if let Some(place) = self.places.get(factor).and_then(|levels| levels.get(name)) {
            return *place;
        }
        self.all.push(match level {
            Some(level) => Seen::at(Factor::from(factor), level),
            None => Seen::unrecorded(Factor::from(factor)),
        });
        let place = self.all.len() as u32 - 1;
        self.places.entry(factor.to_owned()).or_default().insert(name.to_owned(), place);
        place
    }

    /// That a run stands for so many.
    fn weight(&mut self, one_in: u64) -> u32 {
        let seen = Seen::kept_one_in(one_in);
        let place = self.all.iter().position(|other| *other == seen);
        place.unwrap_or_else(|| {
            self.all.push(seen);
            self.all.len() - 1
        }) as u32
    }

    /// What is on record of a version of something, as far as it is recorded.
    fn version(&mut self, plan: &Plan, what: What, version: usize) -> &[u32] {
        if !self.versions.contains_key(&(what, version)) {
            let levels = self.record(plan, what, version);
            self.versions.insert((what, version), levels);
        }
        &self.versions[&(what, version)]
    }

    fn record(&mut self, plan: &Plan, what: What, version: usize) -> Vec<u32> {
        let mut levels = Vec::new();
        for factor in what.factors() {
            let family = factor.split(':').next().unwrap_or_default();
            let hash = match what.is_named() && plan.is_instrumented {
                true => format!("sha256:{:0>64x}", fingerprint(&factor, version)),
                false => format!("{:0>32x}", fingerprint(&factor, version)),
            };
            let level = if plan.silent.contains(&family) { None } else { Some(hash.as_str()) };
            levels.push(self.place(&factor, level));
        }
        if what == What::Served {
            levels.push(self.place("model_requested", Some("fast")));
        }
        levels
    }
}

/// What every run runs under until something changes, and in what share of the runs it has a part.
const STEADY: [(What, f64); 10] = [
    (What::Prompt("main"), 1.0),
    (What::Prompt("writer"), 0.6),
    (What::Prompt("router"), 1.0),
    (What::Served, 1.0),
    (What::Shape, 0.7),
    (What::Schema, 1.0),
    (What::Index, 0.6),
    (What::Embedding, 0.6),
    (What::Judge, 1.0),
    (What::Parameters, 1.0),
];

/// Plays a plan.
pub(crate) fn play(plan: &Plan, random: &mut impl Rng) -> World {
    let mut dictionary = Dictionary::default();
    let mut runs = Vec::new();
    let tenants: Vec<(f64, f64)> = plan
        .tenants
        .iter()
        .flat_map(|tenants| (0..tenants.count).map(move |place| (place, tenants.spread)))
        .map(|(place, spread)| (1.0 / (place as f64 + 1.0), spread * random.random::<f64>()))
        .collect();
    let fault = plan.fault_begins();
    let mut hour = 0.0;
    loop {
        hour += -(1.0 - random.random::<f64>()).ln() / plan.per_hour;
        if hour >= plan.hours {
            break;
        }
        let place = crowd(plan, hour, random);
        let mut risk = plan.base_at(hour);
        risk += place.iter().map(|one| one.2).sum::<f64>();
        let mut levels: Vec<u32> =
            place.iter().map(|(factor, level, _)| dictionary.place(factor, Some(level))).collect();
        if !tenants.is_empty() {
            let which = weighted(&tenants, random);
            levels.push(dictionary.place("segment:tenant", Some(&format!("tenant-{which}"))));
            risk += tenants[which].1;
        }
        let replica = format!("pod-{}", random.random_range(0..plan.replicas));
        levels.push(dictionary.place("replica", Some(&replica)));
        let at_replica = ("replica", replica.as_str(), 0.0);
        let place: Vec<(&str, &str, f64)> = place.into_iter().chain([at_replica]).collect();
        let (parts, by_changes) = parts(plan, hour, &place, &mut dictionary, random);
        levels.extend(parts);
        let by_hidden: f64 = plan.hidden.iter().map(|hidden| hidden.adds_at(hour, &place)).sum();
        let risk = (risk + by_changes + by_hidden).clamp(0.0, 0.98);
        let known = plan.known[usize::from(hour >= fault)];
        let ended = Ended { hour, is_bad: random.random_bool(risk) };
        let said = match random.random_bool(known) {
            true => ended.said(plan, random),
            false => Said::default(),
        };
        if let Some(kept) = plan.kept {
            let one_in = kept.one_in(&ended);
            if random.random_range(0..one_in) > 0 {
                continue;
            }
            levels.push(dictionary.weight(one_in));
        }
        let outcome = said.outcome;
        let labelled = said.at.map(instant);
        levels.extend(said.source.map(|source| dictionary.place("label_source", Some(source))));
        runs.push(Run {
            at: instant(hour),
            outcome,
            labelled,
            levels,
            risk,
            by_changes,
            by_hidden,
        });
    }
    let within = window(0.0, plan.hours);
    World { dictionary: dictionary.all, runs, within, asked: asked(plan, within.end) }
}

fn window(from: f64, to: f64) -> Window {
    Window { start: instant(from), end: instant(to) }
}

/// The windows of what somebody asks about.
fn asked(plan: &Plan, now: Timestamp) -> Option<Windows> {
    let [from, to] = plan.asked?;
    moved::check(window(0.0, from), window(from, to), now).ok()
}

/// Where a run belongs: a level of each crowd, with what that adds to its risk.
fn crowd<'a>(plan: &'a Plan, hour: f64, random: &mut impl Rng) -> Vec<(&'a str, &'a str, f64)> {
    let of = |crowd: &'a Crowd| {
        let side = usize::from(hour >= crowd.turns);
        let weights: Vec<(f64, f64)> =
            crowd.parts.iter().map(|part| (part.weight[side], 0.0)).collect();
        let part = &crowd.parts[weighted(&weights, random)];
        (crowd.factor, part.name, part.adds)
    };
    plan.crowds.iter().map(of).collect()
}

fn weighted(weights: &[(f64, f64)], random: &mut impl Rng) -> usize {
    let index = WeightedIndex::new(weights.iter().map(|(weight, _)| weight));
    index.map_or(0, |index| index.sample(random))
}

/// What a run ran under, and what that adds to its risk.
fn parts(
    plan: &Plan,
    hour: f64,
    place: &[(&str, &str, f64)],
    dictionary: &mut Dictionary,
    random: &mut impl Rng,
) -> (Vec<u32>, f64) {
    let (mut levels, mut risk) = (Vec::new(), 0.0);
    for (what, part) in STEADY.into_iter().chain([(What::Context, 1.0), (What::Code, 1.0)]) {
        if !random.random_bool(if plan.is_instrumented { 1.0 } else { part }) {
            continue;
        }
        if let Some(adds) = failed(plan, what, hour, place, random) {
            risk += adds;
            levels.extend(FAILED.map(|(factor, level)| dictionary.place(factor, Some(level))));
            continue;
        }
        let (version, adds) = version(plan, what, hour, place, random);
        risk += adds;
        levels.extend_from_slice(dictionary.version(plan, what, version));
    }
    (levels, risk)
}

/// Which version of something a run got, and what that adds to its risk.
fn version(
    plan: &Plan,
    what: What,
    hour: f64,
    place: &[(&str, &str, f64)],
    random: &mut impl Rng,
) -> (usize, f64) {
    let (mut version, mut adds) = (0, 0.0);
    let of = plan.changes.iter().filter(|change| change.what == what);
    for (number, change) in of.enumerate() {
        let reaches = is_at(change.only, place) && random.random_bool(change.reaches.share(hour));
        if reaches {
            (version, adds) = (number + 1, change.adds);
        }
    }
    (version, adds)
}

/// What a call that fails leaves on record.
const FAILED: [(&str, &str); 2] =
    [("tool_shape:search", "error:5f1d0c3e"), ("tool_failed:search", "timeout")];

/// Whether a run's call of the tool failed, and what that adds to its risk.
fn failed(
    plan: &Plan,
    what: What,
    hour: f64,
    place: &[(&str, &str, f64)],
    random: &mut impl Rng,
) -> Option<f64> {
    let failing = plan.failing.filter(|_| what == What::Shape)?;
    let (share, adds) = match hour >= failing.at && is_at(failing.only, place) {
        true => (failing.share, failing.adds),
        false => (failing.usual, 0.0),
    };
    random.random_bool(share).then_some(adds)
}

fn is_at(only: Option<(&str, &str)>, place: &[(&str, &str, f64)]) -> bool {
    only.is_none_or(|(factor, level)| place.iter().any(|one| (one.0, one.1) == (factor, level)))
}

/// A number for a version of something, which differs from all others.
fn fingerprint(factor: &str, version: usize) -> u64 {
    let start = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(version as u64 + 1);
    factor.bytes().fold(start, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Plan {
    /// When something begins to do harm, in hours.
    fn fault_begins(&self) -> f64 {
        let harmful = self.changes.iter().filter(|change| change.adds > 0.0);
        let hidden = self.hidden.iter().map(|hidden| hidden.at);
        let failing = self.failing.map(|failing| failing.at);
        let begins = harmful.map(|change| change.reaches.begins()).chain(hidden).chain(failing);
        begins.fold(f64::INFINITY, f64::min)
    }

    /// The bad rate at an hour at which nothing is wrong, before who comes counts. Every world
    /// begins on a Sunday.
    fn base_at(&self, hour: f64) -> f64 {
        let by_day = self.swing * (hour / 24.0 * std::f64::consts::TAU).sin();
        let is_weekend = matches!((hour / 24.0) as u64 % 7, 0 | 6);
        let by_week = if is_weekend { self.weekend } else { 0.0 };
        self.base * (1.0 + by_day) * (1.0 + by_week)
    }
}

impl Hidden {
    fn adds_at(&self, hour: f64, place: &[(&str, &str, f64)]) -> f64 {
        if !is_at(self.only, place) || hour < self.at {
            return 0.0;
        }
        let there = if self.ramp > 0.0 { ((hour - self.at) / self.ramp).min(1.0) } else { 1.0 };
        self.adds * there
    }
}

impl Change {
    /// A change that does no harm.
    pub(crate) fn harmless(what: What, at: f64) -> Self {
        Self { what, reaches: crate::plan::Reach::At(at), only: None, adds: 0.0 }
    }
}
