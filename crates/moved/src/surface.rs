//! What is proven of the surfaces that no mover belongs to.

use model::report::{SurfaceState, SurfaceVerdict};
use model::surface::{Effect, Surface};
use model::{Catalogue, Proof, Role};

use crate::census::Side;
use crate::exposure::Sides;
use crate::table::{Column, State, Table};
use crate::{bounded, disagree, mix};

#[cfg(test)]
mod tests;

/// Share of the runs on which content must be recorded for "identical", in good and bad alike.
pub const COVERAGE: f64 = 0.99;

/// More levels than this in one window are no versions of a thing but data in it.
const MANY: usize = 30;

/// What surfaces could have moved with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rise {
    /// A rise of so many points, which is proven.
    Proven(f64),
    /// None that is.
    NotProven,
}

/// A verdict on every surface of the catalogue; `moved` are those that a mover belongs to.
pub fn verdicts(
    table: &Table,
    sides: &Sides,
    catalogue: &Catalogue,
    moved: &[&str],
    rise: Rise,
) -> Vec<SurfaceVerdict> {
    let verdict = |surface: &Surface| {
        if moved.contains(&&*surface.name) {
            let why = match surface.effect {
                Effect::Measurement => "how runs are judged changed with the outcome",
                Effect::Behaviour | Effect::Mix => "its levels changed with the outcome",
            };
            return said(surface, SurfaceState::Moved, why.to_owned());
        }
        unmoved(table, sides, surface, rise)
    };
    catalogue.surfaces.iter().map(verdict).collect()
}

fn said(surface: &Surface, verdict: SurfaceState, why: String) -> SurfaceVerdict {
    SurfaceVerdict { surface: surface.name.clone(), verdict, why, limit_pp: None }
}

fn unmoved(table: &Table, sides: &Sides, surface: &Surface, rise: Rise) -> SurfaceVerdict {
    let of_surface =
        |column: &&Column| column.surface == surface.name && column.role != Role::Consequence;
    let columns: Vec<&Column> = table.columns.iter().filter(of_surface).collect();
    if columns.is_empty() {
        let first = surface.families.first().map_or("it", |family| &family.name);
        let why = format!("100 % of the runs lack {first}: {}", surface.needs);
        return said(surface, SurfaceState::Unknown, why);
    }
    let proof: Vec<&&Column> = columns.iter().filter(|column| proves(surface, column)).collect();
    let same = |column: &&Column| {
        levels(sides, column, Side::Before) == levels(sides, column, Side::During)
    };
    let is_ruler = surface.effect == Effect::Measurement && rise != Rise::NotProven;
    if is_ruler && !disagree::all_rose(table, sides) {
        let why = "not by every source of outcomes did the rate surely rise".to_owned();
        return said(surface, SurfaceState::Unknown, why);
    }
    let identical = !proof.is_empty()
        && proof.iter().all(|column| is_identical(sides, column, surface))
        && columns.iter().all(same);
    if identical {
        let names: Vec<&str> = proof.iter().map(|column| column.factor.as_str()).collect();
        let why = format!("same content hash before and during: {}", names.join(", "));
        return said(surface, SurfaceState::Identical, why);
    }
    bounded(table, sides, surface, &columns, rise).unwrap_or_else(|| {
        said(surface, SurfaceState::Unknown, doubt(&columns, sides, surface, rise))
    })
}

/// That what changed about a surface carries next to nothing, if that is proven.
fn bounded(
    table: &Table,
    sides: &Sides,
    surface: &Surface,
    columns: &[&Column],
    rise: Rise,
) -> Option<SurfaceVerdict> {
    let Rise::Proven(delta_pp) = rise else { return None };
    let limit = bounded::limit(table, sides, columns)?;
    let inputs = columns.iter().filter(|column| column.role == Role::Input);
    let names: Vec<&str> = inputs.map(|column| column.factor.as_str()).collect();
    (limit <= mix::small(delta_pp)).then(|| SurfaceVerdict {
        surface: surface.name.clone(),
        verdict: SurfaceState::Bounded,
        why: format!(
            "changes of {} carry at most {limit:.1} of {delta_pp:.1} points (95 % limit)",
            names.join(", ")
        ),
        limit_pp: Some(limit),
    })
}

