//! The outbox: what others are to be told is stated with the fact that causes it, then done.
//!
//! Whatever is stated through [`House::state`] is announced: for each target that wants to hear of
//! it, a wanted delivery stands in the same append, so a crash in between loses nothing.
//! [`Deliveries`] is the fold of what is wanted, tried and settled. A [`Courier`] brings what waits
//! to one target and states what came of it: at least once, always with the same id.

mod courier;
mod deliveries;
mod error;
#[cfg(test)]
mod tests;

use std::sync::{MutexGuard, PoisonError, RwLockReadGuard};

use comms::{Known, Letter, Offer, Schedule, Target};
use incident::{Announcement, Subjects};
use jiff::{SignedDuration, Timestamp};
use ledger::{Append, Expected, LedgerError};
use model::delivery::{DeliveryEffect, DeliveryRetried, DeliveryWanted};
use model::{ContentHash, DeliveryId, Entry, Fact};
use serde::{Deserialize, Serialize};

use crate::incidents::Act;
use crate::open::{House, Mayday};

pub use courier::{Courier, Worked};
pub use deliveries::{Deliveries, Delivery, DeliveryState};
pub use error::DeliveryError;

/// The topic of what only proves that a target can be reached.
pub(crate) const TEST: &str = "test";

/// How long somebody is not woken again for one cause.
const QUIET: SignedDuration = SignedDuration::from_mins(60);

/// Whom to tell, and how often to try.
#[derive(Debug, Clone, PartialEq)]
pub struct Out {
    /// Who is told.
    pub targets: Vec<Target>,
    /// The pauses between attempts.
    pub schedule: Schedule,
    /// Where this server's pages are, for links; none links nowhere.
    pub site: Option<String>,
    /// How often trackers are asked for what was closed there; zero never asks.
    pub ask_trackers_every: SignedDuration,
}

impl Default for Out {
    fn default() -> Self {
        Self {
            targets: Vec::new(),
            schedule: Schedule::default(),
            site: None,
            ask_trackers_every: SignedDuration::from_mins(5),
        }
    }
}

/// What is to be told, and what telling needs to remember.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Outbox {
    pub(crate) subjects: Subjects,
    pub(crate) deliveries: Deliveries,
}

impl Outbox {
    /// Takes in one entry; facts about other things change nothing.
    pub(crate) fn apply(&mut self, entry: &Entry) {
        self.subjects.apply(entry);
        self.deliveries.apply(entry);
    }
}

/// Facts, with what others are to be told of them. Until they are stated nobody else may be told
/// anything, so that nobody is woken twice.
pub(crate) struct Announced<'a> {
    pub(crate) facts: Vec<Fact>,
    _alone: MutexGuard<'a, ()>,
}

impl House {
    /// Facts with the deliveries they ask for; none if nobody wants to hear of them.
    pub(crate) fn announced(&self, append: &Append) -> Option<Announced<'_>> {
        let targets = &self.settings.out.targets;
        if targets.is_empty() || self.outbox().subjects.announce(append.facts).is_empty() {
            return None;
        }
        let alone = self.announcing.lock().unwrap_or_else(PoisonError::into_inner);
        let outbox = self.outbox();
        let mut ids = Ids::of(append, self.ledger.newest());
        let mut wanted: Vec<DeliveryWanted> = Vec::new();
        for it in outbox.subjects.announce(append.facts) {
            for target in targets.iter().filter(|target| target.tenant == it.tenant) {
                let offer = offer(&it, outbox.deliveries.knows(target, &it.about));
                if target.wants(&offer) {
                    let id = ids.next(&outbox.deliveries);
                    let cause = target.wakes(&offer).then(|| it.cause.clone());
                    let one = of_announcement(&it, target, id, cause);
                    let covered_by = covering(&outbox.deliveries, &wanted, &one, append.at);
                    wanted.push(DeliveryWanted { covered_by, ..one });
                }
            }
        }
        let wanted: Vec<Fact> = wanted.into_iter().map(Fact::DeliveryWanted).collect();
        let facts = [append.facts, &wanted].concat();
        (!wanted.is_empty()).then_some(Announced { facts, _alone: alone })
    }

    pub(crate) fn outbox(&self) -> RwLockReadGuard<'_, Outbox> {
        self.projections.outbox.read()
    }

    /// How many deliveries wait, and how many targets are let be.
    pub(crate) fn outgoing(&self) -> (u64, u64) {
        let waiting = self.outbox().deliveries.waiting();
        let breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        (waiting as u64, breakers.values().filter(|breaker| breaker.is_open()).count() as u64)
    }

    fn target(&self, name: &str) -> Option<&Target> {
        self.settings.out.targets.iter().find(|target| target.name == name)
    }
}

