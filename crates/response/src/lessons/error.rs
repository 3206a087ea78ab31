//! Why a document is not filed, or an item not closed.

use flight::FlightError;
use incident::closing::NotYet;
use incident::lint::Found;
use ledger::LedgerError;
use model::{Fault, Faulty, IncidentId, ItemId};

use crate::error::IncidentError;
use crate::postmortem::DocumentError;

/// Why something is not kept of what was learned.
#[derive(Debug, thiserror::Error)]
pub enum LessonError {
    /// The incident, or who acts.
    #[error(transparent)]
    Incident(#[from] IncidentError),
    /// The text is no document.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The linter has errors.
    #[error("the document has {}", in_words(.0))]
    Untrue(Vec<Found>),
    /// A quote can't be checked, because what it quotes is not kept.
    #[error(
        "{at}: {why}, so nobody can check these words: write not_kept and quote the call's \
         arguments"
    )]
    Unkept {
        /// The part of the document.
        at: String,
        /// Why.
        why: String,
    },
    /// The document is another incident's.
    #[error("the document is that of {0}")]
    OfAnother(IncidentId),
    /// The document was changed since.
    #[error("version {now} was filed since; you have version {had}: read it and file yours again")]
    Outdated {
        /// The version on record.
        now: u32,
        /// The version that was read.
        had: u32,
    },
    /// The document is too long.
    #[error("the document has {bytes} bytes, and {most} are kept: leave out what is on record")]
    TooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        most: usize,
    },
    /// A document states how an item stands.
    #[error(
        "{0} is said to be closed or reopened: close it by `mayday item close`, with its proof"
    )]
    StateIsTyped(String),
    /// An item with a number that this incident does not have.
    #[error("{0} is no item of this incident: leave the id out, and it gets one")]
    ForeignItem(ItemId),
    /// There is no such item.
    #[error("there is no item {0}; `mayday item list` shows them")]
    NoSuchItem(ItemId),
    /// The item is not closed, or not open.
    #[error("the item {0} is {1} already")]
    Already(ItemId, &'static str),
    /// The item is not done yet.
    #[error(transparent)]
    NotYet(#[from] NotYet),
    /// More runs than can be read.
    #[error("{0} runs since then are more than are read at once: close it by a person's look")]
    TooManyRuns(usize),
    /// It can't be what was measured.
    #[error("{0}")]
    Invalid(String),
    /// The flights can't be read.
    #[error("could not read the flights")]
    Flight(#[source] FlightError),
    /// The ledger can't be read or written.
    #[error("could not read or write the ledger; nothing was decided")]
    Ledger(#[from] LedgerError),
}

impl Faulty for LessonError {
    fn fault(&self) -> Fault {
        match self {
            LessonError::Incident(error) => error.fault(),
            LessonError::Document(error) => error.fault(),
            LessonError::Untrue(_)
            | LessonError::Unkept { .. }
            | LessonError::OfAnother(_)
            | LessonError::TooLong { .. }
            | LessonError::ForeignItem(_)
            | LessonError::StateIsTyped(_)
            | LessonError::Invalid(_) => Fault::Invalid,
            LessonError::NoSuchItem(_) => Fault::NotFound,
            LessonError::Outdated { .. } | LessonError::Already(..) => Fault::Conflict,
            LessonError::NotYet(why) => why.fault(),
            LessonError::TooManyRuns(_) => Fault::Limited,
            LessonError::Flight(error) => error.fault(),
            LessonError::Ledger(error) => error.fault(),
        }
    }
}

/// `1 error: items[0]: …; mend: …`
fn in_words(found: &[Found]) -> String {
    let said = found.iter().map(|one| {
        let Found { at, rule, says, mend, .. } = one;
        let words = one.words.as_ref().map(|words| format!(" ({words})")).unwrap_or_default();
        format!("{at}: {says}{words} [{rule}]; to mend it, {mend}")
    });
    let errors = if found.len() == 1 { "error" } else { "errors" };
    format!("{} {errors}: {}", found.len(), said.collect::<Vec<_>>().join(". "))
}
