//! Moments as providers write them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

/// A moment as RFC 3339 or RFC 2822 has it, or a date, which begins at midnight in UTC.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| rfc2822::parse(text).ok().map(|zoned| zoned.timestamp()))
        .or_else(|| date(text))
}

/// The beginning of a date in UTC: `2027-01-01`.
pub(super) fn date(text: &str) -> Option<Timestamp> {
    let date: Date = text.trim().parse().ok()?;
    date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_each_provider_writes_them() {
        for text in
            ["2027-01-01T00:00:00Z", "Fri, 01 Jan 2027 00:00:00 GMT", "2027-01-01", " 2027-01-01 "]
        {
            assert_eq!(read(text).map(Timestamp::as_second), Some(1_798_761_600), "{text}");
        }
        for text in ["", "soon", "2027-13-01", "01/02/2027"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
