//! From cells to a report: where the rate rose, as movers and suspects.

use std::collections::BTreeMap;

use model::report::{Change, Mover, Onset, SurfaceState, SurfaceVerdict, Suspect, Windows};
use model::surface::Effect;
use model::{BehaviourRate, Catalogue, Outcome, Report, Role, Verdict};

use crate::cells::{self, Cell, Found, LEAST_TOGETHER};
use crate::chance::{self, Pace};
use crate::compare::{design_effect, explain, measured};
use crate::contrast::basis;
use crate::exposure::Sides;
use crate::halves::side_by_side;
use crate::likelihood::Counts;
use crate::onset;
use crate::ratio::Ratio;
use crate::reference::Reference;
use crate::rise::is_proven;
use crate::table::Table;
use crate::weigh;

#[cfg(test)]
mod places;
#[cfg(test)]
mod tests;

/// The surface of ordinary infrastructure.
const INFRASTRUCTURE: &str = "infrastructure";

/// Compares the incident's rows with the baseline's and says where the rate rose.
///
/// For a table of which nobody knows what its columns do: the cells come first, and levels that
/// changed only where no cell accounts for the rise.
pub fn locate(table: &Table, windows: Windows) -> Report {
    let sides = Sides::of(table, &windows);
    let mut report = measured(table, windows, &sides);
    if !is_proven(&mut report) {
        return report;
    }
    let found = cells::find(table, &sides, &Reference::of(table, &sides, &windows));
    if found.named.is_empty() {
        let nothing_declared = Catalogue { version: 0, surfaces: Vec::new() };
        explain(&mut report, table, &nothing_declared, &sides);
    } else {
        report.onset = onset::of(table, &sides).map(|step| step.onset(table));
        name(&mut report, table, &sides, &found);
    }
    report.suspects = suspects(table, &sides, &found, report.onset);
    report
}

/// Adds what the search for cells finds to a report in which no level that changed carries the
/// rise. A cell of the mix alone says where it happened, which is no cause: it stays a suspect.
pub(crate) fn add(report: &mut Report, table: &Table, sides: &Sides) {
    let reference = Reference::of(table, sides, &report.windows);
    let mut found = cells::find(table, sides, &reference);
    let no_cause = |cell: &Cell| {
        kind(table, cell) == Effect::Mix
            || cell.conditions.iter().any(|one| came(table, sides, one))
    };
    let causes = found.named.iter().take_while(|cell| !no_cause(cell)).count();
    let carried: f64 = found.named[..causes].iter().map(|cell| cell.share).sum();
    if causes < found.named.len() {
        let kept = if found.rivals || carried < LEAST_TOGETHER { 0 } else { causes };
        found.suspects.splice(0..0, found.named.split_off(kept));
    }
    let is_open = found.rivals || found.named.is_empty();
    let place = || cells::place(table, sides, &reference, design_effect(report));
    if let Some(place) = is_open.then(place).flatten() {
        found = Found { named: vec![place], rivals: false, ..found };
    }
    report.suspects = suspects(table, sides, &found, report.onset);
    if found.named.is_empty() {
        if let Some(first) = report.suspects.first() {
            report.why += &format!("; the rise is greatest in {}", condition(&first.levels));
        }
        return;
    }
    name(report, table, sides, &found);
    mark(report);
}

/// Whether most runs of an input's level came with the incident: then its moment would have to fit,
/// and it was asked already whether it does.
fn came(table: &Table, sides: &Sides, (place, level): &(usize, u32)) -> bool {
    let column = &table.columns[*place];
    let holds = column.holds(&[*level]);
    let share = |rows: &std::ops::Range<usize>| {
        let has = |row: &usize| holds[column.codes[*row] as usize] == Some(true);
        rows.clone().filter(has).count() as f64 / rows.len().max(1) as f64
    };
    column.role == Role::Input && share(&sides.during) > 2.0 * share(&sides.before)
}

/// Names the place where the rate rose in one place only, and what is named is nothing of its own
/// beside it: a change that does harm does it wherever it is. Says whether it did.
pub(crate) fn one_place(
    report: &mut Report,
    table: &Table,
    sides: &Sides,
    movers: &[weigh::Mover],
) -> bool {
    let reference = Reference::of(table, sides, &report.windows);
    let found = cells::place(table, sides, &reference, design_effect(report));
    let Some(place) = found else { return false };
    if !movers.iter().all(|mover| is_of_place(table, sides, mover, &place)) {
        return false;
    }
    let before = std::mem::take(&mut report.movers);
    for surface in &mut report.surfaces {
        if before.iter().any(|mover| mover.surface == surface.surface) {
            surface.verdict = SurfaceState::Unknown;
            surface.why = "what changed on it did no harm but in one place".to_owned();
        }
    }
    name(report, table, sides, &Found { named: vec![place], ..Found::default() });
    mark(report);
    true
}

