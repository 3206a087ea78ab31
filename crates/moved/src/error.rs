//! Questions that can't be asked.

use model::{Fault, Faulty, Window};

/// Why two windows can't be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// They share time.
    #[error("the windows {0} and {1} overlap: let the incident start where the baseline ends")]
    Overlap(Window, Window),
    /// The incident lies before the baseline.
    #[error("the incident {1} lies before the baseline {0}: swap them")]
    Reversed(Window, Window),
    /// The incident has not begun.
    #[error("the incident window {0} begins in the future")]
    Future(Window),
}

impl Faulty for QuestionError {
    fn fault(&self) -> Fault {
        Fault::Invalid
    }
}
