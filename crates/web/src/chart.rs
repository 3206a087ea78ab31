//! The bad rate over time as SVG: a line with its 95 % band, the windows, the onset, the movers.
//!
//! The drawing holds numbers, times and the words written here, never text from outside. Every
//! colour is a name from [`palette`] that the stylesheet gives its real value, in light and dark.

mod axis;
mod palette;

use std::iter::once;

use jiff::Timestamp;
use model::report::{ChosenBy, Onset, OutcomeChange, Windows};
use model::{BehaviourRate, Window};
use plotters::coord::cartesian::Cartesian2d;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use response::reviews::Trend;
use response::{IncidentView, Slice, wording};

use axis::{Shares, Times};
use palette::{
    AXIS, BAND, BASELINE, GRID, INCIDENT, LABEL, LEVEL, MARK, ONSET, ONSET_RANGE, RATE, STRONG,
};

/// Why a chart can't be drawn: the backend writes to memory, so never for a reason from outside.
pub(crate) type ChartError = DrawingAreaErrorKind<std::io::Error>;

type Plot<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Times, Shares>>;

/// What the chart shows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chart {
    /// The rate over time. A slice without a known outcome leaves a gap.
    pub(crate) slices: Vec<Slice>,
    /// What was compared with what.
    pub(crate) windows: Windows,
    /// The rate in each window.
    pub(crate) outcome: OutcomeChange,
    /// When behaviour changed.
    pub(crate) onset: Option<Onset>,
    /// When what moved was first seen.
    pub(crate) first_seen: Vec<Timestamp>,
    /// What the two windows are called.
    pub(crate) names: [&'static str; 2],
}

/// For which screen a chart is drawn. Two units of the drawing make one CSS pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    /// A desk's.
    Wide,
    /// A phone's.
    Narrow,
}

impl Screen {
    fn size(self) -> (u32, u32) {
        match self {
            Screen::Wide => (1840, 640),
            Screen::Narrow => (716, 540),
        }
    }

    fn most_times(self) -> i64 {
        match self {
            Screen::Wide => 9,
            Screen::Narrow => 4,
        }
    }
}

impl Chart {
    /// The chart of an incident.
    pub(crate) fn of(view: &IncidentView) -> Self {
        let report = &view.incident.report;
        Self {
            slices: view.slices.clone(),
            windows: report.windows,
            outcome: report.outcome,
            onset: report.onset,
            first_seen: report.movers.iter().filter_map(|mover| mover.first_seen).collect(),
            names: ["baseline", "incident"],
        }
    }

    /// The chart of an eval's rate, week by week; none where it can't be compared with itself.
    pub(crate) fn of_trend(trend: &Trend) -> Option<Self> {
        let ([first, last], change) = (trend.thirds()?, trend.change.as_ref()?);
        let slices = trend.points.iter().map(|point| Slice {
            window: point.week(),
            rate: BehaviourRate::of(point.count.k, point.count.n, 0),
        });
        Some(Self {
            slices: slices.collect(),
            windows: Windows { baseline: first, incident: last, chosen_by: ChosenBy::Caller },
            outcome: OutcomeChange {
                before: change.before,
                during: change.after,
                delta_pp: Some(100.0 * change.by.est),
                low_pp: Some(100.0 * change.by.low),
                high_pp: Some(100.0 * change.by.high),
            },
            onset: None,
            first_seen: Vec::new(),
            names: ["first third", "last third"],
        })
    }

    /// The time that it covers.
    pub(crate) fn window(&self) -> Window {
        Window { start: self.windows.baseline.start, end: self.windows.incident.end }
    }

    /// Draws it.
    pub(crate) fn draw(&self, screen: Screen) -> Result<String, ChartError> {
        let mut svg = String::new();
        let area = SVGBackend::with_string(&mut svg, screen.size()).into_drawing_area();
        let times = Times::new(self.window(), screen.most_times());
        let mut plot = ChartBuilder::on(&area)
            .margin_top(44)
            .margin_right(8)
            .x_label_area_size(84)
            .y_label_area_size(92)
            .build_cartesian_2d(times, Shares::up_to(self.highest()))?;
        self.windows(&mut plot)?;
        axes(&mut plot)?;
        self.behaviour(&mut plot)?;
        self.onset(&mut plot)?;
        self.movers(&mut plot)?;
        self.levels(&mut plot)?;
        area.present()?;
        drop(plot);
        drop(area);
        Ok(svg)
    }

    /// The highest share to show: every rate, and the band as far as it does not dwarf them.
    fn highest(&self) -> f64 {
        let known = || self.slices.iter().map(|slice| &slice.rate).filter(|rate| rate.n > 0);
        let rate = known().filter_map(|rate| rate.rate).fold(0.0, f64::max);
        let band = known().map(|rate| rate.high).fold(0.0, f64::max);
        let means = [self.outcome.before.rate, self.outcome.during.rate];
        let mean = means.into_iter().flatten().fold(0.0, f64::max);
        band.min(1.5 * rate).max(1.2 * mean).max(rate)
    }

    fn windows(&self, plot: &mut Plot) -> Result<(), ChartError> {
        let Windows { baseline, incident, .. } = self.windows;
        shade(plot, baseline, BASELINE)?;
        shade(plot, incident, INCIDENT)?;
        if let Some(onset) = self.onset {
            shade(plot, Window { start: onset.earliest, end: onset.latest }, ONSET_RANGE)?;
        }
        Ok(())
    }

