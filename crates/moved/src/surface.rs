//! What is proven of the surfaces that no mover belongs to.

use std::ops::Range;

use model::report::{SurfaceState, SurfaceVerdict};
use model::surface::Surface;
use model::{Catalogue, Outcome, Proof, Role};

use crate::exposure::Sides;
use crate::table::{Column, State, Table};

/// Share of the runs on which content must be recorded for "identical", in good and bad alike.
const COVERAGE: f64 = 0.99;

/// More levels than this in one window are no versions of a thing but data in it.
const MANY: usize = 30;

/// A verdict on every surface of the catalogue; `moved` are those that a mover belongs to, none
/// where no rise is proven.
pub fn verdicts(
    table: &Table,
    sides: &Sides,
    catalogue: &Catalogue,
    moved: Option<&[&str]>,
) -> Vec<SurfaceVerdict> {
    let verdict = |surface: &Surface| {
        let (verdict, why) = if moved.is_some_and(|moved| moved.contains(&&*surface.name)) {
            (SurfaceState::Moved, "its levels changed with the outcome".to_owned())
        } else {
            let rise = if moved.is_some() { Rise::Proven } else { Rise::NotProven };
            unmoved(table, sides, surface, rise)
        };
        SurfaceVerdict { surface: surface.name.clone(), verdict, why, limit_pp: None }
    };
    catalogue.surfaces.iter().map(verdict).collect()
}

/// Whether there is a rise that something could have moved with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rise {
    Proven,
    NotProven,
}

fn unmoved(table: &Table, sides: &Sides, surface: &Surface, rise: Rise) -> (SurfaceState, String) {
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
    let same = |column: &&Column| {
        levels(table, column, sides.before.clone()) == levels(table, column, sides.during.clone())
    };
    let identical = !proof.is_empty()
        && proof.iter().all(|column| is_identical(table, sides, column))
        && columns.iter().filter(|column| column.role != Role::Consequence).all(same);
    if identical {
        let names: Vec<&str> = proof.iter().map(|column| column.factor.as_str()).collect();
        let why = format!("same content hash before and during: {}", names.join(", "));
        return (SurfaceState::Identical, why);
    }
    (SurfaceState::Unknown, doubt(table, &columns, sides, surface, rise))
}

/// The best reason why the surface can't be called clean.
fn doubt(
    table: &Table,
    columns: &[&Column],
    sides: &Sides,
    surface: &Surface,
    rise: Rise,
) -> String {
    let recorded: Vec<&&Column> = columns
        .iter()
        .filter(|column| !levels(table, column, sides.during.clone()).is_empty())
        .collect();
    let Some(first) = recorded.first() else {
        return format!("{} is not recorded: {}", columns[0].factor, surface.needs);
    };
    let gap = missing(table, first, sides.during.clone());
    if gap > 1.0 - COVERAGE {
        let percent = gap * 100.0;
        return format!("{percent:.0} % of its runs lack {}: {}", first.factor, surface.needs);
    }
    let both = |column: &Column| {
        (levels(table, column, sides.before.clone()), levels(table, column, sides.during.clone()))
    };
    let changed = recorded.iter().find(|column| {
        let (before, during) = both(column);
        before != during
    });
    match changed {
        Some(column) if levels(table, column, sides.during.clone()).len() > MANY => {
            format!("{} differs from run to run, so an edit of it can't be seen", column.factor)
        }
        Some(column) if rise == Rise::NotProven => format!("{} changed", column.factor),
        Some(column) => format!("{} changed, but not with the outcome", column.factor),
        None => format!("no change seen in {}, but {}", first.factor, surface.doubt),
    }
}

/// The same single content on both sides, recorded on nearly all good and all bad runs.
fn is_identical(table: &Table, sides: &Sides, column: &Column) -> bool {
    let before = levels(table, column, sides.before.clone());
    let is_hash = |level: &u32| {
        let name = &column.levels[*level as usize];
        name.len() >= 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    before.len() == 1
        && before.iter().all(is_hash)
        && before == levels(table, column, sides.during.clone())
        && [Outcome::Good, Outcome::Bad].iter().all(|outcome| {
            let with = |run: &usize| table.outcomes[*run] == *outcome;
            let rows = || sides.before.clone().chain(sides.during.clone()).filter(with);
            let recorded = rows().filter(|run| {
                matches!(column.states[column.codes[*run] as usize], State::Levels(_))
            });
            table.total(recorded).n as f64 >= COVERAGE * table.total(rows()).n as f64
        })
}

/// The levels seen in some runs, ascending.
fn levels(table: &Table, column: &Column, rows: Range<usize>) -> Vec<u32> {
    let mut seen = Vec::new();
    for (state, runs) in column.states.iter().zip(table.census(column, rows)) {
        if runs > 0 {
            seen.extend_from_slice(state.known());
        }
    }
    seen.sort_unstable();
    seen.dedup();
    seen
}

/// The share of the runs a factor had a part in on which its level is not recorded.
fn missing(table: &Table, column: &Column, rows: Range<usize>) -> f64 {
    let (mut missing, mut all) = (0, 0);
    for (state, runs) in column.states.iter().zip(table.census(column, rows)) {
        match state {
            State::NotApplicable => {}
            State::NotRecorded | State::Partly(_) => (missing, all) = (missing + runs, all + runs),
            State::Levels(_) => all += runs,
        }
    }
    missing as f64 / all.max(1) as f64
}