impl Mayday {
    /// Every delivery on record, latest first. Settled ones are forgotten after the newest twenty
    /// thousand; the ledger keeps them.
    pub fn deliveries(&self) -> Vec<Delivery> {
        let outbox = self.house.outbox();
        let mine = |delivery: &&Delivery| self.is_of(&delivery.wanted.tenant);
        outbox.deliveries.latest_first().filter(mine).cloned().collect()
    }

    /// Deliveries given up within a week, which somebody should look at.
    pub fn given_up(&self, now: Timestamp) -> usize {
        let since = now.checked_sub(SignedDuration::from_hours(7 * 24)).unwrap_or(Timestamp::MIN);
        let outbox = self.house.outbox();
        let concerns = |delivery: &&Delivery| {
            delivery.state == DeliveryState::GivenUp
                && delivery.at >= since
                && self.is_of(&delivery.wanted.tenant)
        };
        outbox.deliveries.latest_first().filter(concerns).count()
    }

    /// Has a delivery that was given up tried again, as often as a new one. Blocking.
    pub fn retry_delivery(&self, id: &DeliveryId, act: Act) -> Result<Delivery, DeliveryError> {
        let tenant = self.room.tenant.clone();
        let delivery = self.delivery(id)?;
        if delivery.state != DeliveryState::GivenUp {
            return Err(DeliveryError::NotGivenUp(id.clone(), delivery.state.as_str()));
        }
        if self.house.target(&delivery.wanted.target).is_none() {
            return Err(DeliveryError::NoSuchTarget(delivery.wanted.target.clone()));
        }
        if let Some(later) = self.house.outbox().deliveries.overtaken_by(id) {
            return Err(DeliveryError::Overtaken(id.clone(), later.clone()));
        }
        let retried = DeliveryRetried { delivery: id.clone(), tenant };
        self.state_deliveries(id, act, &[Fact::DeliveryRetried(retried)])?;
        self.delivery(id)
    }

    /// One delivery.
    pub fn delivery(&self, id: &DeliveryId) -> Result<Delivery, DeliveryError> {
        let outbox = self.house.outbox();
        let delivery = outbox.deliveries.get(id).filter(|it| self.is_of(&it.wanted.tenant));
        delivery.cloned().ok_or_else(|| DeliveryError::NoSuchDelivery(id.clone()))
    }

    /// Tells a target something that only proves it can be reached; what it would keep of that is
    /// ended at once. Blocking.
    pub fn test_target(&self, name: &str, act: Act) -> Result<Delivery, DeliveryError> {
        let target = self.my_target(name)?;
        let mut ids = Ids { random: act.random };
        let id = ids.next(&self.house.outbox().deliveries);
        let begins = test_of(target, &id, act.by);
        let mut facts = vec![Fact::DeliveryWanted(begins.clone())];
        if target.keeps() {
            let delivery = ids.next(&self.house.outbox().deliveries);
            let effect = DeliveryEffect::Close;
            facts.push(Fact::DeliveryWanted(DeliveryWanted { delivery, effect, ..begins }));
        }
        self.state_deliveries(&id, act, &facts)?;
        self.delivery(&id)
    }

    /// What a test would send to a target, without secrets.
    pub fn shown_to_target(&self, name: &str, act: Act) -> Result<String, DeliveryError> {
        let target = self.my_target(name)?;
        let wanted = test_of(target, &DeliveryId::from_random(act.random), act.by);
        let letter = self.house.letter(&wanted, act.at, None);
        Ok(comms::shown(target, &letter, act.at))
    }

