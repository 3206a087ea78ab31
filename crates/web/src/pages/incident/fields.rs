//! The six fields: which variable moved, and what would have to be recorded to tell.

use model::fields::{FieldRow, FieldState, SixField};

use crate::words::{self, When};

/// One of the six fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldCard {
    /// Its name.
    pub(crate) title: String,
    /// The state's shape.
    pub(crate) mark: &'static str,
    /// The state's word.
    pub(crate) word: &'static str,
    /// On what ground.
    pub(crate) why: String,
    /// The variables that fill it.
    pub(crate) variables: Vec<Variable>,
    /// What to record.
    pub(crate) lacks: Vec<String>,
    /// Whose work that is.
    pub(crate) owner: String,
}

/// A variable of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variable {
    /// Which one.
    pub(crate) factor: String,
    /// Whether it changed, and on what ground.
    pub(crate) said: String,
    /// When a level that was not there before was first seen.
    pub(crate) since: Option<When>,
    /// Who changed it.
    pub(crate) by: Option<String>,
}

/// The six fields of an incident.
pub(super) fn cards(fields: &[SixField]) -> Vec<FieldCard> {
    fields.iter().map(card).collect()
}

fn card(field: &SixField) -> FieldCard {
    let (mark, word) = match field.state {
        FieldState::Changed => ("▲", "changed"),
        FieldState::Unchanged => ("=", "unchanged"),
        FieldState::Unknown => ("?", "unknown"),
    };
    FieldCard {
        title: field.title.clone(),
        mark,
        word,
        why: words::sentence(&field.why),
        variables: field.rows.iter().map(variable).collect(),
        lacks: field.gaps.iter().map(|gap| gap.attribute.clone()).collect(),
        owner: field.gaps.first().map(|gap| gap.owner.clone()).unwrap_or_default(),
    }
}

fn variable(row: &FieldRow) -> Variable {
    Variable {
        factor: row.factor.clone(),
        said: format!("{}: {}", row.state.as_str(), row.why),
        since: row.since.map(When::at),
        by: row.by.clone(),
    }
}
