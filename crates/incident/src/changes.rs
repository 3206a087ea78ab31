//! Changes as the ledger tells them: those recorded, those activated later, those seen in flights.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use model::change::{ChangeDoor, ChangeRecorded, ChangeScope, UnloggedChangeSeen};
use model::{Change, ChangeId, ChangeSurface, Entry, Fact, Factor, TenantName};
use serde::{Deserialize, Serialize};

use crate::wording;

/// A change on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownChange {
    /// Its id.
    pub id: ChangeId,
    /// Whose.
    pub tenant: TenantName,
    /// When it was put on record.
    pub recorded_at: Timestamp,
    /// By whom.
    pub recorded_by: String,
    /// What it says; of one that nobody recorded, what flights show of it.
    #[serde(flatten)]
    pub says: Change,
    /// How flights show it, if that is how it became known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<SeenAs>,
    /// The recorded change that it turned out to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explained_by: Option<ChangeId>,
}

/// How flights show a change that nobody recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenAs {
    /// In which feature.
    pub feature: String,
    /// The variable.
    pub factor: String,
    /// Further new levels of it in that hour.
    #[serde(default)]
    pub unlisted: u64,
    /// Further variables in which it shows, each with its new level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<(String, String)>,
}

/// Every change and every review of drift.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    by_id: BTreeMap<ChangeId, KnownChange>,
    deliveries: BTreeMap<String, ChangeId>,
    keys: BTreeMap<String, ChangeId>,
    reviews: BTreeMap<String, Timestamp>,
}

/// How far clocks may be apart.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// How long after a change a level may show that bears no resemblance to what was recorded.
const SOON: SignedDuration = SignedDuration::from_hours(24);

/// The same for a change of which nobody said when it took effect.
const LATER: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Changes {
    /// Takes in one entry; facts about other things change nothing.
    pub fn apply(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::ChangeRecorded(ChangeRecorded { change, tenant, says }) => {
                let places = [(&mut self.deliveries, &says.delivery), (&mut self.keys, &says.key)];
                for (places, name) in places {
                    if let Some(name) = name {
                        places.insert(place(tenant, says.door, name), change.clone());
                    }
                }
                self.insert(entry, change, tenant, (**says).clone());
            }
            Fact::ChangeActivated(told) => {
                if let Some(known) = self.by_id.get_mut(&told.change) {
                    known.says.activated = Some(told.at);
                }
            }
            Fact::UnloggedChangeSeen(told) => {
                self.insert(entry, &told.change, &told.tenant, unlogged(told));
                if let Some(known) = self.by_id.get_mut(&told.change) {
                    known.seen = Some(SeenAs {
                        feature: told.feature.clone(),
                        factor: told.factor.clone(),
                        unlisted: told.unlisted,
                        with: told.with.clone(),
                    });
                }
            }
            Fact::DriftReviewed(told) => {
                let reviewed = review(&told.tenant, &told.feature, told.surface);
                self.reviews.insert(reviewed, entry.at);
            }
            _ => {}
        }
    }

    fn insert(&mut self, entry: &Entry, id: &ChangeId, tenant: &TenantName, says: Change) {
        let known = KnownChange {
            id: id.clone(),
            tenant: tenant.clone(),
            recorded_at: entry.at,
            recorded_by: entry.actor.clone(),
            says,
            seen: None,
            explained_by: None,
        };
        self.by_id.insert(id.clone(), known);
    }

    /// One change.
    pub fn get(&self, id: &ChangeId) -> Option<&KnownChange> {
        self.by_id.get(id)
    }

    /// The change that a delivery told of already.
    pub fn delivered(&self, tenant: &TenantName, door: ChangeDoor, id: &str) -> Option<&ChangeId> {
        self.deliveries.get(&place(tenant, door, id))
    }

    /// The latest change of a thing that a sender calls so.
    pub fn keyed(&self, tenant: &TenantName, door: ChangeDoor, key: &str) -> Option<&ChangeId> {
        self.keys.get(&place(tenant, door, key))
    }

    /// When a person last looked at what a surface of a feature has become.
    pub fn reviewed(
        &self,
        tenant: &TenantName,
        feature: &str,
        surface: ChangeSurface,
    ) -> Option<Timestamp> {
        self.reviews.get(&review(tenant, feature, surface)).copied()
    }

    /// Those of a tenant.
    pub fn of(&self, tenant: &TenantName) -> impl Iterator<Item = &KnownChange> {
        self.by_id.values().filter(move |known| known.tenant == *tenant)
    }

    /// Some of a tenant, each unlogged one with the recorded change that it turned out to be.
    pub fn explained(
        &self,
        tenant: &TenantName,
        keep: impl Fn(&KnownChange) -> bool,
    ) -> Vec<KnownChange> {
        let mut recorded: BTreeMap<ChangeSurface, Vec<&KnownChange>> = BTreeMap::new();
        let mut seen: BTreeMap<(&str, &str), BTreeSet<Timestamp>> = BTreeMap::new();
        for known in self.of(tenant) {
            match &known.seen {
                Some(it) => {
                    let times = seen.entry((&it.feature, &it.factor)).or_default();
                    times.insert(known.says.introduced);
                }
                None => recorded.entry(known.says.surface).or_default().push(known),
            }
        }
        let explain = |known: &KnownChange| {
            let of_surface = recorded.get(&known.says.surface).map_or(&[][..], Vec::as_slice);
            let times = known.seen.as_ref().and_then(|it| seen.get(&(&*it.feature, &*it.factor)));
            let by = times.and_then(|times| known.explainer(of_surface, times));
            KnownChange { explained_by: by.map(|by| by.id.clone()), ..known.clone() }
        };
        self.of(tenant).filter(|known| keep(known)).map(explain).collect()
    }
}