    fn my_target(&self, name: &str) -> Result<&Target, DeliveryError> {
        let target = self.house.target(name).filter(|target| self.is_of(&target.tenant));
        target.ok_or_else(|| DeliveryError::NoSuchTarget(name.to_owned()))
    }

    fn state_deliveries(
        &self,
        about: &DeliveryId,
        act: Act,
        facts: &[Fact],
    ) -> Result<(), LedgerError> {
        let (stream, expected) = (about.as_str(), Expected::Any);
        self.house.state(Append { stream, expected, at: act.at, actor: act.by, facts })?;
        self.house.outgoing.notify_waiters();
        Ok(())
    }
}

impl House {
    /// The letter that a wanted delivery asks for, with a link if it is known where pages are.
    fn letter(&self, wanted: &DeliveryWanted, at: Timestamp, receipt: Option<String>) -> Letter {
        let page = match wanted.about.starts_with("inc_") {
            true => format!("/incidents/{}", wanted.about),
            false => "/".to_owned(),
        };
        let link = self.settings.out.site.as_ref().map(|site| format!("{site}{page}"));
        Letter { link, receipt, ..Letter::of(wanted, at) }
    }
}

/// Ids drawn from one number, none of which is taken.
struct Ids {
    random: u64,
}

impl Ids {
    /// Ids of what is stated at a place in the ledger; nobody else draws them.
    fn of(append: &Append, newest: u64) -> Self {
        let Append { stream, at, actor, .. } = append;
        let hash = ContentHash::of(format!("{newest} {stream} {at} {actor}").as_bytes());
        let first = hash.as_bytes().iter().take(8);
        Self { random: first.fold(0, |number, byte| number << 8 | u64::from(*byte)) }
    }

    fn next(&mut self, taken: &Deliveries) -> DeliveryId {
        loop {
            self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let id = DeliveryId::from_random(mixed(self.random));
            if taken.get(&id).is_none() {
                return id;
            }
        }
    }
}

/// A number mixed so that each bit depends on all: SplitMix64's last step (Steele et al., 2014).
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

fn offer(it: &Announcement, known: Known) -> Offer<'_> {
    Offer {
        topic: it.topic,
        effect: it.effect,
        pages: it.pages,
        severity: it.severity,
        feature: it.feature.as_deref(),
        known,
    }
}

fn of_announcement(
    it: &Announcement,
    target: &Target,
    delivery: DeliveryId,
    cause: Option<String>,
) -> DeliveryWanted {
    DeliveryWanted {
        delivery,
        tenant: it.tenant.clone(),
        target: target.name.clone(),
        about: it.about.clone(),
        topic: it.topic.to_owned(),
        effect: it.effect,
        severity: it.severity,
        pages: cause.is_some(),
        cause,
        covered_by: None,
        title: it.title.clone(),
        text: it.text.clone(),
    }
}

/// The page within the last hour that stands for this one too.
fn covering(
    deliveries: &Deliveries,
    beside: &[DeliveryWanted],
    it: &DeliveryWanted,
    at: Timestamp,
) -> Option<DeliveryId> {
    let cause = it.cause.as_ref()?;
    let since = at.checked_sub(QUIET).unwrap_or(Timestamp::MIN);
    let same = |page: &&DeliveryWanted| {
        page.target == it.target && page.cause == it.cause && page.covered_by.is_none()
    };
    let beside = beside.iter().find(same).map(|page| page.delivery.clone());
    beside.or_else(|| deliveries.page_since(&it.target, cause, since).cloned())
}

fn test_of(target: &Target, id: &DeliveryId, by: &str) -> DeliveryWanted {
    DeliveryWanted {
        delivery: id.clone(),
        tenant: target.tenant.clone(),
        target: target.name.clone(),
        about: id.to_string(),
        topic: TEST.to_owned(),
        effect: DeliveryEffect::Open,
        severity: Some(model::Severity::Sev4),
        pages: false,
        cause: None,
        covered_by: None,
        title: "A test from Mayday: nothing happened".to_owned(),
        text: format!("{by} asked whether this arrives."),
    }
}
