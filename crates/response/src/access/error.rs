//! Why somebody is not let in, and why a key can't be issued or revoked.

use jiff::Timestamp;
use ledger::LedgerError;
use model::principal::TokenError;
use model::{Fault, Faulty, Principal, PrincipalId, PrincipalKind};

use crate::access::Right;

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
    /// The principal is known and may not.
    #[error("{who} may not do this: {}", mend(*right, who.kind))]
    NotAllowed {
        /// Who.
        who: Principal,
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

/// What somebody of this kind who asks for this can do instead.
fn mend(right: Right, kind: PrincipalKind) -> &'static str {
    match (right, kind) {
        (Right::Send, _) => "spans are sent with an ingest key, not with a person's or an agent's",
        (Right::Export, PrincipalKind::Agent) => "flights are exported with a person's key",
        (Right::ManageKeys, PrincipalKind::Agent) => "keys are managed with a person's key",
        _ => "an ingest key sends and can't read; use a person's or an agent's key",
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
            KeyError::ExpiresAtOnce(_) => Fault::Invalid,
            KeyError::TooMany(_) => Fault::Limited,
            KeyError::NoSuchKey(_) => Fault::NotFound,
            KeyError::Ledger(error) => error.fault(),
        }
    }
}
