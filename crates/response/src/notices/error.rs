//! Why a delivery is refused, or a notice or ticket can't be shown or changed.

use intake::Refusal;
use ledger::LedgerError;
use model::{Fault, Faulty, NoticeId, TicketId};

use crate::access::Denied;
use crate::error::OpenError;
use crate::tally::Counted;

/// Why a delivery is refused.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// There is no such channel, or nothing is received by it.
    #[error("no channel of that name receives anything here")]
    NoSuchChannel,
    /// The last part of the address is not the channel's secret.
    #[error("the address is not the one that the channel was given")]
    WrongAddress,
    /// Its signature is missing, old or wrong, or it is too large.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant's flights can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The fact can't be written: the sender has to come again.
    #[error("could not write the fact to the ledger; send it again")]
    Ledger(#[source] LedgerError),
}

/// Why something can't be done about notices.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// No such notice.
    #[error("there is no notice {0}; `mayday notice list` shows them")]
    NoSuchNotice(NoticeId),
    /// No such ticket.
    #[error("there is no ticket {0}; `mayday ticket list` shows them")]
    NoSuchTicket(TicketId),
    /// It is done.
    #[error("the ticket {0} is done already")]
    Done(TicketId),
    /// No such channel.
    #[error("there is no channel `{0}` in the settings of this server")]
    NoSuchChannel(String),
    /// Nothing is received by the channel.
    #[error("nothing is received by `{0}` that a test event could go through")]
    NothingToTest(String),
    /// They may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Something was said without words, or with too many.
    #[error("say what was done in one line of 1 to 1000 bytes")]
    NoWords,
    /// A file can't be read.
    #[error(transparent)]
    File(#[from] Refusal),
    /// The ledger can't be written.
    #[error("could not write the fact to the ledger; nothing was decided")]
    Ledger(#[from] LedgerError),
}

impl HookError {
    /// What it is counted as.
    pub fn counted(&self) -> Counted {
        match self {
            HookError::NoSuchChannel | HookError::WrongAddress => Counted::HooksMisaddressed,
            HookError::Refused(Refusal::Unsigned(_)) => Counted::HooksUnsigned,
            HookError::Refused(Refusal::Forged) => Counted::HooksForged,
            HookError::Refused(Refusal::Stale { .. }) => Counted::HooksStale,
            HookError::Refused(_) => Counted::HooksMalformed,
            HookError::Open(_) | HookError::Ledger(_) => Counted::HooksFailed,
        }
    }
}

impl Faulty for HookError {
    fn fault(&self) -> Fault {
        match self {
            HookError::NoSuchChannel => Fault::NotFound,
            HookError::WrongAddress => Fault::Unauthenticated,
            HookError::Refused(refusal) => refusal.fault(),
            HookError::Open(error) => error.fault(),
            HookError::Ledger(error) => error.fault(),
        }
    }
}

impl Faulty for NoticeError {
    fn fault(&self) -> Fault {
        match self {
            NoticeError::NoSuchNotice(_)
            | NoticeError::NoSuchTicket(_)
            | NoticeError::NoSuchChannel(_) => Fault::NotFound,
            NoticeError::Done(_) | NoticeError::NothingToTest(_) => Fault::Conflict,
            NoticeError::NoWords => Fault::Invalid,
            NoticeError::Denied(denied) => denied.fault(),
            NoticeError::File(refusal) => refusal.fault(),
            NoticeError::Ledger(error) => error.fault(),
        }
    }
}
