//! Why something that was sent is not taken in.

use model::{Fault, Faulty};

/// Why a delivery, or a part of it, is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It is larger than anything that is sent honestly.
    #[error("it has {bytes} bytes, and at most {most} are read")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// It is not JSON, or not of the shape that its format has.
    #[error("it is no {format}: {why}")]
    Unreadable {
        /// What it should be.
        format: &'static str,
        /// What the reader says of it.
        why: String,
    },
    /// A field that is needed is not there, or can't mean anything.
    #[error("`{field}` {why}")]
    Field {
        /// Which, as the sender names it.
        field: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// It holds more parts than are read at once.
    #[error("it holds {parts} {what}, and at most {most} are read at once")]
    TooMany {
        /// How many.
        parts: usize,
        /// Of what.
        what: &'static str,
        /// The limit.
        most: usize,
    },
    /// It is not signed, and it has to be.
    #[error("it is not signed: the header `{0}` is missing")]
    Unsigned(&'static str),
    /// Its signature is not made with the secret known here.
    #[error("its signature does not match: check that both sides have the same secret")]
    Forged,
    /// It was signed too long ago, or in the future.
    #[error("it was signed {seconds} s away from now, and at most {most} s are tolerated")]
    Stale {
        /// How far away from now.
        seconds: i64,
        /// The limit.
        most: i64,
    },
}

impl Refusal {
    /// A field that can't mean anything.
    pub fn field(field: &'static str, why: impl Into<String>) -> Self {
        Self::Field { field, why: why.into() }
    }

    /// A field that is needed and is not there.
    pub fn missing(field: &'static str) -> Self {
        Self::field(field, "is missing")
    }

    /// Something that its format does not allow.
    pub fn unreadable(format: &'static str, why: &dyn std::fmt::Display) -> Self {
        Self::Unreadable { format, why: why.to_string() }
    }
}

impl Faulty for Refusal {
    fn fault(&self) -> Fault {
        match self {
            Refusal::TooLarge { .. } | Refusal::TooMany { .. } => Fault::Limited,
            Refusal::Unreadable { .. } | Refusal::Field { .. } => Fault::Invalid,
            Refusal::Unsigned(_) | Refusal::Forged | Refusal::Stale { .. } => {
                Fault::Unauthenticated
            }
        }
    }
}