/// The best reason why the surface can't be called clean.
fn doubt(columns: &[&Column], sides: &Sides, surface: &Surface, rise: Rise) -> String {
    let recorded: Vec<&&Column> =
        columns.iter().filter(|column| !levels(sides, column, Side::During).is_empty()).collect();
    let Some(first) = recorded.first() else {
        return format!("100 % of its runs lack {}: {}", columns[0].factor, surface.needs);
    };
    let gap = missing(sides, first, Side::During);
    if gap > 1.0 - COVERAGE {
        let percent = gap * 100.0;
        return format!("{percent:.0} % of its runs lack {}: {}", first.factor, surface.needs);
    }
    let both = |column: &Column| {
        (levels(sides, column, Side::Before), levels(sides, column, Side::During))
    };
    let changed = recorded.iter().find(|column| {
        let (before, during) = both(column);
        before != during
    });
    match changed {
        Some(column) if levels(sides, column, Side::During).len() > MANY => {
            format!("{} differs from run to run, so an edit of it can't be seen", column.factor)
        }
        Some(column) if rise == Rise::NotProven => format!("{} changed", column.factor),
        Some(column) => format!("{} changed, but not with the outcome", column.factor),
        None => format!("no change seen in {}, but {}", first.factor, surface.doubt),
    }
}

/// Whether a factor that stays proves that its surface did.
fn proves(surface: &Surface, column: &Column) -> bool {
    let is_among = |families: &[String]| families.iter().any(|name| name == column.factor.family());
    is_among(&surface.proven_by) && column.proof == Proof::Content
        || is_among(&surface.proven_by_digest)
}

/// The same single content on both sides, recorded on nearly all good and all bad runs.
fn is_identical(sides: &Sides, column: &Column, surface: &Surface) -> bool {
    let before = levels(sides, column, Side::Before);
    let by_digest = surface.proven_by_digest.iter().any(|name| name == column.factor.family());
    let is_hash = |level: &u32| {
        let name = &column.levels[*level as usize];
        if by_digest { is_digest(name) } else { name.len() >= 32 && is_hex(name) }
    };
    before.len() == 1
        && before.iter().all(is_hash)
        && before == levels(sides, column, Side::During)
        && bounded::is_covered(sides, column)
}

/// Whether a name says that it is a digest, of which algorithm, and is as long as those are.
fn is_digest(name: &str) -> bool {
    let lengths = [("sha256", 64), ("sha384", 96), ("sha512", 128), ("blake3", 64)];
    let Some((algorithm, digest)) = name.split_once(':') else { return false };
    let is_known = |(known, length)| algorithm == known && digest.len() == length;
    lengths.into_iter().any(is_known) && is_hex(digest)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The levels seen in some runs, ascending.
fn levels(sides: &Sides, column: &Column, side: Side) -> Vec<u32> {
    let mut seen = Vec::new();
    for (state, runs) in sides.census.runs(column, side) {
        if runs > 0 {
            seen.extend_from_slice(state.known());
        }
    }
    seen.sort_unstable();
    seen.dedup();
    seen
}

/// The share of the runs a factor had a part in on which its level is not recorded.
fn missing(sides: &Sides, column: &Column, side: Side) -> f64 {
    let (mut missing, mut all) = (0, 0);
    for (state, runs) in sides.census.runs(column, side) {
        match state {
            State::NotApplicable => {}
            State::NotRecorded | State::Partly(_) => (missing, all) = (missing + runs, all + runs),
            State::Levels(_) => all += runs,
        }
    }
    missing as f64 / all.max(1) as f64
}
