//! The page that says why there is no page, and where to go instead.

use askama::Template;
use model::{Fault, Faulty};

use crate::words::{Piece, Prose};

/// The page that says why there is no page.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "failure.html")]
pub(crate) struct FailurePage {
    /// The status, as a number.
    pub(crate) status: u16,
    /// What kind of failure it is.
    pub(crate) heading: &'static str,
    /// What was wrong.
    pub(crate) what: Prose,
    /// What to do.
    pub(crate) forward: Prose,
    /// Whether signing in would help.
    pub(crate) signs_in: bool,
}

impl FailurePage {
    /// The page for an error. Its sources stay in the log.
    pub(crate) fn new(status: u16, error: &impl Faulty) -> Self {
        let (heading, forward) = match error.fault() {
            Fault::NotFound => ("Nothing here", "The address may be cut off or mistyped."),
            Fault::Conflict => ("That clashes", "Look at what is there, then try again."),
            Fault::Invalid => ("That makes no sense", "Go back and check it."),
            Fault::Unauthenticated => ("Who are you?", "Sign in, and try again."),
            Fault::Denied => ("Not allowed", "Ask whoever runs this server."),
            Fault::Limited => ("Too much at once", "Wait a moment, then load the page again."),
            Fault::Unavailable | Fault::Timeout => (
                "Not available now",
                "Load the page again. If that does not help, the server's log says why.",
            ),
            Fault::Bug => (
                "Mayday is wrong here",
                "The server's log says why. `mayday incident show` answers without this page.",
            ),
        };
        let signs_in = error.fault() == Fault::Unauthenticated;
        let (what, forward) = (Prose::of(&error.to_string()), Prose::of(forward));
        Self { status, heading, what, forward, signs_in }
    }
}
