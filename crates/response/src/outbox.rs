//! The outbox: what others are to be told is stated with the fact that causes it, then done.
//!
//! [`House::tell`] appends facts and, in the same append, a wanted delivery for each target that
//! wants to hear of them; so a crash in between loses nothing. [`Deliveries`] is the fold of what
//! is wanted, tried and settled. A [`Courier`] brings what waits to one target and states what came
//! of it: at least once, always with the same id.

mod courier;
mod deliveries;
mod error;
#[cfg(test)]
mod tests;

use std::sync::{PoisonError, RwLockReadGuard, RwLockWriteGuard};

use comms::{Letter, Offer, Schedule, Target};
use incident::{Announcement, Subjects};
use jiff::{SignedDuration, Timestamp};
use ledger::{Append, Expected, LedgerError};
use model::delivery::{DeliveryEffect, DeliveryRetried, DeliveryWanted};
use model::{DeliveryId, Entry, Fact};
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

impl House {
    /// Appends facts together with what others are to be told of them, and folds what concerns the
    /// outbox. Every fact that somebody may want to hear of is appended through here.
    pub(crate) fn tell(&self, append: Append, random: u64) -> Result<Vec<Entry>, LedgerError> {
        let mut outbox = self.outbox_mut();
        let wanted = self.announce(&outbox, append.facts, append.at, random);
        let entries = match wanted.is_empty() {
            true => self.ledger.append(append)?,
            false => {
                let facts = [append.facts, &wanted].concat();
                self.ledger.append(Append { facts: &facts, ..append })?
            }
        };
        entries.iter().for_each(|entry| outbox.apply(entry));
        if !wanted.is_empty() {
            self.outgoing.notify_waiters();
        }
        Ok(entries)
    }

    /// The deliveries that these facts ask for, as further facts.
    fn announce(&self, outbox: &Outbox, facts: &[Fact], at: Timestamp, random: u64) -> Vec<Fact> {
        let targets = &self.settings.out.targets;
        if targets.is_empty() {
            return Vec::new();
        }
        let mut wanted: Vec<DeliveryWanted> = Vec::new();
        let mut ids = Ids { random: random ^ at.as_nanosecond() as u64 };
        for it in outbox.subjects.announce(facts) {
            for target in targets.iter().filter(|target| target.tenant == it.tenant) {
                let was_told = outbox.deliveries.was_told(target, &it.about);
                let offer = offer(&it, was_told);
                if target.wants(&offer) {
                    let id = ids.next(&outbox.deliveries);
                    let cause = target.wakes(&offer).then(|| it.cause.clone());
                    let one = of_announcement(&it, target, id, cause);
                    let covered_by = covering(&outbox.deliveries, &wanted, &one, at);
                    wanted.push(DeliveryWanted { covered_by, ..one });
                }
            }
        }
        wanted.into_iter().map(Fact::DeliveryWanted).collect()
    }

    pub(crate) fn outbox(&self) -> RwLockReadGuard<'_, Outbox> {
        self.outbox.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn outbox_mut(&self) -> RwLockWriteGuard<'_, Outbox> {
        self.outbox.write().unwrap_or_else(PoisonError::into_inner)
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
        let mut outbox = self.house.outbox_mut();
        let delivery = outbox.deliveries.get(id).filter(|it| self.is_of(&it.wanted.tenant));
        let delivery = delivery.ok_or_else(|| DeliveryError::NoSuchDelivery(id.clone()))?;
        if delivery.state != DeliveryState::GivenUp {
            return Err(DeliveryError::NotGivenUp(id.clone(), delivery.state.as_str()));
        }
        if self.house.target(&delivery.wanted.target).is_none() {
            return Err(DeliveryError::NoSuchTarget(delivery.wanted.target.clone()));
        }
        if let Some(later) = outbox.deliveries.overtaken_by(id) {
            return Err(DeliveryError::Overtaken(id.clone(), later.clone()));
        }
        let retried = DeliveryRetried { delivery: id.clone(), tenant };
        self.state_deliveries(&mut outbox, id, act, &[Fact::DeliveryRetried(retried)])?;
        outbox.deliveries.get(id).cloned().ok_or(DeliveryError::NoSuchDelivery(id.clone()))
    }

    /// Tells a target something that only proves it can be reached; what it would keep of that is
    /// ended at once. Blocking.
    pub fn test_target(&self, name: &str, act: Act) -> Result<Delivery, DeliveryError> {
        let target = self.my_target(name)?;
        let mut outbox = self.house.outbox_mut();
        let mut ids = Ids { random: act.random };
        let id = ids.next(&outbox.deliveries);
        let begins = test_of(target, &id, act.by);
        let mut facts = vec![Fact::DeliveryWanted(begins.clone())];
        if target.keeps() {
            let delivery = ids.next(&outbox.deliveries);
            let effect = DeliveryEffect::Close;
            facts.push(Fact::DeliveryWanted(DeliveryWanted { delivery, effect, ..begins }));
        }
        self.state_deliveries(&mut outbox, &id, act, &facts)?;
        outbox.deliveries.get(&id).cloned().ok_or(DeliveryError::NoSuchDelivery(id))
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
        outbox: &mut Outbox,
        about: &DeliveryId,
        act: Act,
        facts: &[Fact],
    ) -> Result<(), LedgerError> {
        let (stream, expected) = (about.as_str(), Expected::Any);
        let append = Append { stream, expected, at: act.at, actor: act.by, facts };
        let entries = self.house.ledger.append(append)?;
        entries.iter().for_each(|entry| outbox.apply(entry));
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

/// Ids drawn from one random number, none of which is taken.
struct Ids {
    random: u64,
}

impl Ids {
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

fn offer(it: &Announcement, was_told: bool) -> Offer<'_> {
    Offer {
        topic: it.topic,
        effect: it.effect,
        pages: it.pages,
        severity: it.severity,
        feature: it.feature.as_deref(),
        was_told,
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
