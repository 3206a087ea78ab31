//! What can go wrong, by what was being done.

use std::path::PathBuf;

use ::moved::QuestionError;
use flight::FlightError;
use ledger::LedgerError;
use model::{AlertId, Fault, Faulty, IncidentId, RunId, TraceId};
use recorder::DecodeError;

use crate::access::Denied;

/// Why a data directory can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It can't be made or read.
    #[error("could not use the data directory {path}")]
    Directory {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Another Mayday has it.
    #[error(
        "the data directory {0} is in use by another mayday: ask that one with --server URL, or \
         stop it"
    )]
    InUse(PathBuf),
    /// There is no ledger to check.
    #[error("there is no ledger in {0}: name the data directory of a mayday")]
    NoLedger(PathBuf),
    /// The flights can't be opened or read.
    #[error("could not open the flights")]
    Flight(#[source] FlightError),
    /// The ledger can't be opened or read.
    #[error("could not open or read the ledger")]
    Ledger(#[source] LedgerError),
}

/// Why something could not be recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It can't be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// It can't be kept.
    #[error(transparent)]
    Flight(#[from] FlightError),
    /// Flights take up all the room they may.
    #[error(
        "flights take up all the room they may: give them more with `quota` under [keeping], \
         or fewer days"
    )]
    Full,
    /// A label that can't be right.
    #[error("the label is not usable: {0}")]
    Label(&'static str),
}

/// Why a comparison can't be made.
#[derive(Debug, thiserror::Error)]
pub enum MovedError {
    /// The windows make no sense.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// The runs can't be read.
    #[error("could not read the runs to compare")]
    Flight(#[source] FlightError),
    /// No such feature.
    #[error("there is no run of a feature `{0}` in that time; `mayday features` lists them")]
    NoSuchFeature(String),
}

/// Why an incident can't be declared, shown or drafted.
#[derive(Debug, thiserror::Error)]
pub enum IncidentError {
    /// Whoever acts may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The comparison failed.
    #[error(transparent)]
    Moved(#[from] MovedError),
    /// No such incident.
    #[error("there is no incident {0}; `mayday incident list` shows them")]
    NoSuchIncident(IncidentId),
    /// No such alert.
    #[error("there is no alert {0}; `mayday alert list` shows them")]
    NoSuchAlert(AlertId),
    /// The alert belongs to an incident already.
    #[error("the alert {0} belongs to {1} already")]
    IsLinked(AlertId, IncidentId),
    /// No such run.
    #[error("there is no settled run {0}")]
    NoSuchRun(RunId),
    /// The triage asks no such question.
    #[error("the triage has no node `{node}`; it has: {nodes}")]
    NoSuchNode {
        /// What was asked for.
        node: String,
        /// What there is.
        nodes: String,
    },
    /// No incident lacked it.
    #[error("no incident of {feature} lacked {attribute}; `mayday gaps` shows what is missing")]
    NoSuchGap {
        /// The feature.
        feature: String,
        /// What was said to be missing.
        attribute: String,
    },
    /// Something was said without a reason, or with too long a one.
    #[error("give the reason in one line of 1 to 1000 bytes: nothing counts without evidence")]
    NoGround,
    /// A name that is none, or too long.
    #[error("{0} is 1 to 200 bytes on one line")]
    NoName(&'static str),
    /// It is not so in the course of an incident.
    #[error(transparent)]
    Refused(#[from] incident::course::Refusal),
    /// So many of a kind are on record, and no more are kept.
    #[error("{most} {of} of this incident are on record, and no more are kept")]
    TooMany {
        /// Of what.
        of: &'static str,
        /// How many are kept.
        most: usize,
    },
    /// It was compared as often as is kept.
    #[error("{0} comparisons of this incident are on record, and no more are kept")]
    TooManyLooks(usize),
    /// The flights can't be read.
    #[error("could not read the flights of the incident")]
    Flight(#[source] FlightError),
    /// The ledger can't be written.
    #[error("could not write the fact to the ledger; nothing was decided")]
    Ledger(#[source] LedgerError),
}

/// Why something can't be shown.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// Nothing of the trace is kept.
    #[error("there is no span of trace {0}")]
    NoSuchTrace(TraceId),
    /// Nothing on record is named so, or no decision is among it.
    #[error("nothing on record is named so, or it holds no model call")]
    NothingNamed,
    /// The flights can't be read.
    #[error("could not read the flights")]
    Flight(#[source] FlightError),
    /// The ledger can't be read.
    #[error("could not read the ledger")]
    Ledger(#[source] LedgerError),
}

impl Faulty for OpenError {
    fn fault(&self) -> Fault {
        match self {
            OpenError::Directory { .. } => Fault::Unavailable,
            OpenError::InUse(_) => Fault::Conflict,
            OpenError::NoLedger(_) => Fault::NotFound,
            OpenError::Flight(error) => error.fault(),
            OpenError::Ledger(error) => error.fault(),
        }
    }
}

impl Faulty for RecordError {
    fn fault(&self) -> Fault {
        match self {
            RecordError::Decode(error) => error.fault(),
            RecordError::Flight(error) => error.fault(),
            RecordError::Full => Fault::Limited,
            RecordError::Label(_) => Fault::Invalid,
        }
    }
}

impl Faulty for MovedError {
    fn fault(&self) -> Fault {
        match self {
            MovedError::Question(error) => error.fault(),
            MovedError::Flight(error) => error.fault(),
            MovedError::NoSuchFeature(_) => Fault::NotFound,
        }
    }
}

impl Faulty for IncidentError {
    fn fault(&self) -> Fault {
        match self {
            IncidentError::Denied(denied) => denied.fault(),
            IncidentError::Moved(error) => error.fault(),
            IncidentError::NoSuchIncident(_)
            | IncidentError::NoSuchRun(_)
            | IncidentError::NoSuchAlert(_)
            | IncidentError::NoSuchNode { .. }
            | IncidentError::NoSuchGap { .. } => Fault::NotFound,
            IncidentError::NoGround | IncidentError::NoName(_) => Fault::Invalid,
            IncidentError::TooManyLooks(_)
            | IncidentError::IsLinked(..)
            | IncidentError::TooMany { .. } => Fault::Conflict,
            IncidentError::Refused(refusal) => refusal.fault(),
            IncidentError::Flight(error) => error.fault(),
            IncidentError::Ledger(error) => error.fault(),
        }
    }
}

impl Faulty for LookError {
    fn fault(&self) -> Fault {
        match self {
            LookError::NoSuchTrace(_) | LookError::NothingNamed => Fault::NotFound,
            LookError::Flight(error) => error.fault(),
            LookError::Ledger(error) => error.fault(),
        }
    }
}
