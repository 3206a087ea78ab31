//! Whether the failure rate of an eval falls, stays or rises, within one version of it.
//!
//! Counts of one week stand together as a [`Point`]; the first third of the points is compared with
//! the last. For a straight line that tells nearly as much as a slope does (8/9 of the information,
//! Bartlett 1949), it needs no model, and a reader can check it by hand. A trend *falls* or
//! *worsens* when the 95 % interval of the change lies on one side of zero. It is *flat* only when
//! that interval lies within the [`margin`](Trend::margin): no difference found is no proof of
//! none. Everything else is *insufficient*, and says which change would have been seen.
//!
//! A new version of an eval is another ruler, and begins a new series; so does another
//! configuration. Runs that left out more than a fifth of the cases are not in it, nor those that
//! ran as an incident did.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use model::rate::difference;
use model::{Interval, Window};
use serde::{Deserialize, Serialize};

use super::compare::{Change, Count, compare, total};
use crate::measures::Measurement;
use crate::wording::percent;

/// How the failure rate of an eval went, in one series of its runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    /// The eval.
    pub eval: String,
    /// Its version.
    pub version: String,
    /// What else it ran under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<String>,
    /// How the rate went.
    pub direction: Direction,
    /// On what ground, in a sentence.
    pub why: String,
    /// From the first third of the points to the last; none where too few weeks are on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// From the first third to what lies between: a rate can rise and fall again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<Interval>,
    /// How large a change may be that still counts as none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// What was counted, week by week.
    pub points: Vec<Point>,
    /// Runs that left out more than a fifth of the cases.
    pub partial: u64,
}

/// What was counted in a week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The first run of the week.
    pub at: Timestamp,
    /// What failed in that week's runs.
    pub count: Count,
}

/// How a failure rate went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It fell.
    Falling,
    /// It is shown not to have moved by more than the margin.
    Flat,
    /// It rose.
    Worsening,
    /// None of these can be told.
    Insufficient,
}

/// What the source of this review says of a rate on which the work has no effect.
pub const WARNING: &str = "a research problem is being treated as an engineering one";

/// Fewest weeks from which a trend is drawn.
pub const FEWEST_WEEKS: usize = 6;

/// The least margin: changes below one per cent point count as none.
pub const LEAST_MARGIN: f64 = 0.01;

/// The margin as a share of the rate over the whole series: a margin read off the first third
/// alone would be wide whenever that third is high by chance.
const MARGIN: f64 = 0.2;

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The trend of each series of an eval: by version and configuration, in the order of their runs.
pub fn trends(eval: &str, runs: &[Measurement], within: Window) -> Vec<Trend> {
    let mut series: BTreeMap<_, Vec<&Measurement>> = BTreeMap::new();
    let drawn = |run: &&Measurement| within.contains(run.at) && !run.is_of_an_incident();
    for run in runs.iter().filter(drawn) {
        let key = (run.version.as_str(), run.configuration.as_deref());
        series.entry(key).or_default().push(run);
    }
    let mut trends: Vec<Trend> =
        series.into_values().filter_map(|runs| trend(eval, &runs)).collect();
    trends.sort_by_key(|trend| trend.points.first().map(|point| point.at));
    trends
}

fn trend(eval: &str, runs: &[&Measurement]) -> Option<Trend> {
    let first = runs.first()?;
    let (whole, partial) = whole(runs);
    let mut trend = Trend {
        eval: eval.to_owned(),
        version: first.version.clone(),
        configuration: first.configuration.clone(),
        direction: Direction::Insufficient,
        why: String::new(),
        change: None,
        between: None,
        margin: None,
        points: points(&whole),
        partial,
    };
    trend.judge();
    Some(trend)
}

/// Runs of all cases, or of four fifths at least, and how many others there are.
pub(super) fn whole<'a>(runs: &[&'a Measurement]) -> (Vec<&'a Measurement>, u64) {
    let most = runs.iter().map(|run| run.cases).max().unwrap_or_default();
    let is_whole = |run: &&&Measurement| run.cases * 5 >= most * 4;
    let whole: Vec<&Measurement> = runs.iter().filter(is_whole).copied().collect();
    let partial = (runs.len() - whole.len()) as u64;
    (whole, partial)
}

