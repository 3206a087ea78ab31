//! `GET /api/v1/ledger/entries`: facts of all tenants as they are stored, in pages, with a wait
//! for those that are still to come.

use std::time::Duration;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use model::Fault;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::problem::{Problem, blocking};
use crate::reconstruct::query;
use crate::seat::Seat;

/// What is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The place of the first; 1 if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// Instead of `from`: so many of the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<u64>,
    /// At most so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// How long to wait for the first if it is not there yet: `30s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<String>,
}

/// Most entries of an answer, and how many if none are asked for.
pub const MOST: u64 = 1_000;

/// About the most bytes of an answer. One entry is always given.
const MOST_BYTES: usize = 4 << 20;

/// Longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Requests that wait at once.
const AT_ONCE: usize = 256;

static WAITS: Semaphore = Semaphore::const_new(AT_ONCE);

/// A line for each entry. None came, and none is there, where there is no line.
pub async fn entries(
    seat: Seat,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let asked = query(asked)?;
    let (from, limit, wait) = (asked.place(&seat)?, asked.limit()?, asked.wait()?);
    if !wait.is_zero() {
        let _turn = WAITS.try_acquire().map_err(|_| too_many())?;
        seat.mayday.wait_for_fact(from, wait).await;
    }
    let read = move || seat.mayday.stored_facts(from, limit, MOST_BYTES);
    let mut lines = String::new();
    for entry in blocking(read).await? {
        #[expect(clippy::expect_used, reason = "text and whole numbers are always JSON")]
        lines.push_str(&serde_json::to_string(&entry).expect("invariant: an entry is JSON"));
        lines.push('\n');
    }
    Ok(([(CONTENT_TYPE, "application/jsonl")], lines).into_response())
}

impl Asked {
    fn place(&self, seat: &Seat) -> Result<u64, Problem> {
        match (self.from, self.last) {
            (Some(_), Some(_)) => Err(invalid("give `from` or `last`, not both")),
            (None, Some(last)) => Ok((seat.mayday.newest_fact() + 1).saturating_sub(last).max(1)),
            (from, None) => Ok(from.unwrap_or(1).max(1)),
        }
    }

    fn limit(&self) -> Result<usize, Problem> {
        match self.limit.unwrap_or(MOST) {
            limit @ 1..=MOST => Ok(limit as usize),
            _ => Err(invalid(&format!("`limit` is at least 1 and at most {MOST}"))),
        }
    }

    fn wait(&self) -> Result<Duration, Problem> {
        let Some(wait) = &self.wait else { return Ok(Duration::ZERO) };
        let wait = wait.parse::<SignedDuration>().ok().and_then(|wait| wait.try_into().ok());
        let wait = wait.filter(|wait: &Duration| *wait <= LONGEST_WAIT);
        wait.ok_or_else(|| invalid("`wait` is a time of at most 30 seconds, such as 30s"))
    }
}

fn invalid(detail: &str) -> Problem {
    Problem::new(Fault::Invalid, detail)
}

fn too_many() -> Problem {
    Problem::new(Fault::Limited, "too many requests wait for facts: ask again without `wait`")
}
