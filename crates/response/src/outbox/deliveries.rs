//! Deliveries as the ledger tells them: what waits, what arrived, what was given up.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use comms::{Known, Target};
use jiff::Timestamp;
use model::delivery::{DeliveryEffect, DeliveryResult, DeliveryTried, DeliveryWanted};
use model::{DeliveryId, Entry, Fact};
use serde::{Deserialize, Serialize};

/// A delivery, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// What is to be told to whom.
    #[serde(flatten)]
    pub wanted: DeliveryWanted,
    /// When it was wanted.
    pub at: Timestamp,
    /// How it stands.
    pub state: DeliveryState,
    /// Attempts so far, since it was last wanted.
    pub attempts: u32,
    /// What came of the last attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried_at: Option<Timestamp>,
    /// When it is tried next, if it waits for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
    /// What the target calls what it keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// Whether somebody asked for it: then it goes out even where nothing else does.
    #[serde(default)]
    pub by_hand: bool,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It has not arrived yet.
    Waiting,
    /// It arrived.
    Delivered,
    /// An earlier page stands for it; it is not sent.
    Covered,
    /// It did not arrive, and is not tried again by itself.
    GivenUp,
}

/// Every delivery, by its place in the ledger.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Deliveries {
    by_seq: BTreeMap<u64, Delivery>,
    seqs: BTreeMap<DeliveryId, u64>,
    waiting: BTreeSet<u64>,
    settled: BTreeSet<u64>,
    /// By target and what it is about.
    threads: BTreeMap<(String, String), Thread>,
    /// The latest page by target and cause.
    pages: BTreeMap<(String, String), (Timestamp, DeliveryId)>,
    /// Since when a target is gone.
    gone: BTreeMap<String, Timestamp>,
}

/// What a target was told about one thing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Thread {
    /// Deliveries that arrived or may.
    told: u32,
    /// Whether it was told that this is over.
    over: bool,
    receipt: Option<String>,
}

/// Settled deliveries that are remembered.
const REMEMBERED: usize = 20_000;

impl DeliveryState {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Covered => "covered",
            Self::GivenUp => "given_up",
        }
    }
}

