//! Keys: issued, listed and revoked.

use jiff::Timestamp;
use ledger::{Append, Expected};
use model::{
    Fact, Principal, PrincipalId, PrincipalKind, PrincipalName, PrincipalRole, TenantName, Token,
    TokenHash,
};
use serde::{Deserialize, Serialize};

use crate::access::error::KeyError;
use crate::incidents::Act;
use crate::open::Mayday;

/// A key that was issued, without its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Who holds it.
    pub principal: Principal,
    /// SHA-256 of its token.
    pub hash: TokenHash,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Who issued it.
    pub issued_by: String,
    /// When it stops to work; none if it does not by itself.
    pub expires: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
    /// How often payload was read with it, as far as the ledger says.
    pub reads: u64,
    /// The last of these reads.
    pub last_read: Option<Timestamp>,
}

/// Whether a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It does.
    Live,
    /// Its time was over then.
    Expired(Timestamp),
    /// It was revoked then.
    Revoked(Timestamp),
}

/// A key that somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyWanted {
    /// What its holder is called.
    pub name: PrincipalName,
    /// What its holder is.
    pub kind: PrincipalKind,
    /// Whose spans it sends or reads.
    pub tenant: TenantName,
    /// What its holder may decide; what keys of that kind usually may if left out.
    pub role: Option<PrincipalRole>,
    /// When it shall stop to work.
    pub expires: Option<Timestamp>,
}

/// Most keys, revoked ones among them: each is held in memory.
const MOST_KEYS: usize = 100_000;

impl Key {
    /// Whether it works at a moment. A key stops at the very instant that it names.
    pub fn state(&self, now: Timestamp) -> KeyState {
        match (self.revoked_at, self.expires) {
            (Some(at), _) => KeyState::Revoked(at),
            (None, Some(at)) if at <= now => KeyState::Expired(at),
            (None, _) => KeyState::Live,
        }
    }
}

impl Mayday {
    /// Issues a key for a token that the caller made, whose hash becomes a fact. Blocking.
    pub fn issue_key(&self, it: KeyWanted, token: &Token, act: Act) -> Result<Key, KeyError> {
        let KeyWanted { name, kind, tenant, role, expires } = it;
        if let Some(role) = role.filter(|role| kind.highest_role() < Some(*role)) {
            return Err(KeyError::RoleOfAnother { kind, role });
        }
        if let Some(at) = expires.filter(|at| *at <= act.at) {
            return Err(KeyError::ExpiresAtOnce(at));
        }
        if self.principals().count() >= MOST_KEYS {
            return Err(KeyError::TooMany(MOST_KEYS));
        }
        let id = PrincipalId::from_random(act.random);
        let role = role.or_else(|| kind.highest_role().map(|_| kind.usual_role()));
        let principal = Principal { id: id.clone(), name, kind, tenant, role };
        let fact = Fact::TokenIssued { principal, hash: token.hash(), expires };
        self.state_of_key(&id, Expected::Version(0), act, fact)
    }

    /// Revokes a key: it stops with the next request. Once revoked, it stays so. Blocking.
    pub fn revoke_key(&self, id: &PrincipalId, act: Act) -> Result<Key, KeyError> {
        let key = self.principals().get(id).cloned();
        let key = key.ok_or_else(|| KeyError::NoSuchKey(id.clone()))?;
        if key.revoked_at.is_some() {
            return Ok(key);
        }
        let fact = Fact::TokenRevoked { principal: id.clone() };
        self.state_of_key(id, Expected::Any, act, fact)
    }

    /// Every key, latest first.
    pub fn keys(&self) -> Vec<Key> {
        self.principals().latest_first().into_iter().cloned().collect()
    }

    /// Appends a fact about a key, then folds it: in that order, so that what holds was stated.
    fn state_of_key(
        &self,
        id: &PrincipalId,
        expected: Expected,
        act: Act,
        fact: Fact,
    ) -> Result<Key, KeyError> {
        let append =
            Append { stream: id.as_str(), expected, at: act.at, actor: act.by, facts: &[fact] };
        self.house.state(append).map_err(KeyError::Ledger)?;
        self.principals().get(id).cloned().ok_or_else(|| KeyError::NoSuchKey(id.clone()))
    }
}
