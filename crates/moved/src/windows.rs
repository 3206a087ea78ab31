//! Which runs to compare with which: as asked, or at the likeliest change point.

use std::ops::Range;

use jiff::Timestamp;
use model::report::{ChosenBy, Windows};
use model::{Role, Window};

use crate::arrival;
use crate::disagree;
use crate::error::QuestionError;
use crate::likelihood::LEAST_KNOWN;
use crate::onset::{Direction, Search, Step, step};
use crate::table::Table;

/// Gain, in nats, above which a change point found by search counts as one.
///
/// Twice this is 16: a chance below 0.5 % over all cuts of a steady day (Andrews 1993 gives 13 for
/// 1 % when the outer 5 % are trimmed; here less is trimmed).
pub const FOUND_BY_SEARCH: f64 = 8.0;

/// How much surer, in nats, a rise has to be that one place shows and all runs do not: ten to one
/// against, because most faults are not of one place.
pub const ALONE: f64 = 2.3;

/// Windows that a person asked for, if they can be compared.
pub fn check(baseline: Window, incident: Window, now: Timestamp) -> Result<Windows, QuestionError> {
    if baseline.overlaps(&incident) {
        return Err(QuestionError::Overlap(baseline, incident));
    }
    if incident.start < baseline.start {
        return Err(QuestionError::Reversed(baseline, incident));
    }
    if incident.start > now {
        return Err(QuestionError::Future(incident));
    }
    Ok(Windows { baseline, incident, chosen_by: ChosenBy::Caller })
}

/// How sure a split is: the gain of its change point in nats, 0 where none was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// The windows.
    pub windows: Windows,
    /// How much better two rates fit than one.
    pub gain: f64,
}

/// Cuts a range of time where the rate most likely rose; if it rose nowhere, in halves.
///
/// Where the rate later fell back, the incident ends there. None without any run.
pub fn split(table: &Table, within: Window) -> Option<Split> {
    let rows = table.rows_in(within);
    let first = *table.at.get(rows.start).filter(|_| !rows.is_empty())?;
    let Some((begins, gain, chosen_by)) = rise(table, rows.clone()) else {
        let windows = halves(Window::new(first, within.end).ok()?);
        return Some(Split { windows, gain: 0.0 });
    };
    let fall = found(table, begins..rows.end, Direction::Fall);
    let end = fall.map_or(within.end, |fall| table.at[fall.first]);
    let at = table.at[begins];
    Some(Split {
        windows: Windows {
            baseline: Window::new(first, at).ok()?,
            incident: Window::new(at, end).ok()?,
            chosen_by,
        },
        gain,
    })
}

/// Where to cut, how sure that is in nats, and what showed it.
fn rise(table: &Table, rows: Range<usize>) -> Option<(usize, f64, ChosenBy)> {
    let of_all = surest_rise(table, rows.clone());
    let alone = (FOUND_BY_SEARCH + ALONE) * table.inflation();
    let surer = |(_, gain): &(usize, f64)| *gain > of_all.map_or(alone, |(_, of_all)| of_all);
    if let Some((first, gain)) = rise_in_a_place(table, rows.clone()).filter(surer) {
        let by = of_all.map_or(ChosenBy::PlaceChangePoint, |_| ChosenBy::ChangePoint);
        return Some((first, gain, by));
    }
    let (first, gain) = of_all.or_else(|| rise_by_a_source(table, rows))?;
    Some((first, gain, ChosenBy::ChangePoint))
}

/// The first run of the surest rise among some runs, and its gain in nats; none where there is
/// none that a search does not find by chance.
pub fn surest_rise(table: &Table, rows: Range<usize>) -> Option<(usize, f64)> {
    let rise = found(table, rows.clone(), Direction::Rise).map(|rise| (rise.first, rise.gain));
    let arrival = arrival::worst(table, rows).map(|new| (new.first, new.gain));
    rise.into_iter().chain(arrival).max_by(|a, b| a.1.total_cmp(&b.1))
}

/// The surest rise among the runs of one place, beyond what chance makes in one of so many.
pub fn rise_in_a_place(table: &Table, rows: Range<usize>) -> Option<(usize, f64)> {
    let places = table.columns.iter().filter(|column| column.role == Role::Place);
    let rises = places.flat_map(|column| {
        let mut there: Vec<Vec<usize>> = vec![Vec::new(); column.states.len()];
        rows.clone().for_each(|row| there[column.codes[row] as usize].push(row));
        let known = there.into_iter().zip(&column.states);
        let known = known.filter(|(runs, at)| !runs.is_empty() && at.known().len() == 1);
        let there: Vec<Vec<usize>> = known.map(|(runs, _)| runs).collect();
        let of_several = (there.len().max(1) as f64).ln() * table.inflation();
        let rises = there.into_iter().filter_map(move |runs| {
            let rise = found(table, runs.into_iter(), Direction::Rise)?;
            Some((rise.first, rise.gain - of_several))
        });
        rises.filter(|(_, gain)| *gain >= FOUND_BY_SEARCH * table.inflation()).collect::<Vec<_>>()
    });
    rises.max_by(|a, b| a.1.total_cmp(&b.1))
}

/// The surest rise by what one source of outcomes says: another that goes lenient can hide it.
fn rise_by_a_source(table: &Table, rows: Range<usize>) -> Option<(usize, f64)> {
    let column = table.columns.iter().find(|column| column.is_source())?;
    let by = |code: usize| {
        let told = rows.clone().filter(move |row| column.codes[*row] as usize == code);
        found(table, told, Direction::Rise).map(|rise| (rise.first, rise.gain))
    };
    disagree::sources(column).into_iter().filter_map(by).max_by(|a, b| a.1.total_cmp(&b.1))
}

/// A change for sure in one direction.
fn found(
    table: &Table,
    runs: impl Iterator<Item = usize> + Clone,
    direction: Direction,
) -> Option<Step> {
    let earliest = runs.clone().next()?;
    let search = Search { earliest, runs, direction, least: LEAST_KNOWN };
    let mark = FOUND_BY_SEARCH * table.inflation();
    step(table, &search).filter(|step| step.gain >= mark)
}

/// A window cut in two equal halves, where nothing says where else to cut.
pub fn halves(within: Window) -> Windows {
    let middle = within.start.checked_add(within.length() / 2).unwrap_or(within.end);
    Windows {
        baseline: Window { start: within.start, end: middle },
        incident: Window { start: middle, end: within.end },
        chosen_by: ChosenBy::Halves,
    }
}
