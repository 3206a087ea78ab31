//! What a forwarding endpoint answers, and what follows from it by OTLP's rules.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{HeaderMap, RETRY_AFTER};
use hyper::http::response::Parts;
use jiff::fmt::rfc2822::DateTimeParser;
use thiserror::Error;

use crate::world;

/// Why a request was not taken. What it says holds nothing of the request nor of its headers.
#[derive(Debug, Error)]
pub(crate) enum Refusal {
    /// For now: it may be sent again after so long.
    #[error("the forwarding endpoint kept answering {status}")]
    Later { status: StatusCode, pause: Duration },
    /// For good.
    #[error("the forwarding endpoint answered {0}")]
    Never(StatusCode),
    /// Nothing came back in time.
    #[error("the forwarding endpoint did not answer in time")]
    Silent,
    /// The connection could not be made, or broke.
    #[error("the forwarding endpoint could not be reached")]
    Broken(#[from] hyper_util::client::legacy::Error),
}

impl Refusal {
    /// Whether the same request may be taken later.
    pub(crate) fn is_for_now(&self) -> bool {
        !matches!(self, Refusal::Never(_))
    }

    /// How long the endpoint asks to wait, at least.
    pub(crate) fn pause(&self) -> Duration {
        match self {
            Refusal::Later { pause, .. } => *pause,
            Refusal::Never(_) | Refusal::Silent | Refusal::Broken(_) => Duration::ZERO,
        }
    }
}

/// Reads an answer's head. OTLP names the four refusals that are for now.
pub(crate) fn read(head: &Parts) -> Result<(), Refusal> {
    match head.status {
        status if status.is_success() => Ok(()),
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => {
            let pause = retry_after(&head.headers).unwrap_or_default();
            Err(Refusal::Later { status: head.status, pause })
        }
        status => Err(Refusal::Never(status)),
    }
}

/// Seconds, or a moment.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = DateTimeParser::new().parse_timestamp(text).ok()?;
    Duration::try_from(moment.duration_since(world::now())).ok()
}

/// What went wrong, with its causes.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
