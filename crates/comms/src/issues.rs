//! Issues in a tracker, kept in step: one for each thing that a letter is about.
//!
//! An issue that was made in an attempt of which nothing is known any more is found by a mark in it
//! before another is made. Titles and states follow; what people write there is left alone.

mod github;
mod jira;

use hyper::http;
use jiff::Timestamp;
use model::delivery::DeliveryEffect;

pub use github::Github;
pub use jira::Jira;

use crate::http::{Answer, Speaker, Wire};
use crate::letter::Letter;
use crate::sent::{Refused, Sent};

/// What a tracker can do.
pub(crate) trait Tracker {
    /// The issue with the mark of something, if there is one.
    async fn find(&self, desk: Desk<'_>, about: &str) -> Result<Option<String>, Refused>;
    /// Makes an issue, and says what it is called.
    async fn create(&self, desk: Desk<'_>, letter: &Letter) -> Result<String, Refused>;
    /// Sets an issue's title, and closes it if the letter says so.
    async fn revise(&self, desk: Desk<'_>, issue: &str, letter: &Letter) -> Result<(), Refused>;
    /// Whether an issue is closed.
    async fn is_closed(&self, desk: Desk<'_>, issue: &str) -> Result<bool, Refused>;
}

/// Who speaks to a tracker, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub(crate) speaker: &'a Speaker,
    pub(crate) now: Timestamp,
}

impl Desk<'_> {
    pub(crate) async fn ask(&self, wire: Wire) -> Result<Answer, Refused> {
        self.speaker.ask(wire, self.now).await
    }
}

/// Makes the issue that a letter is about be as the letter says.
pub(crate) async fn keep<T: Tracker>(
    tracker: &T,
    desk: Desk<'_>,
    letter: &Letter,
) -> Result<Sent, Refused> {
    let known = match &letter.receipt {
        Some(receipt) => Some(receipt.clone()),
        None => tracker.find(desk, &letter.about).await?,
    };
    match known {
        Some(issue) => {
            tracker.revise(desk, &issue, letter).await?;
            Ok(Sent { because: format!("issue {issue} is in step"), receipt: Some(issue) })
        }
        None if letter.effect == DeliveryEffect::Close => {
            Ok(Sent { because: "there was no issue to close".to_owned(), receipt: None })
        }
        None => {
            let issue = tracker.create(desk, letter).await?;
            Ok(Sent { because: format!("issue {issue} was made"), receipt: Some(issue) })
        }
    }
}

/// An address that can't be written is no reason to try again.
pub(crate) fn no_address(_: http::Error) -> Refused {
    Refused::ForGood("its address can't be written".to_owned())
}

/// A tracker that answers without what it should say.
pub(crate) fn unclear() -> Refused {
    Refused::for_now("its answer is not what a tracker says")
}
