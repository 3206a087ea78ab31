//! Windows of time, and how people write them: RFC 3339 or Unix seconds.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A half-open span of time: `start` is in it, `end` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// First instant in the window.
    pub start: Timestamp,
    /// First instant after the window.
    pub end: Timestamp,
}

/// An instant as somebody told it: in UTC, with the zone in which it was told.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SaidTime {
    /// When.
    pub at: Timestamp,
    /// `+02:00` or `Europe/Berlin`, where the teller gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// Longest name of a zone.
const LONGEST_ZONE: usize = 60;

/// Why a text is not a time or a window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Neither RFC 3339 nor Unix seconds.
    #[error("`{0}` is no time: write RFC 3339 (2026-11-22T02:07:00Z) or Unix seconds (1795313220)")]
    NotATime(String),
    /// No `..` between two times.
    #[error(
        "`{0}` is no window: write START..END, as in 2026-11-22T01:00:00Z..2026-11-22T02:00:00Z"
    )]
    NotAWindow(String),
    /// Empty or reversed.
    #[error("the window {0} is empty: its end must come after its start")]
    Empty(String),
}

impl Window {
    /// The window between two instants, if it holds any time at all.
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, TimeError> {
        let window = Self { start, end };
        if start < end { Ok(window) } else { Err(TimeError::Empty(window.to_string())) }
    }

    /// Whether an instant lies in the window.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether the two windows share any instant.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// How long the window is.
    pub fn length(&self) -> SignedDuration {
        self.end.duration_since(self.start)
    }
}

impl FromStr for SaidTime {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        Ok(Self { at: parse_time(text)?, zone: zone(text.trim()).map(str::to_owned) })
    }
}

/// The zone that a text in the form of RFC 3339 or RFC 9557 names: none where it is UTC.
fn zone(text: &str) -> Option<&str> {
    if let Some((_, name)) = text.strip_suffix(']').and_then(|text| text.rsplit_once('[')) {
        return (name.len() <= LONGEST_ZONE && name != "UTC").then_some(name);
    }
    let (_, time) = text.split_once(['T', 't', ' '])?;
    let offset = &time[time.find(['+', '-'])?..];
    let is_utc = offset.trim_start_matches(['+', '-', '0', ':']).is_empty();
    (!is_utc).then_some(offset)
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

impl FromStr for Window {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let not_a_window = || TimeError::NotAWindow(text.to_owned());
        let (start, end) = text.split_once("..").ok_or_else(not_a_window)?;
        Self::new(parse_time(start)?, parse_time(end)?)
    }
}

/// Reads a time as people write it: RFC 3339 or Unix seconds, with a fraction if wanted.
pub fn parse_time(text: &str) -> Result<Timestamp, TimeError> {
    let text = text.trim();
    let not_a_time = || TimeError::NotATime(text.to_owned());
    if let Ok(seconds) = text.parse::<i64>() {
        return Timestamp::from_second(seconds).map_err(|_| not_a_time());
    }
    if let Ok(seconds) = text.parse::<f64>() {
        let nanos = seconds * 1e9;
        let in_range = nanos.is_finite() && nanos.abs() < 1e20;
        return if in_range { at_nanos(nanos as i128) } else { None }.ok_or_else(not_a_time);
    }
    text.parse().map_err(|_| not_a_time())
}

/// The instant so many nanoseconds after the Unix epoch, if the calendar reaches that far.
pub fn at_nanos(nanos: i128) -> Option<Timestamp> {
    Timestamp::from_nanosecond(nanos).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_ways_to_write_a_time_mean_the_same() {
        assert_eq!(parse_time("2026-11-22T02:07:00Z"), parse_time("1795313220"));
        assert_eq!(parse_time("1795313220.5").unwrap().as_millisecond(), 1_795_313_220_500);
    }

    #[test]
    fn a_time_that_was_told_keeps_the_zone_it_was_told_in() {
        for (text, zone) in [
            ("2026-11-22T04:07:00+02:00", Some("+02:00")),
            ("2026-11-22T03:07:00+01:00[Europe/Berlin]", Some("Europe/Berlin")),
            ("2026-11-22T02:07:00Z", None),
            ("2026-11-22T02:07:00+00:00", None),
            ("1795313220", None),
        ] {
            let said: SaidTime = text.parse().unwrap();
            assert_eq!(said.at, parse_time("2026-11-22T02:07:00Z").unwrap(), "{text}");
            assert_eq!(said.zone.as_deref(), zone, "{text}");
        }
    }

    #[test]
    fn a_window_is_half_open() {
        let window: Window = "100..200".parse().unwrap();
        assert!(window.contains(parse_time("100").unwrap()));
        assert!(!window.contains(parse_time("200").unwrap()));
    }

    #[test]
    fn what_is_no_window_is_refused_with_a_reason() {
        for text in ["", "100", "200..100", "100..100", "a..b", "1e300..2e300"] {
            assert!(text.parse::<Window>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,40}") {
            let _ = text.parse::<Window>();
            let _ = text.parse::<SaidTime>();
        }

        #[test]
        fn a_window_reads_back_as_written(start in 0i64..4_000_000_000, length in 1i64..1_000_000) {
            let window: Window = format!("{start}..{}", start + length).parse().unwrap();
            prop_assert_eq!(window.to_string().parse::<Window>().unwrap(), window);
        }
    }
}
