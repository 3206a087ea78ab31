//! The body of a step: all that is compressed together, with content by address.
//!
//! Bodies are [written](Writer) and [read](Reader) by hand, because writing, digesting and
//! compressing them is much of what a step takes. Files up to format 3 have them in MessagePack
//! with the names of their members, which is still read.

mod read;
mod words;
mod write;

use std::borrow::Cow;
use std::io;

use model::content::Form;
use model::{Address, Attribute, Scope, Traits};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::codec::corrupt;
use crate::error::FlightError;
use read::Reader;
use write::{FIRST, Writer};

/// What of a step is compressed together with its like.
#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct Body<'a> {
    #[serde(rename = "n")]
    pub(super) name: Cow<'a, str>,
    #[serde(rename = "a")]
    pub(super) attributes: Cow<'a, [Attribute]>,
    #[serde(rename = "f", default)]
    pub(super) fields: Vec<FieldBody<'a>>,
    #[serde(rename = "t")]
    pub(super) traits: Cow<'a, Traits>,
}

/// A content field, its parts by address.
#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct FieldBody<'a> {
    #[serde(rename = "k")]
    pub(super) key: Cow<'a, str>,
    #[serde(rename = "o")]
    pub(super) form: Form,
    #[serde(rename = "g")]
    pub(super) glue: Cow<'a, [Cow<'static, str>]>,
    #[serde(rename = "p")]
    pub(super) parts: Vec<PartRef>,
}

/// Where a part is found: written as the bytes of a letter, of an address and, for a piece of what
/// stands at the address, of its first place and of the one after its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PartRef {
    pub(super) scope: Scope,
    pub(super) kept: Kept,
    pub(super) address: Address,
    pub(super) piece: Option<(u32, u32)>,
}

/// What is kept of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// Its text.
    Text,
    /// Its address alone.
    Address,
}

const LETTERS: [(u8, Scope, Kept); 4] = [
    (b's', Scope::Shared, Kept::Text),
    (b'p', Scope::Personal, Kept::Text),
    (b'S', Scope::Shared, Kept::Address),
    (b'P', Scope::Personal, Kept::Address),
];

impl Body<'_> {
    /// Writes it after other bytes.
    pub(super) fn write(&self, to: &mut Vec<u8>) -> io::Result<()> {
        Writer(to).body(self)
    }

    /// Reads what was written.
    pub(super) fn read(body: &[u8]) -> Result<Body<'_>, FlightError> {
        match body.split_first() {
            Some((&FIRST, body)) => Reader(body).body().ok_or_else(unreadable),
            _ => rmp_serde::from_slice(body).map_err(|error| corrupt("step")(error.into())),
        }
    }
}

/// The traits of a body alone.
pub(super) fn traits_of(body: &[u8]) -> Result<Traits, FlightError> {
    #[derive(Deserialize)]
    struct OfBody {
        #[serde(rename = "t")]
        traits: Traits,
    }
    if let Some((&FIRST, body)) = body.split_first() {
        return Reader(body).traits().ok_or_else(unreadable);
    }
    let body: OfBody =
        rmp_serde::from_slice(body).map_err(|error| corrupt("step")(error.into()))?;
    Ok(body.traits)
}

fn unreadable() -> FlightError {
    corrupt("step")("its body is not what one is made of".into())
}

fn form_code(form: Form) -> u8 {
    match form {
        Form::Text => 0,
        Form::Value => 1,
    }
}

fn form_of(code: u8) -> Option<Form> {
    [Form::Text, Form::Value].get(usize::from(code)).copied()
}

impl PartRef {
    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (letter, rest) = bytes.split_first()?;
        let (_, scope, kept) = LETTERS.iter().find(|(known, _, _)| known == letter).copied()?;
        let (address, rest) = rest.split_first_chunk::<16>()?;
        let address = Address::new(*address);
        let piece = match rest.as_chunks::<4>() {
            ([], []) => None,
            ([from, to], []) => Some((u32::from_le_bytes(*from), u32::from_le_bytes(*to))),
            _ => return None,
        };
        Some(Self { scope, kept, address, piece })
    }

    fn write(&self, to: &mut Vec<u8>) {
        let is_mine =
            |(_, scope, kept): &&(u8, Scope, Kept)| (*scope, *kept) == (self.scope, self.kept);
        to.push(LETTERS.iter().find(is_mine).map_or(b'p', |(letter, _, _)| *letter));
        to.extend_from_slice(self.address.as_bytes());
        for place in self.piece.into_iter().flat_map(|(from, to)| [from, to]) {
            to.extend_from_slice(&place.to_le_bytes());
        }
    }
}

impl<'a> Deserialize<'a> for PartRef {
    fn deserialize<D: Deserializer<'a>>(from: D) -> Result<Self, D::Error> {
        let wrong = "a reference to content is a letter, 16 bytes and maybe two numbers";
        Self::of_bytes(<&[u8]>::deserialize(from)?).ok_or_else(|| D::Error::custom(wrong))
    }
}

#[cfg(test)]
mod tests;
