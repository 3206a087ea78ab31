//! An entry as it is stored, in a form that leaves the ledger and can come back.

use model::{ContentHash, Fact};
use serde::{Deserialize, Serialize};

use crate::error::LedgerError;
use crate::row::Row;

/// An entry with everything that its hash covers: a line of an export.
///
/// Its JSON has the fields of the recipe in [`crate::chain`] under their names there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stored {
    /// Place in the whole ledger, from 1.
    pub seq: u64,
    /// What it is about.
    pub stream: String,
    /// Place in its stream, from 1.
    pub version: u64,
    /// When it was stated, in nanoseconds since 1970; in JSON as decimal digits in a string, for
    /// many readers of JSON round numbers of that size.
    #[serde(with = "digits")]
    pub at: i64,
    /// Who stated it.
    pub actor: String,
    /// The fact's JSON, the very text that the hash covers.
    pub body: String,
    /// Hash of the entry before it.
    pub prev: ContentHash,
    /// Hash of this entry.
    pub hash: ContentHash,
}

impl Stored {
    /// The fact that it states; fails for what is no fact of any version.
    pub fn fact(&self) -> Result<Fact, serde_json::Error> {
        Fact::of_json(&self.body)
    }
}

impl TryFrom<Row> for Stored {
    type Error = LedgerError;

    fn try_from(row: Row) -> Result<Self, LedgerError> {
        let seq = row.seq;
        let stored = || -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
            let hash = |bytes: &[u8]| ContentHash::from_bytes(bytes).ok_or("no hash of 32 bytes");
            Ok(Self {
                seq: row.seq.try_into()?,
                stream: String::from_utf8(row.stream)?,
                version: row.version.try_into()?,
                at: row.at,
                actor: String::from_utf8(row.actor)?,
                body: String::from_utf8(row.body)?,
                prev: hash(&row.prev)?,
                hash: hash(&row.hash)?,
            })
        };
        stored().map_err(|source| LedgerError::Unreadable { seq, source })
    }
}

impl From<Stored> for Row {
    /// Places past what the ledger counts become 0, which follows nothing.
    fn from(it: Stored) -> Self {
        Self {
            seq: it.seq.try_into().unwrap_or(0),
            stream: it.stream.into_bytes(),
            version: it.version.try_into().unwrap_or(0),
            at: it.at,
            actor: it.actor.into_bytes(),
            body: it.body.into_bytes(),
            prev: it.prev.as_bytes().to_vec(),
            hash: it.hash.as_bytes().to_vec(),
        }
    }
}

/// A whole number as decimal digits in a string.
mod digits {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(number: &i64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
        let digits = std::borrow::Cow::<str>::deserialize(from)?;
        digits.parse().map_err(D::Error::custom)
    }
}
