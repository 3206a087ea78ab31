//! A courier: brings what waits to one target, and states what came of it. A reconciler.

use std::time::Duration;

use comms::{Breaker, Post, Refused, Sent, Target, Way};
use incident::actors::ITSELF;
use jiff::Timestamp;
use ledger::{Append, Expected, LedgerError};
use model::delivery::{DeliveryResult, DeliveryTried};
use model::notice::TicketActed;
use model::{Fact, TicketId};

use super::{Delivery, DeliveryError};
use crate::open::Mayday;
use crate::tally::Counted;

/// Brings what waits to one target.
#[derive(Debug)]
pub struct Courier {
    mayday: Mayday,
    target: Target,
    post: Post,
}

/// What a courier found to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worked {
    /// One delivery was tried.
    Tried,
    /// Nothing is due, or the target is let be.
    Nothing,
}

/// Longest pause between two looks at what is due.
const PAUSE: Duration = Duration::from_millis(500);

impl Mayday {
    /// One courier for each target in the settings.
    pub fn couriers(&self) -> Result<Vec<Courier>, DeliveryError> {
        let targets = &self.house.settings.out.targets;
        let post = Post::new(targets)?;
        let courier = |target: &Target| Courier {
            mayday: self.clone(),
            target: target.clone(),
            post: post.clone(),
        };
        Ok(targets.iter().map(courier).collect())
    }
}

impl Courier {
    /// Who is told.
    pub fn target(&self) -> &str {
        &self.target.name
    }

    /// How often to ask the target what was closed there; none if it is no tracker.
    pub fn asks_every(&self) -> Option<Duration> {
        let every = Duration::try_from(self.mayday.house.settings.out.ask_trackers_every).ok()?;
        let is_tracker = matches!(self.target.way, Way::Github(_) | Way::Jira(_));
        Some(every).filter(|every| is_tracker && !every.is_zero())
    }

    /// Waits until something may be due: something was wanted, or a moment passed.
    pub async fn wait(&self) {
        _ = tokio::time::timeout(PAUSE, self.mayday.house.outgoing.notified()).await;
    }

    /// Tries the next delivery that is due, and states what came of it. When that can't be stated,
    /// the delivery stays due, and is sent again under the same id: wait before you call again.
    pub async fn work(
        &self,
        clock: impl Fn() -> Timestamp + Send,
        random: impl Fn() -> u64 + Send,
    ) -> Result<Worked, LedgerError> {
        let now = clock();
        let Some(delivery) = self.due(now) else { return Ok(Worked::Nothing) };
        let house = &self.mayday.house;
        let gone = house.outbox().deliveries.gone_since(&self.target.name);
        let result = match gone {
            Some(since) if !delivery.by_hand => Err(Refused::ForGood(format!(
                "it said at {since} that it is gone: mend it, then ask it with `mayday out test`"
            ))),
            _ => self.send(&delivery, now).await,
        };
        let tried = self.tried(&delivery, result, (clock(), random()));
        self.count(tried.result);
        self.state(&[Fact::DeliveryTried(tried)], delivery.wanted.delivery.as_str(), clock())
            .await?;
        Ok(Worked::Tried)
    }

    /// Asks a tracker which of the issues it keeps were closed there, and states it of the tickets.
    pub async fn ask_tracker(
        &self,
        clock: impl Fn() -> Timestamp + Send,
    ) -> Result<(), LedgerError> {
        for (ticket, issue) in self.open_tickets() {
            let closed = self.post.is_closed(&self.target, &issue, clock()).await;
            match closed {
                Ok(Some(true)) => {
                    let acted = TicketActed {
                        ticket: ticket.clone(),
                        tenant: self.target.tenant.clone(),
                        what: format!("closed as issue {issue} in {}", self.target.name),
                        done: true,
                    };
                    self.state(&[Fact::TicketActed(acted)], ticket.as_str(), clock()).await?;
                }
                Ok(_) => {}
                Err(refused) => {
                    let target = &self.target.name;
                    tracing::warn!(target, issue, %refused, "a tracker can't be asked now");
                }
            }
        }
        Ok(())
    }