/// Whether a mover is nothing of its own beside a place.
///
/// Its runs elsewhere were surely less than half as much worse, beside runs without it, as those
/// here. Or it can follow from something, and came surely less than half as often elsewhere: then
/// what it follows from is here. Another change that was nowhere else may be the cause itself.
fn is_of_place(table: &Table, sides: &Sides, mover: &weigh::Mover, place: &Cell) -> bool {
    let had = mover.runs();
    let is_here = |row: &usize| place.holds(table, *row);
    let with = |row: &usize| had[*row] == Some(true);
    let without = |row: &usize| had[*row] == Some(false);
    let elsewhere = || sides.runs().filter(|row| !is_here(row));
    let here = table.rate(sides.during.clone().filter(is_here).filter(with));
    let [with_it, without_it] =
        [table.rate(elsewhere().filter(with)), table.rate(elsewhere().filter(without))];
    let harmless = match (here.rate, with_it.rate, without_it.rate) {
        (Some(here), Some(_), Some(usual)) => with_it.high < (here + usual) / 2.0,
        _ => false,
    };
    let share = |runs: &mut dyn Iterator<Item = usize>| {
        let (n, k) = runs.fold((0, 0), |(n, k), row| (n + 1, k + u64::from(with(&row))));
        BehaviourRate::of(k, n, 0)
    };
    let often = share(&mut sides.during.clone().filter(is_here));
    let seldom = share(&mut sides.during.clone().filter(|row| !is_here(row)));
    let follows = mover.exposures.iter().all(|one| one.column(table).follows);
    harmless || follows && often.rate.is_some_and(|often| seldom.high < often / 2.0)
}

/// Says of each surface that a named cell's first factor belongs to that it moved.
fn mark(report: &mut Report) {
    for mover in &report.movers {
        let belongs = |surface: &&mut SurfaceVerdict| surface.surface == mover.surface;
        if let Some(surface) = report.surfaces.iter_mut().find(belongs) {
            surface.verdict = SurfaceState::Moved;
            surface.why = format!("the rate rose where {}", condition(&mover.levels));
            surface.limit_pp = None;
        }
    }
}

/// Makes movers of the cells that are named.
fn name(report: &mut Report, table: &Table, sides: &Sides, found: &Found) {
    report.movers = found.named.iter().map(|cell| mover(table, sides, cell)).collect();
    report.verdict = match report.movers.as_slice() {
        _ if found.rivals => Verdict::Inseparable,
        [only] if only.kind == Effect::Measurement => Verdict::Measurement,
        [only] if only.surface == INFRASTRUCTURE => Verdict::Infrastructure,
        [_] => Verdict::Moved,
        _ => Verdict::Several,
    };
    let counted = if found.rivals { 1 } else { report.movers.len() };
    let carried: f64 = report.movers.iter().take(counted).map(|one| one.carried.est).sum();
    report.residual_pp = report.outcome.delta_pp.map(|delta| delta * (1.0 - carried));
    let named: Vec<String> = report.movers.iter().map(|one| condition(&one.levels)).collect();
    report.why = match report.verdict {
        Verdict::Inseparable => {
            format!("the rate rose in one of these, and no run tells which: {}", named.join("; "))
        }
        _ => format!("the rate rose where {}, and not elsewhere", named.join("; and where ")),
    };
}

fn mover(table: &Table, sides: &Sides, cell: &Cell) -> Mover {
    let held = held(table, cell);
    let rates = Rates::of(table, sides, &held);
    let (column, level) = cell.conditions[0];
    let first = &table.columns[column];
    Mover {
        surface: first.surface.clone(),
        factor: first.factor.to_string(),
        kind: kind(table, cell),
        change: Change::Rate,
        from: None,
        to: first.levels[level as usize].clone(),
        levels: levels(table, cell),
        with: Vec::new(),
        first_seen: None,
        rate_with: rates.during[0],
        rate_without: rates.during[1],
        basis: basis(table, sides, &held),
        carried: rates.carried(),
        chance_nearby: None,
    }
}

fn suspects(table: &Table, sides: &Sides, found: &Found, onset: Option<Onset>) -> Vec<Suspect> {
    let all = |cells: &[Cell]| -> Vec<Suspect> {
        cells.iter().map(|cell| suspect(table, sides, cell, onset)).collect()
    };
    side_by_side(&found.suspects, table.len(), all)
}

