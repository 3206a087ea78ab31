//! Behaviour over time: runs in slices, for a chart.

use jiff::{SignedDuration, Timestamp};
use model::{BehaviourRate, Outcome, Window};

/// One slice of time with the rate in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slice {
    /// The slice.
    pub window: Window,
    /// The rate of the runs that started in it.
    pub rate: BehaviourRate,
}

/// Cuts a window into equal slices and gives the rate of each. Empty slices are kept, with no rate.
///
/// There is at least one slice, and none is shorter than a nanosecond.
pub fn series(
    runs: impl IntoIterator<Item = (Timestamp, Outcome)>,
    window: Window,
    slices: u32,
) -> Vec<Slice> {
    let length = window.length().as_nanos().max(1);
    let slices = slices.clamp(1, u32::try_from(length).unwrap_or(u32::MAX));
    let nanos = length / i128::from(slices);
    let mut outcomes: Vec<Vec<Outcome>> = vec![Vec::new(); slices as usize];
    for (at, outcome) in runs.into_iter().filter(|(at, _)| window.contains(*at)) {
        let place = at.duration_since(window.start).as_nanos() / nanos;
        outcomes[(place as usize).min(slices as usize - 1)].push(outcome);
    }
    let edge = |place: u32| {
        if place == slices {
            window.end
        } else {
            window.start + nanoseconds(nanos * i128::from(place))
        }
    };
    let slice = |(place, outcomes): (usize, Vec<Outcome>)| Slice {
        window: Window { start: edge(place as u32), end: edge(place as u32 + 1) },
        rate: BehaviourRate::over(outcomes),
    };
    outcomes.into_iter().enumerate().map(slice).collect()
}

fn nanoseconds(nanos: i128) -> SignedDuration {
    SignedDuration::new((nanos / 1_000_000_000) as i64, (nanos % 1_000_000_000) as i32)
}

#[cfg(test)]
mod tests;
