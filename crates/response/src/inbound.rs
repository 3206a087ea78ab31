//! What others send: the settings, and the secrets that prove who did.

use std::fmt;
use std::sync::PoisonError;

use incident::complaints::Rule;
use intake::github::Watched;
use intake::{Refusal, verify};
use jiff::{SignedDuration, Timestamp};
use model::TenantName;
use model::alert::AlertSeverity;

use crate::incidents::Act;
use crate::open::Mayday;
use crate::tally::Counted;

/// What is made of what others send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbound {
    /// Files whose edit is a change.
    pub watched: Vec<Watched>,
    /// Secrets of GitHub's webhooks; without one, its deliveries are let in like others.
    pub github: Vec<Hook>,
    /// The least severity at which an alert declares an incident; none if none does.
    pub declare_at: Option<AlertSeverity>,
    /// How many similar complaints are a signal, and how many an incident.
    pub complaints: Rule,
    /// How long what a feature runs under at first is no change.
    pub learn_for: SignedDuration,
    /// Unlogged changes of one factor that are stated one by one within an hour.
    pub unlogged_an_hour: usize,
}

/// A webhook's secret, and whose deliveries it signs.
#[derive(Clone, PartialEq, Eq)]
pub struct Hook {
    /// The secret.
    pub secret: String,
    /// The tenant.
    pub tenant: TenantName,
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl Default for Inbound {
    fn default() -> Self {
        Self {
            watched: Vec::new(),
            github: Vec::new(),
            declare_at: Some(AlertSeverity::Critical),
            complaints: Rule {
                signal_at: 3,
                declare_at: 10,
                window: SignedDuration::from_mins(60),
            },
            learn_for: SignedDuration::from_hours(1),
            unlogged_an_hour: 5,
        }
    }
}

impl Mayday {
    /// Whose delivery of GitHub it is, by its signature; none where no secret was given, so that
    /// deliveries are let in like others.
    pub fn github_hook(
        &self,
        signature: Option<&str>,
        body: &[u8],
    ) -> Result<Option<TenantName>, Refusal> {
        let hooks = &self.house.settings.inbound.github;
        let mut refusal = None;
        for hook in hooks {
            match verify::hub_signature(hook.secret.as_bytes(), signature, body) {
                Ok(()) => return Ok(Some(hook.tenant.clone())),
                Err(refused) => refusal = Some(refused),
            }
        }
        refusal.map_or(Ok(None), |refused| {
            self.refused_delivery();
            Err(refused)
        })
    }

    /// Counts a delivery that is not taken in.
    pub fn refused_delivery(&self) {
        self.house.tally.add(Counted::HooksRefused, 1);
    }

    /// Weighs what came of late, of every tenant: what belongs to which incident, and what is one
    /// by rule. Idempotent; what fails is logged and weighed again. Blocking.
    pub fn weigh_all(&self, now: Timestamp, random: u64) {
        for (number, room) in (1..).zip(self.house.rooms()) {
            self.of_room(&room).weigh(Act::by_itself(now, random).nth(number));
        }
    }

    /// Weighs what came of late.
    pub(crate) fn weigh(&self, act: Act) {
        let _alone = self.house.weighing.lock().unwrap_or_else(PoisonError::into_inner);
        let act = act.by_rule().nth(0x5EED);
        let weighed = self.weigh_alerts(act).and_then(|()| self.weigh_complaints(act.nth(0xC0DE)));
        if let Err(error) = weighed {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "alerts or complaints could not be weighed; it is tried again");
        }
    }

    /// Files whose edit is a change.
    pub fn watched_files(&self) -> &[Watched] {
        &self.house.settings.inbound.watched
    }
}
