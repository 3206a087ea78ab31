//! The six fields that say which variable moved: each with what it was before, what it was during,
//! and whether that is a change. None is ever blank: what can't be told is unknown, with its
//! reason.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::report::Shares;

/// One of the six fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SixField {
    /// Its name in data: `prompt`, `model`, `judge`, `index`, `tools`, `traffic`.
    pub field: String,
    /// Its name for people.
    pub title: String,
    /// Whether it changed.
    pub state: FieldState,
    /// On what ground.
    pub why: String,
    /// The variables that fill it, each before and during; none where nothing of it is on record.
    pub rows: Vec<FieldRow>,
    /// What would have to be recorded to fill it.
    pub gaps: Vec<FieldGap>,
}

/// A variable of a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldRow {
    /// Which one: `prompt:main`, `suite:nightly`.
    pub factor: String,
    /// In the baseline.
    pub before: Shares,
    /// In the incident window.
    pub during: Shares,
    /// Whether that is a change.
    pub state: FieldState,
    /// On what ground.
    pub why: String,
    /// When a level that is not in the baseline was first seen; none if there is no such level.
    pub since: Option<Timestamp>,
    /// Who changed it; none where that is not on record.
    pub by: Option<String>,
}

/// Whether a variable changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldState {
    /// It stood at other levels than before.
    Changed,
    /// It is shown that it did not change.
    Unchanged,
    /// Neither can be shown.
    Unknown,
}

/// Something that was not recorded, so that a field can't be filled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FieldGap {
    /// The factor's family: `index`.
    pub family: String,
    /// What to record: `mayday.index.build`.
    pub attribute: String,
    /// Whose work it is.
    pub owner: String,
}

impl FieldState {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            FieldState::Changed => "changed",
            FieldState::Unchanged => "unchanged",
            FieldState::Unknown => "unknown",
        }
    }
}