fn suspect(table: &Table, sides: &Sides, cell: &Cell, onset: Option<Onset>) -> Suspect {
    let rates = Rates::of(table, sides, &held(table, cell));
    Suspect {
        levels: levels(table, cell),
        kind: kind(table, cell),
        rate_before: rates.before[0],
        rate_during: rates.during[0],
        share: cell.share,
        gain: cell.gain,
        chance_nearby: onset.and_then(|onset| nearby(table, sides, cell, &onset)),
    }
}

/// The chance that a level of the cell which came up did so near the onset by accident; of several
/// the smallest. None where all of them were there from the start.
fn nearby(table: &Table, sides: &Sides, cell: &Cell, onset: &Onset) -> Option<f64> {
    let columns = cell.conditions.iter().map(|(place, level)| (&table.columns[*place], *level));
    let new = columns.filter(|(column, level)| chance::came_up(sides, column, *level));
    let chances = new.map(|(column, level)| Pace::of(table, sides, column, &[level]).stated(onset));
    chances.reduce(f64::min)
}

/// A change of behaviour if any factor of the cell is one of behaviour.
fn kind(table: &Table, cell: &Cell) -> Effect {
    let effects = || cell.conditions.iter().map(|(column, _)| table.columns[*column].effect);
    let any = |wanted: Effect| effects().any(|effect| effect == wanted);
    match () {
        () if any(Effect::Behaviour) => Effect::Behaviour,
        () if any(Effect::Measurement) => Effect::Measurement,
        () => Effect::Mix,
    }
}

fn levels(table: &Table, cell: &Cell) -> BTreeMap<String, String> {
    let named = cell.conditions.iter().map(|(place, level)| {
        let column = &table.columns[*place];
        (column.factor.to_string(), column.levels[*level as usize].clone())
    });
    named.collect()
}

fn condition(levels: &BTreeMap<String, String>) -> String {
    let conditions: Vec<String> =
        levels.iter().map(|(factor, level)| format!("{factor} = {level}")).collect();
    conditions.join(" and ")
}

/// Whether each row lies in the cell; none where that is not recorded.
fn held(table: &Table, cell: &Cell) -> Vec<Option<bool>> {
    let of = |(place, level): &(usize, u32)| {
        let column = &table.columns[*place];
        (column, column.holds(&[*level]))
    };
    let mut conditions = cell.conditions.iter().map(of);
    let Some((column, holds)) = conditions.next() else { return vec![Some(true); table.len()] };
    let mut held: Vec<Option<bool>> =
        column.codes.iter().map(|code| holds[*code as usize]).collect();
    for (column, holds) in conditions {
        for (held, code) in held.iter_mut().zip(&column.codes) {
            *held = match (*held, holds[*code as usize]) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
    }
    held
}

/// Rates in a cell and outside of it, on both sides.
struct Rates {
    before: [BehaviourRate; 2],
    during: [BehaviourRate; 2],
}

impl Rates {
    fn of(table: &Table, sides: &Sides, held: &[Option<bool>]) -> Self {
        let on = |rows: &std::ops::Range<usize>| {
            let mut sums = [(Counts::default(), 0); 2];
            for row in rows.clone() {
                let (counts, unknown) = &mut sums[usize::from(held[row] != Some(true))];
                counts.add(table.counts(row));
                let is_unknown = table.outcomes[row] == Outcome::Unknown;
                *unknown += if is_unknown { table.weight(row) } else { 0 };
            }
            sums.map(|(counts, unknown)| BehaviourRate::of(counts.k, counts.n, unknown))
        };
        Self { before: on(&sides.before), during: on(&sides.during) }
    }

    /// How much more the cell adds to the overall rate than before, over the whole rise. What the
    /// cell and the rest carry adds up to one.
    fn carried(&self) -> model::Interval {
        let counts = |rate: &BehaviourRate| Counts { n: rate.n, k: rate.k };
        let share = |rates: &[BehaviourRate; 2]| {
            rates[0].n as f64 / (rates[0].n + rates[1].n).max(1) as f64
        };
        let (before, during) = (share(&self.before), share(&self.during));
        let [inside, outside] = &self.during;
        let [inside_before, outside_before] = &self.before;
        let ratio = Ratio {
            rates: [inside, outside, inside_before, outside_before].map(counts),
            part: [during, 0.0, -before, 0.0],
            whole: [during, 1.0 - during, -before, before - 1.0],
            design_effect: 1.0,
        };
        ratio.estimate()
    }
}
