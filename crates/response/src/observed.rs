//! Observed changes: a reconciler that states what flights show and nobody recorded; and drift.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::PoisonError;

use flight::RunSet;
use incident::actors::ITSELF;
use incident::changes::{KnownChange, Level};
use incident::drift::{DriftRow, Mismatch, Serving, mismatches, rows};
use incident::observed::{Sighting, Stated, learned};
use jiff::{SignedDuration, Timestamp};
use ledger::{Append, Expected, LedgerError};
use model::change::{DriftReviewed, UnloggedChangeSeen};
use model::surface::Effect;
use model::{Catalogue, ChangeId, ChangeSurface, Fact, Factor, Fault, Faulty, Role, Window};
use serde::{Deserialize, Serialize};
use watch::first_seen::FeatureSeen;

use crate::access::{Denied, Right};
use crate::changes::number_of;
use crate::incidents::Act;
use crate::open::Mayday;
use crate::triage::grounds;

/// What surfaces have been through, and what is not as it was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftView {
    /// Each surface of each feature with edits since it was last reviewed.
    pub drifts: Vec<DriftRow>,
    /// What is not served as the last change on record says.
    pub mismatches: Vec<Mismatch>,
    /// New levels that wait to be stated, because enough of their factor were within this hour.
    pub waiting: Vec<Waiting>,
}

/// New levels that wait to be stated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The feature.
    pub feature: String,
    /// The variable.
    pub factor: String,
    /// How many.
    pub levels: u64,
}

