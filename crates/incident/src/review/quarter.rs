//! A quarter of a year in UTC: `2026-Q3`, from the first of July until the first of October.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::Window;
use serde::{Deserialize, Serialize};

/// A quarter of a year, which is also the name of its review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Quarter {
    year: i16,
    /// From 1 to 4.
    number: i8,
    window: (Timestamp, Timestamp),
}

/// A text that is no quarter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no quarter: write a year and a quarter, as in 2026-Q3")]
pub struct NotAQuarter(String);

impl Quarter {
    /// The time it spans.
    pub fn window(self) -> Window {
        Window { start: self.window.0, end: self.window.1 }
    }

    /// The quarter in which a moment lies; none before the year 0 and after 9999.
    pub fn of(now: Timestamp) -> Option<Self> {
        let date = now.to_zoned(TimeZone::UTC).date();
        Self::read(&format!("{:04}-Q{}", date.year(), (date.month() + 2) / 3))
    }

    /// From a year before its end until its end: what trends are drawn over.
    pub fn year_until_its_end(self) -> Window {
        let start = first_of(self.year - 1, self.number + 1);
        Window { start: start.unwrap_or(self.window.0), end: self.window.1 }
    }

    fn read(text: &str) -> Option<Self> {
        let (year, number) = text.split_once("-Q")?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if year.len() != 4 || number.len() != 1 || !digits(year) || !digits(number) {
            return None;
        }
        let (year, number) = (year.parse().ok()?, number.parse().ok()?);
        if !(1..=4).contains(&number) {
            return None;
        }
        let window = (first_of(year, number)?, first_of(year, number + 1)?);
        Some(Self { year, number, window })
    }
}

/// When a quarter begins; the fifth is the first of the next year.
fn first_of(year: i16, number: i8) -> Option<Timestamp> {
    let (year, number) = if number == 5 { (year + 1, 1) } else { (year, number) };
    let first = Date::new(year, 3 * number - 2, 1).ok()?;
    Some(first.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

impl FromStr for Quarter {
    type Err = NotAQuarter;

    fn from_str(text: &str) -> Result<Self, NotAQuarter> {
        Self::read(text).ok_or_else(|| NotAQuarter(text.to_owned()))
    }
}

impl TryFrom<String> for Quarter {
    type Error = NotAQuarter;

    fn try_from(text: String) -> Result<Self, NotAQuarter> {
        text.parse()
    }
}

impl From<Quarter> for String {
    fn from(quarter: Quarter) -> String {
        quarter.to_string()
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-Q{}", self.year, self.number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quarter(text: &str) -> Quarter {
        text.parse().unwrap()
    }

    #[test]
    fn a_quarter_spans_three_months_in_utc() {
        for (text, window) in [
            ("2026-Q1", "2026-01-01T00:00:00Z..2026-04-01T00:00:00Z"),
            ("2026-Q3", "2026-07-01T00:00:00Z..2026-10-01T00:00:00Z"),
            ("2026-Q4", "2026-10-01T00:00:00Z..2027-01-01T00:00:00Z"),
        ] {
            assert_eq!(quarter(text).window().to_string(), window);
        }
    }

    #[test]
    fn trends_are_drawn_over_the_year_until_its_end() {
        let year = |text| quarter(text).year_until_its_end().to_string();
        assert_eq!(year("2026-Q3"), "2025-10-01T00:00:00Z..2026-10-01T00:00:00Z");
        assert_eq!(year("2026-Q4"), "2026-01-01T00:00:00Z..2027-01-01T00:00:00Z");
    }

    #[test]
    fn what_is_no_quarter_is_refused() {
        for text in ["", "2026", "2026-Q0", "2026-Q5", "26-Q3", "2026-Q03", "2026-q3", "+026-Q3"] {
            assert!(text.parse::<Quarter>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn quarters_read_back_as_written(year in 1000i16..9999, number in 1i8..=4) {
            let text = format!("{year}-Q{number}");
            prop_assert_eq!(text.parse::<Quarter>().unwrap().to_string(), text);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,12}") {
            let _ = text.parse::<Quarter>();
        }
    }
}
