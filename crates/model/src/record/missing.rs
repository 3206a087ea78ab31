//! What should be on record and is not.

use serde::{Deserialize, Serialize};

use crate::content::Gone;

/// A field that a record of this kind should have and does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Which field: `model.served`, `parameters.temperature`.
    pub field: String,
    /// The attribute that would fill it.
    pub attribute: String,
    /// Why it is not there.
    pub why: Why,
}

/// Why a field is not on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The client never sent it.
    NotSent,
    /// It was sent, and can't be understood: JSON that is no JSON.
    NotReadable,
    /// The client keeps it at a place of its own, and sent where that is.
    Elsewhere,
    /// It was sent, and is not there any more.
    Gone(Gone),
}