impl Deliveries {
    /// Takes in one entry; facts about other things change nothing.
    pub fn apply(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::DeliveryWanted(wanted) => self.wanted(wanted, entry),
            Fact::DeliveryTried(tried) => self.tried(tried, entry.at),
            Fact::DeliveryRetried(retried) => self.retried(&retried.delivery),
            _ => {}
        }
    }

    /// One delivery.
    pub fn get(&self, id: &DeliveryId) -> Option<&Delivery> {
        self.by_seq.get(self.seqs.get(id)?)
    }

    /// All that are remembered, latest first.
    pub fn latest_first(&self) -> impl Iterator<Item = &Delivery> {
        self.by_seq.values().rev()
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The next delivery to a target that is due. What is about one thing arrives in order: it
    /// waits for what came before it.
    pub fn due(&self, target: &str, now: Timestamp) -> Option<&Delivery> {
        let mut held = HashSet::new();
        let waiting = self.waiting.iter().filter_map(|seq| self.by_seq.get(seq));
        let mut mine = waiting.filter(|it| it.wanted.target == target);
        mine.find(|it| {
            let is_first = held.insert(&*it.wanted.about);
            is_first && it.next.is_none_or(|next| next <= now)
        })
    }

    /// What a target knows of something.
    pub fn knows(&self, target: &Target, about: &str) -> Known {
        match self.thread(&target.name, about) {
            Some(thread) if thread.told > 0 && !thread.over => Known::Begun,
            _ => Known::Nothing,
        }
    }

    /// What a target calls what it keeps of something.
    pub fn receipt(&self, target: &str, about: &str) -> Option<&String> {
        self.thread(target, about)?.receipt.as_ref()
    }

    /// What a target keeps and was not told to be over: what it is about, and its receipt.
    pub fn kept_by(&self, target: &str) -> impl Iterator<Item = (&str, &str)> {
        let from = (target.to_owned(), String::new());
        let mine = self.threads.range(from..).take_while(move |((of, _), _)| of == target);
        let open = mine.filter(|(_, thread)| !thread.over);
        open.filter_map(|((_, about), thread)| Some((&**about, thread.receipt.as_deref()?)))
    }

    /// Since when a target is gone, if it is.
    pub fn gone_since(&self, target: &str) -> Option<Timestamp> {
        self.gone.get(target).copied()
    }

    /// The page to a target for a cause since then, unless it was given up.
    pub fn page_since(&self, target: &str, cause: &str, since: Timestamp) -> Option<&DeliveryId> {
        let (at, page) = self.pages.get(&(target.to_owned(), cause.to_owned()))?;
        (*at > since).then_some(page)
    }

    /// A later delivery about the same to the same target that arrived.
    pub fn overtaken_by(&self, id: &DeliveryId) -> Option<&DeliveryId> {
        let seq = *self.seqs.get(id)?;
        let it = &self.by_seq.get(&seq)?.wanted;
        let later = self.by_seq.range(seq + 1..).map(|(_, later)| later);
        let mut arrived = later.filter(|later| later.state == DeliveryState::Delivered);
        let same =
            |later: &&Delivery| later.wanted.target == it.target && later.wanted.about == it.about;
        arrived.find(same).map(|later| &later.wanted.delivery)
    }

    fn wanted(&mut self, wanted: &DeliveryWanted, entry: &Entry) {
        let is_covered = wanted.covered_by.is_some();
        let state = if is_covered { DeliveryState::Covered } else { DeliveryState::Waiting };
        let delivery = Delivery {
            wanted: wanted.clone(),
            at: entry.at,
            state,
            attempts: 0,
            because: None,
            tried_at: None,
            next: None,
            receipt: None,
            by_hand: wanted.topic == super::TEST,
        };
        self.seqs.insert(wanted.delivery.clone(), entry.seq);
        self.by_seq.insert(entry.seq, delivery);
        if is_covered {
            return self.settle(entry.seq);
        }
        self.waiting.insert(entry.seq);
        let thread = self.thread_mut(wanted);
        match wanted.effect {
            DeliveryEffect::Close => thread.over = true,
            DeliveryEffect::Acknowledge => {}
            DeliveryEffect::Open | DeliveryEffect::Update => {
                thread.told += 1;
                thread.over = false;
            }
        }
        if let Some(cause) = &wanted.cause {
            let key = (wanted.target.clone(), cause.clone());
            self.pages.insert(key, (entry.at, wanted.delivery.clone()));
            let hour = entry.at.checked_sub(super::QUIET).unwrap_or(Timestamp::MIN);
            self.pages.retain(|_, (at, _)| *at > hour);
        }
    }

    fn tried(&mut self, tried: &DeliveryTried, at: Timestamp) {
        let Some(seq) = self.seqs.get(&tried.delivery).copied() else { return };
        let Some(delivery) = self.by_seq.get_mut(&seq) else { return };
        delivery.attempts = tried.attempt;
        delivery.because = Some(tried.because.clone());
        delivery.tried_at = Some(at);
        delivery.next = tried.next;
        delivery.receipt.clone_from(&tried.receipt);
        delivery.state = match tried.result {
            DeliveryResult::Delivered => DeliveryState::Delivered,
            DeliveryResult::Failed => DeliveryState::Waiting,
            DeliveryResult::GivenUp | DeliveryResult::Gone => DeliveryState::GivenUp,
        };
        let wanted = delivery.wanted.clone();
        match tried.result {
            DeliveryResult::Failed => return,
            DeliveryResult::Delivered => {
                self.gone.remove(&wanted.target);
                if let Some(receipt) = &tried.receipt {
                    self.thread_mut(&wanted).receipt = Some(receipt.clone());
                }
            }
            DeliveryResult::Gone => {
                self.gone.insert(wanted.target.clone(), at);
                self.unsay(&wanted);
            }
            DeliveryResult::GivenUp => self.unsay(&wanted),
        }
        self.waiting.remove(&seq);
        self.settle(seq);
    }

    fn retried(&mut self, id: &DeliveryId) {
        let Some(seq) = self.seqs.get(id).copied() else { return };
        let Some(delivery) = self.by_seq.get_mut(&seq) else { return };
        delivery.state = DeliveryState::Waiting;
        (delivery.attempts, delivery.next, delivery.by_hand) = (0, None, true);
        let wanted = delivery.wanted.clone();
        self.settled.remove(&seq);
        self.waiting.insert(seq);
        if matches!(wanted.effect, DeliveryEffect::Open | DeliveryEffect::Update) {
            self.thread_mut(&wanted).told += 1;
        }
    }

    /// What was given up was not told, and stands for no other page.
    fn unsay(&mut self, wanted: &DeliveryWanted) {
        if matches!(wanted.effect, DeliveryEffect::Open | DeliveryEffect::Update) {
            let thread = self.thread_mut(wanted);
            thread.told = thread.told.saturating_sub(1);
        }
        self.pages.retain(|_, (_, page)| *page != wanted.delivery);
    }

    /// Remembers a settled delivery, and forgets the oldest of too many.
    fn settle(&mut self, seq: u64) {
        self.settled.insert(seq);
        while self.settled.len() > REMEMBERED {
            let Some(oldest) = self.settled.pop_first() else { return };
            if let Some(forgotten) = self.by_seq.remove(&oldest) {
                self.seqs.remove(&forgotten.wanted.delivery);
            }
        }
    }

    fn thread(&self, target: &str, about: &str) -> Option<&Thread> {
        self.threads.get(&(target.to_owned(), about.to_owned()))
    }

    fn thread_mut(&mut self, wanted: &DeliveryWanted) -> &mut Thread {
        let key = (wanted.target.clone(), wanted.about.clone());
        self.threads.entry(key).or_default()
    }
}
