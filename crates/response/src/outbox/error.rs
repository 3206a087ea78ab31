//! Why a delivery can't be tried again, or a target not be told.

use ledger::LedgerError;
use model::{DeliveryId, Fault, Faulty};

/// Why a delivery can't be tried again, or a target not be told.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// No such delivery.
    #[error("there is no delivery {0}; `mayday delivery list` shows them")]
    NoSuchDelivery(DeliveryId),
    /// No such target.
    #[error(
        "the settings have no target `{0}`: a server knows those under [[out.target]] in the file \
         it was started with, and a data directory opened without one knows none"
    )]
    NoSuchTarget(String),
    /// There is nothing to try again.
    #[error("{0} is {1}: only what was given up can be tried again")]
    NotGivenUp(DeliveryId, &'static str),
    /// It would say what is no longer so.
    #[error("{0} would say what is no longer so: {1}, about the same, came later and arrived")]
    Overtaken(DeliveryId, DeliveryId),
    /// The ledger can't be written.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The post can't be set up.
    #[error(transparent)]
    Post(#[from] comms::PostError),
}

impl Faulty for DeliveryError {
    fn fault(&self) -> Fault {
        match self {
            DeliveryError::NoSuchDelivery(_) | DeliveryError::NoSuchTarget(_) => Fault::NotFound,
            DeliveryError::NotGivenUp(..) | DeliveryError::Overtaken(..) => Fault::Conflict,
            DeliveryError::Ledger(error) => error.fault(),
            DeliveryError::Post(error) => error.fault(),
        }
    }
}
