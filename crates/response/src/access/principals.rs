//! The fold of keys: who holds one, and who is let in by it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{Entry, Fact, PrincipalId, PrincipalKind, PrincipalRole, Token, TokenHash};
use serde::{Deserialize, Serialize};

use crate::access::error::Denied;
use crate::access::keys::{Key, KeyState};
use crate::access::{Entrance, Right, Shown, Unkeyed, Who};

/// Every key, as the facts read so far tell it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principals {
    keys: BTreeMap<PrincipalId, Key>,
    holders: BTreeMap<TokenHash, PrincipalId>,
    issued: BTreeSet<(PrincipalKind, PrincipalRole)>,
}

impl Principals {
    /// Takes in one entry. Facts about other things, and about keys that are not there, change
    /// nothing.
    pub fn apply(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::TokenIssued { principal, hash, expires } => {
                let key = Key {
                    principal: principal.clone(),
                    hash: *hash,
                    issued_at: entry.at,
                    issued_by: entry.actor.clone(),
                    expires: *expires,
                    revoked_at: None,
                    reads: 0,
                    last_read: None,
                };
                if let Some(earlier) = self.keys.insert(principal.id.clone(), key) {
                    self.holders.remove(&earlier.hash);
                }
                self.issued.insert((principal.kind, principal.role()));
                self.holders.insert(*hash, principal.id.clone());
            }
            Fact::TokenRevoked { principal } => {
                if let Some(key) = self.keys.get_mut(principal) {
                    key.revoked_at.get_or_insert(entry.at);
                }
            }
            Fact::PayloadRead { reader: Some(reader), until, reads, .. } => {
                if let Some(key) = self.keys.get_mut(reader) {
                    key.reads += reads;
                    key.last_read = key.last_read.max(Some(*until));
                }
            }
            _ => {}
        }
    }

    /// Lets somebody in, or says why not.
    pub fn admit(&self, at: Entrance, shown: Shown, now: Timestamp) -> Result<Who, Denied> {
        let is_let_in = match at.unkeyed {
            Unkeyed::Opener => true,
            Unkeyed::Operator => !self.guards(at.right),
            Unkeyed::Nobody => false,
        };
        if is_let_in {
            return Ok(Who::Local);
        }
        let Some(token) = shown? else {
            let sends = at.right == Right::Send;
            return Err(if sends { Denied::NoIngestKey } else { Denied::NoKey });
        };
        let key = self.find(&token).ok_or(Denied::Unknown)?;
        let who = key.principal.clone();
        match key.state(now) {
            KeyState::Revoked(at) => Err(Denied::Revoked { who, at }),
            KeyState::Expired(at) => Err(Denied::Expired { who, at }),
            KeyState::Live => {
                let who = Who::Principal(who);
                who.may(at.right).map(|()| who)
            }
        }
    }

    /// Whether a key was ever issued that opens an entrance to this right.
    ///
    /// Ever, not now: a door that was locked does not open again when its last key is revoked.
    pub fn has_issued_key_to(&self, right: Right) -> bool {
        self.issued.iter().any(|(kind, role)| right.is_of(*kind, *role))
    }

    /// One key.
    pub fn get(&self, id: &PrincipalId) -> Option<&Key> {
        self.keys.get(id)
    }

    /// How many keys were issued.
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// Every key, latest first.
    pub fn latest_first(&self) -> Vec<&Key> {
        let mut keys: Vec<&Key> = self.keys.values().collect();
        keys.sort_by(|a, b| {
            b.issued_at.cmp(&a.issued_at).then(a.principal.id.cmp(&b.principal.id))
        });
        keys
    }

    /// Whether an entrance where the operator needs no key wants one by now.
    fn guards(&self, right: Right) -> bool {
        match right {
            Right::Send => self.has_issued_key_to(Right::Send),
            Right::Figures => false,
            _ => self.has_issued_key_to(Right::Look),
        }
    }

    fn find(&self, token: &Token) -> Option<&Key> {
        self.keys.get(self.holders.get(&token.hash())?)
    }
}
