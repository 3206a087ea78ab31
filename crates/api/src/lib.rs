//! The API: OTLP in, JSON out.
//!
//! Two routers, because they listen on two ports: [`otlp`] takes what exporters send, [`http`]
//! answers everything else. A handler extracts, makes one call, and converts; [`problem`] maps
//! every fault to a status once; [`access`] tells who is asking; [`hosts`] refuses requests that a
//! web page was tricked into sending.

pub mod access;
pub mod hosts;
pub mod incidents;
pub mod keys;
pub mod metrics;
pub mod moved;
pub mod otlp;
pub mod outcomes;
pub mod problem;
pub mod router;
pub mod seat;
pub mod serve;
pub mod traces;

pub use hosts::Hosts;
pub use router::{Api, http, otlp};
pub use seat::Seat;
pub use serve::serve;