/// Why a review is not kept.
#[derive(Debug, thiserror::Error)]
pub enum DriftError {
    /// There is nothing to review.
    #[error("no edit of the surface {1} of `{0}` waits for a review; `mayday drift` shows those")]
    NothingToReview(String, &'static str),
    /// It says nothing.
    #[error("say in one line of 1 to 1000 bytes what was found")]
    NoGround,
    /// Somebody who is no person, or no responder, wants to have looked.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The ledger can't be written.
    #[error("could not write the fact to the ledger")]
    Ledger(#[source] LedgerError),
}

impl Faulty for DriftError {
    fn fault(&self) -> Fault {
        match self {
            DriftError::NothingToReview(..) => Fault::NotFound,
            DriftError::NoGround => Fault::Invalid,
            DriftError::Denied(denied) => denied.fault(),
            DriftError::Ledger(error) => error.fault(),
        }
    }
}

/// Levels of one feature that were seen for the first time.
type Fresh = BTreeSet<(Factor, String)>;

/// How far before a new level runs are looked at for what was usual: first that far, and where
/// there are none, further.
const BEFORE: [SignedDuration; 2] = [SignedDuration::from_hours(1), SignedDuration::from_hours(24)];

/// How far back runs are looked at for what is served now.
const NOW: SignedDuration = SignedDuration::from_mins(30);

/// The families of factors whose new levels are changes: inputs, but for who comes.
pub(crate) fn observed_families(catalogue: &Catalogue) -> Vec<String> {
    let surfaces = catalogue.surfaces.iter().filter(|surface| surface.effect != Effect::Mix);
    let families = surfaces.flat_map(|surface| &surface.families);
    let inputs = families.filter(|family| family.role == Role::Input);
    inputs.map(|family| family.name.clone()).collect()
}

impl Mayday {
    /// States levels that no recorded change explains, of every tenant; says how many. Idempotent:
    /// what a failure leaves undone is done at the next call. Blocking.
    pub fn observe_changes(&self, now: Timestamp) -> Result<usize, LedgerError> {
        let mut stated = 0;
        for room in self.house.rooms() {
            stated += self.of_room(&room).observe(now)?;
        }
        Ok(stated)
    }

    fn observe(&self, now: Timestamp) -> Result<usize, LedgerError> {
        let _alone = self.house.observing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stated = 0;
        for feature in self.features_with_fresh() {
            if self.learn(&feature, now)? {
                stated += self.observe_feature(&feature, now)?;
            }
        }
        Ok(stated)
    }

    fn features_with_fresh(&self) -> Vec<String> {
        let seen = self.room.first_seen();
        let fresh = seen.features().filter(|(_, feature)| !feature.fresh().is_empty());
        fresh.map(|(name, _)| name.to_owned()).collect()
    }

    /// States what a feature ran under at first, once that time is over; says whether it is.
    fn learn(&self, feature: &str, now: Timestamp) -> Result<bool, LedgerError> {
        let tenant = &self.room.tenant;
        if self.house.projections.learned.read().until(tenant, feature).is_some() {
            return Ok(true);
        }
        let told = {
            let seen = self.room.first_seen();
            let Some((_, found)) = seen.features().find(|(name, _)| *name == feature) else {
                return Ok(false);
            };
            let until = found.since.checked_add(self.house.settings.inbound.learn_for);
            let until = until.unwrap_or(Timestamp::MAX);
            if now <= until {
                return Ok(false);
            }
            learned(tenant, feature, (found.since, until), levels(found))
        };
        self.state_observed("levels", Expected::Any, Fact::LevelsLearned(told), now)?;
        Ok(true)
    }

    fn observe_feature(&self, feature: &str, now: Timestamp) -> Result<usize, LedgerError> {
        let (known, sightings) = self.sightings(feature);
        let stated = {
            let most = self.house.settings.inbound.unlogged_an_hour;
            let learned = self.house.projections.learned.read();
            learned.stated_now(&self.room.tenant, feature, sightings, (now, most))
        };
        let earliest = stated.iter().map(|one| one.sighting.first_seen).min();
        let runs = earliest.map(|earliest| self.runs_before(feature, earliest, now));
        for one in &stated {
            let usual = runs.as_ref().and_then(|runs| usual(runs, &one.sighting));
            let fact = self.unlogged(feature, one, usual);
            let id = fact.change.clone();
            let fact = Fact::UnloggedChangeSeen(fact);
            match self.state_observed(id.as_str(), Expected::Version(0), fact, now) {
                // Stated before: its fact is there, and so it is known.
                Ok(()) | Err(LedgerError::Conflict { .. }) => self.decided(feature, one),
                Err(error) => return Err(error),
            }
        }
        let mut seen = self.room.first_seen_mut();
        known.iter().for_each(|level| seen.decided(feature, level));
        Ok(stated.len())
    }

    /// What is fresh of a feature: what is no news after all, and what may be a change.
    fn sightings(&self, feature: &str) -> (Fresh, Vec<Sighting>) {
        let (mut known, mut sightings) = (Fresh::new(), Vec::new());
        let changes = self.house.projections.changes.read();
        let recorded: Vec<&KnownChange> =
            changes.of(&self.room.tenant).filter(|change| change.seen.is_none()).collect();
        let learned = self.house.projections.learned.read();
        let seen = self.room.first_seen();
        let Some((_, found)) = seen.features().find(|(name, _)| *name == feature) else {
            return (known, sightings);
        };
        for fresh in found.fresh() {
            let (factor, level) = fresh;
            let catalogue = &self.house.catalogue;
            let placed = (found.first(factor, level), catalogue.change_of(factor));
            let (Some(first_seen), Some(surface)) = placed else { continue };
            let one = Level { feature, factor, surface, level, first_seen };
            let is_explained = || {
                let others = found.others(factor, level);
                recorded.iter().any(|change| one.is_explained_by(&change.says, &others))
            };
            if learned.knows(&self.room.tenant, feature, factor, level) || is_explained() {
                known.insert(fresh.clone());
                continue;
            }
            let (factor, level) = fresh.clone();
            let place = place(catalogue, &factor);
            sightings.push(Sighting { first_seen, place, factor, level, surface });
        }
        (known, sightings)
    }

    fn unlogged(&self, feature: &str, one: &Stated, before: Option<String>) -> UnloggedChangeSeen {
        let Stated { sighting, also, with } = one;
        let Sighting { first_seen, factor, level, surface, .. } = sighting;
        let name = format!("{}\n{feature}\n{factor}\n{level}", self.room.tenant);
        UnloggedChangeSeen {
            change: ChangeId::from_random(number_of(&name)),
            tenant: self.room.tenant.clone(),
            feature: feature.to_owned(),
            surface: *surface,
            factor: factor.as_str().to_owned(),
            before,
            after: level.clone(),
            first_seen: *first_seen,
            unlisted: also.len() as u64,
            also: also.clone(),
            with: with.iter().map(|(it, level)| (it.to_string(), level.clone())).collect(),
        }
    }

    /// States in memory that nothing is left to be decided about what was stated.
    fn decided(&self, feature: &str, one: &Stated) {
        let mut seen = self.room.first_seen_mut();
        let Stated { sighting, also, with } = one;
        let also = also.iter().map(|level| (sighting.factor.clone(), level.clone()));
        let own = (sighting.factor.clone(), sighting.level.clone());
        let all = std::iter::once(own).chain(also).chain(with.iter().cloned());
        all.for_each(|level| seen.decided(feature, &level));
    }

    fn runs_before(&self, feature: &str, earliest: Timestamp, now: Timestamp) -> RunSet {
        let start = earliest.checked_sub(BEFORE[1]).unwrap_or(Timestamp::MIN);
        self.room.recent().select_what_is_here(Window { start, end: now }, Some(feature))
    }

    fn state_observed(
        &self,
        stream: &str,
        expected: Expected,
        fact: Fact,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let facts = [fact];
        let append = Append { stream, expected, at: now, actor: ITSELF, facts: &facts };
        self.house.state(append).map(|_| ())
    }

    /// What surfaces have been through, and what is not as it was recorded.
    pub fn drift(&self, now: Timestamp) -> DriftView {
        let tenant = &self.room.tenant;
        let features = self.room.recent().features();
        let features: BTreeSet<String> = features.into_iter().map(|it| it.feature).collect();
        let changes = self.house.projections.changes.read();
        let known = changes.explained(tenant, |_| true);
        let reviewed =
            |feature: &str, surface: ChangeSurface| changes.reviewed(tenant, feature, surface);
        DriftView {
            drifts: rows(&known, &features, reviewed),
            mismatches: mismatches(&self.serving(now), &known, &self.house.catalogue),
            waiting: self.waiting(),
        }
    }

    /// Takes what a surface of a feature has become as reviewed. Blocking.
    pub fn review_drift(
        &self,
        (feature, surface): (&str, ChangeSurface),
        because: &str,
        act: Act,
    ) -> Result<DriftView, DriftError> {
        act.may(Right::Acknowledge)?;
        let because = grounds(because).map_err(|_| DriftError::NoGround)?;
        let view = self.drift(act.at);
        let is_it = |row: &DriftRow| row.feature == feature && row.surface == surface;
        if !view.drifts.iter().any(is_it) {
            return Err(DriftError::NothingToReview(feature.to_owned(), surface.as_str()));
        }
        let (tenant, feature) = (self.room.tenant.clone(), feature.to_owned());
        let facts = [Fact::DriftReviewed(DriftReviewed { tenant, feature, surface, because })];
        let (stream, expected) = ("drift", Expected::Any);
        let append = Append { stream, expected, at: act.at, actor: act.by, facts: &facts };
        self.house.state(append).map_err(DriftError::Ledger)?;
        Ok(self.drift(act.at))
    }

    fn waiting(&self) -> Vec<Waiting> {
        let seen = self.room.first_seen();
        let learned = self.house.projections.learned.read();
        let mut waiting: BTreeMap<(String, String), u64> = BTreeMap::new();
        for (name, feature) in seen.features() {
            if learned.until(&self.room.tenant, name).is_none() {
                continue;
            }
            for (factor, _) in feature.fresh() {
                *waiting.entry((name.to_owned(), factor.to_string())).or_default() += 1;
            }
        }
        let wait = |((feature, factor), levels)| Waiting { feature, factor, levels };
        waiting.into_iter().map(wait).collect()
    }

    /// What most of the latest runs have.
    fn serving(&self, now: Timestamp) -> Vec<Serving> {
        let start = now.checked_sub(NOW).unwrap_or(Timestamp::MIN);
        let runs =
            self.room.recent().select_what_is_here(Window { start, end: Timestamp::MAX }, None);
        let mut counts: HashMap<(&str, u32), (u64, Timestamp)> = HashMap::new();
        for run in &runs.runs {
            for level in run.levels.iter() {
                let (count, last) =
                    counts.entry((&run.feature, *level)).or_insert((0, run.started));
                (*count, *last) = (*count + 1, (*last).max(run.started));
            }
        }
        let mut best: BTreeMap<(&str, &Factor), (Serving, Timestamp)> = BTreeMap::new();
        for ((feature, place), (count, last)) in counts {
            let seen = &runs.dictionary[place as usize];
            let model::Level::Is(level) = &seen.level else { continue };
            let none = || Serving {
                feature: feature.to_owned(),
                factor: seen.factor.clone(),
                level: level.clone(),
                runs: 0,
                of: 0,
            };
            let (serving, latest) =
                best.entry((feature, &seen.factor)).or_insert_with(|| (none(), last));
            serving.of += count;
            // Of two with as many runs, the one of the latest run is served now.
            if (count, last, level) > (serving.runs, *latest, &serving.level) {
                (serving.level, serving.runs, *latest) = (level.clone(), count, last);
            }
        }
        best.into_values().map(|(serving, _)| serving).collect()
    }
}

fn levels(found: &FeatureSeen) -> impl Iterator<Item = (&Factor, &str, Timestamp)> {
    found.all().flat_map(|(factor, levels)| {
        levels.iter().map(move |(level, first)| (factor, level.as_str(), *first))
    })
}

/// The place of a factor's family in the data file of surfaces: the most telling first.
fn place(catalogue: &Catalogue, factor: &Factor) -> usize {
    let families = catalogue.surfaces.iter().flat_map(|surface| &surface.families);
    families.into_iter().position(|family| family.name == factor.family()).unwrap_or(usize::MAX)
}

/// The commonest level of a factor in the runs before one was first seen.
fn usual(runs: &RunSet, sighting: &Sighting) -> Option<String> {
    BEFORE.into_iter().find_map(|length| usual_within(length, runs, sighting))
}

fn usual_within(length: SignedDuration, runs: &RunSet, sighting: &Sighting) -> Option<String> {
    let from = sighting.first_seen.checked_sub(length).unwrap_or(Timestamp::MIN);
    let before = Window { start: from, end: sighting.first_seen };
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for run in runs.runs.iter().filter(|run| before.contains(run.started)) {
        for level in run.levels.iter() {
            let seen = &runs.dictionary[*level as usize];
            if let (model::Level::Is(level), true) = (&seen.level, seen.factor == sighting.factor) {
                *counts.entry(level).or_default() += 1;
            }
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(level, _)| level.to_owned())
}
