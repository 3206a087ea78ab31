//! Content: a message, prompt, tool definition, argument or result; stored once, by hash.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::{hex, unhex};

/// The SHA-256 of some content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentHash([u8; 32]);

/// Bytes exactly as received, with the hash that addresses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The address.
    pub hash: ContentHash,
    /// The bytes; none when only the hash may be kept.
    pub bytes: Option<Vec<u8>>,
}

/// An attribute whose value is content, cut where its messages begin and end.
///
/// The value received is `glue[0] + parts[0] + glue[1] + … + parts[n-1] + glue[n]`, byte for byte,
/// so a conversation of thirty turns stores each turn once and still reads back as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentField {
    /// The attribute's key.
    pub key: String,
    /// What the bytes are.
    pub form: Form,
    /// What stands between the parts: always one more than there are parts.
    pub glue: Vec<String>,
    /// The addresses of the parts.
    pub parts: Vec<ContentHash>,
}

/// What the bytes of a content field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The text received, byte for byte.
    Text,
    /// A structured value, which has no bytes of its own: kept as the JSON of a [`crate::Value`].
    Value,
    /// Nothing was kept: the settings say so.
    Withheld,
}

impl ContentHash {
    /// The address of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash in these bytes, if they are 32.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl ContentField {
    /// The value as received, given what its parts hold; none if a part is not kept.
    pub fn join<'a>(
        &self,
        mut part: impl FnMut(&ContentHash) -> Option<&'a [u8]>,
    ) -> Option<Vec<u8>> {
        let mut whole = self.glue.first()?.clone().into_bytes();
        for (hash, glue) in self.parts.iter().zip(&self.glue[1..]) {
            whole.extend_from_slice(part(hash)?);
            whole.extend_from_slice(glue.as_bytes());
        }
        Some(whole)
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for ContentHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = unhex(&text).and_then(|bytes| Self::from_bytes(&bytes));
        bytes.ok_or("a content hash is 64 hexadecimal digits")
    }
}
