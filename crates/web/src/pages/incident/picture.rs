//! The chart with its words: caption, legend, and the same said in text.

use jiff::{SignedDuration, Timestamp};
use response::{IncidentView, Slice, wording};

use crate::chart::{Chart, ChartError, Screen};
use crate::words;

/// The chart with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    /// SVG for a desk. Holds no text from outside.
    pub(crate) wide: String,
    /// SVG for a phone. Holds no text from outside.
    pub(crate) narrow: String,
    /// The picture in words, with its figures.
    pub(crate) alternative: String,
    /// What is drawn.
    pub(crate) caption: String,
    /// What the lines are.
    pub(crate) legend: Vec<Key>,
}

/// An entry of the legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    /// The class of its sample.
    pub(crate) sample: &'static str,
    /// What it stands for.
    pub(crate) name: &'static str,
}

impl Picture {
    /// The picture of an incident.
    pub(crate) fn of(view: &IncidentView) -> Result<Self, ChartError> {
        let chart = Chart::of(view);
        Ok(Self {
            wide: chart.draw(Screen::Wide)?,
            narrow: chart.draw(Screen::Narrow)?,
            alternative: alternative(view, &chart),
            caption: caption(&chart),
            legend: legend(&chart),
        })
    }
}

fn caption(chart: &Chart) -> String {
    let slices = chart.slices.len();
    let each = chart.slices.first().map_or(SignedDuration::ZERO, |slice| slice.window.length());
    let each = wording::duration(each);
    format!("Share of bad runs among those with a known outcome, {slices} slices of {each}")
}

fn legend(chart: &Chart) -> Vec<Key> {
    let mut legend = vec![
        Key { sample: "rate", name: "bad rate" },
        Key { sample: "band", name: "95 % interval" },
        Key { sample: "level", name: "rate of the window" },
    ];
    if chart.onset.is_some() {
        legend.push(Key { sample: "onset", name: "onset, with its range" });
    }
    if !marks(chart).is_empty() {
        legend.push(Key { sample: "mark", name: "mover first seen" });
    }
    legend
}

/// The first sightings that the chart shows.
fn marks(chart: &Chart) -> Vec<Timestamp> {
    let seen = chart.first_seen.iter().copied();
    seen.filter(|at| chart.window().contains(*at)).collect()
}

fn alternative(view: &IncidentView, chart: &Chart) -> String {
    let report = &view.incident.report;
    let feature = report.feature.as_deref().unwrap_or("all features");
    let whole = chart.window();
    let mut text = format!(
        "Line chart. Bad rate of {feature} from {} to {}: {} in the baseline, {} in the incident \
         window.",
        wording::moment(whole.start),
        wording::moment(whole.end),
        wording::rate(&report.outcome.before),
        wording::rate(&report.outcome.during),
    );
    if let Some(onset) = chart.onset {
        text += &format!(
            " Behaviour changed at {}, range {} to {}.",
            wording::clock(onset.at),
            wording::clock(onset.earliest),
            wording::clock(onset.latest)
        );
    }
    if let Some(highest) = highest(&chart.slices) {
        text += &format!(
            " Highest slice: {}, interval {}, at {}.",
            wording::rate(&highest.rate),
            words::interval(&highest.rate),
            wording::clock(highest.window.start)
        );
    }
    let marks: Vec<String> = marks(chart).into_iter().map(wording::clock).collect();
    if !marks.is_empty() {
        text += &format!(" Movers first seen at {}.", marks.join(", "));
    }
    text
}

fn highest(slices: &[Slice]) -> Option<&Slice> {
    let rate = |slice: &Slice| slice.rate.rate.unwrap_or_default();
    let known = slices.iter().filter(|slice| slice.rate.n > 0);
    known.max_by(|a, b| rate(a).total_cmp(&rate(b)))
}
