//! The API: OTLP in, JSON out.
//!
//! Two routers: [`otlp`](otlp()) takes what exporters send, over HTTP and over gRPC, [`http`]
//! answers everything else. A handler extracts, makes one call, and converts; [`problem`] maps
//! every fault to a status once; [`access`] tells who is asking; [`hosts`] and [`origin`] refuse
//! what a page of another site has a browser send; [`budget`] bounds the memory of what is read at
//! once; [`forward`] holds what is to be sent on elsewhere.

pub mod access;
pub mod alerts;
pub mod budget;
pub mod changes;
pub mod channel_hooks;
pub mod complaints;
pub mod course;
pub mod deliveries;
pub mod drift;
pub mod evals;
mod export;
pub mod flights;
pub mod forward;
pub mod gaps;
pub mod grpc;
pub mod hooks;
pub mod hosts;
pub mod incidents;
pub mod intents;
pub mod inventory;
pub mod keeping;
pub mod keys;
pub mod ledger;
pub mod lessons;
pub mod metrics;
pub mod moved;
pub mod notices;
pub mod origin;
pub mod otlp;
pub mod outcomes;
pub mod playbooks;
pub mod postmortems;
pub mod problem;
pub mod reconstruct;
pub mod reviews;
pub mod router;
pub mod seat;
pub mod serve;
pub mod tickets;
pub mod traces;
pub mod within;

pub use budget::Budget;
pub use hosts::Hosts;
pub use router::{Api, http, otlp};
pub use seat::Seat;
pub use serve::serve;
