//! The key figures: what was measured, with n and intervals.

use model::report::{ChosenBy, Windows};
use model::{BehaviourRate, Report, Window};
use response::clocks::LagName;
use response::{IncidentView, wording};

use crate::words;

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Figure {
    /// What it is.
    pub(crate) name: &'static str,
    /// The figure.
    pub(crate) value: String,
    /// What it rests on.
    pub(crate) notes: Vec<String>,
}

/// The key figures, in the order in which they are asked for.
pub(super) fn of(view: &IncidentView) -> Vec<Figure> {
    let report = &view.incident.report;
    vec![
        rates(report),
        rise(report),
        onset(report),
        unknown(report),
        detection(view),
        compared(report),
    ]
}

fn rates(report: &Report) -> Figure {
    let (before, during) = (&report.outcome.before, &report.outcome.during);
    let note = |when: &str, rate: &BehaviourRate| match rate.n {
        0 => format!("{when}: no known outcome"),
        _ => format!("{when}: {}, {}", words::of(rate), words::interval(rate)),
    };
    Figure {
        name: "Bad runs",
        value: format!("{} → {}", words::share(before), words::share(during)),
        notes: vec![note("before", before), note("during", during)],
    }
}

fn rise(report: &Report) -> Figure {
    let outcome = &report.outcome;
    let (value, note) = match (outcome.delta_pp, outcome.low_pp, outcome.high_pp) {
        (Some(delta), Some(low), Some(high)) => {
            (format!("{delta:+.1} points"), format!("95 % interval {low:+.1} to {high:+.1}"))
        }
        _ => ("unknown".to_owned(), "needs known outcomes on both sides".to_owned()),
    };
    Figure { name: "Change", value, notes: vec![note] }
}

fn onset(report: &Report) -> Figure {
    let (value, note) = match report.onset {
        Some(onset) => (
            format!("{} to {}", wording::clock(onset.earliest), wording::clock(onset.latest)),
            format!("likeliest {}; 90\u{a0}% range", wording::moment(onset.at)),
        ),
        None => ("no onset".to_owned(), "no change in behaviour is proven".to_owned()),
    };
    Figure { name: "Began, UTC", value, notes: vec![note] }
}

fn unknown(report: &Report) -> Figure {
    let (before, during) = (&report.outcome.before, &report.outcome.during);
    let share = |rate: &BehaviourRate| {
        let runs = rate.n + rate.unknown;
        words::percent(if runs == 0 { 0.0 } else { rate.unknown as f64 / runs as f64 })
    };
    Figure {
        name: "Outcome unknown",
        value: format!("{} → {} runs", before.unknown, during.unknown),
        notes: vec![format!("{} → {} of all; never counted as good", share(before), share(during))],
    }
}

fn detection(view: &IncidentView) -> Figure {
    let lag = view.course.clocks.lag(LagName::Detection);
    let (value, note) = match lag.map(|lag| &lag.length) {
        Some(length) if length.range().is_some() => {
            (length.to_string(), LagName::Detection.words())
        }
        _ => ("unknown".to_owned(), "needs an onset"),
    };
    Figure { name: "Detection lag", value, notes: vec![note.to_owned()] }
}

fn compared(report: &Report) -> Figure {
    let Windows { baseline, incident, chosen_by } = report.windows;
    let cut = match chosen_by {
        ChosenBy::Caller => "windows as asked for",
        ChosenBy::ChangePoint => "cut at the likeliest change point",
        ChosenBy::PlaceChangePoint => "cut at the likeliest change point of one place",
        ChosenBy::Halves => "cut in halves: no change point was found",
    };
    let length = |window: Window| wording::duration(window.length());
    Figure {
        name: "Compared",
        value: format!("{} → {}", length(baseline), length(incident)),
        notes: vec![format!("to {}; {cut}", wording::moment(incident.end))],
    }
}