    /// The line and its band, one piece for each stretch of slices with known outcomes.
    fn behaviour(&self, plot: &mut Plot) -> Result<(), ChartError> {
        for stretch in self.slices.split(|slice| slice.rate.rate.is_none()) {
            let low = outline(stretch, |rate| rate.low);
            let high = outline(stretch, |rate| rate.high);
            let band: Vec<_> = high.into_iter().chain(low.into_iter().rev()).collect();
            if band.is_empty() {
                continue;
            }
            plot.draw_series(once(Polygon::new(band, BAND.filled())))?;
            let line = outline(stretch, |rate| rate.rate.unwrap_or_default());
            plot.draw_series(once(PathElement::new(line, RATE.stroke_width(4))))?;
        }
        if self.slices.iter().all(|slice| slice.rate.n == 0) {
            let Window { start, .. } = self.window();
            label(plot, (start, 0.5), (12, 0, HPos::Left), "no known outcome in this time")?;
        }
        Ok(())
    }

    fn onset(&self, plot: &mut Plot) -> Result<(), ChartError> {
        let Some(Onset { at, .. }) = self.onset else { return Ok(()) };
        let line = PathElement::new(vec![(at, 0.0), (at, 1.0)], ONSET.stroke_width(4));
        plot.draw_series(once(line))?;
        let Window { start, .. } = self.window();
        let along = at.duration_since(start).as_secs_f64()
            / self.window().length().as_secs_f64().max(f64::MIN_POSITIVE);
        let side = match along {
            0.0..0.15 => HPos::Left,
            0.85.. => HPos::Right,
            _ => HPos::Center,
        };
        label(plot, (at, 1.0), (0, -34, side), &format!("began {}", at.strftime("%H:%M")))
    }

    fn movers(&self, plot: &mut Plot) -> Result<(), ChartError> {
        let within = self.window();
        for at in self.first_seen.iter().copied().filter(|at| within.contains(*at)) {
            let line = [(at, 0.0), (at, 1.0)].into_iter();
            plot.draw_series(DashedLineSeries::new(line, 8, 8, MARK.stroke_width(2)))?;
            plot.draw_series(once(TriangleMarker::new((at, 0.0), 12, MARK.filled())))?;
        }
        Ok(())
    }

    /// The rate of each window as a level line, with its name and its figure above.
    fn levels(&self, plot: &mut Plot) -> Result<(), ChartError> {
        let Windows { baseline, incident, .. } = self.windows;
        let OutcomeChange { before, during, .. } = self.outcome;
        level(plot, baseline, &before)?;
        level(plot, incident, &during)?;
        let named = |name: &str, rate: &BehaviourRate| match rate.rate {
            Some(share) => format!("{name} {}", wording::percent(share)),
            None => name.to_owned(),
        };
        let (left, right) = ((12, 12, HPos::Left), (-12, 12, HPos::Right));
        label(plot, (baseline.start, 1.0), left, &named(self.names[0], &before))?;
        label(plot, (incident.end, 1.0), right, &named(self.names[1], &during))
    }
}

fn axes(plot: &mut Plot) -> Result<(), ChartError> {
    plot.configure_mesh()
        .disable_x_mesh()
        .bold_line_style(GRID.stroke_width(2))
        .light_line_style(TRANSPARENT)
        .axis_style(AXIS.stroke_width(2))
        .set_all_tick_mark_size(8)
        .label_style(text(LABEL))
        .x_desc("UTC")
        .draw()
}

/// A figure along a stretch of slices, from the first one's start over the middles to the end.
fn outline(stretch: &[Slice], share: fn(&BehaviourRate) -> f64) -> Vec<(Timestamp, f64)> {
    let (Some(first), Some(last)) = (stretch.first(), stretch.last()) else { return Vec::new() };
    let middle =
        |window: &Window| window.start.checked_add(window.length() / 2).unwrap_or(window.start);
    let middles = stretch.iter().map(|slice| (middle(&slice.window), share(&slice.rate)));
    once((first.window.start, share(&first.rate)))
        .chain(middles)
        .chain(once((last.window.end, share(&last.rate))))
        .collect()
}

fn shade(plot: &mut Plot, window: Window, colour: RGBColor) -> Result<(), ChartError> {
    let area = [(window.start, 1.0), (window.end, 0.0)];
    plot.draw_series(once(Rectangle::new(area, colour.filled())))?;
    Ok(())
}

fn level(plot: &mut Plot, window: Window, rate: &BehaviourRate) -> Result<(), ChartError> {
    let Some(share) = rate.rate else { return Ok(()) };
    let line = vec![(window.start, share), (window.end, share)];
    plot.draw_series(once(PathElement::new(line, LEVEL.stroke_width(2))))?;
    Ok(())
}

fn text(colour: RGBColor) -> TextStyle<'static> {
    ("sans-serif", 24.0 * 1.24).into_font().color(&colour)
}

/// Words at a point, moved by some units and anchored there by their top.
fn label(
    plot: &mut Plot,
    at: (Timestamp, f64),
    (right, down, side): (i32, i32, HPos),
    words: &str,
) -> Result<(), ChartError> {
    let style = text(STRONG).pos(Pos::new(side, VPos::Top));
    let words = EmptyElement::at(at) + Text::new(words.to_owned(), (right, down), style);
    plot.draw_series(once(words))?;
    Ok(())
}

#[cfg(test)]
mod tests;
