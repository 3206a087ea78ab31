//! The closed set of ways to fail, mapped once to HTTP, gRPC and exit status.

use serde::{Deserialize, Serialize};

/// What kind of failure it is, whatever went wrong in detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// What was asked for is not there.
    NotFound,
    /// It clashes with what is there.
    Conflict,
    /// The request makes no sense as it stands.
    Invalid,
    /// The caller is not known: no key, or none that is good.
    Unauthenticated,
    /// The caller is known and may not.
    Denied,
    /// Too much, too large or too fast: later or smaller may work.
    Limited,
    /// Something Mayday needs does not work now.
    Unavailable,
    /// It took longer than it may.
    Timeout,
    /// Mayday is wrong.
    Bug,
}

impl Fault {
    /// The one map from faults to HTTP statuses, for the API and the pages alike.
    pub fn http_status(self) -> u16 {
        match self {
            Fault::NotFound => 404,
            Fault::Conflict => 409,
            Fault::Invalid => 400,
            Fault::Unauthenticated => 401,
            Fault::Denied => 403,
            Fault::Limited => 429,
            Fault::Unavailable => 503,
            Fault::Timeout => 504,
            Fault::Bug => 500,
        }
    }
}

/// An error that knows its fault.
pub trait Faulty: std::error::Error {
    /// Which kind of failure this is.
    fn fault(&self) -> Fault;
}
