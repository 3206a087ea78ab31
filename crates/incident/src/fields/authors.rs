//! By whom a variable was changed: from the change on record that explains its new level.

use std::collections::BTreeSet;

use model::fields::{FieldRow, FieldState, SixField};
use model::{Catalogue, Factor};

use crate::changes::{KnownChange, Level};

/// Fills "by whom" where a change on record tells it, or where it is on record that nobody did.
pub fn attribute(
    fields: &mut [SixField],
    feature: Option<&str>,
    changes: &[KnownChange],
    catalogue: &Catalogue,
) {
    let Some(feature) = feature else { return };
    for row in fields.iter_mut().flat_map(|field| &mut field.rows) {
        if row.state == FieldState::Changed {
            row.by = author(row, feature, changes, catalogue);
        }
    }
}

fn author(
    row: &FieldRow,
    feature: &str,
    changes: &[KnownChange],
    catalogue: &Catalogue,
) -> Option<String> {
    let factor = Factor::from(row.factor.as_str());
    let (since, surface) = (row.since?, catalogue.change_of(&factor)?);
    let is_new = |level: &str| row.before.levels.iter().all(|count| count.level != level);
    let new = row.during.levels.iter().filter(|count| is_new(&count.level));
    let new = new.map(|count| Level {
        feature,
        factor: &factor,
        surface,
        level: &count.level,
        first_seen: since,
    });
    let levels: Vec<Level> = new.collect();
    let recorded = changes.iter().filter(|known| known.seen.is_none());
    let none = BTreeSet::new();
    for known in recorded {
        if levels.iter().any(|level| level.is_explained_by(&known.says, &none)) {
            let by = known.says.author.as_deref().unwrap_or(&known.recorded_by);
            return Some(format!("{by} ({})", known.id));
        }
    }
    let unlogged = changes.iter().find(|known| {
        known.seen.as_ref().is_some_and(|seen| {
            let shows = |name: &str, made: Option<&str>| {
                name == row.factor && levels.iter().any(|level| Some(level.level) == made)
            };
            let also = seen.with.iter().any(|(name, made)| shows(name, Some(made)));
            seen.feature == feature && (also || shows(&seen.factor, known.says.after.as_deref()))
        })
    });
    unlogged.map(|known| format!("nobody recorded it ({})", known.id))
}
