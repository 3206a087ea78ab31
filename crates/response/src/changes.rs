//! Changes: recorded through whichever door, activated later, listed.

use std::sync::PoisonError;

use incident::changes::{KnownChange, covers};
use intake::Refusal;
use jiff::{SignedDuration, Timestamp};
use ledger::{Append, Expected, LedgerError};
use model::change::{ChangeActivated, ChangeRecorded};
use model::content::ContentHash;
use model::{Change, ChangeId, ChangeSurface, Fact, Fault, Faulty, Window};

use crate::incidents::Act;
use crate::open::Mayday;
use crate::tally::Counted;

/// A change as it was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is on record from now on.
    New(Box<KnownChange>),
    /// It was already: a delivery that came again, or a word on a change that is known.
    Known(Box<KnownChange>),
}

/// Which changes are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangesWanted {
    /// Those that hold for this feature.
    pub feature: Option<String>,
    /// Those of this surface.
    pub surface: Option<ChangeSurface>,
    /// Those that were made or took effect then.
    pub within: Option<Window>,
    /// At most so many.
    pub limit: Option<usize>,
}

/// Why a change is not recorded or shown.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// It does not say what a change has to.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such change.
    #[error("there is no change {0}; `mayday change list` shows them")]
    NoSuchChange(ChangeId),
    /// It took effect already.
    #[error("the change {0} took effect at {1}: what happened then is not changed")]
    IsActive(ChangeId, Timestamp),
    /// It would have taken effect before it was made, or in the future.
    #[error("a change takes effect after it was made, here {0}, and not in the future")]
    Untimely(Timestamp),
    /// The ledger can't be written.
    #[error("could not write the fact to the ledger; nothing was recorded")]
    Ledger(#[source] LedgerError),
}

impl Faulty for ChangeError {
    fn fault(&self) -> Fault {
        match self {
            ChangeError::Refused(refusal) => refusal.fault(),
            ChangeError::NoSuchChange(_) => Fault::NotFound,
            ChangeError::IsActive(..) => Fault::Conflict,
            ChangeError::Untimely(_) => Fault::Invalid,
            ChangeError::Ledger(error) => error.fault(),
        }
    }
}

impl Taken {
    /// The change as it stands.
    pub fn change(self) -> KnownChange {
        match self {
            Taken::New(known) | Taken::Known(known) => *known,
        }
    }
}

/// Changes listed at most.
const MOST_LISTED: usize = 1_000;

/// How far ahead of this machine's clock another may be.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

impl Mayday {
    /// Records a change as a fact. A delivery that came before is no second change. Blocking.
    pub fn record_change(&self, says: Change, act: Act) -> Result<Taken, ChangeError> {
        let _alone = self.house.taking_in.lock().unwrap_or_else(PoisonError::into_inner);
        self.take_in_change(says, act)
    }

    fn take_in_change(&self, says: Change, act: Act) -> Result<Taken, ChangeError> {
        if let Some(known) = self.delivered(&says) {
            self.house.tally.add(Counted::HooksRepeated, 1);
            return Ok(Taken::Known(Box::new(known)));
        }
        let tenant = self.room.tenant.clone();
        let id = ChangeId::from_random(act.random);
        let recorded = ChangeRecorded { change: id.clone(), tenant, says: Box::new(says) };
        self.state_of_change(&id, Expected::Version(0), Fact::ChangeRecorded(recorded), act)?;
        self.change(&id).map(|known| Taken::New(Box::new(known)))
    }

