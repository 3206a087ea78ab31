//! Access: who is asking, whether they may, and what of payload they read.
//!
//! The cast: [`Who`] is asking, for a [`Right`], at an [`Entrance`]. [`Principals`] is the fold of
//! every key that was issued or revoked, and admits or says why not. [`Reads`] counts who read
//! payload, and states it as facts. A key is what a principal was given; its secret text is the
//! token, of which only the hash is kept.
//!
//! Roles will narrow what a kind may do; [`Right`] is where they will be asked for.

mod error;
mod keys;
mod principals;
mod reads;

use std::fmt;
use std::sync::RwLockReadGuard;

use jiff::Timestamp;
use ledger::LedgerError;
use model::{Principal, PrincipalKind, TenantName, Token};

use crate::open::Mayday;
use crate::tally::Counted;

pub use error::{Denied, KeyError};
pub use keys::{Key, KeyState, KeyWanted};
pub use model::principal::TokenError;
pub use principals::Principals;
pub use reads::Reads;

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// The operator of this machine: whoever opens the data directory, or reaches a server on
    /// loopback that wants no key yet.
    Local,
    /// Somebody who showed a token.
    Principal(Principal),
}

/// What somebody asks to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// To send what was recorded.
    Send,
    /// To say how a run ended.
    Label,
    /// To look at what was recorded and decided, and to decide.
    Look,
    /// To take out what was recorded, all of it at once.
    Export,
    /// To read the server's own figures.
    Figures,
    /// To issue, list and revoke keys.
    ManageKeys,
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
            Who::Local => TenantName::standard(),
            Who::Principal(principal) => principal.tenant.clone(),
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Local => f.write_str("local"),
            Who::Principal(principal) => principal.fmt(f),
        }
    }
}

impl Right {
    /// Whether a kind of principal has it.
    pub fn is_of(self, kind: PrincipalKind) -> bool {
        use PrincipalKind::{Agent, Ingest, Person};
        match self {
            Right::Send => kind == Ingest,
            Right::Label => true,
            Right::Look | Right::Figures => matches!(kind, Person | Agent),
            Right::Export | Right::ManageKeys => kind == Person,
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
