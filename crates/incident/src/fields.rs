//! The six fields, filled from a comparison and from what is known of evaluation suites.
//!
//! A field that can't be filled is unknown with its reason, and names what would have to be
//! recorded.

mod authors;
mod suites;
#[cfg(test)]
mod tests;

use model::fields::{FieldGap, FieldRow, FieldState, SixField};
use model::report::{FactorShares, Shares};
use model::{Catalogue, Factor, Proof, Report, Role};
use serde::Deserialize;

pub use authors::attribute;
pub use suites::SuiteSeen;

/// The data file of the six fields.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Version of the data file.
    pub version: u32,
    /// The fields, in the order in which they are shown.
    #[serde(rename = "field")]
    pub fields: Vec<Wanted>,
}

/// A field, and what fills it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Its name in data.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Whose work it is to record what is missing.
    pub owner: String,
    /// The variables.
    #[serde(rename = "part")]
    pub parts: Vec<Part>,
}

/// A variable of a field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The factor family that shows it.
    pub family: String,
    /// What to record so that it shows.
    pub attribute: String,
    /// Whether the field is unknown without it.
    #[serde(default)]
    pub needed: bool,
    /// Whether its content, standing still, proves that the field did not change.
    #[serde(default)]
    pub proves: bool,
}

/// Most of a window's runs that may lack a level and still count as recorded.
const MAY_LACK: f64 = 0.01;

/// The field that evaluation suites belong to.
const JUDGE: &str = "judge";

/// The form that Mayday ships with.
#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
pub fn form() -> Form {
    let text = include_str!("../data/fields.toml");
    toml::from_str(text).expect("invariant: the file of fields compiled in can be read")
}

/// Fills the six fields.
pub fn fill(
    form: &Form,
    report: &Report,
    suites: &[SuiteSeen],
    surfaces: &Catalogue,
) -> Vec<SixField> {
    let fill = |wanted: &Wanted| {
        let mut rows: Vec<FieldRow> = report
            .factors
            .iter()
            .filter(|shares| wanted.part_of(&shares.factor).is_some())
            .map(|shares| row(report, shares, surfaces))
            .collect();
        if wanted.name == JUDGE {
            rows.extend(suites::rows(suites, report));
        }
        field(wanted, rows)
    };
    form.fields.iter().map(fill).collect()
}

impl Wanted {
    fn part_of(&self, factor: &str) -> Option<&Part> {
        let family = Factor::from(factor).family().to_owned();
        self.parts.iter().find(|part| part.family == family)
    }

    fn rows_of<'a>(&self, part: &'a Part, rows: &'a [FieldRow]) -> Vec<&'a FieldRow> {
        let of_part = |row: &&FieldRow| Factor::from(row.factor.as_str()).family() == part.family;
        rows.iter().filter(of_part).collect()
    }
}

fn field(wanted: &Wanted, rows: Vec<FieldRow>) -> SixField {
    let gaps: Vec<FieldGap> = wanted
        .parts
        .iter()
        .filter(|part| is_gap(part, &wanted.rows_of(part, &rows)))
        .map(|part| FieldGap {
            family: part.family.clone(),
            attribute: part.attribute.clone(),
            owner: wanted.owner.clone(),
        })
        .collect();
    let (state, why) = judged(wanted, &rows);
    SixField { field: wanted.name.clone(), title: wanted.title.clone(), state, why, rows, gaps }
}

/// Whether a variable has to be recorded, and is not.
fn is_gap(part: &Part, rows: &[&FieldRow]) -> bool {
    let lacks = |row: &&FieldRow| !is_recorded(&row.before) || !is_recorded(&row.during);
    match rows {
        [] => part.needed,
        rows => rows.iter().any(lacks),
    }
}

fn is_recorded(shares: &Shares) -> bool {
    let all = shares.recorded + shares.missing;
    shares.recorded > 0 && shares.missing as f64 <= MAY_LACK * all as f64
}

