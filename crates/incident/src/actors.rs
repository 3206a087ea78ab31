//! Who is a person: told from the names that the ledger has for those who act.
//!
//! An entry names whoever holds a key by it, at the end: `Zoë (prn_7h2k9q4m)`. What kind of key
//! that is stands in the fact that issued it. Mayday itself is `mayday`. Everybody else is the
//! operator of the machine, under a name of their own; tools that are let in without a key are not
//! told from that, and state nothing in the course of an incident.

use std::collections::BTreeMap;

use model::{Entry, Fact, PrincipalId, PrincipalKind};
use serde::{Deserialize, Serialize};

/// The name under which Mayday acts by itself.
pub const ITSELF: &str = "mayday";

/// Every key that was ever issued, by what it says of its holder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Actors {
    kinds: BTreeMap<PrincipalId, PrincipalKind>,
}

impl Actors {
    /// Takes in one entry; facts about other things change nothing.
    pub fn apply(&mut self, entry: &Entry) {
        if let Fact::TokenIssued { principal, .. } = &entry.fact {
            self.kinds.insert(principal.id.clone(), principal.kind);
        }
    }

    /// Whether a person is named so. Whoever has a key that is not known is none.
    pub fn is_person(&self, actor: &str) -> bool {
        match key(actor) {
            Some(key) => self.kinds.get(&key) == Some(&PrincipalKind::Person),
            None => actor != ITSELF,
        }
    }
}

/// The key that a name ends with.
fn key(actor: &str) -> Option<PrincipalId> {
    let (_, key) = actor.strip_suffix(')')?.rsplit_once('(')?;
    key.parse().ok()
}

#[cfg(test)]
mod tests {
    use model::principal::TokenHash;
    use model::{Principal, TenantName, Token};

    use super::*;
    use crate::tests::entry;

    fn issued(id: &str, kind: PrincipalKind) -> Entry {
        let name = "Zoë".parse().unwrap();
        let id = id.parse().unwrap();
        let principal = Principal { id, name, kind, tenant: TenantName::standard(), role: None };
        let hash: TokenHash = Token::from_random([7; 32]).hash();
        entry(1, Fact::TokenIssued { principal, hash, expires: None })
    }

    #[test]
    fn a_person_is_who_has_a_persons_key_or_none() {
        let mut actors = Actors::default();
        actors.apply(&issued("prn_1", PrincipalKind::Person));
        actors.apply(&issued("prn_2", PrincipalKind::Agent));
        for person in ["ana", "Zoë (prn_1)", "ana, by the key of Zoë (prn_1)", "ana (of on-call)"]
        {
            assert!(actors.is_person(person), "{person}");
        }
        for program in ["mayday", "bot (prn_2)", "ana (prn_1) (prn_2)", "who (prn_9)"] {
            assert!(!actors.is_person(program), "{program}");
        }
    }
}
