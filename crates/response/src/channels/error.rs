//! Why a channel can't be set up so.

use model::{Fault, Faulty};

/// Why a channel can't be set up so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// Nobody is told.
    #[error(
        "the channel `{channel}` has no route: name who is told, the last of whom has to answer, \
         as in route = [\"mail:ai@example.com\", \"on-call\"]"
    )]
    NoRoute {
        /// Its name.
        channel: String,
    },
    /// What it says could end where nobody reads.
    #[error(
        "the route of the channel `{channel}` ends in mail to {address}: a list can be one that \
         everybody has left; let it end in a target that somebody has to answer"
    )]
    EndsInMail {
        /// Its name.
        channel: String,
        /// The address.
        address: String,
    },
    /// It names nobody who is told anything.
    #[error(
        "the route of the channel `{channel}` names `{target}`, and no [[out.target]] of its \
         tenant is called so: name one that is"
    )]
    NoSuchTarget {
        /// Its name.
        channel: String,
        /// What the route says.
        target: String,
    },
    /// Two have one name.
    #[error("two channels are called `{channel}`: give each a name of its own")]
    Twice {
        /// The name.
        channel: String,
    },
    /// Something else of it can't be.
    #[error("the channel `{channel}` can't be used: {what}")]
    Wrong {
        /// Its name.
        channel: String,
        /// What is wrong, and how to mend it.
        what: &'static str,
    },
}

impl Faulty for ChannelError {
    fn fault(&self) -> Fault {
        Fault::Invalid
    }
}