/// What is to be said of a field as a whole.
fn judged(wanted: &Wanted, rows: &[FieldRow]) -> (FieldState, String) {
    let changed: Vec<&str> = rows
        .iter()
        .filter(|row| row.state == FieldState::Changed)
        .map(|row| row.factor.as_str())
        .collect();
    if !changed.is_empty() {
        return (FieldState::Changed, changed.join(", "));
    }
    if rows.is_empty() {
        let needed = wanted.parts.iter().filter(|part| part.needed);
        let needed: Vec<&str> = needed.map(|part| part.attribute.as_str()).collect();
        let why = format!(
            "no run compared has anything of it: if it has a part there, record {}",
            needed.join(" and ")
        );
        return (FieldState::Unknown, why);
    }
    let proofs: Vec<&FieldRow> = wanted
        .parts
        .iter()
        .filter(|part| part.proves)
        .flat_map(|part| wanted.rows_of(part, rows))
        .collect();
    if !proofs.is_empty() && proofs.iter().all(|row| row.state == FieldState::Unchanged) {
        let names: Vec<&str> = proofs.iter().map(|row| row.factor.as_str()).collect();
        return (FieldState::Unchanged, format!("same content: {}", names.join(", ")));
    }
    (FieldState::Unknown, "no change is on record, and nothing proves that there was none".into())
}

fn row(report: &Report, shares: &FactorShares, surfaces: &Catalogue) -> FieldRow {
    let (state, why) = compared(report, shares, surfaces);
    let mut movers = report.movers.iter();
    let mover = movers.find(|mover| mover.levels.contains_key(&shares.factor));
    FieldRow {
        factor: shares.factor.clone(),
        before: shares.before.clone(),
        during: shares.during.clone(),
        state,
        why,
        since: shares.since.or(mover.and_then(|mover| mover.first_seen)),
        by: None,
    }
}

fn compared(report: &Report, shares: &FactorShares, surfaces: &Catalogue) -> (FieldState, String) {
    let (before, during) = (&shares.before, &shares.during);
    if report.movers.iter().any(|mover| mover.levels.contains_key(&shares.factor)) {
        return (FieldState::Changed, "with the outcome".to_owned());
    }
    if before.recorded == 0 || during.recorded == 0 {
        return (FieldState::Unknown, format!("not recorded {}", lacking(before, during)));
    }
    let factor = Factor::from(shares.factor.as_str());
    let family = surfaces.place(&factor).map(|(_, family)| family);
    let only_proves = family.is_some_and(|family| family.role == Role::Proof);
    match (shares.since, has_same(before, during), only_proves) {
        (Some(_), _, true) | (None, Same::No, true) => {
            (FieldState::Unknown, "its exact text differs, as it does with a date in it".to_owned())
        }
        (Some(_), _, false) => (FieldState::Changed, "not shown to go with the outcome".to_owned()),
        (None, Same::No, false) => {
            (FieldState::Changed, "a level of before is gone, not with the outcome".to_owned())
        }
        (None, Same::CantTell, _) => {
            (FieldState::Unknown, "more levels than are listed".to_owned())
        }
        (None, Same::Yes, _) => {
            unmoved(before, during, family.map_or(Proof::Label, |family| family.proof))
        }
    }
}

/// What the same levels on both sides are worth.
fn unmoved(before: &Shares, during: &Shares, proof: Proof) -> (FieldState, String) {
    if !is_recorded(before) || !is_recorded(during) {
        return (FieldState::Unknown, format!("not recorded {}", lacking(before, during)));
    }
    if proof == Proof::Content
        && during.levels.iter().all(|count| crate::wording::is_hash(&count.level))
    {
        return (FieldState::Unchanged, "same content hash".to_owned());
    }
    (FieldState::Unknown, "the same names, which is no proof".to_owned())
}

fn lacking(before: &Shares, during: &Shares) -> String {
    let of =
        |shares: &Shares| format!("{} of {}", shares.missing, shares.recorded + shares.missing);
    format!("in {} runs before, {} during", of(before), of(during))
}

/// Whether both sides have the same levels.
enum Same {
    Yes,
    No,
    CantTell,
}

fn has_same(before: &Shares, during: &Shares) -> Same {
    let listed = |level: &str| during.levels.iter().any(|count| count.level == level);
    match (before.levels.iter().all(|count| listed(&count.level)), before.others + during.others) {
        (true, 0) => Same::Yes,
        (false, 0) => Same::No,
        _ => Same::CantTell,
    }
}
