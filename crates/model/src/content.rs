//! Content: a message, prompt, tool definition, argument or result; stored once, by hash.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::{hex, unhex};
use crate::value::{Key, Value};

/// A SHA-256: of a fact, a document, a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentHash([u8; 32]);

/// Where a piece of content is found: 128 bits of an HMAC-SHA-256 under the key of whose it is.
///
/// Nobody can try texts against an address without that key, and once the key is destroyed nobody
/// can at all.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub struct Address([u8; 16]);

/// An attribute whose value is content, cut where its messages begin and end.
///
/// The value received is `glue[0] + parts[0] + glue[1] + … + parts[n-1] + glue[n]`, byte for byte,
/// so a conversation of thirty turns stores each turn once and still reads back as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The attribute's key.
    pub key: Key,
    /// What the text is.
    pub form: Form,
    /// What stands between the parts: always one more than there are parts.
    pub glue: Vec<Cow<'static, str>>,
    /// The parts. Of a value that may not even be told by its address: none, and no glue.
    pub parts: Vec<Part>,
}

/// One message, prompt, definition, argument or result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Whose it is.
    pub scope: Scope,
    /// Its address, once it is stored.
    pub address: Option<Address>,
    /// What is there of it.
    pub held: Held,
}

/// Whose a piece of content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everybody's: a system prompt, a tool's definition. Stored once for all.
    Shared,
    /// Of the trace it came in, and so of the person that the trace is about.
    Personal,
}

/// What is there of a piece of content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// The text, as received.
    Text(String),
    /// A text of which only the address may be kept; only on its way in.
    AddressOf(String),
    /// Nothing, and why.
    Gone(Gone),
}

/// Why a piece of content is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// The settings keep only its address.
    HashOnly,
    /// The settings keep nothing of it.
    MetadataOnly,
    /// The key of the person it is about was destroyed.
    Erased,
    /// Its run was not among those whose payload is kept.
    SampledOut,
    /// It should be there and is not.
    Lost,
}

/// What the text of a content field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The text received, byte for byte.
    Text,
    /// A structured value, which has no bytes of its own: the JSON of a [`crate::Value`].
    Value,
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

impl Address {
    /// The address with these bytes.
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The address in these bytes, if they are 16.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

impl TryFrom<String> for Address {
    type Error = &'static str;

    /// Reads 32 hexadecimal digits, or the 64 of the hashes that older facts name.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = unhex(&text).filter(|bytes| matches!(bytes.len(), 16 | 32));
        let address = bytes.and_then(|bytes| Self::from_bytes(bytes.get(..16)?));
        address.ok_or("a content address is 32 hexadecimal digits")
    }
}

impl Part {
    /// A part on its way in.
    pub fn new(scope: Scope, held: Held) -> Self {
        Self { scope, address: None, held }
    }
}

impl Field {
    /// A value of which nothing may be kept.
    pub fn withheld(key: Key, form: Form) -> Self {
        Self { key, form, glue: Vec::new(), parts: Vec::new() }
    }

    /// The text as received, or why it is not there.
    pub fn join(&self) -> Result<String, Gone> {
        let mut whole = self.glue.first().ok_or(Gone::MetadataOnly)?.clone().into_owned();
        for (part, glue) in self.parts.iter().zip(&self.glue[1..]) {
            match &part.held {
                Held::Text(text) => whole.push_str(text),
                Held::AddressOf(_) => return Err(Gone::HashOnly),
                Held::Gone(why) => return Err(*why),
            }
            whole.push_str(glue);
        }
        Ok(whole)
    }

    /// The value as received, or why it is not there.
    pub fn value(&self) -> Result<Value, Gone> {
        let text = self.join()?;
        match self.form {
            Form::Text => Ok(Value::Text(text)),
            Form::Value => serde_json::from_str(&text).map_err(|_| Gone::Lost),
        }
    }
}

impl Gone {
    /// The reason that a word stands for.
    pub fn of(word: &str) -> Option<Self> {
        let all = [Self::HashOnly, Self::MetadataOnly, Self::Erased, Self::SampledOut, Self::Lost];
        all.into_iter().find(|why| why.as_str() == word)
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Gone::HashOnly => "hash_only",
            Gone::MetadataOnly => "metadata_only",
            Gone::Erased => "erased",
            Gone::SampledOut => "sampled_out",
            Gone::Lost => "lost",
        }
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
