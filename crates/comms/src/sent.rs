//! What came of an attempt, and what follows from it.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{HeaderMap, RETRY_AFTER};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// It arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// What the target answered.
    pub because: String,
    /// What it calls what it now keeps, if it keeps something.
    pub receipt: Option<String>,
}

/// It did not arrive. No secret stands in the words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// For now: it may be sent again, after so long at least.
    #[error("{because}")]
    ForNow {
        /// What the target answered, or why it could not be reached.
        because: String,
        /// How long the target asks to wait.
        pause: Duration,
    },
    /// For good: the same bytes will not be taken later either.
    #[error("{0}")]
    ForGood(String),
    /// The target is gone.
    #[error("it answered 410: it is gone and wants nothing more")]
    Gone,
}

impl Refused {
    /// A refusal for now by somebody who asks for no pause.
    pub(crate) fn for_now(because: impl Into<String>) -> Self {
        Self::ForNow { because: because.into(), pause: Duration::ZERO }
    }
}

/// What a status means: Standard Webhooks' rules, which fit the others too.
pub(crate) fn read(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Result<(), Refused> {
    let because = format!("it answered {}", status.as_u16());
    match status.as_u16() {
        200..=299 => Ok(()),
        300..=399 => Err(Refused::for_now(format!("{because}; no redirect is followed"))),
        410 => Err(Refused::Gone),
        400 | 413 | 415 | 422 => Err(Refused::ForGood(because)),
        429 | 502 | 503 | 504 => {
            let pause = retry_after(headers, now).unwrap_or_default();
            Err(Refused::ForNow { because, pause })
        }
        _ => Err(Refused::for_now(because)),
    }
}

/// Seconds, or a moment.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = DateTimeParser::new().parse_timestamp(text).ok()?;
    Duration::try_from(moment.duration_since(now)).ok()
}
