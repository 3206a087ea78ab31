//! Principals: who may send, read and act, and the tokens by which they are known.
//!
//! A [`Principal`] is a person, an agent or a sender of spans, and belongs to a tenant. It is known
//! by a [`Token`], of which only the [`TokenHash`] is kept. What a kind may do is decided where
//! requests are admitted, not here; roles will stand beside the kind.

mod token;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{PrincipalId, is_plain, written_as};

pub use token::{Token, TokenError, TokenHash};

/// Somebody or something that holds a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// Its id, which stays the same whatever it is called.
    pub id: PrincipalId,
    /// What it is called.
    pub name: PrincipalName,
    /// What it is.
    pub kind: PrincipalKind,
    /// Whose spans it sends or reads.
    pub tenant: TenantName,
}

/// What a principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PrincipalKind {
    /// A person.
    Person,
    /// A program that reads and acts.
    Agent,
    /// A program that only sends what it recorded.
    Ingest,
}

/// What a principal is called: 1 to 100 bytes, no control characters, no blank at either end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PrincipalName(String);

/// A tenant: the owner of what was recorded. 1 to 40 lower-case letters, digits or dashes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantName(String);

/// Longest name of a principal, in bytes.
const LONGEST_NAME: usize = 100;

/// Longest name of a tenant.
const LONGEST_TENANT: usize = 40;

impl PrincipalKind {
    /// The kind in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Agent => "agent",
            Self::Ingest => "ingest",
        }
    }

    fn read(text: &str) -> Option<Self> {
        [Self::Person, Self::Agent, Self::Ingest].into_iter().find(|kind| kind.as_str() == text)
    }
}

impl PrincipalName {
    fn read(text: &str) -> Option<Self> {
        let fits = (1..=LONGEST_NAME).contains(&text.len()) && text.trim() == text;
        (fits && !text.contains(char::is_control)).then(|| Self(text.to_owned()))
    }
}

impl TenantName {
    /// The tenant of whatever came without a key.
    pub fn standard() -> Self {
        Self("default".to_owned())
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn read(text: &str) -> Option<Self> {
        is_plain(text, LONGEST_TENANT).then(|| Self(text.to_owned()))
    }
}

impl Default for TenantName {
    fn default() -> Self {
        Self::standard()
    }
}

written_as!(PrincipalKind, "kind of principal", "person, agent or ingest");
written_as!(PrincipalName, "name", "1 to 100 bytes without control characters or outer blanks");
written_as!(TenantName, "tenant", "1 to 40 lower-case letters, digits or dashes");

impl fmt::Display for PrincipalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for PrincipalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for TenantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A principal as people and the ledger name it: `ci (prn_7h2k9q4m)`.
impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_fool_a_reader_are_refused() {
        for name in ["", " ", " ana", "ana ", "a\nb", "a\u{1b}[2J", &"x".repeat(101)] {
            assert!(name.parse::<PrincipalName>().is_err(), "{name:?}");
        }
        assert_eq!(
            "Zoë of on-call".parse::<PrincipalName>().unwrap().to_string(),
            "Zoë of on-call"
        );
    }

    #[test]
    fn a_tenant_is_a_short_plain_word() {
        let longest = "a".repeat(40);
        for name in ["default", "acme-2", "-", longest.as_str()] {
            assert_eq!(name.parse::<TenantName>().unwrap().as_str(), name);
        }
        for name in ["", "Acme", "a b", "a_b", "ü", "a/..", &"a".repeat(41)] {
            assert!(name.parse::<TenantName>().is_err(), "{name}");
        }
    }

    #[test]
    fn a_kind_that_is_none_is_told_which_there_are() {
        let error = "robot".parse::<PrincipalKind>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`robot` is no kind of principal: write person, agent or ingest"
        );
    }
}
