//! Principals: who may send, read and act, and the tokens by which they are known.
//!
//! A [`Principal`] is a person, an agent or a sender of spans, and belongs to a tenant. It is known
//! by a [`Token`], of which only the [`TokenHash`] is kept. What a kind may do in a
//! [`PrincipalRole`] is decided where requests are admitted, not here.

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
    /// What it may decide, if that was said; see [`Principal::role`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<PrincipalRole>,
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

/// What a principal may decide: each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PrincipalRole {
    /// Looks.
    Viewer,
    /// Declares, answers, notes, contains.
    Responder,
    /// Confirms what a responder proposes: closes, lowers a severity, turns on again.
    Approver,
    /// Issues keys, changes settings, erases, makes copies.
    Admin,
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

impl Principal {
    /// What it may decide: as its key says, or as keys do by themselves that say nothing of it.
    pub fn role(&self) -> PrincipalRole {
        self.role.unwrap_or(self.kind.usual_role())
    }
}

impl PrincipalKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Person, Self::Agent, Self::Ingest];

    /// The kind in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Agent => "agent",
            Self::Ingest => "ingest",
        }
    }

    fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The role of a key that names none, as those did that were issued before there were roles.
    pub fn usual_role(self) -> PrincipalRole {
        match self {
            Self::Person => PrincipalRole::Admin,
            Self::Agent => PrincipalRole::Responder,
            Self::Ingest => PrincipalRole::Viewer,
        }
    }

    /// The highest role that a key of this kind may name; none if it may name none.
    ///
    /// An agent proposes and a person decides, so an agent is a responder at most.
    pub fn highest_role(self) -> Option<PrincipalRole> {
        match self {
            Self::Person => Some(PrincipalRole::Admin),
            Self::Agent => Some(PrincipalRole::Responder),
            Self::Ingest => None,
        }
    }
}

impl PrincipalRole {
    /// Every role, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Responder, Self::Approver, Self::Admin];

    /// The role in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Responder => "responder",
            Self::Approver => "approver",
            Self::Admin => "admin",
        }
    }

    fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
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
written_as!(PrincipalRole, "role", "viewer, responder, approver or admin");
written_as!(PrincipalName, "name", "1 to 100 bytes without control characters or outer blanks");
written_as!(TenantName, "tenant", "1 to 40 lower-case letters, digits or dashes");

impl fmt::Display for PrincipalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for PrincipalRole {
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

    #[test]
    fn a_key_from_before_there_were_roles_has_its_kinds_and_is_written_as_it_was() {
        let of = |kind: &str| {
            let old = format!(r#"{{"id":"prn_1","name":"x","kind":"{kind}","tenant":"default"}}"#);
            let principal: Principal = serde_json::from_str(&old).unwrap();
            assert_eq!(serde_json::to_string(&principal).unwrap(), old);
            principal.role()
        };
        assert_eq!(
            [of("person"), of("agent"), of("ingest")],
            [PrincipalRole::Admin, PrincipalRole::Responder, PrincipalRole::Viewer]
        );
    }

    #[test]
    fn a_role_is_read_as_it_is_written_and_a_higher_one_is_more() {
        for role in PrincipalRole::ALL {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        assert!(PrincipalRole::ALL.is_sorted());
        assert!(
            "owner".parse::<PrincipalRole>().unwrap_err().to_string().contains("viewer, responder")
        );
    }
}