impl KnownChange {
    /// The recorded change that an unlogged one turned out to be. Other levels of its factor were
    /// first seen at these times.
    fn explainer<'a>(
        &self,
        recorded: &[&'a KnownChange],
        times: &BTreeSet<Timestamp>,
    ) -> Option<&'a KnownChange> {
        let seen = self.seen.as_ref()?;
        let level = Level {
            feature: &seen.feature,
            factor: &Factor::from(seen.factor.as_str()),
            surface: self.says.surface,
            level: self.says.after.as_deref().unwrap_or_default(),
            first_seen: self.says.introduced,
        };
        recorded.iter().copied().find(|change| level.is_explained_by(&change.says, times))
    }
}

/// A level that flights show, and when they first did.
#[derive(Debug, Clone, Copy)]
pub struct Level<'a> {
    /// In which feature.
    pub feature: &'a str,
    /// The variable.
    pub factor: &'a Factor,
    /// What alters it.
    pub surface: ChangeSurface,
    /// The level.
    pub level: &'a str,
    /// Start of the first run with it.
    pub first_seen: Timestamp,
}

impl Level<'_> {
    /// Whether a recorded change explains that the level showed.
    ///
    /// Where the change says what it made of the thing in words that a level can be compared with,
    /// these decide. A commit or a blob is no level: then the first new level soon after the change
    /// is its doing, but not those after it; `others` are when other levels were first seen.
    pub fn is_explained_by(&self, change: &Change, others: &BTreeSet<Timestamp>) -> bool {
        let from = change.introduced.checked_sub(SKEW).unwrap_or(change.introduced);
        if self.surface != change.surface || !covers(&change.scope, self.feature) {
            return false;
        }
        if !is_about(change.subject.as_deref(), self.factor) || self.first_seen < from {
            return false;
        }
        match change.after.as_deref().map(|after| resembles(after, self.level)) {
            Some(Likeness::Same) => true,
            Some(Likeness::Other) => false,
            None | Some(Likeness::Incomparable) => {
                let told = change.told_at();
                let patience = if change.activated.is_some() { SOON } else { LATER };
                let from = told.checked_sub(SKEW).unwrap_or(told);
                let is_soon = self.first_seen >= from
                    && told.checked_add(patience).is_ok_and(|until| self.first_seen <= until);
                is_soon && others.range(from..self.first_seen).next().is_none()
            }
        }
    }
}

/// How a recorded name stands to a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// One is the other, or begins with it.
    Same,
    /// They are of the same form and differ.
    Other,
    /// They are of different forms: a commit, and the hash of a text.
    Incomparable,
}

/// Fewest characters by which a hash may be named.
const SHORTEST_PREFIX: usize = 4;

/// How a recorded `after` stands to a level: names are compared, and hashes by their beginnings.
pub fn resembles(after: &str, level: &str) -> Likeness {
    let (after, level) = (after.trim().to_ascii_lowercase(), level.trim().to_ascii_lowercase());
    let is_hex =
        |text: &str| text.len() >= SHORTEST_PREFIX && text.bytes().all(|b| b.is_ascii_hexdigit());
    if after == level {
        return Likeness::Same;
    }
    let (short, long) = if after.len() < level.len() { (&after, &level) } else { (&level, &after) };
    if short.len() >= SHORTEST_PREFIX && is_hex(short) && long.starts_with(short.as_str()) {
        return Likeness::Same;
    }
    match (is_hex(&after), is_hex(&level)) {
        (true, true) if after.len() == level.len() => Likeness::Other,
        (false, false) => Likeness::Other,
        _ => Likeness::Incomparable,
    }
}

/// Whether a change holds for a feature.
pub fn covers(scope: &ChangeScope, feature: &str) -> bool {
    scope.features.is_empty() || scope.features.iter().any(|named| named == feature)
}

/// Whether what a change names is what a factor is about: by its name, or by a file or folder so
/// called. One that names nothing is about all.
pub fn is_about(subject: Option<&str>, factor: &Factor) -> bool {
    let (Some(named), Some(about)) = (subject, factor.subject()) else { return true };
    let parts = named.split(['/', '\\', ':']).map(|part| part.split('.').next().unwrap_or(part));
    let is_path = named.contains(['/', '\\']);
    named.eq_ignore_ascii_case(about)
        || parts.into_iter().any(|part| part.eq_ignore_ascii_case(about))
        // The only prompt of a program that names none is `main`.
        || (is_path && about == "main")
}

fn unlogged(told: &UnloggedChangeSeen) -> Change {
    let factor = Factor::from(told.factor.as_str());
    let short = wording::level;
    let summary = match &told.before {
        Some(before) => format!("{}: {} → {}", told.factor, short(before), short(&told.after)),
        None => format!("{}: {}, not there before", told.factor, short(&told.after)),
    };
    Change {
        surface: told.surface,
        subject: factor.subject().map(str::to_owned),
        before: told.before.clone(),
        after: Some(told.after.clone()),
        summary,
        scope: ChangeScope { features: vec![told.feature.clone()], ..ChangeScope::default() },
        author: None,
        reason: None,
        rollback: None,
        link: None,
        incident: None,
        introduced: told.first_seen,
        activated: Some(told.first_seen),
        door: ChangeDoor::Flights,
        delivery: None,
        key: None,
        labels: BTreeMap::new(),
    }
}

fn place(tenant: &TenantName, door: ChangeDoor, name: &str) -> String {
    format!("{tenant} {} {name}", door.as_str())
}

fn review(tenant: &TenantName, feature: &str, surface: ChangeSurface) -> String {
    format!("{tenant} {} {feature}", surface.as_str())
}

#[cfg(test)]
mod tests;
