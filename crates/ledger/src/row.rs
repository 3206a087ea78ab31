//! An entry as it is stored: hashed by the recipe of `chain`, read only when asked.

use std::error::Error;

use jiff::Timestamp;
use model::{ContentHash, Entry, Fact};

use crate::error::LedgerError;

/// What sets this hash apart from every other.
const DOMAIN: &[u8] = b"mayday ledger 1";

/// An entry as stored, unjudged.
///
/// Text is bytes here: what was tampered with may not be text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) seq: i64,
    pub(crate) stream: Vec<u8>,
    pub(crate) version: i64,
    pub(crate) at: i64,
    pub(crate) actor: Vec<u8>,
    pub(crate) body: Vec<u8>,
    pub(crate) prev: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

/// Where the ledger stands, and where one stream stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) seq: i64,
    pub(crate) version: i64,
    pub(crate) hash: Vec<u8>,
}

impl Row {
    /// The hash of what the row says, by the recipe.
    pub(crate) fn digest(&self) -> ContentHash {
        let [seq, version, at] = [self.seq, self.version, self.at].map(|n| n.to_string());
        let fields = [
            DOMAIN,
            &self.prev,
            seq.as_bytes(),
            &self.stream,
            version.as_bytes(),
            at.as_bytes(),
            &self.actor,
            &self.body,
        ];
        let lengths: usize = fields.iter().map(|field| 8 + field.len()).sum();
        let mut said = Vec::with_capacity(lengths);
        for field in fields {
            said.extend_from_slice(&(field.len() as u64).to_be_bytes());
            said.extend_from_slice(field);
        }
        ContentHash::of(&said)
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.stream.len() + self.actor.len() + self.body.len() + self.prev.len() + self.hash.len()
    }

    /// The entry; its fact may be one that only a later version knows.
    pub(crate) fn read(&self) -> Result<Entry, LedgerError> {
        let body = str::from_utf8(&self.body).map_err(|source| self.unreadable(source.into()))?;
        let fact = Fact::of_json(body).map_err(|source| self.unreadable(source.into()))?;
        self.entry(fact)
    }

    /// The entry, given the fact that its body states.
    pub(crate) fn entry(&self, fact: Fact) -> Result<Entry, LedgerError> {
        self.with(fact).map_err(|source| self.unreadable(source))
    }

    fn with(&self, fact: Fact) -> Result<Entry, Box<dyn Error + Send + Sync>> {
        let hash = |bytes: &[u8]| ContentHash::from_bytes(bytes).ok_or("a hash is not 32 bytes");
        Ok(Entry {
            seq: self.seq.try_into()?,
            stream: String::from_utf8(self.stream.clone())?,
            version: self.version.try_into()?,
            at: Timestamp::from_nanosecond(self.at.into())?,
            actor: String::from_utf8(self.actor.clone())?,
            fact,
            prev: hash(&self.prev)?,
            hash: hash(&self.hash)?,
        })
    }

    fn unreadable(&self, source: Box<dyn Error + Send + Sync>) -> LedgerError {
        LedgerError::Unreadable { seq: self.seq, source }
    }
}

impl Default for Place {
    fn default() -> Self {
        Self { seq: 0, version: 0, hash: vec![0; 32] }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A first entry, written out so that nothing but the recipe is under test.
    pub(crate) fn first() -> Row {
        Row {
            seq: 1,
            stream: "inc_2k7d".into(),
            version: 1,
            at: 1_795_315_620_000_000_001,
            actor: "ana".into(),
            body: r#"{"type":"postmortem_drafted","incident":"inc_2k7d","hash":"00"}"#.into(),
            prev: vec![0; 32],
            hash: Vec::new(),
        }
    }

    #[test]
    fn the_recipe_never_changes() {
        let made = first().digest().to_string();
        assert_eq!(made, "c956564cc56c81a43b83cca14b78bd3965adb30f1ff59343d50a015a16eead9f");
    }

    #[test]
    fn what_moves_from_one_field_to_the_next_changes_the_hash() {
        let here = Row { stream: "inc_a1".into(), version: 2, ..first() };
        let there = Row { stream: "inc_a".into(), version: 12, ..first() };
        assert_ne!(here.digest(), there.digest());
    }
}
