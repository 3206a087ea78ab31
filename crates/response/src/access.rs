//! Access: who is asking, whether they may, and what of payload they read.
//!
//! The cast: [`Who`] is asking, for a [`Right`], at an [`Entrance`]. [`Principals`] is the fold of
//! every key that was issued or revoked, and admits or says why not. [`Reads`] counts who read
//! payload, and states it as facts. A key is what a principal was given; its secret text is the
//! token, of which only the hash is kept. [`session`] is for people with browsers, [`first`] for
//! the first of them.
//!
//! A door admits a request to a [`Right`]; within it, a use case that takes more asks [`Who::may`].
//! Both look into the one table in [`right`].

mod error;
pub mod first;
mod keys;
mod principals;
mod reads;
pub mod right;
pub mod session;
pub mod throttle;

use std::fmt;
use std::sync::RwLockReadGuard;

use jiff::Timestamp;
use ledger::LedgerError;
use model::{Principal, PrincipalKind, PrincipalRole, TenantName, Token};

use crate::open::Mayday;
use crate::tally::Counted;

pub use error::{Denied, KeyError};
pub use keys::{Key, KeyState, KeyWanted};
pub use model::principal::TokenError;
pub use principals::Principals;
pub use reads::Reads;
pub use right::Right;
pub use session::{NotSignedIn, Pass, Session, SessionLimits};
pub use throttle::Caller;

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// The operator of this machine: whoever opens the data directory, or reaches a server on
    /// loopback that wants no key yet.
    Local,
    /// Mayday itself, by a rule that somebody set: it may what an agent may.
    Itself,
    /// Somebody who showed a token.
    Principal(Principal),
}

/// A way in: what is asked for there, and for whom somebody without a key is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entrance {
    /// What is asked for.
    pub right: Right,
    /// For whom somebody without a key is taken.
    pub unkeyed: Unkeyed,
}

/// For whom somebody without a key is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unkeyed {
    /// For the operator, until a key is issued that opens this entrance.
    Operator,
    /// For the operator, always: whoever has opened the data directory may do everything.
    Opener,
    /// For nobody.
    Nobody,
}

/// A token as somebody showed it: none, one, or something else.
pub type Shown = Result<Option<Token>, TokenError>;

impl Who {
    /// The tenant for whom they send and read.
    pub fn tenant(&self) -> TenantName {
        match self {
            Who::Local | Who::Itself => TenantName::standard(),
            Who::Principal(principal) => principal.tenant.clone(),
        }
    }

    /// Whether they may do this; the operator may do everything.
    pub fn may(&self, right: Right) -> Result<(), Denied> {
        let is_allowed = match self {
            Who::Local => true,
            Who::Itself => right.is_of(PrincipalKind::Agent, PrincipalRole::Responder),
            Who::Principal(principal) => right.is_of(principal.kind, principal.role()),
        };
        let denied = || Denied::NotAllowed { who: Box::new(self.clone()), right };
        if is_allowed { Ok(()) } else { Err(denied()) }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Local => f.write_str("local"),
            Who::Itself => f.write_str(incident::actors::ITSELF),
            Who::Principal(principal) => principal.fmt(f),
        }
    }
}

impl Mayday {
    /// Lets somebody in, or says why not; what is refused is counted.
    pub fn admit(&self, at: Entrance, shown: Shown, now: Timestamp) -> Result<Who, Denied> {
        let admitted = self.principals().admit(at, shown, now);
        if let Err(denied) = &admitted {
            self.house.tally.add(Counted::RequestsDenied, 1);
            tracing::debug!(%denied, "a request was denied");
        }
        admitted
    }

    /// Whether a key was ever issued that opens an entrance to this right.
    pub fn has_issued_key_to(&self, right: Right) -> bool {
        self.principals().has_issued_key_to(right)
    }

    /// States in the ledger who read payload since this was last called. Blocking.
    ///
    /// Call it every few minutes: reads that are not stated yet are lost in a crash. An orderly
    /// end states them by itself. What can't be stated stays counted.
    pub fn state_reads(&self, now: Timestamp) -> Result<(), LedgerError> {
        for _ in 0..self.house.reads.waiting() {
            let entry = self.house.reads.state_one(now)?;
            self.house.fold(entry.as_slice());
        }
        Ok(())
    }

    pub(crate) fn principals(&self) -> RwLockReadGuard<'_, Principals> {
        self.house.projections.principals.read()
    }
}

#[cfg(test)]
mod tests;
