//! What is proven of the surfaces that no mover belongs to.

use std::ops::Range;

use model::report::{SurfaceState, SurfaceVerdict};
use model::surface::Surface;
use model::{Catalogue, Outcome, Proof};

use crate::exposure::Sides;
use crate::table::{Column, State, Table};

/// Share of the runs on which content must be recorded for "identical", in good and bad alike.
const COVERAGE: f64 = 0.99;

/// A verdict on every surface of the catalogue; `moved` are those that a mover belongs to.
pub fn verdicts(
    table: &Table,
    sides: &Sides,
    catalogue: &Catalogue,
    moved: &[&str],
) -> Vec<SurfaceVerdict> {
    let verdict = |surface: &Surface| {
        let (verdict, why) = if moved.contains(&surface.name.as_str()) {
            (SurfaceState::Moved, "its levels changed with the outcome".to_owned())
        } else {
            unmoved(table, sides, surface)
        };
        SurfaceVerdict { surface: surface.name.clone(), verdict, why, limit_pp: None }
    };
    catalogue.surfaces.iter().map(verdict).collect()
}

fn unmoved(table: &Table, sides: &Sides, surface: &Surface) -> (SurfaceState, String) {
    let columns: Vec<&Column> =
        table.columns.iter().filter(|column| column.surface == surface.name).collect();
    if columns.is_empty() {
        let why = format!("not recorded in any run: {}", surface.needs);
        return (SurfaceState::Unknown, why);
    }
    let proof: Vec<&&Column> = columns
        .iter()
        .filter(|column| {
            let proves = surface.proven_by.iter().any(|family| family == column.factor.family());
            proves && column.proof == Proof::Content
        })
        .collect();
    let identical =
        !proof.is_empty() && proof.iter().all(|column| is_identical(table, sides, column));
    if identical {
        let names: Vec<&str> = proof.iter().map(|column| column.factor.as_str()).collect();
        let why = format!("same content hash before and during: {}", names.join(", "));
        return (SurfaceState::Identical, why);
    }
    (SurfaceState::Unknown, doubt(&columns, sides, surface))
}

/// The best reason why the surface can't be called clean.
fn doubt(columns: &[&Column], sides: &Sides, surface: &Surface) -> String {
    let recorded: Vec<&&Column> =
        columns.iter().filter(|column| !levels(column, sides.during.clone()).is_empty()).collect();
    let Some(first) = recorded.first() else {
        return format!("{} is not recorded: {}", columns[0].factor, surface.needs);
    };
    let gap = missing(first, sides.during.clone());
    if gap > 1.0 - COVERAGE {
        let percent = gap * 100.0;
        return format!("{percent:.0} % of its runs lack {}: {}", first.factor, surface.needs);
    }
    let both = |column: &Column| {
        (levels(column, sides.before.clone()), levels(column, sides.during.clone()))
    };
    let changed = recorded.iter().find(|column| {
        let (before, during) = both(column);
        before != during
    });
    match changed {
        Some(column) => format!("{} changed, but not with the outcome", column.factor),
        None => format!("no change seen in {}, but {}", first.factor, surface.doubt),
    }
}

/// The same single content on both sides, recorded on nearly all good and all bad runs.
fn is_identical(table: &Table, sides: &Sides, column: &Column) -> bool {
    let before = levels(column, sides.before.clone());
    before.len() == 1
        && before == levels(column, sides.during.clone())
        && [Outcome::Good, Outcome::Bad].iter().all(|outcome| {
            let with = |run: &usize| table.outcomes[*run] == *outcome;
            let rows = || sides.before.clone().chain(sides.during.clone()).filter(with);
            let recorded = rows().filter(|run| {
                matches!(column.states[column.codes[*run] as usize], State::Levels(_))
            });
            recorded.count() as f64 >= COVERAGE * rows().count() as f64
        })
}

/// The levels seen in some runs, ascending.
fn levels(column: &Column, rows: Range<usize>) -> Vec<u32> {
    let mut seen = Vec::new();
    for (state, runs) in column.states.iter().zip(column.census(rows)) {
        if let (State::Levels(levels), 1..) = (state, runs) {
            seen.extend_from_slice(levels);
        }
    }
    seen.sort_unstable();
    seen.dedup();
    seen
}

/// The share of the runs a factor had a part in on which its level is not recorded.
fn missing(column: &Column, rows: Range<usize>) -> f64 {
    let (mut missing, mut all) = (0, 0);
    for (state, runs) in column.states.iter().zip(column.census(rows)) {
        match state {
            State::NotApplicable => {}
            State::NotRecorded => (missing, all) = (missing + runs, all + runs),
            State::Levels(_) => all += runs,
        }
    }
    missing as f64 / all.max(1) as f64
}