/// The runs of each week together; weeks begin with the first run.
fn points(runs: &[&Measurement]) -> Vec<Point> {
    let mut points: Vec<(i64, Point)> = Vec::new();
    let Some(begin) = runs.first().map(|run| run.at) else { return Vec::new() };
    for run in runs.iter().filter(|run| run.rate.n > 0) {
        let week = run.at.duration_since(begin).as_secs() / WEEK.as_secs();
        match points.last_mut().filter(|(last, _)| *last == week) {
            Some((_, point)) => {
                point.count.k += run.rate.k;
                point.count.n += run.rate.n;
            }
            None => {
                let count = Count::of(run);
                points.push((week, Point { at: run.at, count }));
            }
        }
    }
    points.into_iter().map(|(_, point)| point).collect()
}

impl Point {
    /// The week, from its first run on.
    pub fn week(&self) -> Window {
        let end = self.at.saturating_add(WEEK).unwrap_or(Timestamp::MAX);
        Window { start: self.at, end }
    }
}

impl Trend {
    /// When the first and the last third of the points lie; none where they are too few.
    pub fn thirds(&self) -> Option<[Window; 2]> {
        let points = Some(&self.points).filter(|points| points.len() >= FEWEST_WEEKS)?;
        let third = third(points.len());
        let spanned = |points: &[Point]| {
            let (first, last) = (points.first()?.week(), points.last()?.week());
            Some(Window { start: first.start, end: last.end })
        };
        Some([spanned(&points[..third])?, spanned(&points[points.len() - third..])?])
    }

    /// Whether work on this rate has shown no effect, and there is something left to win.
    pub fn is_warned(&self) -> bool {
        match self.direction {
            Direction::Worsening => true,
            Direction::Flat => !self.is_near_zero(),
            Direction::Falling | Direction::Insufficient => false,
        }
    }

    /// Whether the rate is at the floor: there is nothing left that could fall.
    fn is_near_zero(&self) -> bool {
        self.change.as_ref().is_some_and(|change| change.after.high <= LEAST_MARGIN)
    }

    fn judge(&mut self) {
        let counts: Vec<Count> = self.points.iter().map(|point| point.count).collect();
        if counts.len() < FEWEST_WEEKS {
            let weeks = counts.len();
            self.why = format!("{weeks} weeks with runs; a trend wants {FEWEST_WEEKS}");
            return;
        }
        let third = third(counts.len());
        let (early, rest) = counts.split_at(third);
        let (middle, late) = rest.split_at(rest.len() - third);
        let Some(change) = compare(&[early, middle, late]) else { return };
        let Count { k, n } = total(&counts);
        let margin = LEAST_MARGIN.max(MARGIN * k as f64 / n as f64);
        self.direction = direction(&change.by, margin);
        self.between = compare(&[early, late, middle])
            .and_then(|aside| difference(&change.before, &aside.after));
        self.margin = Some(margin);
        self.why = self.reason(&change, margin, third);
        self.change = Some(change);
    }

    fn reason(&self, change: &Change, margin: f64, third: usize) -> String {
        let mut text = format!(
            "{} (n {}) in its first {third} weeks, {} (n {}) in its last {third}: {}",
            percent(change.before.rate.unwrap_or_default()),
            change.before.n,
            percent(change.after.rate.unwrap_or_default()),
            change.after.n,
            points_of(&change.by),
        );
        let (margin, seen) = (100.0 * margin, 100.0 * change.detectable);
        match self.direction {
            Direction::Flat => {
                text += &format!("; within ±{margin:.1} points, which counts as none");
            }
            Direction::Insufficient => {
                text += &format!("; a change of {seen:.1} points would have shown in four of five");
            }
            Direction::Falling | Direction::Worsening => {}
        }
        let aside = self.between.as_ref().filter(|by| by.low > 0.0 || by.high < 0.0);
        if let (Direction::Flat, Some(aside)) = (self.direction, aside) {
            text += &format!("; not even in between: {}", points_of(aside));
        }
        text
    }
}

/// How many of so many points are the first third, and the last.
fn third(points: usize) -> usize {
    (points + 1) / 3
}

/// Smaller than the margin comes first: a sure change that does not matter is none.
fn direction(by: &Interval, margin: f64) -> Direction {
    match by {
        by if by.low > -margin && by.high < margin => Direction::Flat,
        by if by.high < 0.0 => Direction::Falling,
        by if by.low > 0.0 => Direction::Worsening,
        _ => Direction::Insufficient,
    }
}

/// `-7.0 points [-9.9, -4.1]`, of a hundred.
pub(super) fn points_of(by: &Interval) -> String {
    format!("{:+.1} points [{:+.1}, {:+.1}]", 100.0 * by.est, 100.0 * by.low, 100.0 * by.high)
}

impl Direction {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Falling => "falling",
            Direction::Flat => "flat",
            Direction::Worsening => "worsening",
            Direction::Insufficient => "insufficient",
        }
    }
}

#[cfg(test)]
mod tests;