    /// What is due, unless the target is let be.
    fn due(&self, now: Timestamp) -> Option<Delivery> {
        let name = &self.target.name;
        let delivery = self.mayday.house.outbox().deliveries.due(name, now).cloned()?;
        let let_be = !delivery.by_hand && !self.breaker(|breaker| breaker.lets_through(now));
        (!let_be).then_some(delivery)
    }

    async fn send(&self, delivery: &Delivery, now: Timestamp) -> Result<Sent, Refused> {
        let house = &self.mayday.house;
        let wanted = &delivery.wanted;
        let receipt = {
            let outbox = house.outbox();
            outbox.deliveries.receipt(&wanted.target, &wanted.about).cloned()
        };
        let letter = house.letter(wanted, delivery.at, receipt);
        let sent = self.post.send(&self.target, &letter, now).await;
        self.breaker(|breaker| match &sent {
            Err(Refused::ForNow { .. }) => breaker.failed(now),
            Ok(_) | Err(Refused::ForGood(_) | Refused::Gone) => breaker.succeeded(),
        });
        sent
    }

    fn tried(
        &self,
        delivery: &Delivery,
        sent: Result<Sent, Refused>,
        (now, random): (Timestamp, u64),
    ) -> DeliveryTried {
        let attempt = delivery.attempts + 1;
        let mut tried = DeliveryTried {
            delivery: delivery.wanted.delivery.clone(),
            tenant: delivery.wanted.tenant.clone(),
            attempt,
            result: DeliveryResult::GivenUp,
            because: String::new(),
            receipt: None,
            next: None,
        };
        match sent {
            Ok(Sent { because, receipt }) => {
                let result = DeliveryResult::Delivered;
                tried = DeliveryTried { result, because, receipt, ..tried };
            }
            Err(Refused::ForNow { because, pause }) => {
                let schedule = &self.mayday.house.settings.out.schedule;
                tried.next = schedule.next(attempt, now, pause, random);
                tried.because = because;
                if tried.next.is_some() {
                    tried.result = DeliveryResult::Failed;
                }
            }
            Err(Refused::ForGood(because)) => tried.because = because,
            Err(Refused::Gone) => {
                tried.because = Refused::Gone.to_string();
                tried.result = DeliveryResult::Gone;
            }
        }
        if matches!(tried.result, DeliveryResult::GivenUp | DeliveryResult::Gone) {
            let (target, delivery, because) = (&self.target.name, &tried.delivery, &tried.because);
            tracing::error!(target, %delivery, because, "a delivery is given up");
        }
        tried
    }

    fn count(&self, result: DeliveryResult) {
        let counted = match result {
            DeliveryResult::Delivered => Counted::DeliveriesDelivered,
            DeliveryResult::Failed => Counted::DeliveriesFailed,
            DeliveryResult::GivenUp | DeliveryResult::Gone => Counted::DeliveriesGivenUp,
        };
        self.mayday.house.tally.add(counted, 1);
    }

    async fn state(&self, facts: &[Fact], stream: &str, at: Timestamp) -> Result<(), LedgerError> {
        let (mayday, facts, stream) = (self.mayday.clone(), facts.to_vec(), stream.to_owned());
        let state = move || {
            let (stream, expected) = (&*stream, Expected::Any);
            let append = Append { stream, expected, at, actor: ITSELF, facts: &facts };
            mayday.house.state(append).map(drop)
        };
        match tokio::task::spawn_blocking(state).await {
            Ok(stated) => stated,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }

    fn open_tickets(&self) -> Vec<(TicketId, String)> {
        let outbox = self.mayday.house.outbox();
        let kept = outbox.deliveries.kept_by(&self.target.name);
        let kept = kept.filter_map(|(about, issue)| Some((about.parse().ok()?, issue.to_owned())));
        kept.filter(|(ticket, _)| outbox.subjects.is_open(ticket)).collect()
    }

    fn breaker<T>(&self, with: impl FnOnce(&mut Breaker) -> T) -> T {
        let breakers = &self.mayday.house.breakers;
        let mut breakers = breakers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        with(breakers.entry(self.target.name.clone()).or_default())
    }
}