    /// Takes in that something took effect of which an earlier delivery may have told: that change
    /// is activated, or else this one recorded. Blocking.
    pub fn hear_activation(&self, says: Change, act: Act) -> Result<Taken, ChangeError> {
        let _alone = self.house.taking_in.lock().unwrap_or_else(PoisonError::into_inner);
        let known = says.key.as_deref().and_then(|key| {
            let changes = self.house.projections.changes.read();
            changes.keyed(&self.room.tenant, says.door, key).cloned()
        });
        match (known, says.activated) {
            (Some(id), Some(at)) => {
                let known = self.change(&id)?;
                if known.says.activated.is_some() {
                    return Ok(Taken::Known(Box::new(known)));
                }
                let known = self.activate(&known, at.max(known.says.introduced), act)?;
                Ok(Taken::Known(Box::new(known)))
            }
            _ => self.take_in_change(says, act),
        }
    }

    /// States that a change took effect. Blocking.
    pub fn activate_change(
        &self,
        id: &ChangeId,
        at: Timestamp,
        act: Act,
    ) -> Result<KnownChange, ChangeError> {
        let _alone = self.house.taking_in.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.change(id)?;
        match known.says.activated {
            Some(active) if active == at => return Ok(known),
            Some(active) => return Err(ChangeError::IsActive(id.clone(), active)),
            None => {}
        }
        let latest = act.at.checked_add(AHEAD).unwrap_or(act.at);
        if at < known.says.introduced || at > latest {
            return Err(ChangeError::Untimely(known.says.introduced));
        }
        self.activate(&known, at, act)
    }

    fn activate(
        &self,
        known: &KnownChange,
        at: Timestamp,
        act: Act,
    ) -> Result<KnownChange, ChangeError> {
        let (change, tenant) = (known.id.clone(), self.room.tenant.clone());
        let fact = Fact::ChangeActivated(ChangeActivated { change, tenant, at });
        self.state_of_change(&known.id, Expected::Any, fact, act)?;
        self.change(&known.id)
    }

    /// One change.
    pub fn change(&self, id: &ChangeId) -> Result<KnownChange, ChangeError> {
        let changes = self.house.projections.changes.read();
        let known = changes.get(id).filter(|known| self.is_of(&known.tenant));
        known.cloned().ok_or_else(|| ChangeError::NoSuchChange(id.clone()))
    }

    /// The latest changes, those that took effect or were made last first.
    pub fn changes(&self, wanted: &ChangesWanted) -> Vec<KnownChange> {
        let changes = self.house.projections.changes.read();
        let mut changes = changes.explained(&self.room.tenant, |known| wanted.wants(&known.says));
        changes
            .sort_by(|a, b| b.says.told_at().cmp(&a.says.told_at()).then_with(|| a.id.cmp(&b.id)));
        changes.truncate(wanted.limit.unwrap_or(MOST_LISTED).min(MOST_LISTED));
        changes
    }

    /// The change that a delivery told of already.
    fn delivered(&self, says: &Change) -> Option<KnownChange> {
        let delivery = says.delivery.as_deref()?;
        let changes = self.house.projections.changes.read();
        let id = changes.delivered(&self.room.tenant, says.door, delivery)?;
        changes.get(id).cloned()
    }

    pub(crate) fn state_of_change(
        &self,
        id: &ChangeId,
        expected: Expected,
        fact: Fact,
        act: Act,
    ) -> Result<(), ChangeError> {
        let facts = [fact];
        let append =
            Append { stream: id.as_str(), expected, at: act.at, actor: act.by, facts: &facts };
        self.house.state(append).map(|_| ()).map_err(ChangeError::Ledger)
    }
}

impl ChangesWanted {
    fn wants(&self, says: &Change) -> bool {
        let feature = self.feature.as_deref();
        let is_then = |within: Window| {
            within.contains(says.introduced) || says.activated.is_some_and(|at| within.contains(at))
        };
        feature.is_none_or(|feature| covers(&says.scope, feature))
            && self.surface.is_none_or(|surface| says.surface == surface)
            && self.within.is_none_or(is_then)
    }
}

/// A number that stands for a text: for ids of what must not be stated twice.
pub(crate) fn number_of(text: &str) -> u64 {
    let hash = ContentHash::of(text.as_bytes());
    hash.as_bytes().iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}
