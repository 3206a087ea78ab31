//! Exporting: flights handed out trace by trace, in the order of the days on which they came.

use std::collections::VecDeque;

use flight::{FlightError, Place};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::run::Payload;
use model::{Label, Run, Step, TraceId};

use crate::access::Who;
use crate::error::LookError;
use crate::open::Mayday;

/// What is to be exported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// The first UTC day of receipt; the first there is if none.
    pub from: Option<Date>,
    /// The last one, itself included; the last there is if none.
    pub to: Option<Date>,
    /// Only traces with a run of this feature.
    pub feature: Option<String>,
}

/// Everything on record of one trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Flown {
    /// The trace.
    pub trace: TraceId,
    /// Its steps, whenever they came, each in its latest version.
    pub steps: Vec<Step>,
    /// What was stated about its runs.
    pub labels: Vec<Label>,
    /// Its runs, as they now stand.
    pub runs: Vec<Run>,
    /// What was decided of its payload; none while it has not settled.
    pub payload: Option<Payload>,
}

/// An export under way: holds one page of trace ids, and no lock.
#[derive(Debug)]
pub struct Exporting {
    mayday: Mayday,
    who: Who,
    feature: Option<String>,
    since: i32,
    until: i32,
    place: Place,
    page: VecDeque<TraceId>,
}

/// Trace ids read at a time.
const PAGE: usize = 256;

impl Mayday {
    /// Begins an export. That somebody read a trace is noted as it is handed out.
    pub fn export(&self, who: Who, what: Exported) -> Exporting {
        let since = what.from.map_or(i32::MIN, day_number);
        Exporting {
            mayday: self.clone(),
            who,
            feature: what.feature,
            since,
            until: what.to.map_or(i32::MAX, day_number),
            place: Place { day: since, number: 0 },
            page: VecDeque::new(),
        }
    }
}

impl Exporting {
    /// The next trace; none at the end. Blocking.
    pub fn next(&mut self, now: Timestamp) -> Result<Option<Flown>, LookError> {
        while let Some(trace) = self.next_trace().map_err(LookError::Flight)? {
            let flown = self.read(trace).map_err(LookError::Flight)?;
            let is_wanted = |wanted: &String| flown.runs.iter().any(|run| run.feature == *wanted);
            if !flown.steps.is_empty() && self.feature.as_ref().is_none_or(is_wanted) {
                let Mayday { house, room } = &self.mayday;
                house.reads.note(&self.who, &room.tenant, trace, now);
                return Ok(Some(flown));
            }
        }
        Ok(None)
    }

    fn next_trace(&mut self) -> Result<Option<TraceId>, FlightError> {
        if self.page.is_empty() {
            let flight = &self.mayday.room.flight;
            for (place, trace) in flight.received(self.since, self.place, PAGE)? {
                if place.day > self.until {
                    break;
                }
                self.place = place;
                self.page.push_back(trace);
            }
        }
        Ok(self.page.pop_front())
    }

    fn read(&self, trace: TraceId) -> Result<Flown, FlightError> {
        let flight = &self.mayday.room.flight;
        let steps = flight.steps(trace)?;
        let labels = flight.trace(trace)?.labels;
        let sketches: Vec<_> = steps.iter().map(Step::sketch).collect();
        let runs = watch::assemble(trace, &sketches, &labels);
        Ok(Flown { trace, steps, labels, runs, payload: flight.payload(trace)? })
    }
}

/// A day, counted from 1970.
fn day_number(day: Date) -> i32 {
    let start = day.to_zoned(TimeZone::UTC).map(|start| start.timestamp().as_second());
    start.map_or(i32::MAX, |start| start.div_euclid(24 * 60 * 60) as i32)
}
