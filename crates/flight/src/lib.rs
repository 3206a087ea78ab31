//! Flights: what agents did. Steps, content, settled runs and labels, kept by received day.
//!
//! [`Flight`] is the narrow seam: append, and a few ways to read. It has two engines, one on disk
//! ([`embedded`]) and its twin in memory ([`memory`]); one conformance suite holds for both.
//! [`recent`] arranges settled runs for comparison. [`keys`] stand apart from all data.
//!
//! Invariants: an append is answered only once it is durable; versions are added and never changed;
//! a step sent twice is stored once; the file of a day holds what was received on that day.

pub mod embedded;
pub mod error;
pub mod keys;
pub mod memory;
pub mod recent;
mod secret;
pub mod store;

pub use embedded::Durability;
pub use error::FlightError;
pub use keys::{Keyring, MasterKey};
pub use recent::{Recent, RunRow, RunSet};
pub use secret::Random;
pub use store::{
    Append, Appending, Broken, DayHead, Erased, Finished, Flight, KeptDay, Place, TraceRecord,
    Verified, Wanted,
};
