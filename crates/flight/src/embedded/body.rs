//! The body of a step: all that is compressed together, with content by address.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use model::content::Form;
use model::id::{hex, unhex};
use model::{Address, Attribute, Scope, Traits};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What of a step is compressed together with its like.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Body<'a> {
    #[serde(rename = "n")]
    pub(super) name: Cow<'a, str>,
    #[serde(rename = "a")]
    pub(super) attributes: Cow<'a, [Attribute]>,
    #[serde(rename = "f", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) fields: Vec<FieldBody<'a>>,
    #[serde(rename = "t")]
    pub(super) traits: Cow<'a, Traits>,
}

/// The traits of a body alone.
#[derive(Debug, Deserialize)]
pub(super) struct TraitsOfBody {
    #[serde(rename = "t")]
    pub(super) traits: Traits,
}

/// A content field, its parts by address.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FieldBody<'a> {
    #[serde(rename = "k")]
    pub(super) key: Cow<'a, str>,
    #[serde(rename = "o")]
    pub(super) form: Form,
    #[serde(rename = "g")]
    pub(super) glue: Cow<'a, [String]>,
    #[serde(rename = "p")]
    pub(super) parts: Vec<PartRef>,
}

/// Where a part is found: written as a letter, an address and, for a piece of what stands at the
/// address, its first byte and the one after its last.
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

const LETTERS: [(char, Scope, Kept); 4] = [
    ('s', Scope::Shared, Kept::Text),
    ('p', Scope::Personal, Kept::Text),
    ('S', Scope::Shared, Kept::Address),
    ('P', Scope::Personal, Kept::Address),
];

impl fmt::Display for PartRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_mine =
            |(_, scope, kept): &&(char, Scope, Kept)| (*scope, *kept) == (self.scope, self.kept);
        let letter = LETTERS.iter().find(is_mine).map_or('p', |(letter, _, _)| *letter);
        write!(f, "{letter}{}", hex(self.address.as_bytes()))?;
        match self.piece {
            Some((from, to)) => write!(f, ":{from}:{to}"),
            None => Ok(()),
        }
    }
}

impl FromStr for PartRef {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "a reference to content is a letter, 32 digits and maybe two numbers";
        let mut words = text.split(':');
        let first = words.next().unwrap_or_default();
        let mut chars = first.chars();
        let letter = chars.next().ok_or(wrong)?;
        let (_, scope, kept) =
            LETTERS.iter().find(|(known, _, _)| *known == letter).copied().ok_or(wrong)?;
        let address = unhex(chars.as_str()).and_then(|bytes| Address::from_bytes(&bytes));
        let number = |word: Option<&str>| word?.parse::<u32>().ok();
        let piece = number(words.next()).zip(number(words.next()));
        Ok(Self { scope, kept, address: address.ok_or(wrong)?, piece })
    }
}

impl Serialize for PartRef {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'a> Deserialize<'a> for PartRef {
    fn deserialize<D: Deserializer<'a>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_back_as_it_was_written() {
        for (_, scope, kept) in LETTERS {
            for piece in [None, Some((0, 7))] {
                let part = PartRef { scope, kept, address: Address::new([0xa7; 16]), piece };
                assert_eq!(part.to_string().parse(), Ok(part));
            }
        }
        for wrong in ["", "p", "x00", "p00", "é"] {
            wrong.parse::<PartRef>().unwrap_err();
        }
    }
}
