//! Why somebody is not let in, and why a key can't be issued or revoked.

use jiff::Timestamp;
use ledger::LedgerError;
use model::principal::TokenError;
use model::{Fault, Faulty, Principal, PrincipalId, PrincipalKind, PrincipalRole};

use crate::access::{Right, Who};

/// Why somebody is not let in. Says how to mend it, and nothing to one who holds no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// No token was shown, and one is wanted to send.
    #[error(
        "this server wants an ingest key: make one with `mayday key create --kind ingest --name \
         NAME`, and send its token as the header `Authorization: Bearer mdk_…`, as `x-api-key`, \
         or as the password of HTTP Basic"
    )]
    NoIngestKey,
    /// No token was shown, and one is wanted.
    #[error(
        "this server wants a key: make one with `mayday key create --kind person --name NAME`, \
         and give its token as MAYDAY_TOKEN, as the header `Authorization: Bearer mdk_…`, or in a \
         browser as the password of any user"
    )]
    NoKey,
    /// What was shown is no token.
    #[error(transparent)]
    NotAToken(#[from] TokenError),
    /// A token that nobody holds.
    #[error(
        "the token given is whole, but was not issued here: use one of this server's, which \
         `mayday key create` makes"
    )]
    Unknown,
    /// Its time is over.
    #[error("the key of {who} expired at {at}: make another with `mayday key create`")]
    Expired {
        /// Whose.
        who: Principal,
        /// When.
        at: Timestamp,
    },
    /// It was revoked.
    #[error("the key of {who} was revoked at {at}: ask whoever runs this server for another")]
    Revoked {
        /// Whose.
        who: Principal,
        /// When.
        at: Timestamp,
    },
    /// Whoever asks is known and may not.
    #[error("{who} may not do this: {}", mend(*right, who))]
    NotAllowed {
        /// Who.
        who: Box<Who>,
        /// What was asked for.
        right: Right,
    },
}

/// Why a key can't be issued or revoked.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It would never have worked.
    #[error("the key would expire at {0}, which is not in the future")]
    ExpiresAtOnce(Timestamp),
    /// A key of that kind can't have that role.
    #[error("{}", unfit(*.kind, *.role))]
    RoleOfAnother {
        /// What its holder would be.
        kind: PrincipalKind,
        /// What was wanted.
        role: PrincipalRole,
    },
    /// There are too many.
    #[error("{0} keys were issued, which is the most that one Mayday holds")]
    TooMany(usize),
    /// No such key.
    #[error("there is no key {0}; `mayday key list` shows them")]
    NoSuchKey(PrincipalId),
    /// The ledger can't be written.
    #[error("could not write the fact to the ledger; no key was issued or revoked")]
    Ledger(#[source] LedgerError),
}

/// What somebody who asks for this and may not can do instead.
fn mend(right: Right, who: &Who) -> String {
    let (kind, role) = match who {
        Who::Principal(principal) => (principal.kind, principal.role()),
        Who::Local | Who::Itself => (PrincipalKind::Agent, PrincipalRole::Responder),
    };
    if right == Right::Send {
        return "spans are sent with an ingest key, not with a person's or an agent's".to_owned();
    }
    if kind == PrincipalKind::Ingest {
        return "an ingest key sends and can't read; use a person's or an agent's key".to_owned();
    }
    match (right.least_role(kind), right.least_role(PrincipalKind::Person)) {
        (Some(least), _) => format!("it takes the role of {least} or a higher one, not {role}"),
        (None, Some(PrincipalRole::Admin)) => {
            "it takes a person's key with the role of admin".to_owned()
        }
        (None, Some(least)) => format!(
            "that is for people: let somebody do it with a person's key, as {least} or higher"
        ),
        (None, None) => "nobody may".to_owned(),
    }
}

/// Why a key of this kind can't have this role.
fn unfit(kind: PrincipalKind, role: PrincipalRole) -> String {
    match kind.highest_role() {
        None => "an ingest key has no role: it only sends; leave the role out".to_owned(),
        Some(highest) => format!(
            "an agent proposes and a person decides: the highest role of a key for {kind}s is \
             {highest}, not {role}"
        ),
    }
}

impl Faulty for Denied {
    fn fault(&self) -> Fault {
        match self {
            Denied::NotAllowed { .. } => Fault::Denied,
            _ => Fault::Unauthenticated,
        }
    }
}

impl Faulty for KeyError {
    fn fault(&self) -> Fault {
        match self {
            KeyError::ExpiresAtOnce(_) | KeyError::RoleOfAnother { .. } => Fault::Invalid,
            KeyError::TooMany(_) => Fault::Limited,
            KeyError::NoSuchKey(_) => Fault::NotFound,
            KeyError::Ledger(error) => error.fault(),
        }
    }
}
