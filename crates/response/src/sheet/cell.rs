//! Single values of a table.

use ::moved::Tally;

/// What a cell should be, for those who wrote something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A moment.
    Time,
    /// A word for good, bad or unknown.
    Outcome,
    /// A whole number.
    Count,
    /// Any number.
    Value,
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Time => {
                "no time: write RFC 3339 (2026-11-22T02:07:00Z) or Unix seconds (1795313220)"
            }
            Self::Outcome => {
                "no outcome: write good, bad or unknown; for 0 and 1 use --bad, where 1 is bad"
            }
            Self::Count => "no count: write a whole number from 0 to 4294967295",
            Self::Value => {
                "no number: write one such as 0.0125, with no unit and no thousands mark"
            }
        })
    }
}

/// A word for an outcome.
pub(super) fn outcome(text: &str) -> Option<Tally> {
    let (good, bad, unknown) = match text.trim().to_ascii_lowercase().as_str() {
        "good" | "ok" | "pass" | "passed" | "success" => (1, 0, 0),
        "bad" | "error" | "fail" | "failed" | "failure" => (0, 1, 0),
        "" | "unknown" => (0, 0, 1),
        _ => return None,
    };
    Some(Tally { good, bad, unknown })
}

/// A number that can be added up.
pub(super) fn value(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|value: &f64| value.is_finite())
}

/// A whole number.
pub(super) fn count(text: &str) -> Option<u32> {
    text.trim().parse().ok()
}
