//! Notices of providers: received and kept before the answer, judged afterwards.
//!
//! [`Mayday::hear`] is the door: it proves the sender, reads, and appends the fact; that is all
//! that the provider waits for. [`Mayday::keep_notices`] does the rest at its own pace: it judges
//! by what is in use, links to incidents, opens tickets and lets them escalate, and tells silences.
//! [`Mayday::askings`] says what is to be asked of providers, and [`Mayday::answered`] takes what
//! came. [`fold`] is what the ledger tells of it all.

mod error;
pub mod fold;
mod judge;
mod poll;
mod receive;
mod reconcile;
pub(crate) mod silence;
mod trial;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLockReadGuard};

use intake::Refusal;
use intake::notices::deprecations::{self, FileFormat};
use jiff::Timestamp;
use ledger::{Append, Expected, LedgerError};
use model::notice::NoticeHeard;
use model::{Fact, Notice, NoticeId};
use tokio::sync::Notify;

use crate::incidents::Act;
use crate::open::{House, Mayday};
use crate::tally::Counted;

pub use error::{HookError, NoticeError};
pub use fold::{Confirmation, Judgement, NoticeState, Notices};
pub use poll::Asking;
pub use receive::{Hook, Taken};
pub use view::NoticeView;

/// Where notices are worked on.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    /// Who looks what is known and then states something holds this: nothing is stated twice.
    turn: Mutex<()>,
    /// When channels were asked last.
    asked: Mutex<BTreeMap<String, Timestamp>>,
    /// Something came.
    came: Notify,
}

/// Most rows of a file, and notices of a list, that become notices at once.
const MOST_AT_ONCE: usize = 10_000;

impl Mayday {
    /// Takes in a file of models that go; of rows that are known nothing is stated. Blocking.
    pub fn import_notices(
        &self,
        format: FileFormat,
        file: &[u8],
        act: Act,
    ) -> Result<Taken, NoticeError> {
        let notices = deprecations::read(format, file, act.at)?;
        if notices.len() > MOST_AT_ONCE {
            let (parts, what, most) = (notices.len(), "rows", MOST_AT_ONCE);
            return Err(Refusal::TooMany { parts, what, most }.into());
        }
        Ok(self.take_in(None, notices, act)?)
    }

    /// States those of some notices that are not known, each once, in one append.
    pub(crate) fn take_in(
        &self,
        via: Option<&str>,
        notices: Vec<Notice>,
        act: Act,
    ) -> Result<Taken, LedgerError> {
        let tenant = &self.room.tenant;
        let turn = self.house.desk.turn();
        let known = self.house.notices();
        let mut taken = Taken::default();
        let mut facts = Vec::new();
        let mut keys = BTreeSet::new();
        for says in notices.into_iter().take(MOST_AT_ONCE) {
            if !keys.insert((says.provider.clone(), says.key.clone())) {
                continue;
            }
            if let Some(earlier) = known.known(tenant, &says) {
                taken.known.push(earlier.id.clone());
                continue;
            }
            let number = facts.len() as u64;
            let notice = fresh(nth(act.random, number), |id| {
                known.get(id).is_some() || taken.new.contains(id)
            });
            taken.new.push(notice.clone());
            let (tenant, via) = (tenant.clone(), via.map(str::to_owned));
            facts.push(Fact::NoticeHeard(NoticeHeard {
                notice,
                tenant,
                via,
                says: Box::new(says),
            }));
        }
        drop(known);
        self.state_notices(&facts, act)?;
        drop(turn);
        self.tally().add(Counted::NoticesHeard, taken.new.len() as u64);
        self.tally().add(Counted::NoticesDuplicate, taken.known.len() as u64);
        self.house.desk.came.notify_one();
        Ok(taken)
    }

    /// States facts about this tenant's notices, channels and tickets.
    pub(crate) fn state_notices(&self, facts: &[Fact], act: Act) -> Result<(), LedgerError> {
        if facts.is_empty() {
            return Ok(());
        }
        let stream = format!("notices_{}", self.room.tenant);
        let expected = Expected::Any;
        let append = Append { stream: &stream, expected, at: act.at, actor: act.by, facts };
        self.house.state(append).map(|_| ())
    }
}

impl House {
    pub(crate) fn notices(&self) -> RwLockReadGuard<'_, Notices> {
        self.projections.notices.read()
    }
}

impl Desk {
    /// Waits for its turn to look and then state.
    pub(crate) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self) -> MutexGuard<'_, BTreeMap<String, Timestamp>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An id that is not taken, the first of those that follow from a random number.
fn fresh(random: u64, is_taken: impl Fn(&NoticeId) -> bool) -> NoticeId {
    let ids = (0..).map(|number| NoticeId::from_random(nth(random, number)));
    let mut ids = ids.skip_while(is_taken);
    ids.next().unwrap_or_else(|| NoticeId::from_random(random))
}

/// A further number from a random one, for the second and later ids of one act.
pub(crate) fn nth(random: u64, number: u64) -> u64 {
    // An odd factor: different numbers stay different.
    random.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

#[cfg(test)]
pub(crate) mod tests;
