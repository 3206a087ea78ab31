//! The two axes: time in UTC with round instants, and shares from 0 with round steps.

use std::ops::Range;

use jiff::Timestamp;
use model::Window;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

/// Time, from left to right.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Times {
    window: Window,
    step: i64,
}

/// Shares, from 0 at the bottom to a round share at the top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shares {
    steps: u32,
    step: f64,
}

const DAY: i64 = 86_400;

/// Round steps of time, in seconds. Beyond the last, they double.
const TIME_STEPS: [i64; 15] =
    [1, 5, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200];

/// Round steps of shares.
const SHARE_STEPS: [f64; 8] = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25];

/// Most lines across.
const MOST_SHARES: f64 = 7.0;

impl Times {
    /// An axis over a window with at most so many instants marked.
    pub(super) fn new(window: Window, most: i64) -> Self {
        let seconds = window.end.as_second().saturating_sub(window.start.as_second());
        let fits = |step: &i64| seconds / step <= most;
        let days = std::iter::successors(Some(DAY), |step| step.checked_mul(2));
        let step = TIME_STEPS.into_iter().chain(days).find(fits).unwrap_or(i64::MAX);
        Self { window, step }
    }

    fn instants(&self) -> Vec<Timestamp> {
        let behind = self.window.start.as_second().rem_euclid(self.step);
        let first = self.window.start.as_second() - behind;
        let instants = (0..).map_while(|place: i64| {
            let second = first.checked_add(place.checked_mul(self.step)?)?;
            Timestamp::from_second(second).ok().filter(|at| *at <= self.window.end)
        });
        instants.filter(|at| *at >= self.window.start).collect()
    }
}

impl Shares {
    /// An axis that reaches at least so high, and never beyond the whole.
    pub(super) fn up_to(highest: f64) -> Self {
        let highest = highest.clamp(0.01, 1.0);
        let step = SHARE_STEPS.into_iter().find(|step| highest / step <= MOST_SHARES);
        let step = step.unwrap_or(0.25);
        let steps = (highest / step).ceil() as u32;
        Self { steps: steps.max(1), step }
    }

    fn top(self) -> f64 {
        f64::from(self.steps) * self.step
    }
}

/// Where a fraction of the way lies between two ends, in units of the drawing.
fn place(fraction: f64, (from, to): (i32, i32)) -> i32 {
    from + (fraction.clamp(0.0, 1.0) * f64::from(to - from)).round() as i32
}

impl Ranged for Times {
    type FormatOption = NoDefaultFormatting;
    type ValueType = Timestamp;

    fn map(&self, at: &Timestamp, limit: (i32, i32)) -> i32 {
        let whole = self.window.length().as_secs_f64();
        if whole <= 0.0 {
            return limit.0;
        }
        place(at.duration_since(self.window.start).as_secs_f64() / whole, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<Timestamp> {
        self.instants()
    }

    fn range(&self) -> Range<Timestamp> {
        self.window.start..self.window.end
    }
}

impl ValueFormatter<Timestamp> for Times {
    fn format_ext(&self, at: &Timestamp) -> String {
        let is_midnight = at.as_second().rem_euclid(DAY) == 0;
        let form = match self.step {
            _ if is_midnight => "%-d %b",
            ..60 => "%H:%M:%S",
            _ => "%H:%M",
        };
        at.strftime(form).to_string()
    }
}

impl Ranged for Shares {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, share: &f64, limit: (i32, i32)) -> i32 {
        place(share / self.top(), limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        (0..=self.steps).map(|place| f64::from(place) * self.step).collect()
    }

    fn range(&self) -> Range<f64> {
        0.0..self.top()
    }
}

impl ValueFormatter<f64> for Shares {
    fn format_ext(&self, share: &f64) -> String {
        let decimals = usize::from(self.step < 0.01);
        format!("{:.decimals$} %", 100.0 * share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(window: &str, most: i64) -> String {
        let times = Times::new(window.parse().unwrap(), most);
        let marks = times.instants();
        marks.iter().map(|at| times.format_ext(at)).collect::<Vec<_>>().join(" ")
    }

    fn shares(highest: f64) -> String {
        let shares = Shares::up_to(highest);
        let marks = shares.key_points(9).into_iter();
        marks.map(|share| shares.format_ext(&share)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn instants_are_round() {
        let night = "2026-11-21T20:47:13Z..2026-11-22T02:47:00Z";
        insta::assert_snapshot!(marks(night, 9), @"21:00 22:00 23:00 22 Nov 01:00 02:00");
        insta::assert_snapshot!(marks(night, 4), @"22:00 22 Nov 02:00");
        insta::assert_snapshot!(marks("100..107", 4), @"00:01:40 00:01:45");
        let winter = "2026-01-01T00:00:00Z..2026-03-01T00:00:00Z";
        insta::assert_snapshot!(marks(winter, 4), @"11 Jan 27 Jan 12 Feb 28 Feb");
    }

    #[test]
    fn an_axis_over_all_of_time_is_drawn() {
        let window = Window { start: Timestamp::MIN, end: Timestamp::MAX };
        assert!(Times::new(window, 4).instants().len() <= 5);
    }

    #[test]
    fn shares_are_round() {
        insta::assert_snapshot!(shares(0.118), @"0 % 2 % 4 % 6 % 8 % 10 % 12 %");
        insta::assert_snapshot!(shares(0.0), @"0.0 % 0.2 % 0.4 % 0.6 % 0.8 % 1.0 %");
        insta::assert_snapshot!(shares(1.0), @"0 % 20 % 40 % 60 % 80 % 100 %");
        insta::assert_snapshot!(shares(f64::NAN), @"0 % 25 %");
    }
}
