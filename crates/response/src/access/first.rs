//! The first link: how the first person gets a key where none was issued yet.
//!
//! Who starts the server reads a link there with a code that works once, for an hour, and no longer
//! than there is no key. Of the code only the hash is held, in memory.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use model::id::hex;
use model::{
    ContentHash, Fault, Faulty, PrincipalKind, PrincipalName, PrincipalRole, TenantName, Token,
};

use crate::access::error::KeyError;
use crate::access::keys::{Key, KeyWanted};
use crate::access::{Right, Who};
use crate::incidents::Act;
use crate::open::Mayday;

/// The code that is out, if one is.
#[derive(Debug, Default)]
pub(crate) struct FirstCode(Mutex<Option<Held>>);

#[derive(Debug)]
struct Held {
    hash: ContentHash,
    until: Timestamp,
}

/// Why the first key can't be had.
#[derive(Debug, thiserror::Error)]
pub enum FirstError {
    /// The code is not, or no longer, one that works.
    #[error(
        "this link does not work: it works once, for an hour, until the first key is issued; a \
         server without a key prints another when it starts"
    )]
    NoSuchCode,
    /// The key can't be issued.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// How long a code works.
const LASTS: SignedDuration = SignedDuration::from_hours(1);

/// Who issues the first key, as the ledger names them.
const BY: &str = "the first link";

impl Mayday {
    /// Makes a code of 32 random bytes for the first link, unless there is a key already that
    /// looks. An earlier code stops to work.
    pub fn offer_first_key(&self, random: [u8; 32], now: Timestamp) -> Option<String> {
        if self.has_issued_key_to(Right::Look) {
            return None;
        }
        let code = hex(&random);
        let until = now.checked_add(LASTS).unwrap_or(Timestamp::MAX);
        let held = Held { hash: ContentHash::of(code.as_bytes()), until };
        *self.house.first.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
        Some(code)
    }

    /// Whether a code works now. It is not used up by that: who looks ahead at links opens them.
    ///
    /// Nor is it counted who is wrong: nobody guesses 256 bits, and a page of another site could
    /// have a browser ask this until nobody signs in from there any more.
    pub fn is_first_code(&self, code: &str, now: Timestamp) -> Result<(), FirstError> {
        let held = self.house.first.0.lock().unwrap_or_else(PoisonError::into_inner);
        let works = !self.has_issued_key_to(Right::Look) && is_it(held.as_ref(), code, now);
        if works { Ok(()) } else { Err(FirstError::NoSuchCode) }
    }

    /// Issues the first key, an admin's, for a token that the caller made; the code is used up.
    /// Blocking.
    pub fn take_first_key(
        &self,
        code: &str,
        name: PrincipalName,
        token: &Token,
        (at, random): (Timestamp, u64),
    ) -> Result<Key, FirstError> {
        let mut held = self.house.first.0.lock().unwrap_or_else(PoisonError::into_inner);
        if self.has_issued_key_to(Right::Look) || !is_it(held.as_ref(), code, at) {
            return Err(FirstError::NoSuchCode);
        }
        let wanted = KeyWanted {
            name,
            kind: PrincipalKind::Person,
            tenant: TenantName::standard(),
            role: Some(PrincipalRole::Admin),
            expires: None,
        };
        let key = self.issue_key(wanted, token, Act { by: BY, who: &Who::Local, at, random })?;
        *held = None;
        Ok(key)
    }
}

fn is_it(held: Option<&Held>, code: &str, now: Timestamp) -> bool {
    let hash = ContentHash::of(code.as_bytes());
    held.is_some_and(|held| held.hash == hash && now < held.until)
}

impl Faulty for FirstError {
    fn fault(&self) -> Fault {
        match self {
            FirstError::NoSuchCode => Fault::Denied,
            FirstError::Key(error) => error.fault(),
        }
    }
}
