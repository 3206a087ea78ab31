//! Traces in the order in which they came, page by page, and what was decided of each.

use std::sync::PoisonError;

use model::TraceId;
use model::run::Payload;

use super::codec::Columns;
use super::day;
use super::day::Reader;
use super::file::DayFile;
use super::places::Table;
use super::shelf::Shelf;
use crate::error::FlightError;
use crate::store::Place;

/// The traces that came after a place. No day is held on to between one page and the next.
pub(super) fn received(
    shelf: &Shelf,
    since: i32,
    after: Place,
    most: usize,
) -> Result<Vec<(Place, TraceId)>, FlightError> {
    let days = shelf.days.readers()?.into_iter().map(|(path, day)| (day::number_of(&path), day));
    let days: Vec<(i32, Reader)> = days.filter(|(day, _)| *day >= since).collect();
    let mut traces = Vec::new();
    for (index, (day, reader)) in days.iter().enumerate() {
        let mut place = Place { day: *day, number: 0 }.max(after);
        while place.day == *day && traces.len() < most {
            let page = page(shelf, reader, place.number, most - traces.len())?;
            let Some((last, _)) = page.last() else { break };
            place.number = *last;
            for (number, trace) in page {
                if !is_in(shelf, &days[..index], trace)? {
                    traces.push((Place { day: *day, number }, trace));
                }
            }
        }
    }
    Ok(traces)
}

fn page(
    shelf: &Shelf,
    day: &Reader,
    after: i64,
    most: usize,
) -> Result<Vec<(i64, TraceId)>, FlightError> {
    let connection = day.lock().unwrap_or_else(PoisonError::into_inner);
    let file = DayFile::new(&connection, shelf);
    let row = |row: &rusqlite::Row| {
        let mut columns = Columns::of(row, 0);
        Ok((columns.get()?, columns.trace()?))
    };
    file.rows(include_str!("../sql/received.sql"), (after, most as i64), row)
}

/// Whether a trace came on one of some days.
fn is_in(shelf: &Shelf, days: &[(i32, Reader)], trace: TraceId) -> Result<bool, FlightError> {
    for (_, day) in days {
        let connection = day.lock().unwrap_or_else(PoisonError::into_inner);
        let file = DayFile::new(&connection, shelf);
        if file.row_of(Table::Trace, trace)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What was last decided of a trace's payload.
pub(super) fn payload(shelf: &Shelf, trace: TraceId) -> Result<Option<Payload>, FlightError> {
    for (_, reader) in shelf.days.readers()?.iter().rev() {
        let connection = reader.lock().unwrap_or_else(PoisonError::into_inner);
        let file = DayFile::new(&connection, shelf);
        let decided = |row: &rusqlite::Row| {
            let mut columns = Columns::of(row, 0);
            Ok(Payload { keep: columns.keep()?, rate: columns.get()? })
        };
        let find = include_str!("../sql/payload.sql");
        let place = file.row_of(Table::Settlement, trace)?;
        if let Some(payload) = file.rows(find, [place], decided)?.pop() {
            return Ok(Some(payload));
        }
    }
    Ok(None)
}
